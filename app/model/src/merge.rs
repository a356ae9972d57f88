//! Facts + catalogue + now → rows.
//!
//! Statuses, reasons and counts are computed from the facts and the clock, so that neither a restart nor the order of
//! events changes what is shown. The row as it was only fills in what facts do not tell: since when a cell is as it is,
//! since when a pod is not there at all, why an older kubelet could not pull an image, and that drift is not new.

mod cell;
mod census;
mod claims;
mod clock;
mod delivery;
mod details;
mod drafts;
mod drift;
mod neighbours;
mod places;
mod recovery;
mod rollout;
mod runs;
mod sides;
mod trouble;
mod unasked;
mod versions;

use chrono::{DateTime, Utc};

use crate::board::{Cell, Environment, Row, Target};
use crate::ids::ServiceName;
use crate::index::Index;
use crate::status::Status;
use crate::version::{Sameness, Version};

use cell::Draft;
pub use details::details;
pub use drafts::{Changed, Drafts};
pub use unasked::unasked;

/// A merged row.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The row; none when nothing is known of the service any more.
    pub row: Option<Row>,
    /// When the row must be merged again although nothing happens: the end of the nearest grace.
    pub recheck_at: Option<DateTime<Utc>>,
}

/// Merges the facts of one service into its row. `previous` is the row as last merged: a cell whose
/// version and status are as before keeps its `since`.
#[must_use]
pub fn merge(index: &Index, service: &ServiceName, now: DateTime<Utc>, previous: Option<&Row>) -> Merged {
    Drafts::default().merge(index, service, now, previous, &Changed::Everything)
}

/// The columns with the state of their targets, how many records are unplaced, and when to look again.
#[must_use]
pub fn environments(index: &Index, now: DateTime<Utc>) -> (Vec<Environment>, u64, Option<DateTime<Utc>>) {
    let catalogue = index.catalogue();
    let mut recheck_at: Option<DateTime<Utc>> = None;
    let mut environments = Vec::with_capacity(catalogue.environments.len());
    for spec in &catalogue.environments {
        let mut targets = Vec::with_capacity(spec.targets.len());
        for id in &spec.targets {
            let Some(target) = catalogue.target(*id) else { continue };
            let freshness = index.freshness(*id, now);
            // A target is live up to the bound: just after it, it is not.
            let end = freshness.until.map(|until| until + chrono::Duration::milliseconds(1));
            recheck_at = recheck_at.into_iter().chain(end).min();
            targets.push(Target {
                cluster: target.cluster.clone(),
                state: freshness.state,
                since: freshness.since.unwrap_or(now),
                last_heard: freshness.heard_step(),
                error: freshness.error,
            });
        }
        environments.push(Environment { name: spec.name.clone(), tier: spec.tier, targets });
    }
    (environments, index.unplaced() as u64, recheck_at)
}

/// Since when the cell is as it is. A cell that is seen for the first time, or again after its cluster was away, has been so
/// for as long as the facts tell.
fn since(draft: &Draft, before: Option<&Cell>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let cell = &draft.cell;
    if cell.status == Status::Absent {
        return None;
    }
    match before {
        Some(before) if before.status == cell.status && is_same(before.wanted.as_ref(), cell.wanted.as_ref()) && before.since.is_some() => {
            before.since
        }
        Some(before) if before.status != Status::Unknown && cell.status != Status::Unknown => Some(now),
        _ => Some(draft.since.map_or(now, |since| since.min(now))),
    }
}

/// Whether the version is the same, although more may be known of it by now.
fn is_same(before: Option<&Version>, now: Option<&Version>) -> bool {
    before == now || matches!((before, now), (Some(before), Some(now)) if before.compare(now) == Sameness::Same)
}
