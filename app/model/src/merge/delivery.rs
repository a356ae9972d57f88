//! Rollouts of Argo Rollouts: canaries by weight and step, and pairs of sides.

use crate::status::{Flag, Status};
use crate::workload::{Delivery, Special, Workload};

use super::clock::Clock;
use super::rollout::{Judge, Progress};
use super::sides::push;

impl Judge<'_> {
    /// A Rollout. What its pods and conditions say comes first, and was asked before.
    pub(super) fn delivery(&self, delivery: &Delivery, clock: &mut Clock) -> Progress {
        let workload = self.workload;
        let is_seen = workload.observed_generation >= workload.generation;
        let message = delivery.message.as_deref().unwrap_or_default();
        if is_seen && (delivery.aborted || delivery.phase.as_deref() == Some("Degraded")) {
            let mut reason = if delivery.aborted { "aborted: the stable version serves".to_owned() } else { "Degraded".to_owned() };
            push(&mut reason, message);
            return self.is(Status::Failing, reason, None);
        }
        let is_stable = workload.update_hash == workload.current_hash;
        if is_stable && self.is_complete() {
            return self.complete();
        }
        let mut reason = how_far(workload, delivery);
        if workload.paused || !delivery.pauses.is_empty() {
            let pauses: Vec<&str> = delivery.pauses.iter().map(|pause| &**pause).collect();
            let why = if pauses.is_empty() { String::new() } else { format!(" ({})", pauses.join(", ")) };
            push(&mut reason, &format!("the rollout is paused{why}, {}", self.rolling_reason()));
            return self.paused(reason, None, clock);
        }
        if is_stable && is_seen && self.census.old_left() == 0 {
            return self.recovering(&self.census.wanted, clock);
        }
        push(&mut reason, &self.rolling_reason());
        self.rolling(reason)
    }
}

/// What a Rollout is in the middle of; none when it is in the middle of nothing.
pub(crate) fn pairing(workload: &Workload) -> Option<Flag> {
    let Special::Rollout(delivery) = &workload.special else { return None };
    if workload.update_hash == workload.current_hash || workload.replicas.wanted == 0 {
        return None;
    }
    if delivery.blue_green.is_some() { Some(Flag::BlueGreen) } else { delivery.canary.map(|_| Flag::Canary) }
}

/// How far a Rollout is by its strategy: weight and step of a canary, who serves of a pair.
fn how_far(workload: &Workload, delivery: &Delivery) -> String {
    if workload.update_hash == workload.current_hash {
        return String::new();
    }
    if let Some(pair) = &delivery.blue_green {
        let hash = |hash: &Option<arcstr::ArcStr>| hash.as_deref().unwrap_or("none").to_owned();
        return format!("active {}, preview {}", hash(&pair.active), hash(&pair.preview));
    }
    let Some(canary) = delivery.canary else { return String::new() };
    let weight = canary.weight.map(|weight| format!("canary {weight} %"));
    let step = canary.step.filter(|_| canary.steps > 0).map(|step| format!("step {} of {}", (step + 1).min(canary.steps), canary.steps));
    weight.into_iter().chain(step).collect::<Vec<_>>().join(", ")
}
