//! Fewer ready pods than wanted without a rollout, and the words of pods that are not ready.

use chrono::{DateTime, Duration, Utc};

use crate::status::Status;
use crate::workload::{ContainerState, Pod, Role, Warning};

use super::clock::{Clock, after, moment};
use super::rollout::{Judge, Progress, count, words};
use super::trouble::{self, condition, is_ready, readiness_since};

/// The kubelet reports a pod within this time of its binding: what changes later was otherwise before.
const REPORTED: Duration = Duration::seconds(10);
/// A pod that became ready within this time of its creation is one that came, and not one that came back.
const COMING: Duration = Duration::minutes(10);

impl Judge<'_> {
    /// Fewer ready pods than wanted without a rollout: for a while they are only being replaced, or added. A pod that was
    /// ready once has that long to come back; new pods have it again with each one that comes.
    pub(super) fn recovering(&self, expected: &[&Pod], clock: &mut Clock) -> Progress {
        let wanted = self.workload.replicas.wanted;
        let ready = count(expected.iter().filter(|pod| is_ready(pod)).count());
        let unready: Vec<&Pod> = expected.iter().copied().filter(|pod| !is_ready(pod)).collect();
        let is_absent = count(expected.len()) < wanted;
        if unready.is_empty() && !is_absent {
            // The pods are ahead of the counters, or minReadySeconds runs: nothing is wrong.
            let reason = format!("{ready} of {wanted} pods ready, {} available", self.workload.replicas.available);
            return self.is(Status::Rolling, reason, None);
        }
        let progress = expected.iter().filter_map(|pod| came(pod)).max();
        let of_pod = |pod: &&Pod| lost(pod).unwrap_or_else(|| progress.map_or(pod.created, |progress| progress.max(pod.created)));
        // Facts tell since when a pod is not ready, but not since when one is not there.
        let absent = is_absent.then(|| {
            let since = self.short_since.unwrap_or(clock.now);
            progress.map_or(since, |progress| progress.max(since))
        });
        let since = unready.iter().map(of_pod).chain(absent).min().unwrap_or(clock.now).min(clock.now);
        let is = |status, reason| {
            let short_since = self.short_since.or(Some(since));
            Progress { short_since, ..self.is(status, reason, Some(since)) }
        };
        if !clock.is_past(after(since, self.timing.recovery_grace)) {
            let why = self.why_short().map(|why| format!("; {why}")).unwrap_or_default();
            return is(Status::Rolling, format!("recovering {ready}/{wanted}{why}"));
        }
        let cause = unready.first().map(|pod| self.why_not_ready(pod)).or_else(|| self.why_short()).or_else(|| self.stuck());
        let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        let reason = format!("not recovering, {ready} of {wanted} pods ready since {}{cause}", moment(since));
        is(Status::Failing, reason)
    }

    /// On purpose: the pods there are, old or new, must still serve.
    pub(super) fn paused(&self, reason: String, since: Option<DateTime<Utc>>, clock: &mut Clock) -> Progress {
        let workload = self.workload;
        let paused = self.is(Status::Paused, reason, since);
        if count(self.census.serving()) < workload.replicas.wanted && workload.observed_generation >= workload.generation {
            let all: Vec<&Pod> = self.census.wanted.iter().chain(&self.census.old).copied().collect();
            let short = self.recovering(&all, clock);
            return if short.status == Status::Failing { short } else { Progress { short_since: short.short_since, ..paused } };
        }
        paused
    }

    /// Why pods went that were not told to by their controller: preempted, drained, evicted.
    fn why_short(&self) -> Option<String> {
        let census = self.census;
        let mut gone = census.leaving_wanted.iter().chain(&census.leaving_old).chain(census.ended.last());
        let named = |pod: &Pod, why: &str| format!("pod {}: {why}", pod.name.name);
        let disrupted = |pod: &Pod| {
            let target = condition(&pod.conditions, "DisruptionTarget").filter(|c| &*c.status == "True")?;
            Some(named(pod, &words(target, "disrupted")))
        };
        let evicted = |pod: &Pod| pod.reason.is_some().then(|| trouble::end_of(pod)).flatten().map(|why| named(pod, &why));
        gone.find_map(|pod| disrupted(pod)).or_else(|| census.ended.last().and_then(|pod| evicted(pod)))
    }

    /// A pod that cannot go: whoever replaces it waits for it.
    fn stuck(&self) -> Option<String> {
        let pod = self.census.leaving_wanted.first()?;
        let since = pod.deleted_at?;
        let node = pod.node.as_ref().map(|node| format!(" by node {node}")).unwrap_or_default();
        Some(format!("pod {} was deleted at {} and is not confirmed gone{node}", pod.name.name, moment(since)))
    }

    /// The newest warning about a pod, if it is of the time since which the pod is not ready.
    pub(super) fn warning_of(&self, pod: &Pod) -> Option<&Warning> {
        let since = readiness_since(pod).unwrap_or(pod.created);
        self.objects.beside().warning(&pod.uid).filter(|warning| after(warning.at, Duration::minutes(1)) >= since)
    }

    /// Why the controller could not make pods, if it could not since the newest there is.
    pub(super) fn refusal(&self) -> Option<String> {
        let newest = self.census.wanted.iter().map(|pod| pod.created).max();
        let warning = self.objects.beside().warning(&self.workload.uid).filter(|warning| &*warning.reason == "FailedCreate")?;
        // A pod of that name is still going away: that passes.
        let passes = ["already exists", "is being deleted"].iter().any(|text| warning.message.contains(text));
        let is_current = newest.is_none_or(|newest| warning.at >= newest);
        (is_current && !passes).then(|| format!("{}: {}", warning.reason, warning.message))
    }

    /// The pod's own words, and what the kubelet says of it.
    pub(super) fn why_not_ready(&self, pod: &Pod) -> String {
        let own = own_words(pod);
        match self.warning_of(pod) {
            Some(warning) => format!("{own}; {}: {}", warning.reason, warning.message.trim_end()),
            None => own,
        }
    }
}

fn own_words(pod: &Pod) -> String {
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
        (None, None, Some(ready)) if ready.message.is_none() && containers_are_ready(pod) => match &pod.node {
            // Only the kubelet changes containers' statuses; it does not answer.
            Some(node) => format!("pod {name}: node {node} is lost"),
            None => format!("pod {name} is not ready"),
        },
        (None, None, Some(ready)) => format!("pod {name}: {}", words(ready, "not ready")),
        (None, None, None) => format!("pod {name} is not ready"),
    }
}

fn containers_are_ready(pod: &Pod) -> bool {
    let mut serving = pod.containers.iter().filter(|container| matches!(container.role, Role::Main | Role::Side));
    serving.all(|container| container.ready)
}

/// Since when a pod is not ready that was once; none for one that is starting.
fn lost(pod: &Pod) -> Option<DateTime<Utc>> {
    let bound = condition(&pod.conditions, "PodScheduled").and_then(|scheduled| scheduled.since).unwrap_or(pod.created);
    readiness_since(pod).filter(|since| *since > after(bound, REPORTED))
}

/// When a pod came, or became ready for the first time.
fn came(pod: &Pod) -> Option<DateTime<Utc>> {
    let ready = readiness_since(pod).filter(|since| is_ready(pod) && *since - pod.created < COMING);
    ready.into_iter().chain([pod.created]).max()
}
