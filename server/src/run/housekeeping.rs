//! What is done once a day.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};

use crate::clock::Clock;
use crate::store::{Retention, Store};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// The newest of each cell stay, however old.
const KEPT_OF_EACH_CELL: u32 = 20;
/// Nobody sends a request again after so long.
const REQUESTS_KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets what is older than `keep`, at the start and every day.
pub(super) async fn prune_daily(store: Store, clock: Clock, keep: Duration) {
    let mut days = tokio::time::interval(DAY);
    loop {
        days.tick().await;
        let now = clock.now();
        let keep = TimeDelta::from_std(keep).unwrap_or(TimeDelta::MAX);
        let before = now.checked_sub_signed(keep).unwrap_or(DateTime::UNIX_EPOCH);
        let retention = Retention { before, per_cell: KEPT_OF_EACH_CELL, requests_before: now - REQUESTS_KEPT };
        match store.prune(retention).await {
            Ok(pruned) => tracing::debug!(?pruned, "old records and changes were forgotten"),
            Err(error) => tracing::warn!(%error, "old records and changes could not be forgotten; tried again tomorrow"),
        }
    }
}
