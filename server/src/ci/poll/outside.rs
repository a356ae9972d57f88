//! What polling has of the outside world: the time, chance, and the way to documents. Simulations hand in theirs.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::{Request, Response};

use crate::chance::Jitter;
use crate::clock::Clock;

/// The time, chance, and the way to documents.
#[derive(Clone, Debug)]
pub struct Outside {
    /// When documents were read.
    pub clock: Clock,
    /// What spreads the pauses between looks.
    pub jitter: Jitter,
    /// How requests are sent.
    pub transport: Transport,
}

impl Outside {
    /// The real world, with a clock of its own.
    #[must_use]
    pub fn real(clock: Clock) -> Self {
        Self { clock, jitter: Jitter::random(), transport: Transport::Network }
    }
}

/// What becomes of a request.
pub type Sent = BoxFuture<'static, reqwest::Result<Response>>;

/// How requests are sent.
#[derive(Clone)]
pub enum Transport {
    /// By a client of its own.
    Network,
    /// By a function: a server within the process, without a network.
    Given(Arc<dyn Fn(Request) -> Sent + Send + Sync>),
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network => "Network",
            Self::Given(_) => "Given",
        })
    }
}
