//! The conditions of a Deployment: which are set when, and what moves in their list.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::{Condition, Deployment};

impl Deployment {
    /// Sets a condition as the controller does: what has not changed is left alone, what has moves to the end of the list.
    pub(super) fn set_condition(
        &mut self,
        kind: &'static str,
        status: &'static str,
        reason: &'static str,
        message: String,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(0);
        let since = match self.condition(kind) {
            Some(present) if present.status == status && present.reason == reason => return,
            Some(present) if present.status == status => present.since,
            _ => now,
        };
        self.conditions.retain(|condition| condition.kind != kind);
        self.conditions.push(Condition { kind, status, reason, message, updated: now, since });
    }

    /// Progress was made: the deadline starts anew even when the reason stays.
    pub(super) fn renew_progress(&mut self, reason: &'static str, message: String, now: DateTime<Utc>) {
        let since = self.condition("Progressing").filter(|condition| condition.status == "True").map(|condition| condition.since);
        let now = now.trunc_subsecs(0);
        self.conditions.retain(|condition| condition.kind != "Progressing");
        let since = since.unwrap_or(now);
        self.conditions.push(Condition { kind: "Progressing", status: "True", reason, message, updated: now, since });
    }

    /// When the rollout will have taken too long without progress.
    pub(super) fn deadline(&self) -> Option<DateTime<Utc>> {
        let condition = self.condition("Progressing")?;
        if matches!(condition.reason, "NewReplicaSetAvailable" | "ProgressDeadlineExceeded") || self.spec.paused {
            return None;
        }
        Some(condition.updated + TimeDelta::seconds(self.spec.progress_deadline_seconds.into()))
    }

    pub(super) fn timed_out(&self, now: DateTime<Utc>) -> bool {
        self.deadline().is_some_and(|deadline| deadline < now)
    }
}
