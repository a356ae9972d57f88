//! Kubeconfig files for simulated clusters.

use serde_json::{Value, json};

use crate::cluster::ClusterHandle;

/// The text of a kubeconfig with one context for each cluster, named like it, and the first as the current one.
///
/// It is JSON, which is YAML too. The user is the cluster's reader; see [`kubeconfig_with_tokens`] for others.
#[must_use]
pub fn kubeconfig_for(clusters: &[&ClusterHandle]) -> String {
    let with_tokens: Vec<(&ClusterHandle, &str)> = clusters.iter().map(|cluster| (*cluster, cluster.token())).collect();
    kubeconfig_with_tokens(&with_tokens)
}

/// The text of a kubeconfig with one context for each cluster and a token for each.
#[must_use]
pub fn kubeconfig_with_tokens(clusters: &[(&ClusterHandle, &str)]) -> String {
    let each = |entry: &dyn Fn(&ClusterHandle, &str) -> Value| -> Vec<Value> {
        clusters.iter().map(|(cluster, token)| entry(cluster, token)).collect()
    };
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        "clusters": each(&|cluster, _| json!({ "name": cluster.name(), "cluster": { "server": cluster.url() } })),
        "users": each(&|cluster, token| json!({ "name": format!("reader@{}", cluster.name()), "user": { "token": token } })),
        "contexts": each(&|cluster, _| json!({
            "name": cluster.name(),
            "context": { "cluster": cluster.name(), "user": format!("reader@{}", cluster.name()) },
        })),
        "current-context": clusters.first().map_or("", |(cluster, _)| cluster.name()),
    });
    format!("{config:#}\n")
}
