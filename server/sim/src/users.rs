//! Who may read what.

/// A bearer token and what it may do.
#[derive(Clone, Debug)]
pub struct User {
    /// The name as error messages show it: `system:serviceaccount:dashboard:reader`.
    pub name: String,
    /// The bearer token.
    pub token: String,
    /// What the token may do.
    pub rights: Rights,
}

impl User {
    /// A service account of the namespace `dashboard`, with a token made from its name.
    #[must_use]
    pub fn new(account: &str, rights: Rights) -> Self {
        Self { name: format!("system:serviceaccount:dashboard:{account}"), token: format!("{account}-token"), rights }
    }

    /// The users every cluster has unless it is told otherwise: `reader`, `shop-only`, `nobody` and `all-rights`, as in the recordings.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        vec![
            Self::new("reader", Rights::Reader),
            Self::new("shop-only", Rights::Namespaces(vec!["shop".to_owned()])),
            Self::new("nobody", Rights::Nothing),
            Self::new("all-rights", Rights::Everything),
        ]
    }
}

/// What a token may do. Reading is `get`, `list` and `watch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Read everything there is, and unknown paths are 404 rather than 403.
    Everything,
    /// Read the kinds a dashboard needs, cluster-wide (a ClusterRoleBinding).
    Reader,
    /// Read the namespaced kinds in these namespaces only (RoleBindings).
    Namespaces(Vec<String>),
    /// Read these resources (`deployments`, `pods` …) cluster-wide.
    Resources(Vec<String>),
    /// Nothing beyond discovery.
    Nothing,
}

/// The resources of the [`Rights::Reader`] role.
const READABLE: [&str; 12] = [
    "deployments",
    "statefulsets",
    "daemonsets",
    "replicasets",
    "pods",
    "events",
    "namespaces",
    "services",
    "cronjobs",
    "jobs",
    "horizontalpodautoscalers",
    "rollouts",
];

impl Rights {
    /// Whether reading a resource is allowed, in a namespace or (none) cluster-wide.
    #[must_use]
    pub fn may_read(&self, resource: &str, namespace: Option<&str>) -> bool {
        let readable = READABLE.contains(&resource);
        match self {
            Self::Everything => true,
            Self::Reader => readable,
            Self::Namespaces(allowed) => {
                readable && resource != "namespaces" && namespace.is_some_and(|namespace| allowed.iter().any(|name| name == namespace))
            }
            Self::Resources(allowed) => allowed.iter().any(|name| name == resource),
            Self::Nothing => false,
        }
    }
}
