//! What a path asks for.

/// What a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `/livez`, `/readyz`, `/healthz`: open to everybody.
    Health,
    /// `/version`: open to everybody.
    Version,
    /// `/api`, `/apis` and what is under them up to a resource list, by the path.
    Discovery(String),
    /// A resource, known or not.
    Resource {
        /// The API group, empty for the core one.
        group: String,
        /// The plural name.
        resource: String,
        /// The namespace, when the path has one.
        namespace: Option<String>,
        /// The object, when the path has one.
        name: Option<String>,
    },
    /// Anything else.
    Unknown(String),
}

impl Target {
    /// Parses a path.
    pub(crate) fn parse(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (group, rest) = match parts.as_slice() {
            ["livez" | "readyz" | "healthz"] => return Self::Health,
            ["version"] => return Self::Version,
            ["api" | "apis"] | ["api", _] | ["apis", _] | ["apis", _, _] => return Self::Discovery(path.to_owned()),
            ["api", "v1", rest @ ..] => ("", rest),
            ["apis", group, _, rest @ ..] => (*group, rest),
            _ => return Self::Unknown(path.to_owned()),
        };
        let resource = |resource: &str, namespace: Option<&str>, name: Option<&str>| Self::Resource {
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
            name: name.map(ToOwned::to_owned),
        };
        match rest {
            ["namespaces"] => resource("namespaces", None, None),
            ["namespaces", name] => resource("namespaces", Some(name), Some(name)),
            ["namespaces", namespace, plural] => resource(plural, Some(namespace), None),
            ["namespaces", namespace, plural, name] => resource(plural, Some(namespace), Some(name)),
            [plural] => resource(plural, None, None),
            [plural, name] => resource(plural, None, Some(name)),
            _ => Self::Unknown(path.to_owned()),
        }
    }
}
