//! Where environments are: in which cluster, and in which namespace of it.

use std::path::Path;

use super::{Scenario, ScenarioConfig};

/// Where an environment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The cluster's index.
    pub cluster: usize,
    /// The namespace in it.
    pub namespace: String,
    /// How many of the cluster's pods are the environment's, when there is a number of them.
    pub pods: Option<usize>,
}

/// The names of the clusters: those of the environments, where each has one of its own.
pub(super) fn clusters(config: &ScenarioConfig) -> Vec<String> {
    match shared(config) {
        None => config.environments.clone(),
        Some(count) => (1..=count).map(|number| format!("cluster-{number}")).collect(),
    }
}

/// Where each environment is. They are dealt to the clusters in turn.
pub(super) fn homes(config: &ScenarioConfig) -> Vec<Home> {
    let count = shared(config).unwrap_or(config.environments.len());
    let home = |(index, name): (usize, &String)| {
        let cluster = index % count;
        // How many share the cluster, and the how manieth of them this is.
        let (sharing, place) = ((config.environments.len() - cluster).div_ceil(count), index / count);
        Home {
            cluster,
            namespace: if shared(config).is_some() { name.clone() } else { config.namespace.clone() },
            // The remainder goes to the first ones, so that the sum is exact.
            pods: config.pods.map(|pods| pods / sharing + usize::from(place < pods % sharing)),
        }
    };
    config.environments.iter().enumerate().map(home).collect()
}

/// How many clusters environments share; none when each has one of its own.
fn shared(config: &ScenarioConfig) -> Option<usize> {
    config.clusters.map(|count| count.clamp(1, config.environments.len().max(1))).filter(|count| *count != config.environments.len())
}

/// The environments as a dashboard's configuration, with the kubeconfig through which the clusters are reached.
#[must_use]
pub fn configuration(scenario: &Scenario, kubeconfig: &Path) -> String {
    let clusters = scenario.clusters();
    let path = std::path::absolute(kubeconfig).unwrap_or_else(|_| kubeconfig.to_owned());
    let environment = |(name, home): (&String, &Home)| {
        let cluster = &clusters[home.cluster];
        format!(
            "[[environments]]\nname = \"{name}\"\n[[environments.targets]]\nkubeconfig = '{}'\ncontext = \"{cluster}\"\n\
             namespaces = [\"{}\"]\n\n",
            path.display(),
            home.namespace
        )
    };
    scenario.config().environments.iter().zip(scenario.homes()).map(environment).collect()
}
