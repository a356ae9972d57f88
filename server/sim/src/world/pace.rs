//! How long things take.

use std::ops::Range;
use std::time::Duration;

use chrono::TimeDelta;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// How long things take, each drawn anew from a range in milliseconds.
#[derive(Clone, Debug)]
pub struct Pace {
    /// A controller or the scheduler reacts.
    pub control: Range<u64>,
    /// The kubelet takes a pod over.
    pub accept: Range<u64>,
    /// An image is pulled and its container started.
    pub start: Range<u64>,
    /// A started container becomes ready.
    pub ready: Range<u64>,
    /// A deleted pod's containers end.
    pub stop: Range<u64>,
    /// A container that crashes, or an init container, runs.
    pub run: Range<u64>,
    /// The first back-off after a crash or a failed pull; it doubles up to 300 s.
    pub backoff: Duration,
}

impl Pace {
    /// The pace of the recordings.
    #[must_use]
    pub fn recorded() -> Self {
        Self {
            control: 4..30,
            accept: 40..140,
            start: 300..1000,
            ready: 350..1200,
            stop: 250..850,
            run: 300..700,
            backoff: Duration::from_secs(5),
        }
    }

    /// As fast as a test wants it, with every step still taken.
    #[must_use]
    pub fn fast() -> Self {
        Self { control: 1..3, accept: 1..4, start: 4..12, ready: 5..15, stop: 4..12, run: 5..10, backoff: Duration::from_millis(500) }
    }

    /// The pace of an ordinary cluster with services that take some seconds to start.
    #[must_use]
    pub fn everyday() -> Self {
        Self {
            control: 10..80,
            accept: 100..600,
            start: 900..3500,
            ready: 2500..8000,
            stop: 700..3000,
            run: 600..1800,
            backoff: Duration::from_secs(10),
        }
    }

    pub(crate) fn draw(rng: &mut ChaCha8Rng, range: &Range<u64>) -> TimeDelta {
        let millis = if range.is_empty() { range.start } else { rng.random_range(range.clone()) };
        TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX / 2))
    }

    /// The back-off after that many failures before.
    pub(crate) fn backoff_after(&self, failures: u32) -> TimeDelta {
        let longest = Duration::from_secs(300);
        let wait = self.backoff.saturating_mul(1 << failures.min(10)).min(longest);
        TimeDelta::from_std(wait).unwrap_or(TimeDelta::seconds(300))
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::recorded()
    }
}
