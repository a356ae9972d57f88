//! The objects of one target, found by name and by owner.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use crate::ids::{ObjectName, ServiceName, Uid};
use crate::workload::{Fact, Kind, Owner, Pod, ReplicaSet, Workload};

/// Kind and name of a workload.
pub(crate) type WorkloadKey = (Kind, ObjectName);

/// The objects of one target. Each change costs the logarithm of their number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    workloads: BTreeMap<WorkloadKey, Workload>,
    sets: BTreeMap<ObjectName, ReplicaSet>,
    pods: BTreeMap<ObjectName, Pod>,
    workload_by_uid: HashMap<Uid, WorkloadKey>,
    set_by_uid: HashMap<Uid, ObjectName>,
    /// One tree for all owners takes much less memory than a set for each.
    sets_by_owner: BTreeSet<(Uid, ObjectName)>,
    pods_by_owner: BTreeSet<(Uid, ObjectName)>,
    /// Kinds that were listed, and where; everywhere when in no namespace.
    listed: BTreeSet<(Kind, Option<Arc<str>>)>,
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
        self.workloads.get(key)
    }

    /// The services that have workloads here.
    pub(crate) fn services(&self) -> impl Iterator<Item = &ServiceName> {
        self.workloads.values().map(|workload| &workload.service)
    }

    /// Whether objects of the kind can be read in a namespace: a right may be missing.
    pub(crate) fn can_see(&self, kind: Kind, namespace: &Arc<str>) -> bool {
        self.listed.contains(&(kind, None))
            || self.listed.contains(&(kind, Some(Arc::clone(namespace))))
            || match kind {
                Kind::Pod => self.pods.keys().any(|name| name.namespace == *namespace),
                Kind::ReplicaSet => self.sets.keys().any(|name| name.namespace == *namespace),
                _ => self.workloads.keys().any(|(of, name)| *of == kind && name.namespace == *namespace),
            }
    }

    /// The kinds of workloads that can be read nowhere here, although others can.
    pub(crate) fn unseen_workloads(&self) -> impl Iterator<Item = Kind> {
        let is_seen = |kind: Kind| self.listed.is_empty() || self.listed.iter().any(|(listed, _)| *listed == kind);
        let workloads = [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet].into_iter();
        workloads.filter(move |kind| !is_seen(*kind) && !self.workloads.keys().any(|(of, _)| of == kind))
    }

    /// The ReplicaSets of a Deployment.
    pub(crate) fn sets_of(&self, owner: &Uid) -> impl Iterator<Item = &ReplicaSet> {
        owned(&self.sets_by_owner, owner).filter_map(|name| self.sets.get(name))
    }

    /// The pods of a workload: its own, and those of its ReplicaSets.
    pub(crate) fn pods_of<'a>(&'a self, workload: &'a Workload) -> impl Iterator<Item = &'a Pod> {
        let sets = self.sets_of(&workload.uid).map(|set| &set.uid);
        let by_uid = std::iter::once(&workload.uid).chain(sets).flat_map(|uid| owned(&self.pods_by_owner, uid));
        let by_name = self.pods_by_name(workload);
        by_uid.filter_map(|name| self.pods.get(name)).chain(by_name)
    }

    /// Takes in what is known of an object now.
    pub(crate) fn put(&mut self, fact: Fact, moves: &mut Moves) {
        match fact {
            Fact::Workload(workload) => self.put_workload(workload, moves),
            Fact::ReplicaSet(set) => self.put_set(set, moves),
            Fact::Pod(pod) => self.put_pod(pod, moves),
        }
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, kind: Kind, name: &ObjectName, moves: &mut Moves) {
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
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                let key = (kind, name.clone());
                if let Some(workload) = self.workloads.remove(&key) {
                    self.workload_by_uid.remove(&workload.uid);
                    moves.touched.insert(workload.service.clone());
                    moves.left.push((workload.service, key));
                }
            }
        }
    }

    /// Takes in a complete list: what is not in it is gone.
    pub(crate) fn replace(&mut self, kind: Kind, namespace: Option<&str>, facts: Vec<Fact>, moves: &mut Moves) {
        let gone: Vec<ObjectName> = {
            let listed: BTreeSet<&ObjectName> = facts.iter().filter(|fact| fact.kind() == kind).map(Fact::name).collect();
            let is_gone = |name: &&ObjectName| namespace.is_none_or(|n| *name.namespace == *n) && !listed.contains(*name);
            match kind {
                Kind::Pod => self.pods.keys().filter(is_gone).cloned().collect(),
                Kind::ReplicaSet => self.sets.keys().filter(is_gone).cloned().collect(),
                _ => self.workloads.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name).filter(is_gone).cloned().collect(),
            }
        };
        for name in gone {
            self.remove(kind, &name, moves);
        }
        for fact in facts {
            self.put(fact, moves);
        }
        if !self.listed.contains(&(kind, None)) {
            moves.whole_target |= self.listed.insert((kind, namespace.map(Arc::from)));
        }
    }

    /// Forgets what may no longer be read.
    pub(crate) fn withdraw(&mut self, kind: Kind, namespace: Option<&str>, moves: &mut Moves) {
        self.replace(kind, namespace, Vec::new(), moves);
        self.listed.retain(|(listed, place)| *listed != kind || namespace.is_some() && place.as_deref() != namespace);
        moves.whole_target = true;
    }

    fn put_workload(&mut self, workload: Workload, moves: &mut Moves) {
        let key = (workload.kind, workload.name.clone());
        if self.workloads.get(&key) == Some(&workload) {
            return;
        }
        self.remove(key.0, &key.1, moves);
        moves.touched.insert(workload.service.clone());
        moves.left.retain(|(service, left)| *service != workload.service || *left != key);
        moves.came.push((workload.service.clone(), key.clone()));
        self.workload_by_uid.insert(workload.uid.clone(), key.clone());
        self.workloads.insert(key, workload);
    }

    fn put_set(&mut self, set: ReplicaSet, moves: &mut Moves) {
        if self.sets.get(&set.name) == Some(&set) {
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
        self.sets.insert(set.name.clone(), set);
    }

    fn put_pod(&mut self, pod: Pod, moves: &mut Moves) {
        if let Some(known) = self.pods.get_mut(&pod.name) {
            if *known == pod {
                return;
            }
            if known.owner == pod.owner {
                // The usual change: the links stay.
                let (owner, namespace) = (pod.owner.clone(), Arc::clone(&pod.name.namespace));
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
        self.pods.insert(pod.name.clone(), pod);
    }

    fn unlink_set(&mut self, set: &ReplicaSet, moves: &mut Moves) {
        self.set_by_uid.remove(&set.uid);
        if let Some(owner) = &set.owner {
            self.sets_by_owner.remove(&(owner.uid.clone(), set.name.clone()));
            self.touch(owner, &set.name.namespace, moves);
        }
    }

    fn unlink_pod(&mut self, pod: &Pod, moves: &mut Moves) {
        if let Some(owner) = &pod.owner {
            self.pods_by_owner.remove(&(owner.uid.clone(), pod.name.clone()));
            self.touch(owner, &pod.name.namespace, moves);
        }
    }

    /// The row of whoever owns an object is touched; nobody's, when the owner is not known yet: its coming will touch it.
    fn touch(&self, owner: &Owner, namespace: &Arc<str>, moves: &mut Moves) {
        let root = self.set_by_uid.get(&owner.uid).and_then(|name| self.sets.get(name)).and_then(|set| set.owner.as_ref());
        let key = self.workload_by_uid.get(&root.unwrap_or(owner).uid).cloned();
        let key = key.or_else(|| {
            let deployment = deployment_of(owner).filter(|_| !self.can_see(Kind::ReplicaSet, namespace))?;
            Some((Kind::Deployment, ObjectName { namespace: Arc::clone(namespace), name: Arc::from(deployment) }))
        });
        if let Some(workload) = key.and_then(|key| self.workloads.get(&key)) {
            moves.touched.insert(workload.service.clone());
        }
    }

    /// Where ReplicaSets may not be read, a Deployment's pods are found by the names that its controller gives.
    fn pods_by_name<'a>(&'a self, workload: &'a Workload) -> impl Iterator<Item = &'a Pod> {
        let degraded = workload.kind == Kind::Deployment && !self.can_see(Kind::ReplicaSet, &workload.name.namespace);
        let all = degraded.then(|| self.pods.range(workload.name.clone()..)).into_iter().flatten().map(|(_, pod)| pod);
        all.take_while(|pod| pod.name.namespace == workload.name.namespace && pod.name.name.starts_with(&*workload.name.name))
            .filter(|pod| pod.owner.as_ref().and_then(deployment_of) == Some(&workload.name.name))
    }
}

/// The Deployment in the name of a ReplicaSet: `<deployment>-<template hash>`.
fn deployment_of(owner: &Owner) -> Option<&str> {
    let (deployment, _) = owner.name.rsplit_once('-').filter(|_| &*owner.kind == Kind::ReplicaSet.as_str())?;
    Some(deployment)
}

/// The names under one owner.
fn owned<'a>(links: &'a BTreeSet<(Uid, ObjectName)>, owner: &Uid) -> impl Iterator<Item = &'a ObjectName> + use<'a> {
    let first = (owner.clone(), ObjectName::new("", ""));
    let owner = owner.clone();
    links.range((Bound::Included(first), Bound::Unbounded)).take_while(move |(uid, _)| *uid == owner).map(|(_, name)| name)
}
