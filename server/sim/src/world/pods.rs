//! Pods come and go.

use std::sync::Arc;

use chrono::{SubsecRound, TimeDelta};
use rand::Rng;

use super::objects::Step;
use super::{Name, ObjectKind, Owner, OwnerKind, Pace, Phase, Pod, Task, World};
use crate::identity;
use crate::spec::Template;

/// Where a pod is to run, and under which name.
pub(super) enum Place {
    /// On any node, under a generated name.
    Anywhere,
    /// On any node, under the name of its ordinal.
    Ordinal(u32),
    /// On this node, under a generated name, of this template generation.
    Node(usize, i64),
}

/// How long a deleted pod's containers may take to end, in seconds.
const GRACE: u32 = 10;

impl World {
    pub(super) fn create_pod(&mut self, owner: &Owner, template: &Arc<Template>, revision: &str, place: Place) -> Name {
        let generate_name = format!("{}-", owner.name.name);
        let name = match place {
            Place::Ordinal(ordinal) => owner.name.sibling(&format!("{generate_name}{ordinal}")),
            Place::Anywhere | Place::Node(..) => loop {
                let name = owner.name.sibling(&format!("{generate_name}{}", identity::suffix(&mut self.rng)));
                if !self.pods.contains_key(&name) {
                    break name;
                }
            },
        };
        let selector = match owner.kind {
            OwnerKind::ReplicaSet => self.replica_sets.get(&owner.name).map(|set| set.selector.clone()),
            OwnerKind::StatefulSet => self.stateful_sets.get(&owner.name).map(|set| set.spec.selector.clone()),
            OwnerKind::DaemonSet => self.daemon_sets.get(&owner.name).map(|set| set.spec.selector.clone()),
            OwnerKind::Deployment => None,
        };
        let mut labels = selector.unwrap_or_default();
        labels.extend(template.labels.clone());
        let mut label = |key: &str, value: String| labels.insert(key.to_owned(), value);
        let mut ordinal = None;
        match place {
            Place::Anywhere => {}
            Place::Ordinal(number) => {
                label("apps.kubernetes.io/pod-index", number.to_string());
                label("controller-revision-hash", revision.to_owned());
                label("statefulset.kubernetes.io/pod-name", name.name.to_string());
                ordinal = Some(number);
            }
            Place::Node(_, generation) => {
                label("controller-revision-hash", revision.to_owned());
                label("pod-template-generation", generation.to_string());
            }
        }
        let node = match place {
            Place::Node(node, _) => node,
            _ => self.rng.random_range(0..self.config.nodes.max(1)),
        };
        let pod = Pod {
            meta: self.new_meta(name.clone(), labels),
            owner: owner.clone(),
            generate_name,
            template: Arc::clone(template),
            revision: revision.to_owned(),
            ordinal,
            node,
            bound: None,
            accepted: None,
            sandbox: false,
            phase: Phase::Pending,
            containers: Vec::new(),
            conditions: None,
            ip: [10, 12, self.rng.random(), self.rng.random_range(2..250)],
            volume: format!("kube-api-access-{}", identity::suffix(&mut self.rng)),
            step: Step::Bind,
            epoch: 0,
            backoffs: 0,
        };
        self.pods_of.entry(Arc::clone(&owner.uid)).or_default().insert(name.clone());
        self.pods.insert(name.clone(), pod);
        self.write(ObjectKind::Pod, &name);
        self.enqueue_owner(owner);
        let delay = Pace::draw(&mut self.rng, &self.config.pace.control.clone());
        self.plan(&name, Step::Bind, delay);
        name
    }

    /// The first of two steps: a deletionTimestamp in the future by the grace period. A pod without a node goes at once.
    pub(super) fn delete_pod(&mut self, name: &Name) {
        let now = self.now.trunc_subsecs(0);
        let Some(pod) = self.pods.get_mut(name) else { return };
        if pod.meta.deletion.is_some() {
            return;
        }
        let owner = pod.owner.clone();
        if pod.bound.is_none() {
            self.remove_pod(name);
        } else {
            pod.meta.deletion = Some((now + TimeDelta::seconds(GRACE.into()), GRACE));
            pod.meta.generation += 1;
            self.write(ObjectKind::Pod, name);
            let delay = Pace::draw(&mut self.rng, &self.config.pace.stop.clone());
            self.plan(name, Step::Stop, delay);
        }
        self.enqueue_owner(&owner);
    }

    /// The second step: the kubelet confirms with a grace period of 0, and the object goes.
    pub(super) fn confirm_deletion(&mut self, name: &Name) {
        let now = self.now.trunc_subsecs(0);
        let Some(pod) = self.pods.get_mut(name) else { return };
        pod.meta.deletion = Some((now, 0));
        let owner = pod.owner.clone();
        self.write(ObjectKind::Pod, name);
        self.remove_pod(name);
        self.enqueue_owner(&owner);
    }

    fn remove_pod(&mut self, name: &Name) {
        self.unwrite(ObjectKind::Pod, name);
        let Some(pod) = self.pods.remove(name) else { return };
        if let Some(pods) = self.pods_of.get_mut(&pod.owner.uid) {
            pods.remove(name);
            if pods.is_empty() {
                self.pods_of.remove(&pod.owner.uid);
            }
        }
    }

    /// Sets a pod's next step, and makes its older timers void.
    pub(super) fn plan(&mut self, name: &Name, step: Step, delay: TimeDelta) {
        let Some(pod) = self.pods.get_mut(name) else { return };
        pod.step = step;
        pod.epoch += 1;
        let epoch = pod.epoch;
        if step != Step::Rest {
            self.schedule(delay, Task::Pod(name.clone(), epoch));
        }
    }
}
