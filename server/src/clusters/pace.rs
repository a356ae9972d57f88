//! How long things may take, and when to try again.

use std::time::Duration;

/// Bounds that follow from how soon a silent target must be noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// To connect.
    pub(super) connect: Duration,
    /// To answer a request, and between two pieces of an answer.
    pub(super) answer: Duration,
    /// How long one watch lasts (`timeoutSeconds`), in whole seconds: its end and the next one's beginning are a sign of life.
    pub(super) window: Duration,
    /// How long after its window a watch must have ended: a half-open connection never does.
    pub(super) margin: Duration,
    /// How often a scope is listed that may be listed but not watched.
    pub(super) poll: Duration,
    /// How often a scope that is watched is listed anew.
    pub(super) relist: Duration,
    /// How long what is known of a scope may go unconfirmed.
    pub(super) freshness: Duration,
    /// The least time between two signs of life of a target.
    pub(super) heartbeat: Duration,
    /// How often rights, namespaces and kinds that were missing are looked for again.
    pub(super) replan: Duration,
}

impl Pace {
    /// The bounds for a target that is stale after `freshness` of silence: silence is noticed, and one try to
    /// connect made, within that time. What is watched is listed anew every `relist`.
    pub(super) fn new(freshness: Duration, relist: Duration) -> Self {
        let second = Duration::from_secs(1);
        let window = Duration::from_secs((freshness / 2).as_secs()).max(second);
        Self {
            connect: (freshness / 9).clamp(second, Duration::from_secs(10)),
            answer: (freshness / 6).clamp(second * 2, Duration::from_secs(15)),
            window,
            margin: (freshness / 9).clamp(second, Duration::from_secs(10)),
            poll: (freshness / 3).clamp(second, Duration::from_secs(30)),
            relist,
            freshness,
            heartbeat: (freshness / 9).min(Duration::from_secs(10)),
            replan: (freshness * 2 / 3).clamp(second, Duration::from_secs(60)),
        }
    }
}

/// Waiting times that double from half a second to 8 s, each 50 to 100 % of its nominal value.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(8);

    /// How many tries in a row have failed.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// It worked: begin again from the shortest.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait now that a try has failed. `asked` is the server's `Retry-After`, which is never undercut;
    /// `jitter` is between 0 and 1.
    pub(super) fn failed(&mut self, asked: Option<Duration>, jitter: f64) -> Duration {
        let nominal = Self::FIRST.saturating_mul(1 << self.failures.min(10)).min(Self::LONGEST);
        self.failures = self.failures.saturating_add(1);
        let wait = nominal.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0));
        // A server that asks for hours would be forgotten: look again after a minute.
        wait.max(asked.unwrap_or_default().min(Duration::from_secs(60)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_noticed_within_the_freshness() {
        for seconds in [10, 30, 90, 600] {
            let freshness = Duration::from_secs(seconds);
            let pace = Pace::new(freshness, freshness * 6);
            assert!(pace.window + pace.margin + pace.connect <= freshness, "{pace:?}");
        }
    }

    #[test]
    fn waiting_times_double_up_to_a_bound_and_honour_retry_after() {
        let mut backoff = Backoff::default();
        let millis: Vec<u128> = (0..7).map(|_| backoff.failed(None, 1.0).as_millis()).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        backoff.reset();
        assert_eq!(backoff.failed(None, 0.0).as_millis(), 250);
        assert_eq!(backoff.failed(Some(Duration::from_secs(7)), 0.0).as_secs(), 7);
    }
}
