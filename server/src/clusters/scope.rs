//! What a pipe reads: a kind, everywhere or in one namespace. And the requests for it.

use model::strings::ArcStr;
use std::fmt;
use std::time::Duration;

use model::workload::Kind;
use url::form_urlencoded::Serializer;

/// A kind, everywhere or in one namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    pub(super) kind: Kind,
    /// The namespace; all when none.
    pub(super) namespace: Option<ArcStr>,
}

impl Scope {
    /// The path of a page of the list. `resourceVersion=0` is never sent with it: the server would ignore the limit.
    pub(super) fn list(&self, page: u32, token: Option<&str>) -> String {
        let page = page.to_string();
        let mut query = vec![("limit", page.as_str())];
        query.extend(token.map(|token| ("continue", token)));
        self.path(&query)
    }

    /// The path of a list of one object at most: to find out whether listing is allowed.
    pub(super) fn trial(&self) -> String {
        self.path(&[("limit", "1")])
    }

    /// The path of a watch that goes on from a `resourceVersion`, and that the server ends after the window.
    pub(super) fn watch(&self, version: &str, window: Duration) -> String {
        let window = window.as_secs().max(1).to_string();
        self.path(&[("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version), ("timeoutSeconds", &window)])
    }

    /// The path of a watch that begins with the state, sent as initial events (a streaming list).
    pub(super) fn streaming_list(&self, window: Duration) -> String {
        let window = window.as_secs().max(1).to_string();
        self.path(&[
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("sendInitialEvents", "true"),
            ("resourceVersionMatch", "NotOlderThan"),
            ("timeoutSeconds", &window),
        ])
    }

    fn path(&self, query: &[(&str, &str)]) -> String {
        let version = self.kind.api_version();
        // Only the core group has no name.
        let group = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let namespace = self.namespace.as_ref().map(|name| format!("/namespaces/{name}")).unwrap_or_default();
        let warnings = (self.kind == Kind::Event).then_some(("fieldSelector", "type=Warning"));
        let query = Serializer::new(String::new()).extend_pairs(warnings).extend_pairs(query).finish();
        format!("{group}{namespace}/{}?{query}", self.kind.plural())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.plural())?;
        match &self.namespace {
            Some(namespace) => write!(f, " in {namespace}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let everywhere = Scope { kind: Kind::Pod, namespace: None };
        assert_eq!(everywhere.list(500, None), "/api/v1/pods?limit=500");
        assert_eq!(everywhere.list(500, Some("a=b/+")), "/api/v1/pods?limit=500&continue=a%3Db%2F%2B");
        let shop = Scope { kind: Kind::Deployment, namespace: Some(ArcStr::from("shop")) };
        assert_eq!(
            shop.watch("42", Duration::from_millis(45_500)),
            "/apis/apps/v1/namespaces/shop/deployments?watch=true&allowWatchBookmarks=true&resourceVersion=42&timeoutSeconds=45"
        );
        let of = |kind| Scope { kind, namespace: None }.trial();
        assert_eq!(of(Kind::CronJob), "/apis/batch/v1/cronjobs?limit=1");
        assert_eq!(of(Kind::Rollout), "/apis/argoproj.io/v1alpha1/rollouts?limit=1");
        assert_eq!(of(Kind::Service), "/api/v1/services?limit=1");
        assert_eq!(of(Kind::Event), "/api/v1/events?fieldSelector=type%3DWarning&limit=1");
    }
}
