//! What the clusters' code has of the outside world: the time, chance, and the way to API servers. Simulations hand in theirs.

use std::fmt;
use std::sync::Arc;

use crate::chance::Jitter;
use crate::clock::Clock;
use crate::config::Access;

/// Objects a page of a list.
const PAGE: u32 = 500;

/// The time, chance, and the way to API servers.
#[derive(Clone, Debug)]
pub struct Outside {
    /// When things were heard.
    pub clock: Clock,
    /// What spreads the waiting times between tries.
    pub jitter: Jitter,
    /// How clients are made.
    pub connector: Connector,
    /// How many objects a page of a list has at most.
    pub page: u32,
}

impl Outside {
    /// The real world, with a clock of its own.
    #[must_use]
    pub fn real(clock: Clock) -> Self {
        Self { clock, jitter: Jitter::random(), connector: Connector::Network, page: PAGE }
    }
}

/// How clients are made.
#[derive(Clone)]
pub enum Connector {
    /// By what the target says: a kubeconfig, a service account, or an address with a token and a CA.
    Network,
    /// By a function, anew for each try to connect: API servers within the process, without a network.
    Given(Arc<dyn Fn(&Access) -> kube::Client + Send + Sync>),
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network => "Network",
            Self::Given(_) => "Given",
        })
    }
}
