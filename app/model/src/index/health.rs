//! How a target is doing, and since when (board.md, "Freshness").

use chrono::{DateTime, Duration, Utc};

use crate::board::TargetState;
use crate::event::TargetHealth;

/// The last time a target was heard is shown in steps, so that the columns do not change with every event.
const HEARD_STEP: i64 = 10;

/// What a target's adapter last said, and when the target was last heard.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    reported: TargetHealth,
    since: Option<DateTime<Utc>>,
    heard: Option<DateTime<Utc>>,
    /// Whether all lists were complete, and the connection has held since.
    synced: bool,
    /// Whether all lists were complete once, so that what is known is at least old knowledge.
    pub(crate) was_synced: bool,
}

/// How a target is doing at a moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Freshness {
    pub(crate) state: TargetState,
    /// Since when it is in that state, where known.
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) heard: Option<DateTime<Utc>>,
    /// The real cause when it is not live; what could not be read when it is.
    pub(crate) error: Option<String>,
    /// When it becomes stale unless it is heard.
    pub(crate) until: Option<DateTime<Utc>>,
    /// Whether all its lists were complete once.
    pub(crate) was_synced: bool,
}

/// What a report may have changed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    pub(crate) header: bool,
    pub(crate) cells: bool,
}

impl Default for Health {
    fn default() -> Self {
        Self { reported: TargetHealth::Syncing, since: None, heard: None, synced: false, was_synced: false }
    }
}

impl Freshness {
    pub(crate) fn is_live(&self) -> bool {
        self.state == TargetState::Live
    }

    /// When it was last heard, in steps.
    pub(crate) fn heard_step(&self) -> Option<DateTime<Utc>> {
        self.heard.map(step)
    }
}

impl Health {
    /// The target's adapter says how it is doing.
    pub(crate) fn report(&mut self, reported: TargetHealth, at: DateTime<Utc>, freshness: Duration) -> Change {
        let mut change = Change::default();
        match reported {
            TargetHealth::Live { .. } => {
                change = self.heard_whole(at, freshness);
                change.cells |= !self.synced;
                (self.synced, self.was_synced) = (true, true);
            }
            TargetHealth::Syncing => {}
            TargetHealth::Unreachable(_) | TargetHealth::Forbidden(_) => self.synced = false,
        }
        if std::mem::discriminant(&reported) != std::mem::discriminant(&self.reported) || self.since.is_none() {
            self.since = Some(at);
            (change.header, change.cells) = (true, true);
        }
        if self.reported != reported {
            change.header = true;
            // Remarks on a live target are shown in the header only; the cause of a failure also in the cells.
            change.cells |= !matches!(reported, TargetHealth::Live { .. });
            self.reported = reported;
        }
        change
    }

    /// A fact of the target was heard. After a silence that is not enough: one kind says nothing of what was missed of the
    /// others, and only the adapter knows when all were heard again.
    pub(crate) fn heard(&mut self, at: DateTime<Utc>, freshness: Duration) -> Change {
        if self.is_silent(at, freshness) { Change::default() } else { self.heard_whole(at, freshness) }
    }

    /// All kinds of the target are followed, and one of them was heard.
    fn heard_whole(&mut self, at: DateTime<Utc>, freshness: Duration) -> Change {
        let was_silent = self.heard.is_none() || self.is_silent(at, freshness);
        let before = self.heard.replace(self.heard.map_or(at, |heard| heard.max(at)));
        Change { header: before.map(step) != self.heard.map(step), cells: was_silent }
    }

    /// Whether it was heard once, and then not for too long.
    fn is_silent(&self, now: DateTime<Utc>, freshness: Duration) -> bool {
        self.heard.is_some_and(|heard| now - heard > freshness)
    }

    /// How the target is doing at a moment.
    pub(crate) fn at(&self, now: DateTime<Utc>, freshness: Duration) -> Freshness {
        let end = self.heard.map(|heard| heard + freshness);
        let fresh = end.filter(|end| now <= *end);
        let is = |state, error: Option<String>| Freshness {
            state,
            since: self.since,
            heard: self.heard,
            error,
            until: None,
            was_synced: self.was_synced,
        };
        match &self.reported {
            TargetHealth::Unreachable(cause) => is(TargetState::Unreachable, Some(cause.clone())),
            TargetHealth::Forbidden(refusal) => is(TargetState::Forbidden, Some(refusal.clone())),
            TargetHealth::Syncing if !self.synced => is(TargetState::Syncing, None),
            TargetHealth::Syncing | TargetHealth::Live { .. } if fresh.is_none() => {
                let silence = format!("nothing was heard for more than {} s", freshness.num_seconds());
                Freshness { since: end, ..is(TargetState::Stale, Some(silence)) }
            }
            TargetHealth::Syncing => Freshness { until: fresh, ..is(TargetState::Live, None) },
            TargetHealth::Live { notes } => {
                let notes = (!notes.is_empty()).then(|| notes.join("; "));
                Freshness { until: fresh, ..is(TargetState::Live, notes) }
            }
        }
    }
}

/// A moment, rounded down.
fn step(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = at.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(HEARD_STEP), 0).unwrap_or(at)
}
