//! Who owns what, and which row a change touches.

use arcstr::ArcStr;
use std::collections::BTreeSet;
use std::ops::Bound;

use super::{Moves, Objects, WorkloadKey};
use crate::ids::{ObjectName, Uid};
use crate::workload::{Kind, Owner, Pod, ReplicaSet, Service, Template, Workload};

impl Objects {
    /// The ReplicaSets of a Deployment or Rollout.
    pub(crate) fn sets_of(&self, owner: &Uid) -> impl Iterator<Item = &ReplicaSet> {
        owned(&self.sets_by_owner, owner).filter_map(|name| self.sets.get(name)).map(AsRef::as_ref)
    }

    /// The Jobs of a CronJob.
    pub(crate) fn jobs_of(&self, owner: &Uid) -> impl Iterator<Item = &Workload> {
        owned(&self.jobs_by_owner, owner).filter_map(|name| self.workload(&(Kind::Job, name.clone())))
    }

    /// The pods of a workload: its own, those of its ReplicaSets or Jobs, and the pod that it is.
    pub(crate) fn pods_of<'a>(&'a self, workload: &'a Workload) -> impl Iterator<Item = &'a Pod> {
        let sets = self.sets_of(&workload.uid).map(|set| &set.uid);
        let jobs = self.jobs_of(&workload.uid).map(|job| &job.uid);
        let by_uid = std::iter::once(&workload.uid).chain(sets).chain(jobs).flat_map(|uid| owned(&self.pods_by_owner, uid));
        let itself = (workload.kind == Kind::Pod).then_some(&workload.name);
        by_uid.chain(itself).filter_map(|name| self.pods.get(name)).map(AsRef::as_ref).chain(self.pods_by_name(workload))
    }

    /// What a workload wants. A Rollout may leave the template to another workload: then its newest ReplicaSet has it.
    pub(crate) fn template_of<'a>(&'a self, workload: &'a Workload) -> &'a Template {
        if workload.kind == Kind::Rollout && workload.template.containers.is_empty() {
            let newest = self.sets_of(&workload.uid).find(|set| set.hash.is_some() && set.hash == workload.update_hash);
            return newest.map_or(&workload.template, |set| &set.template);
        }
        &workload.template
    }

    /// The row of whoever owns an object is touched; nobody's, when the owner is not known yet: its coming will touch it.
    pub(super) fn touch(&self, owner: &Owner, namespace: &ArcStr, moves: &mut Moves) {
        let key = self.root(&owner.uid).or_else(|| {
            let deployment = deployment_of(owner).filter(|_| !self.can_see(Kind::ReplicaSet, namespace))?;
            Some((Kind::Deployment, ObjectName { namespace: ArcStr::clone(namespace), name: ArcStr::from(deployment) }))
        });
        if let Some(workload) = key.and_then(|key| self.workloads.get(&key)) {
            moves.touched.insert(workload.service.clone());
        }
    }

    /// The rows whose pods a Service selects, or did.
    pub(super) fn touch_selected(&self, namespace: &ArcStr, services: &[Service], moves: &mut Moves) {
        if services.is_empty() {
            return;
        }
        // CronJobs and Jobs are in no pair.
        for kind in [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::Rollout, Kind::ReplicaSet, Kind::Pod] {
            let first = (kind, ObjectName { namespace: ArcStr::clone(namespace), name: ArcStr::from("") });
            let here = self.workloads.range(first..).take_while(|((of, name), _)| *of == kind && name.namespace == *namespace);
            let selected = here.filter(|(_, workload)| services.iter().any(|service| service.selects(&workload.pod_labels)));
            moves.touched.extend(selected.map(|(_, workload)| workload.service.clone()));
        }
    }

    /// The row of the object that an Event is about.
    pub(super) fn touch_subject(&self, namespace: &ArcStr, (kind, name): &(ArcStr, ArcStr), uid: &Uid, moves: &mut Moves) {
        if &**kind == Kind::Pod.as_str() {
            let name = ObjectName { namespace: ArcStr::clone(namespace), name: ArcStr::clone(name) };
            let Some(pod) = self.pods.get(&name).filter(|pod| pod.uid == *uid) else { return };
            match &pod.owner {
                Some(owner) => self.touch(owner, namespace, moves),
                None => moves.touched.extend(pod.bare.as_ref().map(|bare| bare.service.clone())),
            }
        } else if let Some(workload) = self.root(uid).and_then(|key| self.workloads.get(&key)) {
            moves.touched.insert(workload.service.clone());
        }
    }

    /// The workload with a row behind an object: a pod's ReplicaSet is its Deployment's, a Job its CronJob's.
    fn root(&self, uid: &Uid) -> Option<WorkloadKey> {
        let owner_of_set = self.set_by_uid.get(uid).and_then(|name| self.sets.get(name)).and_then(|set| set.owner.as_ref());
        let key = self.workload_by_uid.get(owner_of_set.map_or(uid, |owner| &owner.uid))?;
        match self.workload(key).and_then(Workload::owner) {
            Some(owner) => self.workload_by_uid.get(&owner.uid).cloned(),
            None => Some(key.clone()),
        }
    }

    /// Where ReplicaSets may not be read, a Deployment's pods are found by the names that its controller gives.
    fn pods_by_name<'a>(&'a self, workload: &'a Workload) -> impl Iterator<Item = &'a Pod> {
        let degraded = workload.kind == Kind::Deployment && !self.can_see(Kind::ReplicaSet, &workload.name.namespace);
        let all = degraded.then(|| self.pods.range(workload.name.clone()..)).into_iter().flatten().map(|(_, pod)| pod.as_ref());
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
pub(super) fn owned<'a>(links: &'a BTreeSet<(Uid, ObjectName)>, owner: &Uid) -> impl Iterator<Item = &'a ObjectName> + use<'a> {
    let first = (owner.clone(), ObjectName::new("", ""));
    let owner = owner.clone();
    links.range((Bound::Included(first), Bound::Unbounded)).take_while(move |(uid, _)| *uid == owner).map(|(_, name)| name)
}
