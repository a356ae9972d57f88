//! The objects of one target, found by name and by owner.

mod beside;
mod idle;
mod links;
mod unread;

use arcstr::ArcStr;
use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{ObjectName, ServiceName, Uid};
use crate::workload::{Fact, Kind, Pod, ReplicaSet, Workload};
use beside::Beside;

/// Kind and name of a workload.
pub(crate) type WorkloadKey = (Kind, ObjectName);

/// The objects of one target. Each change costs the logarithm of their number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    /// In boxes: a tree has room for more than it holds.
    workloads: BTreeMap<WorkloadKey, Box<Workload>>,
    sets: BTreeMap<ObjectName, Box<ReplicaSet>>,
    pods: BTreeMap<ObjectName, Box<Pod>>,
    /// A hash table of some 2,000 takes more than twice as much.
    workload_by_uid: BTreeMap<Uid, WorkloadKey>,
    set_by_uid: BTreeMap<Uid, ObjectName>,
    /// One tree for all owners takes much less memory than a set for each.
    sets_by_owner: BTreeSet<(Uid, ObjectName)>,
    jobs_by_owner: BTreeSet<(Uid, ObjectName)>,
    pods_by_owner: BTreeSet<(Uid, ObjectName)>,
    /// What says something about them.
    beside: Beside,
    /// Objects that could not be read when they were last seen, with what is wrong.
    unread: BTreeMap<(Kind, ObjectName), ArcStr>,
    /// Kinds that were listed, and where; everywhere when in no namespace.
    listed: BTreeSet<(Kind, Option<ArcStr>)>,
}

/// What a change of objects means for services.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moves {
    pub(crate) touched: BTreeSet<ServiceName>,
    /// Workloads that a service has gained.
    pub(crate) came: Vec<(ServiceName, WorkloadKey)>,
    /// Workloads that a service has lost.
    pub(crate) left: Vec<(ServiceName, WorkloadKey)>,
    /// A kind was listed for the first time, or may no longer be: what was not known is now known, or the other way round.
    pub(crate) whole_target: bool,
}

impl Objects {
    pub(crate) fn workload(&self, key: &WorkloadKey) -> Option<&Workload> {
        self.workloads.get(key).map(AsRef::as_ref)
    }

    pub(crate) fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.workloads.values().map(AsRef::as_ref)
    }

    pub(crate) fn pods(&self) -> impl Iterator<Item = &Pod> {
        self.pods.values().map(AsRef::as_ref)
    }

    /// The services that have workloads here.
    pub(crate) fn services(&self) -> impl Iterator<Item = &ServiceName> {
        self.workloads.values().filter(|workload| workload.is_row()).map(|workload| &workload.service)
    }

    /// What says something about the workloads.
    pub(crate) fn beside(&self) -> &Beside {
        &self.beside
    }

    /// Whether objects of the kind can be read in a namespace: a right may be missing.
    pub(crate) fn can_see(&self, kind: Kind, namespace: &ArcStr) -> bool {
        self.is_listed(kind, namespace)
            || match kind {
                Kind::Pod => self.pods.keys().any(|name| name.namespace == *namespace),
                Kind::ReplicaSet => self.sets.keys().any(|name| name.namespace == *namespace),
                _ => self.workloads.keys().any(|(of, name)| *of == kind && name.namespace == *namespace),
            }
    }

    /// Whether objects of the kind were listed, everywhere or in a namespace.
    fn is_listed(&self, kind: Kind, namespace: &ArcStr) -> bool {
        self.listed.contains(&(kind, None)) || self.listed.contains(&(kind, Some(ArcStr::clone(namespace))))
    }

    /// The kinds of workloads that can be read nowhere here, although others can.
    pub(crate) fn unseen_workloads(&self) -> impl Iterator<Item = Kind> {
        let is_seen = |kind: Kind| self.listed.is_empty() || self.listed.iter().any(|(listed, _)| *listed == kind);
        Kind::WORKLOADS.into_iter().filter(move |kind| !is_seen(*kind) && !self.workloads.keys().any(|(of, _)| of == kind))
    }

    /// Takes in what is known of an object now.
    pub(crate) fn put(&mut self, fact: Fact, moves: &mut Moves) {
        if !matches!(fact, Fact::Unread(_)) {
            self.is_read(fact.kind(), fact.name(), moves);
        }
        match fact {
            Fact::Unread(unread) => self.put_unread(unread, moves),
            Fact::Workload(workload) => self.put_workload(workload, moves),
            Fact::ReplicaSet(set) => self.put_set(set, moves),
            Fact::Pod(pod) => self.put_pod(pod, moves),
            Fact::Service(service) => {
                let namespace = ArcStr::clone(&service.name.namespace);
                let changed = self.beside.put_service(service);
                self.touch_selected(&namespace, &changed, moves);
            }
            Fact::Autoscaler(autoscaler) => self.beside.put_autoscaler(autoscaler),
            Fact::Warning(warning) => {
                let (namespace, about, uid) = (ArcStr::clone(&warning.name.namespace), warning.about.clone(), warning.uid.clone());
                if self.beside.put_warning(warning) {
                    self.touch_subject(&namespace, &about, &uid, moves);
                }
            }
        }
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, kind: Kind, name: &ObjectName, moves: &mut Moves) {
        self.is_read(kind, name, moves);
        match kind {
            Kind::Pod => {
                if let Some(pod) = self.pods.remove(name) {
                    self.unlink_pod(&pod, moves);
                }
            }
            Kind::ReplicaSet => {
                if let Some(set) = self.sets.remove(name) {
                    self.unlink_set(&set, moves);
                }
            }
            Kind::Service => {
                let changed = self.beside.remove_service(name);
                self.touch_selected(&name.namespace, &changed, moves);
            }
            Kind::HorizontalPodAutoscaler => self.beside.remove_autoscaler(name),
            Kind::Event => {
                if let Some(warning) = self.beside.remove_warning(name) {
                    self.touch_subject(&warning.name.namespace, &warning.about, &warning.uid, moves);
                }
            }
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet | Kind::Rollout | Kind::CronJob | Kind::Job => {
                self.remove_workload((kind, name.clone()), moves);
            }
        }
    }

    fn remove_workload(&mut self, key: WorkloadKey, moves: &mut Moves) {
        let Some(workload) = self.workloads.remove(&key) else { return };
        self.workload_by_uid.remove(&workload.uid);
        match workload.owner() {
            Some(owner) => {
                self.jobs_by_owner.remove(&(owner.uid.clone(), key.1.clone()));
                self.touch(owner, &key.1.namespace, moves);
            }
            None => {
                moves.touched.insert(workload.service.clone());
                moves.left.push((workload.service, key));
            }
        }
    }

    /// Takes in a complete list: what is not in it is gone.
    pub(crate) fn replace(&mut self, kind: Kind, namespace: Option<&str>, facts: Vec<Fact>, moves: &mut Moves) {
        let gone: Vec<ObjectName> = {
            let listed: BTreeSet<&ObjectName> = facts.iter().filter(|fact| fact.kind() == kind).map(Fact::name).collect();
            let is_gone = |name: &&ObjectName| namespace.is_none_or(|n| *name.namespace == *n) && !listed.contains(*name);
            self.unread.retain(|(of, name), _| *of != kind || !is_gone(&name));
            match kind {
                Kind::Pod => self.pods.keys().filter(is_gone).cloned().collect(),
                Kind::ReplicaSet => self.sets.keys().filter(is_gone).cloned().collect(),
                Kind::Service | Kind::HorizontalPodAutoscaler | Kind::Event => self.beside.names(kind).filter(is_gone).cloned().collect(),
                _ => self.workloads.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name).filter(is_gone).cloned().collect(),
            }
        };
        for name in gone {
            self.remove(kind, &name, moves);
        }
        for fact in facts {
            if !self.is_idle_news(&fact) {
                self.put(fact, moves);
            }
        }
        let is_first = !self.listed.contains(&(kind, None)) && self.listed.insert((kind, namespace.map(ArcStr::from)));
        moves.whole_target |= is_first;
        if is_first || kind == Kind::Pod {
            self.let_go_of_idle();
        }
        self.pack(kind);
    }

    /// Builds the trees of a kind anew after a list: one that was filled in order is half empty, and one that is built from what is
    /// sorted is full.
    fn pack(&mut self, kind: Kind) {
        match kind {
            Kind::Pod => {
                pack(&mut self.pods);
                self.pods_by_owner = std::mem::take(&mut self.pods_by_owner).into_iter().collect();
            }
            Kind::ReplicaSet => {
                pack(&mut self.sets);
                pack(&mut self.set_by_uid);
                self.sets_by_owner = std::mem::take(&mut self.sets_by_owner).into_iter().collect();
            }
            Kind::Service | Kind::HorizontalPodAutoscaler | Kind::Event => {}
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet | Kind::Rollout | Kind::CronJob | Kind::Job => {
                pack(&mut self.workloads);
                pack(&mut self.workload_by_uid);
            }
        }
    }

    /// Forgets what may no longer be read.
    pub(crate) fn withdraw(&mut self, kind: Kind, namespace: Option<&str>, moves: &mut Moves) {
        self.replace(kind, namespace, Vec::new(), moves);
        self.listed.retain(|(listed, place)| *listed != kind || namespace.is_some() && place.as_deref() != namespace);
        moves.whole_target = true;
    }

    fn put_workload(&mut self, workload: Box<Workload>, moves: &mut Moves) {
        let key = (workload.kind, workload.name.clone());
        if self.workload(&key) == Some(&*workload) {
            return;
        }
        self.remove_workload(key.clone(), moves);
        match workload.owner() {
            Some(owner) => {
                self.jobs_by_owner.insert((owner.uid.clone(), key.1.clone()));
                self.touch(owner, &key.1.namespace, moves);
            }
            None => {
                moves.touched.insert(workload.service.clone());
                moves.left.retain(|(service, left)| *service != workload.service || *left != key);
                moves.came.push((workload.service.clone(), key.clone()));
            }
        }
        self.workload_by_uid.insert(workload.uid.clone(), key.clone());
        self.workloads.insert(key, workload);
    }

    fn put_set(&mut self, set: Box<ReplicaSet>, moves: &mut Moves) {
        if self.sets.get(&set.name).is_some_and(|known| *known == set) {
            return;
        }
        if let Some(old) = self.sets.remove(&set.name) {
            self.unlink_set(&old, moves);
        }
        self.set_by_uid.insert(set.uid.clone(), set.name.clone());
        if let Some(owner) = &set.owner {
            self.sets_by_owner.insert((owner.uid.clone(), set.name.clone()));
            self.touch(owner, &set.name.namespace, moves);
        }
        if let Some(bare) = &set.bare {
            self.put_workload(bare.clone(), moves);
        }
        self.sets.insert(set.name.clone(), set);
    }

    fn put_pod(&mut self, pod: Box<Pod>, moves: &mut Moves) {
        if let Some(known) = self.pods.get_mut(&pod.name) {
            if *known == pod {
                return;
            }
            if known.owner == pod.owner && known.bare.is_none() && pod.bare.is_none() {
                // The usual change: the links stay.
                let (owner, namespace) = (pod.owner.clone(), ArcStr::clone(&pod.name.namespace));
                *known = pod;
                if let Some(owner) = owner {
                    self.touch(&owner, &namespace, moves);
                }
                return;
            }
            self.remove(Kind::Pod, &pod.name, moves);
        }
        if let Some(owner) = &pod.owner {
            self.pods_by_owner.insert((owner.uid.clone(), pod.name.clone()));
            self.touch(owner, &pod.name.namespace, moves);
        }
        if let Some(bare) = &pod.bare {
            moves.touched.insert(bare.service.clone());
            self.put_workload(bare.clone(), moves);
        }
        self.pods.insert(pod.name.clone(), pod);
    }

    fn unlink_set(&mut self, set: &ReplicaSet, moves: &mut Moves) {
        self.set_by_uid.remove(&set.uid);
        if set.bare.is_some() {
            self.remove_workload((Kind::ReplicaSet, set.name.clone()), moves);
        }
        if let Some(owner) = &set.owner {
            self.sets_by_owner.remove(&(owner.uid.clone(), set.name.clone()));
            self.touch(owner, &set.name.namespace, moves);
        }
    }

    fn unlink_pod(&mut self, pod: &Pod, moves: &mut Moves) {
        if pod.bare.is_some() {
            self.remove_workload((Kind::Pod, pod.name.clone()), moves);
        }
        if let Some(owner) = &pod.owner {
            self.pods_by_owner.remove(&(owner.uid.clone(), pod.name.clone()));
            self.touch(owner, &pod.name.namespace, moves);
        }
    }
}

fn pack<K: Ord, V>(tree: &mut BTreeMap<K, V>) {
    *tree = std::mem::take(tree).into_iter().collect();
}
