//! What is wrong between targets, each of which is right alone.

use super::{Access, Declared, Target};
use crate::config::problem::{Collector, Origin};

/// Two targets must not show the same objects, and one cluster name must not mean two clusters.
pub(in crate::config) fn check(environments: &[Declared], origin: &Origin, problems: &Collector) {
    let targets = environments.iter().enumerate().flat_map(|(column, declared)| {
        let place = move |row: usize| format!("environments[{column}].targets[{row}]");
        let name = declared.environment.name.as_str();
        declared.environment.targets.iter().enumerate().map(move |(row, target)| (place(row), name, target))
    });
    let targets: Vec<(String, &str, &Target)> = targets.collect();
    for (later, (key, environment, target)) in targets.iter().enumerate() {
        for (_, other_environment, other) in targets.iter().take(later) {
            let same_access = same(&target.access, &other.access);
            if same_access && target.namespaces == other.namespaces {
                let message = format!(
                    "is the same cluster and the same namespaces as a target of `{other_environment}`: all its services would show twice. \
                     Give each its own `namespaces`"
                );
                problems.add(origin, key, message);
            } else if !same_access && target.cluster == other.cluster {
                let message = format!(
                    "`{}` is already the name of another cluster (in `{other_environment}`): tell `{environment}`'s apart with `cluster = \"…\"`",
                    target.cluster
                );
                problems.add(origin, key, message);
            }
        }
    }
}

fn same(one: &Access, other: &Access) -> bool {
    match (one, other) {
        (Access::InCluster, Access::InCluster) => true,
        (Access::Kubeconfig { path, context }, Access::Kubeconfig { path: other_path, context: other_context }) => {
            path == other_path && context == other_context
        }
        (Access::Server { url, token_file, .. }, Access::Server { url: other_url, token_file: other_token, .. }) => {
            url == other_url && token_file == other_token
        }
        _ => false,
    }
}
