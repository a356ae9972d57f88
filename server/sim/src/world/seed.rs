//! Workloads that have been running for a while, made at once.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Command, Name, ObjectKind, Pace, World};
use crate::spec::Workload;

/// How long a seeded rollout is played, in the workload's own past. One that is not complete by then fails, and goes on failing.
const PLAYED: TimeDelta = TimeDelta::seconds(60);

impl World {
    /// A workload as if it had been applied at `since` and rolled out without incident: in its steady state, every pod ready.
    ///
    /// It is played in its own past and written once, so that thousands of pods are there in an instant; the world's clock stays
    /// where it is.
    pub fn seed(&mut self, mut workload: Workload, since: DateTime<Utc>) {
        let name = Name::new(&workload.namespace, &workload.name);
        let paused = std::mem::take(&mut workload.paused);
        let now = std::mem::replace(&mut self.now, since);
        let queue = std::mem::take(&mut self.queue);
        let queued = std::mem::take(&mut self.queued);
        let pace = std::mem::replace(&mut self.config.pace, Pace::fast());
        self.ensure_namespace(&workload.namespace);
        self.quiet = true;
        self.apply_workload(workload);
        self.play_until(since + PLAYED, |world| world.rollout(&name.namespace, &name.name).is_none_or(|rollout| rollout.complete()));
        if paused {
            let pause = Command::Pause { namespace: name.namespace.to_string(), name: name.name.to_string(), paused };
            // It was made just now: the command cannot miss it.
            let _ = self.apply(self.now, pause);
            self.play_until(since + PLAYED, |_| false);
        }
        self.quiet = false;
        self.write_family(&name);
        self.config.pace = pace;
        self.now = now;
        if self.rollout(&name.namespace, &name.name).is_some_and(|rollout| rollout.complete()) {
            // What is left are the deadlines of a rollout that met them.
            self.queue.clear();
            self.queued.clear();
        }
        self.queue.extend(queue);
        self.queued.extend(queued);
    }

    fn play_until(&mut self, end: DateTime<Utc>, done: impl Fn(&Self) -> bool) {
        while !done(self)
            && let Some(due) = self.next_due().filter(|due| *due <= end)
        {
            self.step(due);
        }
    }

    /// Writes a workload and all that belongs to it.
    fn write_family(&mut self, name: &Name) {
        let mut family = Vec::new();
        let mut owners = Vec::new();
        if let Some(deployment) = self.deployments.get(name) {
            family.push((ObjectKind::Deployment, deployment.meta.name.clone()));
            for set in self.sets(name) {
                family.push((ObjectKind::ReplicaSet, set.meta.name.clone()));
                owners.push(set.meta.uid.clone());
            }
        }
        if let Some(set) = self.stateful_sets.get(name) {
            family.push((ObjectKind::StatefulSet, name.clone()));
            owners.push(set.meta.uid.clone());
        }
        if let Some(set) = self.daemon_sets.get(name) {
            family.push((ObjectKind::DaemonSet, name.clone()));
            owners.push(set.meta.uid.clone());
        }
        for owner in &owners {
            family.extend(self.owned(owner).map(|pod| (ObjectKind::Pod, pod.meta.name.clone())));
        }
        for (kind, name) in family {
            self.write(kind, &name);
        }
    }
}
