//! A seeded fleet of services: what runs where, how it came to be, and what its people do next.
//!
//! [`Scenario`] is pure: it is handed the time and says what is done ([`Action`]); [`run`] does it to real simulated clusters and
//! tells a real server of it.

mod engine;
mod fleet;
mod homes;
mod names;
mod past;
mod rate;
mod run;
mod stage;
mod trouble;

use std::ops::Range;
use std::time::Duration;

pub use engine::{Action, Scenario};
pub use fleet::{Fleet, Service};
pub use homes::{Home, configuration};
pub use names::environments as environment_names;
pub use run::{Players, run};
pub use trouble::{Trouble, trouble};

/// How a scenario is made.
#[derive(Clone, Debug)]
pub struct ScenarioConfig {
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// How many services there are.
    pub services: usize,
    /// The environments, in promotion order.
    pub environments: Vec<String>,
    /// How many clusters there are; one for each environment when none. Environments that share one have a namespace each.
    pub clusters: Option<usize>,
    /// The namespace everything runs in, where each environment has a cluster of its own.
    pub namespace: String,
    /// How many pods each cluster should have, spread over the services; as the services like it when none.
    pub pods: Option<usize>,
    /// Time between two deployments.
    pub every: Range<Duration>,
    /// How many changes of objects a second there should be in all clusters together; `every` gives way to it.
    pub rate: Option<f64>,
    /// Whether some services have a part to play.
    pub stage: Stage,
}

/// Whether some services have a part to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// As in a demonstration: one fails, one has drifted, one was never deployed to production, one is paused, one is a canary,
    /// and one cluster goes away for a while.
    Demo,
    /// A plain fleet.
    Plain,
}

impl Default for ScenarioConfig {
    fn default() -> Self {
        Self {
            seed: 2018,
            services: 40,
            environments: ["dev", "pre", "pro"].map(str::to_owned).to_vec(),
            clusters: None,
            namespace: "shop".to_owned(),
            pods: None,
            every: Duration::from_secs(3)..Duration::from_secs(7),
            rate: None,
            stage: Stage::Demo,
        }
    }
}
