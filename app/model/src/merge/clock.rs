//! The moment a row is merged at, and the next one at which it may come out differently.

use chrono::{DateTime, Duration, Utc};

/// A moment that remembers which deadlines it was asked about.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) now: DateTime<Utc>,
    next: Option<DateTime<Utc>>,
}

impl Clock {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self { now, next: None }
    }

    /// Whether a deadline is over. One that is not will be the reason to look again.
    pub(crate) fn is_past(&mut self, deadline: DateTime<Utc>) -> bool {
        if self.now >= deadline {
            return true;
        }
        self.next = Some(self.next.map_or(deadline, |next| next.min(deadline)));
        false
    }

    /// When to look again although nothing happens.
    pub(crate) fn next(&self) -> Option<DateTime<Utc>> {
        self.next
    }
}

/// So long after a moment. What clusters and CI say may be any moment: one that is too far off is never reached.
pub(crate) fn after(at: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    at.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A moment in a reason. With its date: the reader may come days later.
pub(crate) fn moment(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M:%S UTC")
}
