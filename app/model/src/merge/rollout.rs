//! How one workload is doing: its counters and its pods must both say that all is well.
//!
//! The streams of different kinds arrive in any order, so neither alone is believed.

use chrono::{DateTime, Duration, Utc};

use crate::board::{Cell, PodCounts};
use crate::catalogue::Timing;
use crate::status::Status;
use crate::workload::{Condition, ContainerState, Kind, Pod, Strategy, Workload};

use super::census::Census;
use super::clock::{Clock, after, moment};
use super::trouble::{self, Trouble, condition, is_ready, readiness_since};

/// A reason begins so while pods are being replaced without a rollout.
const RECOVERING: &str = "recovering";

/// How one workload is doing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Progress {
    pub(crate) status: Status,
    pub(crate) reason: String,
    pub(crate) pods: PodCounts,
    /// Since when, as far as the facts tell.
    pub(crate) since: Option<DateTime<Utc>>,
}

/// What was shown before: only where the facts do not tell since when something lasts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    /// Since when the cell has been recovering.
    pub(crate) recovering_since: Option<DateTime<Utc>>,
}

impl Before {
    /// What a cell tells of itself.
    pub(crate) fn of(cell: &Cell) -> Self {
        Self { recovering_since: cell.short_since }
    }

    /// Since when the cell that comes of a verdict is short of pods. Its `since` would not do: it begins with the status,
    /// which was perhaps rolling for long before, or has become failing since.
    pub(crate) fn short_since(self, status: Status, reason: &str, since: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let is_short = matches!(status, Status::Rolling | Status::Failing) && reason.contains(RECOVERING);
        if is_short { self.recovering_since.or(since) } else { None }
    }
}

/// How a workload is doing.
pub(crate) fn progress(workload: &Workload, census: &Census<'_>, timing: &Timing, before: Before, clock: &mut Clock) -> Progress {
    let wanted = workload.replicas.wanted;
    let pods = PodCounts { wanted, updated: count(census.wanted.len()), ready: count(census.ready()) };
    let is = |status, reason: String, since| Progress { status, reason, pods, since };

    if let Some(at) = workload.deleted_at {
        return is(Status::Rolling, format!("being deleted, {} left", of_pods(census.left())), Some(at));
    }
    if wanted == 0 {
        return is(Status::Paused, scaled_to_zero(workload, census), None);
    }
    if let Some((reason, since)) = failure(workload, census, timing, clock) {
        return is(Status::Failing, reason, since);
    }
    if workload.paused {
        return paused(workload, census, timing, before, clock, pods);
    }
    if is_complete(workload, census) {
        let since = census.wanted.iter().filter_map(|pod| readiness_since(pod)).max();
        return is(Status::Ready, String::new(), since);
    }
    if let Some(done) = held_back(workload, census) {
        return is(Status::Paused, format!("partition {done}: {} of {wanted} pods updated, on purpose", pods.updated), None);
    }
    if !is_rolling(workload, census) {
        return recovering(workload, &census.wanted, pods, timing, before, clock);
    }
    let started = census.wanted.iter().map(|pod| pod.created).min();
    is(Status::Rolling, rolling_reason(workload, census, pods), started)
}

/// What will not fix itself, and since when: trouble of pods first, since it says more than the controller's conditions.
fn failure(workload: &Workload, census: &Census<'_>, timing: &Timing, clock: &mut Clock) -> Option<(String, Option<DateTime<Utc>>)> {
    let min_ready = Duration::seconds(workload.min_ready_seconds.into());
    let mut troubles: Vec<(&Pod, Trouble)> = Vec::new();
    for pod in &census.wanted {
        let Some(trouble) = trouble::of(pod, min_ready, timing) else { continue };
        let over = trouble.until.is_some_and(|until| clock.is_past(until));
        if !over && trouble.from.is_none_or(|from| clock.is_past(from)) {
            troubles.push((pod, trouble));
        }
    }
    // The pod that began first is told, so that the text stays while others come and go.
    troubles.sort_by(|(a, x), (b, y)| x.rank.cmp(&y.rank).then(a.created.cmp(&b.created)).then_with(|| a.name.cmp(&b.name)));
    if let Some((pod, trouble)) = troubles.first() {
        let others = if troubles.len() > 1 { format!(" ({} pods)", troubles.len()) } else { String::new() };
        let since = if is_ready(pod) { None } else { readiness_since(pod) };
        return Some((format!("{}{others}", trouble.text), since.or(Some(pod.created))));
    }
    // Conditions speak of the template that the controller has seen.
    if workload.observed_generation < workload.generation {
        return None;
    }
    let refused = |conditions: &[Condition]| condition(conditions, "ReplicaFailure").filter(|c| &*c.status == "True").cloned();
    if let Some(refusal) = refused(&workload.conditions).or_else(|| census.set.and_then(|set| refused(&set.conditions))) {
        return Some((words(&refusal, "pods cannot be created"), refusal.since));
    }
    let progressing = condition(&workload.conditions, "Progressing").filter(|c| &*c.status == "False")?;
    let stuck = census.wanted.iter().find(|pod| !is_ready(pod)).map(|pod| format!("; {}", why_not_ready(pod))).unwrap_or_default();
    Some((format!("{}{stuck}", words(progressing, "the rollout does not progress")), progressing.since))
}

/// All wanted pods run the wanted template and are ready, and no old pod is left, by both counters and pods.
fn is_complete(workload: &Workload, census: &Census<'_>) -> bool {
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
fn is_rolling(workload: &Workload, census: &Census<'_>) -> bool {
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

/// Fewer ready pods than wanted without a rollout: for a while they are only being replaced.
fn recovering(workload: &Workload, expected: &[&Pod], pods: PodCounts, timing: &Timing, before: Before, clock: &mut Clock) -> Progress {
    let wanted = workload.replicas.wanted;
    let ready = count(expected.iter().filter(|pod| is_ready(pod)).count());
    let unready: Vec<&&Pod> = expected.iter().filter(|pod| !is_ready(pod)).collect();
    // Facts tell since when a pod is not ready, but not since when one is not there.
    let of_pods = unready.iter().map(|pod| readiness_since(pod).unwrap_or(pod.created)).min();
    let is_absent = count(expected.len()) < wanted;
    if unready.is_empty() && !is_absent {
        // The pods are ahead of the counters, or minReadySeconds runs: nothing is wrong.
        let reason = format!("{ready} of {wanted} pods ready, {} available", workload.replicas.available);
        return Progress { status: Status::Rolling, reason, pods, since: None };
    }
    let since = of_pods.into_iter().chain(before.recovering_since.filter(|_| is_absent)).min().unwrap_or(clock.now).min(clock.now);
    if !clock.is_past(after(since, timing.recovery_grace)) {
        return Progress { status: Status::Rolling, reason: format!("{RECOVERING} {ready}/{wanted}"), pods, since: Some(since) };
    }
    let cause = unready.first().map(|pod| format!(": {}", why_not_ready(pod))).unwrap_or_default();
    let reason = format!("not {RECOVERING}, {ready} of {wanted} pods ready since {}{cause}", moment(since));
    Progress { status: Status::Failing, reason, pods, since: Some(since) }
}

/// A paused rollout: the pods there are, old or new, must still serve.
fn paused(workload: &Workload, census: &Census<'_>, timing: &Timing, before: Before, clock: &mut Clock, pods: PodCounts) -> Progress {
    let wanted = workload.replicas.wanted;
    if count(census.serving()) < wanted && workload.observed_generation >= workload.generation {
        let all: Vec<&Pod> = census.wanted.iter().chain(&census.old).copied().collect();
        let short = recovering(workload, &all, pods, timing, before, clock);
        if short.status == Status::Failing {
            return short;
        }
    }
    let since = condition(&workload.conditions, "Progressing").filter(|c| c.reason.as_deref() == Some("DeploymentPaused"));
    let reason = format!("the rollout is paused, {} of {wanted} pods updated", pods.updated);
    Progress { status: Status::Paused, reason, pods, since: since.and_then(|c| c.since) }
}

fn scaled_to_zero(workload: &Workload, census: &Census<'_>) -> String {
    let what = if workload.kind == Kind::DaemonSet { "no node is selected" } else { "scaled to zero" };
    match census.left() {
        0 => what.to_owned(),
        left => format!("{what}, {} still stopping", of_pods(left)),
    }
}

/// The partition of a StatefulSet that has done all its partition lets it.
fn held_back(workload: &Workload, census: &Census<'_>) -> Option<u32> {
    let Strategy::Partition(partition) = workload.strategy else { return None };
    let wanted = workload.replicas.wanted;
    let expected = wanted.saturating_sub(partition);
    let by_counters = workload.observed_generation >= workload.generation && workload.replicas.ready >= wanted;
    let by_pods = count(census.ready()) >= expected && count(census.serving()) >= wanted && census.leaving_old == 0;
    (partition > 0 && by_counters && by_pods).then_some(partition)
}

fn rolling_reason(workload: &Workload, census: &Census<'_>, pods: PodCounts) -> String {
    let PodCounts { wanted, updated, ready } = pods;
    let mut reason = format!("{updated} of {wanted} pods updated, {ready} ready");
    let left = census.old_left();
    if updated >= wanted && left > 0 {
        reason += &format!(", {left} old left");
    }
    if workload.strategy == Strategy::OnDelete && !census.old.is_empty() {
        reason += "; the strategy is OnDelete: delete the old pods to go on";
    }
    if let Some(pod) = census.wanted.iter().find(|pod| condition(&pod.conditions, "PodScheduled").is_some_and(|c| &*c.status == "False")) {
        reason += &format!("; {}", why_not_ready(pod));
    }
    reason
}

/// The pod's own words.
fn why_not_ready(pod: &Pod) -> String {
    let name = &pod.name.name;
    let waiting = pod.containers.iter().find_map(|container| match &container.state {
        ContainerState::Waiting { reason: Some(reason), message } => Some((&container.name, reason, message)),
        _ => None,
    });
    let scheduled = condition(&pod.conditions, "PodScheduled").filter(|c| &*c.status == "False");
    let ready = condition(&pod.conditions, "Ready").filter(|c| &*c.status != "True");
    match (scheduled, waiting, ready) {
        (Some(scheduled), ..) => format!("pod {name}: {}", words(scheduled, "not scheduled")),
        (None, Some((container, reason, None)), _) => format!("pod {name}: container {container}: {reason}"),
        (None, Some((container, reason, Some(message))), _) => format!("pod {name}: container {container}: {reason}: {message}"),
        (None, None, Some(ready)) => format!("pod {name}: {}", words(ready, "not ready")),
        (None, None, None) => format!("pod {name} is not ready"),
    }
}

fn words(condition: &Condition, otherwise: &str) -> String {
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
fn count(pods: usize) -> u32 {
    u32::try_from(pods).unwrap_or(u32::MAX)
}
