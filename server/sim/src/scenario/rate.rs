//! Holds a rate of events by spacing deployments.

use std::time::Duration;

use tokio::time::Instant;

use super::engine::Scenario;
use crate::cluster::ClusterHandle;

/// How often the spacing is corrected.
const CORRECTED_EVERY: Duration = Duration::from_secs(10);

/// What is known of how many events a try to deploy makes.
pub(super) struct Rate {
    per_second: f64,
    /// Events that one try makes on average, as seen so far.
    events_each: f64,
    next: Instant,
    /// Events and tries by the last correction.
    seen: (u64, u64),
}

impl Rate {
    /// Begins with a guess: a pod that is replaced is some twenty-five events of its own and of its owners'.
    pub(super) fn begin(scenario: &mut Scenario, clusters: &[ClusterHandle]) -> Option<Self> {
        let per_second = scenario.config().rate.filter(|rate| *rate > 0.0)?;
        let services = &scenario.fleet().services;
        let pods: u32 = services.iter().flat_map(|service| &service.replicas).sum();
        let cells = services.iter().map(|service| service.replicas.len()).sum::<usize>().max(1);
        #[expect(clippy::cast_precision_loss, reason = "an average")]
        let events_each = f64::from(pods) / cells as f64 * 25.0 + 10.0;
        let rate = Self { per_second, events_each, next: Instant::now() + CORRECTED_EVERY, seen: (written(clusters), 0) };
        rate.space(scenario);
        Some(rate)
    }

    /// Corrects the spacing by what was seen, now and then.
    pub(super) fn correct(&mut self, scenario: &mut Scenario, clusters: &[ClusterHandle]) {
        if Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + CORRECTED_EVERY;
        let now = (written(clusters), scenario.tries());
        let (events, tries) = (now.0.saturating_sub(self.seen.0), now.1.saturating_sub(self.seen.1));
        self.seen = now;
        if events > 0 && tries > 0 {
            #[expect(clippy::cast_precision_loss, reason = "an average")]
            let each = events as f64 / tries as f64;
            // Rollouts outlast the interval: what is seen lags behind, and is not believed all at once.
            self.events_each = self.events_each * 0.7 + each * 0.3;
            self.space(scenario);
        }
    }

    fn space(&self, scenario: &mut Scenario) {
        let seconds = (self.events_each / self.per_second).clamp(0.001, 3600.0);
        scenario.pace(Duration::from_secs_f64(seconds));
    }
}

fn written(clusters: &[ClusterHandle]) -> u64 {
    clusters.iter().map(ClusterHandle::resource_version).sum()
}
