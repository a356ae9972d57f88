//! The DaemonSet controller: a pod on every node, replaced one node at a time.

use std::sync::Arc;

use super::objects::DaemonSetCounts;
use super::pods::Place;
use super::{DaemonSet, Name, ObjectKind, Owner, OwnerKind, Pod, Task, World};
use crate::identity;
use crate::spec::{Template, Workload};

fn revision(template: &Template, generation: i64) -> super::objects::Revision {
    let hash = identity::template_hash(&format!("{template:?}"));
    super::objects::Revision { hash, template: Arc::new(template.clone()), generation }
}

impl DaemonSet {
    /// A new template is a new template generation at once: the API server counts it, not the controller.
    pub(super) fn note_template(&mut self) {
        if *self.update.template != self.spec.template {
            self.update = revision(&self.spec.template, self.update.generation + 1);
        }
    }
}

impl World {
    pub(super) fn create_daemon_set(&mut self, spec: Workload) {
        let name = Name::new(&spec.namespace, &spec.name);
        let meta = self.new_meta(name.clone(), spec.labels.clone());
        let update = revision(&spec.template, 1);
        let set = DaemonSet { meta, spec, observed: None, counts: DaemonSetCounts::default(), update };
        self.daemon_sets.insert(name.clone(), set);
        self.write(ObjectKind::DaemonSet, &name);
        self.enqueue(Task::DaemonSet(name));
    }

    pub(super) fn sync_daemon_set(&mut self, name: &Name) {
        let Some(set) = self.daemon_sets.get(name) else { return };
        let owner = Owner { kind: OwnerKind::DaemonSet, name: name.clone(), uid: Arc::clone(&set.meta.uid) };
        let (rv, update) = (set.meta.rv, set.update.clone());
        let mut made = false;
        for node in 0..self.config.nodes {
            if !self.owned(&owner.uid).any(|pod| pod.node == node && pod.present()) {
                let pod = self.create_pod(&owner, &update.template, &update.hash, Place::Node(node, update.generation));
                self.controller_event(&owner, rv, "daemonset-controller", "SuccessfulCreate", format!("Created pod: {}", pod.name));
                made = true;
            }
        }
        if !made {
            self.replace_one(&owner, rv, &update.hash);
        }
        self.note_daemon_set(name);
    }

    /// Deletes one old pod when no other is unavailable (maxUnavailable 1); one that does not work anyway goes first.
    fn replace_one(&mut self, owner: &Owner, rv: u64, wanted: &str) {
        let old = |pod: &&Pod| pod.revision != wanted && pod.meta.deletion.is_none();
        let unavailable = self.owned(&owner.uid).any(|pod| pod.meta.deletion.is_some() || (!pod.ready() && pod.revision == wanted));
        let mut candidates: Vec<&Pod> = self.owned(&owner.uid).filter(old).collect();
        candidates.sort_by_key(|pod| (pod.ready(), pod.node));
        let Some(pod) = candidates.first().filter(|pod| !unavailable || !pod.ready()).map(|pod| pod.meta.name.clone()) else { return };
        self.delete_pod(&pod);
        self.controller_event(owner, rv, "daemonset-controller", "SuccessfulDelete", format!("Deleted pod: {}", pod.name));
    }

    fn note_daemon_set(&mut self, name: &Name) {
        let now = self.now;
        let Some(set) = self.daemon_sets.get(name) else { return };
        let desired = u32::try_from(self.config.nodes).unwrap_or(u32::MAX);
        let mut counts = DaemonSetCounts { desired, ..DaemonSetCounts::default() };
        for node in 0..self.config.nodes {
            let on_node = self.owned(&set.meta.uid).filter(|pod| pod.node == node && pod.present());
            let Some(pod) = on_node.min_by_key(|pod| (pod.meta.created, pod.meta.rv)) else { continue };
            counts.current += 1;
            counts.ready += u32::from(pod.ready());
            counts.available += u32::from(pod.available(now, set.spec.min_ready_seconds));
            counts.updated += u32::from(pod.revision == set.update.hash);
        }
        counts.unavailable = counts.desired - counts.available;
        let observed = Some(set.meta.generation);
        let Some(set) = self.daemon_sets.get_mut(name) else { return };
        if (set.counts, set.observed) != (counts, observed) {
            set.counts = counts;
            set.observed = observed;
            self.write(ObjectKind::DaemonSet, name);
        }
    }
}
