//! What goes wrong now and then.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio_util::sync::CancellationToken;

use crate::cluster::ClusterHandle;
use crate::faults::{Answer, Rule};

/// Something that goes wrong with a cluster for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is away: connections are refused.
    Away,
    /// It is silent.
    Hang,
    /// Its connections are cut, once.
    Cut,
    /// What it handed out is too old.
    Expire,
    /// It answers 500.
    Errors,
    /// It answers 429.
    Throttle,
    /// It answers 403.
    Forbid,
    /// It refuses every token.
    Tokens,
    /// It lost its history.
    History,
}

impl Trouble {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Away, "away"),
        (Self::Hang, "hang"),
        (Self::Cut, "cut"),
        (Self::Expire, "expire"),
        (Self::Errors, "errors"),
        (Self::Throttle, "throttle"),
        (Self::Forbid, "forbid"),
        (Self::Tokens, "tokens"),
        (Self::History, "history"),
    ];

    /// The names of all of them, as they are parsed.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(_, name)| *name).collect()
    }

    async fn begin(self, cluster: &ClusterHandle) {
        let faults = cluster.faults();
        match self {
            Self::Away => faults.refuse().await,
            Self::Hang => faults.hang().await,
            Self::Cut => faults.cut(),
            Self::Expire => {
                faults.expire();
                faults.cut();
            }
            Self::Errors => faults.add(Rule::new(Answer::InternalError)),
            Self::Throttle => faults.add(Rule::new(Answer::TooManyRequests { retry_after: 2 })),
            Self::Forbid => faults.add(Rule::new(Answer::Forbidden)),
            Self::Tokens => faults.reject_tokens(),
            Self::History => faults.lose_history(),
        }
        if matches!(self, Self::Errors | Self::Throttle | Self::Forbid | Self::Tokens) {
            // Only a new request notices.
            faults.cut();
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(trouble, _)| trouble == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Trouble {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text).map(|(trouble, _)| *trouble);
        found.ok_or_else(|| format!("no such fault; there are {}", Self::names().join(", ")))
    }
}

/// Every half minute one of the troubles comes to one of the clusters, and goes after some seconds, until it is told to stop.
pub async fn trouble(clusters: Vec<ClusterHandle>, kinds: Vec<Trouble>, seed: u64, stop: CancellationToken) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x7_2011_b1e5);
    let rounds = async {
        while let (Some(kind), Some(cluster)) = (kinds.choose(&mut rng), clusters.choose(&mut rng)) {
            tokio::time::sleep(Duration::from_secs(rng.random_range(20..40))).await;
            tracing::info!(cluster = cluster.name(), fault = %kind, "begins");
            kind.begin(cluster).await;
            tokio::time::sleep(Duration::from_secs(rng.random_range(5..15))).await;
            cluster.faults().heal().await;
            tracing::info!(cluster = cluster.name(), fault = %kind, "is over");
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = rounds => {}
        () = stop.cancelled() => {}
    }
}
