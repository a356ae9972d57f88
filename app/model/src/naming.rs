//! Which row an object belongs to, whose it is, and which of its containers is meant (board.md, "Which row", "Which container").

use arcstr::ArcStr;
use std::collections::BTreeMap;

use crate::ids::ServiceName;

/// Annotation of a pod that names its main container.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";
/// Label whose value a component is joined to.
const NAME_LABEL: &str = "app.kubernetes.io/name";

/// How rows are named (board.md, "Which row").
#[derive(Clone, Debug, PartialEq)]
pub struct Naming {
    /// Annotation that names the service: `relboard.dev/service`.
    pub service_annotations: Vec<String>,
    /// Labels that name the service, first match wins: `app.kubernetes.io/name`, `app`.
    pub service_labels: Vec<String>,
    /// Label that is joined as `name/component` to `app.kubernetes.io/name`.
    pub component_label: Option<String>,
    /// Prefixes and suffixes of workload names that only name an environment (`dev-`, `-pro`).
    pub affixes: Vec<String>,
    /// Annotations, then labels, that name the team.
    pub team_annotations: Vec<String>,
    /// Labels that name the team: `team`, `app.kubernetes.io/part-of`.
    pub team_labels: Vec<String>,
    /// Service to team, when no annotation or label says it.
    pub teams: BTreeMap<String, String>,
    /// Names of containers that are never the main one.
    pub sidecars: Vec<String>,
}

/// Metadata of an object as far as naming needs it.
#[derive(Clone, Copy, Debug)]
pub struct Meta<'a> {
    /// `metadata.name`.
    pub name: &'a str,
    /// `metadata.labels`.
    pub labels: &'a BTreeMap<String, String>,
    /// `metadata.annotations`.
    pub annotations: &'a BTreeMap<String, String>,
}

impl Default for Naming {
    fn default() -> Self {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            service_annotations: all(&["relboard.dev/service"]),
            service_labels: all(&[NAME_LABEL, "app"]),
            component_label: Some("app.kubernetes.io/component".to_owned()),
            affixes: Vec::new(),
            team_annotations: all(&["relboard.dev/team"]),
            team_labels: all(&["team", "app.kubernetes.io/part-of"]),
            teams: BTreeMap::new(),
            sidecars: all(&[
                "istio-proxy",
                "linkerd-proxy",
                "envoy",
                "envoy-sidecar",
                "consul-dataplane",
                "kuma-sidecar",
                "daprd",
                "vault-agent",
                "cloudsql-proxy",
                "cloud-sql-proxy",
                "oauth2-proxy",
                "kube-rbac-proxy",
                "fluent-bit",
                "fluentd",
                "filebeat",
                "promtail",
                "otel-collector",
                "otc-container",
                "jaeger-agent",
                "datadog-agent",
                "config-reloader",
            ]),
        }
    }
}

impl Naming {
    /// The affixes by which workload names carry the name of an environment: `dev-cart`, `cart-pro`.
    #[must_use]
    pub fn environment_affixes<'a>(environments: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        environments.into_iter().flat_map(|name| [format!("{name}-"), format!("-{name}")]).collect()
    }

    /// The row a workload belongs to.
    #[must_use]
    pub fn service(&self, meta: Meta<'_>) -> ServiceName {
        self.named(meta).unwrap_or_else(|| ServiceName::from(self.without_affixes(meta.name)))
    }

    /// The row that an object's annotations and labels name.
    #[must_use]
    pub fn named(&self, meta: Meta<'_>) -> Option<ServiceName> {
        if let Some(name) = first(&self.service_annotations, meta.annotations) {
            return Some(ServiceName::from(name));
        }
        for label in &self.service_labels {
            let Some(name) = value(meta.labels, label) else { continue };
            let component = self.component_label.as_ref().filter(|_| label == NAME_LABEL);
            return Some(match component.and_then(|label| value(meta.labels, label)).filter(|component| *component != name) {
                Some(component) => ServiceName::from(format!("{name}/{component}")),
                None => ServiceName::from(name),
            });
        }
        None
    }

    /// The team of a workload of the service.
    #[must_use]
    pub fn team(&self, meta: Meta<'_>, service: &ServiceName) -> Option<ArcStr> {
        first(&self.team_annotations, meta.annotations)
            .or_else(|| first(&self.team_labels, meta.labels))
            .map(ArcStr::from)
            .or_else(|| self.team_of(service))
    }

    /// The team that the configuration gives a service.
    #[must_use]
    pub fn team_of(&self, service: &ServiceName) -> Option<ArcStr> {
        self.teams.get(service.as_str()).map(|team| ArcStr::from(team.as_str()))
    }

    /// Which of the containers is the main one, as a place in `containers` (init containers left out).
    /// `annotations` are those of the pod or of the pod template, `workload` is the workload's name.
    #[must_use]
    pub fn main_container<'a>(
        &self,
        annotations: &BTreeMap<String, String>,
        service: &ServiceName,
        workload: &str,
        containers: impl IntoIterator<Item = &'a str>,
    ) -> Option<usize> {
        let containers: Vec<&str> = containers.into_iter().collect();
        let named = |name: &str| containers.iter().position(|container| *container == name);
        let (name, component) = service.as_str().split_once('/').map_or((service.as_str(), None), |(a, b)| (a, Some(b)));
        value(annotations, DEFAULT_CONTAINER)
            .and_then(named)
            .or_else(|| component.and_then(named))
            .or_else(|| named(name))
            .or_else(|| named(workload))
            .or_else(|| containers.iter().position(|container| !self.sidecars.iter().any(|sidecar| sidecar == container)))
            .or(if containers.is_empty() { None } else { Some(0) })
    }

    /// A workload's name without the prefixes and suffixes that only name an environment.
    fn without_affixes<'a>(&self, name: &'a str) -> &'a str {
        let strip = |name: &'a str, affix: &String| {
            let rest = if affix.starts_with('-') { name.strip_suffix(affix.as_str()) } else { name.strip_prefix(affix.as_str()) };
            rest.filter(|rest| !rest.is_empty())
        };
        // The longest that fits: `-pre-prod` before `-prod`. At most one of a side.
        let longest = |name: &'a str, suffix: bool| {
            let fits = self.affixes.iter().filter(|affix| affix.starts_with('-') == suffix).filter_map(|affix| strip(name, affix));
            fits.min_by_key(|rest| rest.len()).unwrap_or(name)
        };
        longest(longest(name, false), true)
    }
}

/// The first of the keys that has a value.
fn first<'a>(keys: &[String], map: &'a BTreeMap<String, String>) -> Option<&'a str> {
    keys.iter().find_map(|key| value(map, key))
}

/// A value that says something.
fn value<'a>(map: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    map.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> BTreeMap<String, String> {
        text.split_whitespace().filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }

    #[test]
    fn services() {
        let naming = Naming { affixes: Naming::environment_affixes(["dev", "pre", "pro", "pre-pro"]), ..Naming::default() };
        let check = |name: &str, annotations: &str, labels: &str, expected: &str| {
            let meta = Meta { name, annotations: &map(annotations), labels: &map(labels) };
            assert_eq!(naming.service(meta).as_str(), expected, "{name} {annotations} {labels}");
        };
        check("x", "relboard.dev/service=cart", "app.kubernetes.io/name=y app=z", "cart");
        check("x", "", "app.kubernetes.io/name=cart app=z", "cart");
        check("x", "", "app.kubernetes.io/name=cart app.kubernetes.io/component=worker", "cart/worker");
        check("x", "", "app.kubernetes.io/name=cart app.kubernetes.io/component=cart", "cart");
        check("x", "", "app=cart app.kubernetes.io/component=worker", "cart");
        check("x", "", "app.kubernetes.io/name= app=cart", "cart");
        check("cart-canary", "", "app=cart", "cart");
        check("dev-cart", "", "", "cart");
        check("cart-pro", "", "", "cart");
        check("cart-pre-pro", "", "", "cart");
        check("cart", "", "", "cart");
        check("dev-", "", "", "dev-");
        check("develop", "", "", "develop");
        check("cart-green", "", "", "cart-green");
    }

    #[test]
    fn teams() {
        let naming = Naming { teams: BTreeMap::from([("cart".to_owned(), "shop".to_owned())]), ..Naming::default() };
        let check = |annotations: &str, labels: &str, service: &str, expected: Option<&str>| {
            let meta = Meta { name: "x", annotations: &map(annotations), labels: &map(labels) };
            assert_eq!(naming.team(meta, &ServiceName::from(service)).as_deref(), expected);
        };
        check("relboard.dev/team=a", "team=b app.kubernetes.io/part-of=c", "cart", Some("a"));
        check("", "team=b app.kubernetes.io/part-of=c", "cart", Some("b"));
        check("", "app.kubernetes.io/part-of=c", "cart", Some("c"));
        check("", "", "cart", Some("shop"));
        check("", "", "mail", None);
    }

    #[test]
    fn main_containers() {
        let check = |annotations: &str, service: &str, containers: &str, expected: Option<&str>| {
            let names: Vec<&str> = containers.split_whitespace().collect();
            let main =
                Naming::default().main_container(&map(annotations), &ServiceName::from(service), "cart-workload", names.iter().copied());
            assert_eq!(main.map(|at| names[at]), expected, "{service}: {containers}");
        };
        check("kubectl.kubernetes.io/default-container=b", "a", "a b", Some("b"));
        check("kubectl.kubernetes.io/default-container=gone", "a", "b a", Some("a"));
        check("", "cart", "istio-proxy cart other", Some("cart"));
        check("", "cart/worker", "cart worker", Some("worker"));
        check("", "x", "app cart-workload", Some("cart-workload"));
        check("", "cart", "istio-proxy app helper", Some("app"));
        check("", "cart", "istio-proxy envoy", Some("istio-proxy"));
        check("", "cart", "", None);
    }
}
