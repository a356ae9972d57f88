//! What is done once a day.

use std::time::Duration;

use chrono::TimeDelta;

use crate::clock::Clock;
use crate::store::{Retention, Store};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Older records and changes go, but for the newest of each cell.
const KEPT: TimeDelta = TimeDelta::days(730);
const KEPT_OF_EACH_CELL: u32 = 200;
/// Nobody sends a request again after so long.
const REQUESTS_KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets what is old, at the start and every day.
pub(super) async fn prune_daily(store: Store, clock: Clock) {
    let mut days = tokio::time::interval(DAY);
    loop {
        days.tick().await;
        let now = clock.now();
        let retention = Retention { before: now - KEPT, per_cell: KEPT_OF_EACH_CELL, requests_before: now - REQUESTS_KEPT };
        match store.prune(retention).await {
            Ok(pruned) => tracing::debug!(?pruned, "old records and changes were forgotten"),
            Err(error) => tracing::warn!(%error, "old records and changes could not be forgotten; tried again tomorrow"),
        }
    }
}
