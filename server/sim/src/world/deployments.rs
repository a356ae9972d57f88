//! The Deployment controller: the decisions of kube-controller-manager's, in its order.

use std::sync::Arc;

use chrono::TimeDelta;

use super::objects::DeploymentCounts;
use super::{Deployment, Name, ObjectKind, Owner, OwnerKind, Phase, ReplicaSet, Task, World};
use crate::spec::{Strategy, Workload};

/// What one pass over a Deployment found to do.
#[derive(PartialEq, Eq)]
enum Progress {
    /// A ReplicaSet was made or scaled: the rest comes with the next pass.
    Scaled,
    /// Nothing was scaled.
    Settled,
}

/// Whether the status of a pass judges progress.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judge {
    /// A rollout: Progressing moves.
    Rollout,
    /// Paused or scaling: only the counts move.
    CountsOnly,
}

impl World {
    /// The ReplicaSets of a Deployment.
    pub(super) fn sets(&self, deployment: &Name) -> impl Iterator<Item = &ReplicaSet> {
        self.sets_of.get(deployment).into_iter().flatten().filter_map(|name| self.replica_sets.get(name))
    }

    pub(super) fn create_deployment(&mut self, spec: Workload) {
        let name = Name::new(&spec.namespace, &spec.name);
        let meta = self.new_meta(name.clone(), spec.labels.clone());
        let counts = DeploymentCounts::default();
        let deployment = Deployment { meta, spec, revision: 0, observed: None, counts, conditions: Vec::new(), alarm: None };
        self.deployments.insert(name.clone(), deployment);
        self.write(ObjectKind::Deployment, &name);
        self.enqueue(Task::Deployment(name));
    }

    pub(super) fn sync_deployment(&mut self, name: &Name) {
        self.note_pause(name);
        let Some(deployment) = self.deployments.get(name) else { return };
        let (paused, replicas, strategy) = (deployment.spec.paused, deployment.spec.replicas, deployment.spec.strategy);
        let rescaled = self.sets(name).any(|set| set.replicas > 0 && set.desired != replicas);
        if paused || rescaled {
            self.adopt_new_set(name);
            self.rescale(name);
            self.update_status(name, Judge::CountsOnly);
            return;
        }
        match strategy {
            Strategy::Rolling => self.roll(name),
            Strategy::Recreate => self.recreate(name),
        }
        self.update_status(name, Judge::Rollout);
    }

    /// Says in the conditions that the rollout was paused or resumed.
    fn note_pause(&mut self, name: &Name) {
        let now = self.now;
        let Some(deployment) = self.deployments.get_mut(name) else { return };
        let reason = deployment.condition("Progressing").map(|condition| condition.reason);
        let note = match (deployment.spec.paused, reason) {
            (_, Some("ProgressDeadlineExceeded")) | (true, Some("DeploymentPaused")) => return,
            (true, _) => ("DeploymentPaused", "Deployment is paused"),
            (false, Some("DeploymentPaused")) => ("DeploymentResumed", "Deployment is resumed"),
            (false, _) => return,
        };
        deployment.set_condition("Progressing", "Unknown", note.0, note.1.to_owned(), now);
        self.write(ObjectKind::Deployment, name);
    }

    fn roll(&mut self, name: &Name) {
        if self.new_set_or_create(name).is_none() {
            return;
        }
        if self.scale_up_new(name) == Progress::Settled && self.scale_down_old(name) == Progress::Settled {
            self.forget_old_sets(name);
        }
    }

    fn recreate(&mut self, name: &Name) {
        let new = self.new_set(name);
        let old: Vec<Name> = self.sets(name).filter(|set| Some(&set.meta.name) != new.as_ref()).map(|set| set.meta.name.clone()).collect();
        let mut scaled = Progress::Settled;
        for set in &old {
            if self.replica_sets.get(set).is_some_and(|set| set.replicas > 0) {
                self.scale_set(name, set, 0);
                scaled = Progress::Scaled;
            }
        }
        let still_running = old
            .iter()
            .filter_map(|set| self.replica_sets.get(set))
            .any(|set| self.owned(&set.meta.uid).any(|pod| !matches!(pod.phase, Phase::Failed | Phase::Succeeded)));
        if scaled == Progress::Scaled || still_running || self.new_set_or_create(name).is_none() {
            return;
        }
        if self.scale_up_new(name) == Progress::Settled {
            self.forget_old_sets(name);
        }
    }

    /// The ReplicaSet whose template is the wanted one.
    fn new_set(&self, name: &Name) -> Option<Name> {
        let deployment = self.deployments.get(name)?;
        self.sets(name).find(|set| *set.template == deployment.spec.template).map(|set| set.meta.name.clone())
    }

    /// The wanted ReplicaSet. None when it had to be made, which is enough for one pass.
    fn new_set_or_create(&mut self, name: &Name) -> Option<Name> {
        if let Some(set) = self.adopt_new_set(name) {
            return Some(set);
        }
        let deployment = self.deployments.get(name)?;
        let (surge, _) = deployment.fences();
        let replicas = deployment.spec.replicas;
        let present: u32 = self.sets(name).map(|set| set.replicas).sum();
        let first = match deployment.spec.strategy {
            Strategy::Recreate => replicas,
            Strategy::Rolling => (replicas + surge).saturating_sub(present).min(replicas),
        };
        let revision = self.sets(name).map(|set| set.revision).max().unwrap_or(0) + 1;
        let set = self.create_replica_set(name, first, revision)?;
        let now = self.now;
        let deployment = self.deployments.get_mut(name)?;
        deployment.revision = revision;
        let message = format!("Created new replica set \"{}\"", set.name);
        deployment.set_condition("Progressing", "True", "NewReplicaSetCreated", message, now);
        self.write(ObjectKind::Deployment, name);
        if first > 0 {
            let message = format!("Scaled up replica set {} from 0 to {first}", set.name);
            self.deployment_event(name, "ScalingReplicaSet", message);
        }
        None
    }

    /// Finds the wanted ReplicaSet and, when it was an older one, makes it the newest revision: a rollback.
    fn adopt_new_set(&mut self, name: &Name) -> Option<Name> {
        let found = self.new_set(name)?;
        let newest = self.sets(name).filter(|set| set.meta.name != found).map(|set| set.revision).max().unwrap_or(0) + 1;
        let set = self.replica_sets.get_mut(&found)?;
        if set.revision < newest {
            set.revision = newest;
            self.write(ObjectKind::ReplicaSet, &found);
        }
        let revision = self.replica_sets.get(&found)?.revision;
        let now = self.now;
        let deployment = self.deployments.get_mut(name)?;
        if deployment.revision != revision {
            deployment.revision = revision;
            if !deployment.spec.paused {
                let message = format!("Found new replica set \"{}\"", found.name);
                deployment.set_condition("Progressing", "True", "FoundNewReplicaSet", message, now);
            }
            self.write(ObjectKind::Deployment, name);
        }
        Some(found)
    }

    fn scale_up_new(&mut self, name: &Name) -> Progress {
        let Some((deployment, new)) = self.deployments.get(name).zip(self.new_set(name).and_then(|new| self.replica_sets.get(&new))) else {
            return Progress::Settled;
        };
        let wanted = deployment.spec.replicas;
        let (surge, _) = deployment.fences();
        let present: u32 = self.sets(name).map(|set| set.replicas).sum();
        let target = if new.replicas >= wanted {
            wanted
        } else {
            let room = (wanted + surge).saturating_sub(present);
            new.replicas + room.min(wanted - new.replicas)
        };
        let (set, before) = (new.meta.name.clone(), new.replicas);
        if target == before {
            return Progress::Settled;
        }
        self.scale_set(name, &set, target);
        Progress::Scaled
    }

    fn scale_down_old(&mut self, name: &Name) -> Progress {
        let Some((deployment, new)) = self.deployments.get(name).zip(self.new_set(name).and_then(|new| self.replica_sets.get(&new))) else {
            return Progress::Settled;
        };
        let (_, unavailable) = deployment.fences();
        let least = deployment.spec.replicas.saturating_sub(unavailable);
        let all: u32 = self.sets(name).map(|set| set.replicas).sum();
        let new_unavailable = new.replicas.saturating_sub(new.counts.available);
        let mut budget = all.saturating_sub(least).saturating_sub(new_unavailable);
        let mut old: Vec<_> = self
            .sets(name)
            .filter(|set| set.meta.name != new.meta.name && set.replicas > 0)
            .map(|set| (set.revision, set.meta.name.clone(), set.replicas, set.counts.available))
            .collect();
        old.sort();
        let mut scaled = Progress::Settled;
        // Old pods that do not serve go first: they cost nothing.
        for (_, set, replicas, available) in &mut old {
            let sick = replicas.saturating_sub(*available).min(budget);
            if sick > 0 {
                budget -= sick;
                *replicas -= sick;
                self.scale_set(name, set, *replicas);
                scaled = Progress::Scaled;
            }
        }
        let serving: u32 = self.sets(name).map(|set| set.counts.available).sum();
        let mut spare = serving.saturating_sub(least).min(budget);
        for (_, set, replicas, _) in &old {
            let step = spare.min(*replicas);
            if step > 0 {
                spare -= step;
                self.scale_set(name, set, replicas - step);
                scaled = Progress::Scaled;
            }
        }
        scaled
    }

    /// Brings the ReplicaSets to a new `spec.replicas`: the newest active one takes the difference.
    fn rescale(&mut self, name: &Name) {
        let Some(deployment) = self.deployments.get(name) else { return };
        let wanted = deployment.spec.replicas;
        let newest = self.sets(name).max_by_key(|set| set.revision).map(|set| set.meta.name.clone());
        let mut active: Vec<(u64, Name)> =
            self.sets(name).filter(|set| set.replicas > 0).map(|set| (set.revision, set.meta.name.clone())).collect();
        active.sort();
        let Some(target) = active.pop().map(|(_, set)| set).or(newest) else { return };
        let mut elsewhere = 0;
        for (_, set) in &active {
            if wanted == 0 {
                self.scale_set(name, set, 0);
            } else if let Some(set) = self.replica_sets.get_mut(set) {
                // It keeps its pods and learns the new number.
                set.desired = wanted;
                elsewhere += set.replicas;
            }
        }
        let share = wanted.saturating_sub(elsewhere);
        if self.replica_sets.get(&target).is_some_and(|set| set.replicas != share || set.desired != wanted) {
            self.scale_set(name, &target, share);
        }
    }

    fn scale_set(&mut self, deployment: &Name, set: &Name, replicas: u32) {
        let Some(owner) = self.deployments.get(deployment) else { return };
        let (surge, _) = owner.fences();
        let desired = owner.spec.replicas;
        let Some(target) = self.replica_sets.get_mut(set) else { return };
        let before = target.replicas;
        if before != replicas {
            target.meta.generation += 1;
        }
        target.replicas = replicas;
        target.desired = desired;
        target.max = desired + surge;
        self.write(ObjectKind::ReplicaSet, set);
        self.enqueue(Task::ReplicaSet(set.clone()));
        self.enqueue(Task::Deployment(deployment.clone()));
        if before != replicas {
            let way = if replicas > before { "up" } else { "down" };
            let message = format!("Scaled {way} replica set {} from {before} to {replicas}", set.name);
            self.deployment_event(deployment, "ScalingReplicaSet", message);
        }
    }

    /// Old ReplicaSets beyond `revisionHistoryLimit` go once the rollout is complete.
    fn forget_old_sets(&mut self, name: &Name) {
        const LIMIT: usize = 5;
        let Some(new) = self.new_set(name) else { return };
        let mut empty: Vec<(u64, Name)> = self
            .sets(name)
            .filter(|set| set.meta.name != new && set.replicas == 0 && set.counts.replicas == 0)
            .map(|set| (set.revision, set.meta.name.clone()))
            .collect();
        empty.sort();
        let excess = empty.len().saturating_sub(LIMIT);
        for (_, set) in empty.into_iter().take(excess) {
            self.delete_replica_set(&set);
        }
    }

    fn update_status(&mut self, name: &Name, judge: Judge) {
        let new = self.new_set(name);
        let counts = self.deployment_counts(name, new.as_ref());
        let now = self.now;
        let Some(deployment) = self.deployments.get_mut(name) else { return };
        let before = (deployment.counts, deployment.observed, deployment.conditions.clone());
        let (old, generation, wanted) = (deployment.counts, deployment.meta.generation, deployment.spec.replicas);
        let (_, unavailable) = deployment.fences();
        if counts.available >= wanted.saturating_sub(unavailable) {
            let message = "Deployment has minimum availability.".to_owned();
            deployment.set_condition("Available", "True", "MinimumReplicasAvailable", message, now);
        } else {
            let message = "Deployment does not have minimum availability.".to_owned();
            deployment.set_condition("Available", "False", "MinimumReplicasUnavailable", message, now);
        }
        let reason = deployment.condition("Progressing").map(|condition| condition.reason);
        let was_complete = counts.replicas == counts.updated && reason == Some("NewReplicaSetAvailable");
        let mut overdue = None;
        if judge == Judge::Rollout && !was_complete {
            let set = new.as_ref().map_or("", |set| &set.name);
            let complete = counts.updated == wanted && counts.replicas == wanted && counts.available == wanted;
            let progressing = counts.updated > old.updated
                || counts.replicas.saturating_sub(counts.updated) < old.replicas.saturating_sub(old.updated)
                || counts.ready > old.ready
                || counts.available > old.available;
            if complete {
                let message = format!("ReplicaSet \"{set}\" has successfully progressed.");
                deployment.set_condition("Progressing", "True", "NewReplicaSetAvailable", message, now);
            } else if progressing {
                let message = format!("ReplicaSet \"{set}\" is progressing.");
                deployment.renew_progress("ReplicaSetUpdated", message, now);
            } else if deployment.timed_out(now) {
                let message = format!("ReplicaSet \"{set}\" has timed out progressing.");
                deployment.set_condition("Progressing", "False", "ProgressDeadlineExceeded", message, now);
            }
            overdue = deployment.deadline();
        }
        deployment.counts = counts;
        deployment.observed = Some(generation);
        if before != (deployment.counts, deployment.observed, deployment.conditions.clone()) {
            self.write(ObjectKind::Deployment, name);
        }
        let Some(deployment) = self.deployments.get_mut(name) else { return };
        if let Some(deadline) = overdue.filter(|deadline| *deadline > now && deployment.alarm != Some(*deadline)) {
            deployment.alarm = Some(deadline);
            let task = Task::Deployment(name.clone());
            self.schedule(deadline - now + TimeDelta::seconds(1), task);
        }
    }

    fn deployment_counts(&self, name: &Name, new: Option<&Name>) -> DeploymentCounts {
        let mut counts = DeploymentCounts::default();
        let mut asked = 0;
        for set in self.sets(name) {
            asked += set.replicas;
            counts.replicas += set.counts.replicas;
            counts.ready += set.counts.ready;
            counts.available += set.counts.available;
            counts.terminating += set.counts.terminating.unwrap_or(0);
            if Some(&set.meta.name) == new {
                counts.updated = set.counts.replicas;
            }
        }
        counts.unavailable = asked.saturating_sub(counts.available);
        counts
    }

    fn deployment_event(&mut self, name: &Name, reason: &'static str, message: String) {
        let Some(deployment) = self.deployments.get(name) else { return };
        let about = Owner { kind: OwnerKind::Deployment, name: name.clone(), uid: Arc::clone(&deployment.meta.uid) };
        let rv = deployment.meta.rv;
        self.controller_event(&about, rv, "deployment-controller", reason, message);
    }
}
