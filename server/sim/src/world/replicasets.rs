//! The ReplicaSet controller.

use std::cmp::Reverse;
use std::sync::Arc;

use super::objects::ReplicaSetCounts;
use super::{Name, ObjectKind, Owner, OwnerKind, Phase, Pod, ReplicaSet, Task, World};
use crate::identity;

impl World {
    /// The pods of an owner, by its uid.
    pub(super) fn owned(&self, uid: &Arc<str>) -> impl Iterator<Item = &Pod> {
        self.pods_of.get(uid).into_iter().flatten().filter_map(|name| self.pods.get(name))
    }

    pub(super) fn create_replica_set(&mut self, deployment: &Name, replicas: u32, revision: u64) -> Option<Name> {
        let owner = self.deployments.get(deployment)?;
        let (surge, _) = owner.fences();
        let template = Arc::new(owner.spec.template.clone());
        let hash = identity::template_hash(&format!("{template:?}"));
        let name = deployment.sibling(&format!("{}-{hash}", deployment.name));
        let mut labels = owner.spec.selector.clone();
        labels.extend(template.labels.clone());
        labels.insert("pod-template-hash".to_owned(), hash.clone());
        let mut selector = owner.spec.selector.clone();
        selector.insert("pod-template-hash".to_owned(), hash.clone());
        let set_owner = Owner { kind: OwnerKind::Deployment, name: deployment.clone(), uid: Arc::clone(&owner.meta.uid) };
        let (desired, min_ready_seconds) = (owner.spec.replicas, owner.spec.min_ready_seconds);
        let set = ReplicaSet {
            meta: self.new_meta(name.clone(), labels),
            deployment: set_owner,
            hash,
            selector,
            template,
            replicas,
            desired,
            max: desired + surge,
            revision,
            counts: ReplicaSetCounts::default(),
            min_ready_seconds,
        };
        self.replica_sets.insert(name.clone(), set);
        self.sets_of.entry(deployment.clone()).or_default().insert(name.clone());
        self.write(ObjectKind::ReplicaSet, &name);
        self.enqueue(Task::ReplicaSet(name.clone()));
        Some(name)
    }

    pub(super) fn delete_replica_set(&mut self, name: &Name) {
        self.unwrite(ObjectKind::ReplicaSet, name);
        let Some(set) = self.replica_sets.remove(name) else { return };
        if let Some(sets) = self.sets_of.get_mut(&set.deployment.name) {
            sets.remove(name);
        }
        self.delete_pods_of(&set.meta.uid);
    }

    pub(super) fn delete_pods_of(&mut self, owner: &Arc<str>) {
        for pod in self.pods_of.get(owner).cloned().unwrap_or_default() {
            self.delete_pod(&pod);
        }
    }

    pub(super) fn sync_replica_set(&mut self, name: &Name) {
        let Some(set) = self.replica_sets.get(name) else { return };
        let owner = Owner { kind: OwnerKind::ReplicaSet, name: name.clone(), uid: Arc::clone(&set.meta.uid) };
        let (rv, wanted) = (set.meta.rv, set.replicas as usize);
        // The status is that of the pods found, before any are made or deleted: it catches up with the next pass.
        let counts = self.replica_set_counts(set);
        let active: Vec<Name> = self.owned(&set.meta.uid).filter(|pod| pod.active()).map(|pod| pod.meta.name.clone()).collect();
        let (template, hash) = (Arc::clone(&set.template), set.hash.clone());
        if active.len() < wanted {
            for _ in active.len()..wanted {
                let pod = self.create_pod(&owner, &template, &hash, super::pods::Place::Anywhere);
                self.controller_event(&owner, rv, "replicaset-controller", "SuccessfulCreate", format!("Created pod: {}", pod.name));
            }
        } else if active.len() > wanted {
            for pod in self.least_useful(active, wanted) {
                self.delete_pod(&pod);
                self.controller_event(&owner, rv, "replicaset-controller", "SuccessfulDelete", format!("Deleted pod: {}", pod.name));
            }
        }
        let Some(set) = self.replica_sets.get_mut(name) else { return };
        if set.counts != counts {
            set.counts = counts;
            let deployment = set.deployment.clone();
            self.write(ObjectKind::ReplicaSet, name);
            self.enqueue_owner(&deployment);
        }
    }

    fn replica_set_counts(&self, set: &ReplicaSet) -> ReplicaSetCounts {
        let mut counts = ReplicaSetCounts { terminating: Some(0), observed: Some(set.meta.generation), ..ReplicaSetCounts::default() };
        for pod in self.owned(&set.meta.uid) {
            if pod.active() {
                counts.replicas += 1;
                counts.ready += u32::from(pod.ready());
                counts.available += u32::from(pod.available(self.now, set.min_ready_seconds));
            } else if !pod.phase.ended() {
                counts.terminating = counts.terminating.map(|terminating| terminating + 1);
            }
        }
        counts
    }

    /// Which pods go when there are too many: unbound, pending and unready ones first, then the youngest.
    fn least_useful(&self, mut active: Vec<Name>, wanted: usize) -> Vec<Name> {
        active.sort_by_key(|name| {
            self.pods.get(name).map(|pod| {
                let since = pod.conditions.as_ref().map(|conditions| conditions[2].since);
                (pod.bound.is_some(), pod.phase == Phase::Running, pod.ready(), Reverse(since), Reverse(pod.meta.created), name.clone())
            })
        });
        let excess = active.len() - wanted;
        active.truncate(excess);
        active
    }
}
