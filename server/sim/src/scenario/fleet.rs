//! The services and their versions.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Home, ScenarioConfig, Stage, names};
use crate::identity;
use crate::spec::{ContainerRole, Workload, WorkloadKind};

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its team.
    pub team: &'static str,
    /// What its workloads are.
    pub kind: WorkloadKind,
    /// How many pods it has in each environment.
    pub replicas: Vec<u32>,
    /// Whether its versions have a number that people read.
    pub numbered: bool,
    /// How many commits it has had when the scenario begins.
    pub(super) commits: u32,
}

/// All services.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The services, in the order of their numbers.
    pub services: Vec<Service>,
    namespace: String,
    homes: Vec<Home>,
    seed: u64,
}

impl Fleet {
    pub(super) fn new(config: &ScenarioConfig, homes: &[Home], rng: &mut ChaCha8Rng) -> Self {
        let count = config.services.max(1);
        let services = (0..count)
            .map(|index| {
                let (name, team, numbered) = names::service(index);
                let kind = kind_of(&name, config.stage);
                let replicas = (0..config.environments.len())
                    .map(|environment| match homes[environment].pods {
                        // The remainder goes to the first ones, so that the sum is exact.
                        Some(pods) => u32::try_from(pods / count + usize::from(index < pods % count)).unwrap_or(1),
                        None if environment + 1 == config.environments.len() => rng.random_range(2..=6),
                        None => rng.random_range(2..=4),
                    })
                    .collect();
                Service { name, team, kind, replicas, numbered, commits: rng.random_range(40..400) }
            })
            .collect();
        Self { services, namespace: config.namespace.clone(), homes: homes.to_vec(), seed: config.seed }
    }

    /// The service of a name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.services.iter().position(|service| service.name == name)
    }

    /// A service's commit by its number.
    #[must_use]
    pub fn commit(&self, service: usize, number: u32) -> String {
        identity::commit(&format!("{}/{}/{number}", self.seed, self.services[service].name))
    }

    /// The image of a commit.
    #[must_use]
    pub fn image(&self, service: usize, commit: &str) -> String {
        format!("registry.example/{}/{}:{commit}", self.namespace, self.services[service].name)
    }

    /// The version that people read, of a commit by its number.
    #[must_use]
    pub fn version(&self, service: usize, number: u32) -> Option<String> {
        let major = 2 + service % 3;
        self.services[service].numbered.then(|| format!("v{major}.{}.{}", number / 10, number % 10))
    }

    /// A service's workload in an environment.
    #[must_use]
    pub fn workload(&self, service: usize, environment: usize, image: &str) -> Workload {
        let Service { name, team, kind, replicas, .. } = &self.services[service];
        let namespace = &self.homes[environment].namespace;
        let workload = match kind {
            WorkloadKind::Deployment => Workload::deployment(namespace, name, image),
            WorkloadKind::StatefulSet => Workload::stateful_set(namespace, name, image),
            WorkloadKind::DaemonSet => Workload::daemon_set(namespace, name, image),
        };
        let workload = workload.replicas(replicas[environment]).team(team).label("app.kubernetes.io/part-of", &self.namespace);
        match name.as_str() {
            "gateway" => workload.container("proxy", "registry.example/mesh/proxy:v1.24.1", ContainerRole::Sidecar),
            "payments" | "checkout" => workload.container("log-shipper", "registry.example/ops/log-shipper:3.2.0", ContainerRole::App),
            _ => workload,
        }
    }
}

fn kind_of(name: &str, stage: Stage) -> WorkloadKind {
    match (stage, name) {
        (Stage::Demo, "ledger" | "search-indexer") => WorkloadKind::StatefulSet,
        (Stage::Demo, "node-agent") => WorkloadKind::DaemonSet,
        _ => WorkloadKind::Deployment,
    }
}
