//! How one workload is doing: its counters and its pods must both say that all is well.
//!
//! The streams of different kinds arrive in any order, so neither alone is believed.

use chrono::{DateTime, Duration, Utc};

use crate::board::PodCounts;
use crate::catalogue::Timing;
use crate::index::Objects;
use crate::status::Status;
use crate::workload::{Condition, Kind, Phase, Pod, Special, Strategy, Workload};

use super::census::Census;
use super::clock::Clock;
use super::trouble::{self, Trouble, condition, is_ready, readiness_since};

/// How one workload is doing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Progress {
    pub(crate) status: Status,
    pub(crate) reason: String,
    pub(crate) pods: PodCounts,
    /// Since when, as far as the facts tell.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Since when it is short of pods without a rollout. [`Progress::since`] would not do: it is of the status.
    pub(crate) short_since: Option<DateTime<Utc>>,
}

/// A workload that is being judged, with what is known of it.
pub(crate) struct Judge<'a> {
    pub(crate) workload: &'a Workload,
    pub(crate) census: &'a Census<'a>,
    pub(crate) objects: &'a Objects,
    pub(crate) timing: &'a Timing,
    /// Since when it was short of pods, as last merged.
    pub(crate) short_since: Option<DateTime<Utc>>,
}

impl Judge<'_> {
    /// How the workload is doing.
    pub(crate) fn progress(&self, clock: &mut Clock) -> Progress {
        let Self { workload, census, .. } = self;
        if let Some(at) = workload.deleted_at {
            return self.is(Status::Rolling, format!("being deleted, {} left", of_pods(census.left())), Some(at));
        }
        match &workload.special {
            Special::CronJob(schedule) => return self.cron_job(schedule, clock),
            Special::Job(run) => return self.job(run, clock),
            Special::None | Special::Rollout(_) => {}
        }
        if workload.replicas.wanted == 0 {
            return self.is(Status::Paused, scaled_to_zero(workload, census), None);
        }
        if let Some((reason, since)) = self.failure(clock) {
            return self.is(Status::Failing, reason, since);
        }
        match &workload.special {
            Special::Rollout(delivery) => self.delivery(delivery, clock),
            _ if workload.kind == Kind::Pod && !census.ended.is_empty() => self.is(Status::Ready, "completed".to_owned(), None),
            _ => self.pods_replaced(clock),
        }
    }

    /// A workload whose controller replaces its pods.
    fn pods_replaced(&self, clock: &mut Clock) -> Progress {
        let Self { workload, census, .. } = self;
        if workload.paused {
            let progressing = condition(&workload.conditions, "Progressing");
            let since = progressing.filter(|c| c.reason.as_deref() == Some("DeploymentPaused")).and_then(|c| c.since);
            let (updated, wanted) = (census.wanted.len(), workload.replicas.wanted);
            return self.paused(format!("the rollout is paused, {updated} of {wanted} pods updated"), since, clock);
        }
        if self.is_complete() {
            return self.complete();
        }
        if let Some(hold) = self.hold() {
            let (updated, wanted) = (census.wanted.len(), workload.replicas.wanted);
            return self.paused(format!("{hold}: {updated} of {wanted} pods updated"), None, clock);
        }
        if !self.is_rolling() {
            return self.recovering(&census.wanted, clock);
        }
        self.rolling(self.rolling_reason())
    }

    /// A status with the counts as they are.
    pub(super) fn is(&self, status: Status, reason: String, since: Option<DateTime<Utc>>) -> Progress {
        Progress { status, reason, pods: self.pods(), since, short_since: None }
    }

    pub(super) fn pods(&self) -> PodCounts {
        let wanted = self.workload.replicas.wanted;
        PodCounts { wanted, updated: count(self.census.wanted.len()), ready: count(self.census.ready()) }
    }

    /// All is well, since the last pod became ready.
    pub(super) fn complete(&self) -> Progress {
        let since = self.census.wanted.iter().filter_map(|pod| readiness_since(pod)).max();
        self.is(Status::Ready, String::new(), since)
    }

    pub(super) fn rolling(&self, reason: String) -> Progress {
        let started = self.census.wanted.iter().map(|pod| pod.created).min();
        self.is(Status::Rolling, reason, started)
    }

    /// What will not fix itself, and since when: trouble of pods first, since it says more than the controller's conditions.
    pub(super) fn failure(&self, clock: &mut Clock) -> Option<(String, Option<DateTime<Utc>>)> {
        let Self { workload, census, .. } = self;
        if let Some(trouble) = self.trouble(clock) {
            return Some(trouble);
        }
        if let Some(pod) = census.ended.last().filter(|pod| workload.kind == Kind::Pod && pod.phase == Phase::Failed) {
            return Some((trouble::end_of(pod).unwrap_or_else(|| "the pod has failed".to_owned()), readiness_since(pod)));
        }
        // Conditions speak of the template that the controller has seen.
        if workload.observed_generation < workload.generation {
            return None;
        }
        let refused = |conditions: &[Condition]| condition(conditions, "ReplicaFailure").filter(|c| &*c.status == "True").cloned();
        if let Some(refusal) = refused(&workload.conditions).or_else(|| census.set.and_then(|set| refused(&set.conditions))) {
            return Some((words(&refusal, "pods cannot be created"), refusal.since));
        }
        if count(census.wanted.len()) < workload.replicas.wanted
            && let Some(refusal) = self.refusal()
        {
            return Some((refusal, None));
        }
        if let Some(invalid) = condition(&workload.conditions, "InvalidSpec").filter(|c| &*c.status == "True") {
            return Some((words(invalid, "the spec is not valid"), invalid.since));
        }
        let progressing = condition(&workload.conditions, "Progressing").filter(|c| &*c.status == "False")?;
        let stuck = census.wanted.iter().find(|pod| !is_ready(pod)).map(|pod| format!("; {}", self.why_not_ready(pod))).unwrap_or_default();
        Some((format!("{}{stuck}", words(progressing, "the rollout does not progress")), progressing.since))
    }

    /// The worst that is wrong with the pods.
    pub(super) fn trouble(&self, clock: &mut Clock) -> Option<(String, Option<DateTime<Utc>>)> {
        let min_ready = Duration::seconds(self.workload.min_ready_seconds.into());
        let mut troubles: Vec<(&Pod, Trouble)> = Vec::new();
        for pod in &self.census.wanted {
            let Some(trouble) = trouble::of(pod, min_ready, self.timing) else { continue };
            let over = trouble.until.is_some_and(|until| clock.is_past(until));
            if !over && trouble.from.is_none_or(|from| clock.is_past(from)) {
                troubles.push((pod, trouble));
            }
        }
        // The pod that began first is told, so that the text stays while others come and go.
        troubles.sort_by(|(a, x), (b, y)| x.rank.cmp(&y.rank).then(a.created.cmp(&b.created)).then_with(|| a.name.cmp(&b.name)));
        let (pod, trouble) = troubles.first()?;
        let others = if troubles.len() > 1 { format!(" ({} pods)", troubles.len()) } else { String::new() };
        let since = if is_ready(pod) { None } else { readiness_since(pod) };
        Some((format!("{}{others}", trouble.text), since.or(Some(pod.created))))
    }

    /// All wanted pods run the wanted template and are ready, and no old pod is left, by both counters and pods.
    pub(super) fn is_complete(&self) -> bool {
        let Self { workload, census, .. } = self;
        let replicas = workload.replicas;
        let available = match workload.kind {
            // Older servers do not count a StatefulSet's available pods.
            Kind::StatefulSet if workload.min_ready_seconds == 0 => replicas.ready,
            _ => replicas.available.min(replicas.ready),
        };
        let by_counters = workload.observed_generation >= workload.generation
            && replicas.updated == replicas.wanted
            && replicas.current == replicas.wanted
            && available >= replicas.wanted;
        let by_pods = count(census.wanted.len()) >= replicas.wanted && count(census.ready()) >= replicas.wanted && census.old_left() == 0;
        by_counters && by_pods
    }

    /// Whether a rollout is under way, rather than pods being replaced by pods of the same template.
    fn is_rolling(&self) -> bool {
        let Self { workload, census, .. } = self;
        if workload.observed_generation < workload.generation || census.old_left() > 0 {
            return true;
        }
        match workload.kind {
            Kind::Deployment => {
                let progressing = condition(&workload.conditions, "Progressing");
                let is_over = |c: &Condition| &*c.status == "True" && c.reason.as_deref() == Some("NewReplicaSetAvailable");
                // Without a progress deadline the controller keeps no such condition.
                progressing.map_or(workload.replicas.updated < workload.replicas.wanted, |c| !is_over(c))
            }
            // Its controller only ever ends a rolling update in full.
            Kind::StatefulSet if workload.strategy == Strategy::RollingUpdate => {
                workload.current_hash.is_some() && workload.current_hash != workload.update_hash
            }
            _ => false,
        }
    }

    /// What holds old pods back on purpose, when all the pods that may be replaced have been: they rightly stay.
    fn hold(&self) -> Option<String> {
        let Self { workload, census, .. } = self;
        let wanted = workload.replicas.wanted;
        let is_seen = workload.observed_generation >= workload.generation;
        if !is_seen || census.old.is_empty() || !census.leaving_old.is_empty() {
            return None;
        }
        match workload.strategy {
            Strategy::Partition(partition) if partition > 0 => {
                let is_done = count(census.ready()) >= wanted.saturating_sub(partition);
                is_done.then(|| format!("partition {partition} holds {} back", of_pods(census.old.len())))
            }
            Strategy::OnDelete => {
                // A pod that somebody deletes is replaced: that is progress, until its replacement is ready.
                let (updated, ready) = (census.wanted.len(), census.ready());
                let is_done = ready == updated && count(updated + census.old.len()) >= wanted;
                is_done.then(|| format!("OnDelete keeps {} of the old template until somebody deletes them", of_pods(census.old.len())))
            }
            _ => None,
        }
    }

    pub(super) fn rolling_reason(&self) -> String {
        let Self { census, .. } = self;
        let PodCounts { wanted, updated, ready } = self.pods();
        let mut reason = format!("{updated} of {wanted} pods updated, {ready} ready");
        let left = census.old_left();
        if updated >= wanted && left > 0 {
            reason += &format!(", {left} old left");
        }
        let is_held_up = |pod: &Pod| condition(&pod.conditions, "PodScheduled").is_some_and(|c| &*c.status == "False");
        let told = census.wanted.iter().find(|pod| is_held_up(pod) || !is_ready(pod) && self.warning_of(pod).is_some());
        if let Some(pod) = told {
            reason += &format!("; {}", self.why_not_ready(pod));
        }
        reason
    }
}

fn scaled_to_zero(workload: &Workload, census: &Census<'_>) -> String {
    let what = if workload.kind == Kind::DaemonSet { "no node is selected" } else { "scaled to zero" };
    match census.left() {
        0 => what.to_owned(),
        left => format!("{what}, {} still stopping", of_pods(left)),
    }
}

pub(crate) fn words(condition: &Condition, otherwise: &str) -> String {
    match (&condition.reason, &condition.message) {
        (Some(reason), Some(message)) => format!("{reason}: {message}"),
        (Some(text), None) | (None, Some(text)) => text.to_string(),
        (None, None) => otherwise.to_owned(),
    }
}

/// `1 pod`, `2 pods`.
pub(crate) fn of_pods(number: usize) -> String {
    if number == 1 { "1 pod".to_owned() } else { format!("{number} pods") }
}

/// Pods are counted in `u32`, as in Kubernetes.
pub(crate) fn count(pods: usize) -> u32 {
    u32::try_from(pods).unwrap_or(u32::MAX)
}
