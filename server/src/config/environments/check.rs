//! What is wrong between targets, each of which is right alone.

use chrono::TimeDelta;

use super::{Access, Declared, Mode, Target};
use crate::config::problem::{Collector, Origin};

/// Two targets must not show the same objects, one cluster name must not mean two clusters, and a cluster must be asked often
/// enough to stay fresh.
pub(in crate::config) fn check(environments: &[Declared], freshness: TimeDelta, problems: &Collector) {
    let targets = environments.iter().flat_map(|declared| {
        let environment = declared.environment.name.as_str();
        declared.environment.targets.iter().zip(&declared.places).map(move |(target, place)| (environment, target, place))
    });
    let targets: Vec<(&str, &Target, &(Origin, String))> = targets.collect();
    for (place, (environment, target, (origin, key))) in targets.iter().enumerate() {
        let wrong = targets.iter().take(place).find_map(|(other_environment, other, _)| {
            let same_access = same(&target.access, &other.access);
            if same_access && target.namespaces == other.namespaces {
                Some(format!(
                    "is the same cluster and the same namespaces as a target of `{other_environment}`: all its services would show \
                     twice. Give each its own `namespaces`"
                ))
            } else if !same_access && target.cluster == other.cluster {
                Some(format!(
                    "`{}` is already the name of another cluster (in `{other_environment}`): tell `{environment}`'s apart with \
                     `cluster = \"…\"`",
                    target.cluster
                ))
            } else {
                None
            }
        });
        if let Some(message) = wrong {
            problems.add(origin, key, message);
        }
        if let Mode::Poll { interval } = target.mode
            && TimeDelta::from_std(interval).is_ok_and(|interval| interval >= freshness)
        {
            let message = format!(
                "is asked every {}, and is stale after {} without news: it would be stale between two lists. Ask more often, or \
                 raise `freshness` in [timing]",
                humantime::format_duration(interval),
                humantime::format_duration(freshness.to_std().unwrap_or_default()),
            );
            problems.add(origin, key, message);
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
