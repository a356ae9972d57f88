//! The StatefulSet controller: pods by ordinal, one at a time, the highest first in an update.

use std::sync::Arc;

use super::objects::{Revision, StatefulSetCounts};
use super::pods::Place;
use super::{Name, ObjectKind, Owner, OwnerKind, Phase, Pod, StatefulSet, Task, World};
use crate::identity;
use crate::spec::{Template, Workload};

/// The revision of a template, named like its ControllerRevision.
pub(super) fn revision(name: &str, template: &Template, generation: i64) -> Revision {
    let hash = format!("{name}-{}", identity::template_hash(&format!("{template:?}")));
    Revision { hash, template: Arc::new(template.clone()), generation }
}

impl World {
    pub(super) fn create_stateful_set(&mut self, spec: Workload) {
        let name = Name::new(&spec.namespace, &spec.name);
        let meta = self.new_meta(name.clone(), spec.labels.clone());
        let update = revision(&spec.name, &spec.template, 1);
        let set =
            StatefulSet { meta, spec, observed: None, counts: StatefulSetCounts::default(), current: update.clone(), update, shown: None };
        self.stateful_sets.insert(name.clone(), set);
        self.write(ObjectKind::StatefulSet, &name);
        self.enqueue(Task::StatefulSet(name));
    }

    pub(super) fn sync_stateful_set(&mut self, name: &Name) {
        let Some(set) = self.stateful_sets.get_mut(name) else { return };
        if *set.update.template != set.spec.template {
            set.update = revision(&set.spec.name, &set.spec.template, set.meta.generation);
        }
        self.move_pods(name);
        self.note_stateful_set(name);
    }

    /// Does the one thing that is next: a pod is made, or deleted, or waited for.
    fn move_pods(&mut self, name: &Name) {
        let Some(set) = self.stateful_sets.get(name) else { return };
        let owner = Owner { kind: OwnerKind::StatefulSet, name: name.clone(), uid: Arc::clone(&set.meta.uid) };
        let (rv, wanted) = (set.meta.rv, set.spec.replicas);
        let (current, update) = (set.current.clone(), set.update.clone());
        let of_current = set.counts.current;
        let pod_name = |ordinal: u32| name.sibling(&format!("{}-{ordinal}", name.name));
        for ordinal in 0..wanted {
            match self.pods.get(&pod_name(ordinal)) {
                None => {
                    let from = if current.hash != update.hash && ordinal < of_current { &current } else { &update };
                    let (template, hash) = (Arc::clone(&from.template), from.hash.clone());
                    let pod = self.create_pod(&owner, &template, &hash, Place::Ordinal(ordinal));
                    let message = format!("Create Pod {} in StatefulSet {} successful", pod.name, name.name);
                    self.controller_event(&owner, rv, "statefulset-controller", "SuccessfulCreate", message);
                    return;
                }
                // OrderedReady: nothing moves before the pods below are well. A broken pod of an old revision is replaced all the same.
                Some(pod) if pod.meta.deletion.is_some() => return,
                Some(pod) if !pod.ready() && pod.revision == update.hash => return,
                Some(_) => {}
            }
        }
        let beyond = self.owned(&owner.uid).filter(|pod| pod.ordinal >= Some(wanted)).max_by_key(|pod| pod.ordinal);
        let outdated = (0..wanted).rev().filter_map(|ordinal| self.pods.get(&pod_name(ordinal))).find(|pod| pod.revision != update.hash);
        let Some(pod) = beyond.or(outdated).filter(|pod| pod.meta.deletion.is_none()).map(|pod| pod.meta.name.clone()) else { return };
        self.delete_pod(&pod);
        let message = format!("Delete Pod {} in StatefulSet {} successful", pod.name, name.name);
        self.controller_event(&owner, rv, "statefulset-controller", "SuccessfulDelete", message);
    }

    fn note_stateful_set(&mut self, name: &Name) {
        let now = self.now;
        let Some(set) = self.stateful_sets.get(name) else { return };
        let mut counts = StatefulSetCounts::default();
        for pod in self.owned(&set.meta.uid) {
            let well = pod.phase == Phase::Running && pod.ready();
            counts.replicas += 1;
            counts.ready += u32::from(well);
            counts.available += u32::from(well && pod.available(now, set.spec.min_ready_seconds));
            if pod.meta.deletion.is_none() {
                counts.current += u32::from(pod.revision == set.current.hash);
                counts.updated += u32::from(pod.revision == set.update.hash);
            }
        }
        let complete = counts.updated == counts.replicas && counts.ready == counts.replicas && counts.replicas == set.spec.replicas;
        let Some(set) = self.stateful_sets.get_mut(name) else { return };
        if complete && set.current.hash != set.update.hash {
            set.current = set.update.clone();
            counts.current = counts.updated;
        }
        let shown = Some((set.current.hash.clone(), set.update.hash.clone()));
        let observed = Some(set.meta.generation);
        if (set.counts, &set.shown, set.observed) != (counts, &shown, observed) {
            set.counts = counts;
            set.shown = shown;
            set.observed = observed;
            self.write(ObjectKind::StatefulSet, name);
        }
    }
}

impl Pod {
    /// Whether a pod of a DaemonSet or StatefulSet still counts: not ended while being deleted.
    pub(super) fn present(&self) -> bool {
        !(self.meta.deletion.is_some() && self.phase.ended())
    }
}
