//! The pods of a workload, sorted by whether they are of the wanted template.

use arcstr::ArcStr;
use std::collections::BTreeMap;

use crate::board::Running;
use crate::index::Objects;
use crate::version::{Sameness, Version};
use crate::workload::{Container, ContainerState, Kind, Phase, Pod, ReplicaSet, Template, Workload};

use super::trouble::is_ready;
use super::versions::{Reader, main_of, main_of_pod};

/// The pods of a workload. Those that have ended (evicted, failed) and were or will be replaced are in none of the lists.
#[derive(Debug)]
pub(crate) struct Census<'a> {
    /// Of the wanted template.
    pub(crate) wanted: Vec<&'a Pod>,
    /// Of another template.
    pub(crate) old: Vec<&'a Pod>,
    /// Of another template, and being deleted.
    pub(crate) leaving_old: Vec<&'a Pod>,
    /// Of the wanted template, and being deleted.
    pub(crate) leaving_wanted: Vec<&'a Pod>,
    /// Of the wanted template, and ended, newest last: what a Job's pods do.
    pub(crate) ended: Vec<&'a Pod>,
    /// What is wanted.
    pub(crate) template: &'a Template,
    /// The ReplicaSet of the wanted template.
    pub(crate) set: Option<&'a ReplicaSet>,
}

impl<'a> Census<'a> {
    pub(crate) fn of(workload: &'a Workload, objects: &'a Objects) -> Self {
        let set = objects.sets_of(&workload.uid).find(|set| is_wanted_set(workload, set));
        let template = objects.template_of(workload);
        let mut census = Self {
            wanted: Vec::new(),
            old: Vec::new(),
            leaving_old: Vec::new(),
            leaving_wanted: Vec::new(),
            ended: Vec::new(),
            template,
            set,
        };
        let sets_are_known = objects.can_see(Kind::ReplicaSet, &workload.name.namespace);
        for pod in objects.pods_of(workload) {
            let is_wanted = match workload.kind {
                Kind::Deployment if sets_are_known => set.is_some_and(|set| pod.owner.as_ref().is_some_and(|owner| owner.uid == set.uid)),
                Kind::Deployment => has_image_of(pod, &workload.template),
                Kind::StatefulSet | Kind::Rollout => {
                    pod.template_hash.is_some() && pod.template_hash == workload.update_hash && fits(pod, workload, template)
                }
                // No controller brings their pods to another template.
                Kind::CronJob | Kind::Job | Kind::ReplicaSet | Kind::Pod => has_image_of(pod, template),
                _ => pod.template_generation.is_some() && pod.template_generation == workload.revision && fits(pod, workload, template),
            };
            match (is_wanted, pod.deleted_at.is_some(), is_over(pod)) {
                (true, true, _) => census.leaving_wanted.push(pod),
                (false, true, _) => census.leaving_old.push(pod),
                (true, false, true) => census.ended.push(pod),
                (false, false, true) => {}
                (true, false, false) => census.wanted.push(pod),
                (false, false, false) => census.old.push(pod),
            }
        }
        census.ended.sort_by(|a, b| a.created.cmp(&b.created).then_with(|| a.name.cmp(&b.name)));
        census
    }

    /// Pods of the wanted template that are ready.
    pub(crate) fn ready(&self) -> usize {
        self.wanted.iter().filter(|pod| is_ready(pod)).count()
    }

    /// Pods that are ready, whatever they run.
    pub(crate) fn serving(&self) -> usize {
        self.wanted.iter().chain(&self.old).filter(|pod| is_ready(pod)).count()
    }

    /// Pods that are there in whatever way.
    pub(crate) fn left(&self) -> usize {
        self.wanted.len() + self.leaving_wanted.len() + self.old_left()
    }

    /// Pods of another template that are left, those being deleted included.
    pub(crate) fn old_left(&self) -> usize {
        self.old.len() + self.leaving_old.len()
    }

    /// The version by which the workload is compared with others: what is wanted, with the digest that its pods run, when
    /// they run one. A template rarely names a digest, and only digests tell that a tag has moved.
    pub(crate) fn identity(&self, wanted: &Version, reader: &Reader<'_>) -> Option<Version> {
        let pods = self.wanted.iter().chain(self.ended.iter().filter(|pod| pod.phase == Phase::Succeeded));
        let containers = pods.filter_map(|pod| main_of_pod(pod, self.template));
        let mut digests = containers.filter_map(|container| container.digest.as_ref());
        let first = digests.next()?;
        let is_one = digests.all(|digest| digest == first);
        (is_one && wanted.digest.is_none()).then(|| reader.with_digest(wanted, first))
    }

    /// What the pods really run: most pods first. A pod whose image was not pulled runs nothing.
    pub(crate) fn running(&self, workload: &Workload, objects: &Objects, reader: &Reader<'_>) -> Vec<Running> {
        let commit_of_set = |pod: &Pod| {
            let owner = &pod.owner.as_ref()?.uid;
            objects.sets_of(&workload.uid).find(|set| set.uid == *owner)?.template.commit.as_ref()
        };
        let wanted = self.wanted.iter().map(|pod| (pod, self.template.commit.as_ref()));
        let old = self.old.iter().map(|pod| (pod, commit_of_set(pod)));
        // Pods are many and images few: each is read once.
        let mut images: BTreeMap<_, (&Container, u32, u32)> = BTreeMap::new();
        for (pod, commit) in wanted.chain(old) {
            let Some(container) = main_of_pod(pod, self.template).filter(|container| has_run(container)) else { continue };
            let (_, pods, ready) = images.entry((&container.image, &container.digest, commit)).or_insert((container, 0, 0));
            *pods += 1;
            *ready += u32::from(is_ready(pod));
        }
        let mut running = Vec::new();
        for ((.., commit), (container, pods, ready)) in images {
            add(&mut running, reader.running(container, commit), pods, ready);
        }
        running
    }
}

/// Whether the container's image was pulled, or it has even run.
fn has_run(container: &Container) -> bool {
    let has_started = matches!(container.state, ContainerState::Running { .. } | ContainerState::Terminated(_));
    has_started || container.last.is_some() || container.digest.is_some()
}

/// Counts pods of a version, whatever tag they have it by, and keeps the list in order: most pods first.
pub(crate) fn add(running: &mut Vec<Running>, version: Version, pods: u32, ready: u32) {
    match running.iter_mut().find(|known| known.version == version || known.version.compare(&version) == Sameness::Same) {
        Some(known) => {
            known.pods += pods;
            known.ready += ready;
        }
        None => running.push(Running { version, pods, ready }),
    }
    running.sort_by(|a, b| b.pods.cmp(&a.pods).then_with(|| a.version.cmp(&b.version)));
}

/// The newest ReplicaSet of a Deployment has its revision. While the Deployment's newest template has no set yet, the
/// revision is still that of the set before: then the images tell.
fn is_wanted_set(workload: &Workload, set: &ReplicaSet) -> bool {
    if workload.kind == Kind::Rollout {
        return set.hash.is_some() && set.hash == workload.update_hash;
    }
    set.revision.is_some() && set.revision == workload.revision && images(&set.template).eq(images(&workload.template))
}

/// The images of a template by container.
pub(crate) fn images(template: &Template) -> impl Iterator<Item = (&ArcStr, &ArcStr)> {
    template.containers.iter().map(|container| (&container.name, &container.image))
}

/// While the controller has not taken up a change, the hash it names is that of the template before: then the image tells.
fn fits(pod: &Pod, workload: &Workload, template: &Template) -> bool {
    workload.observed_generation >= workload.generation || has_image_of(pod, template)
}

fn has_image_of(pod: &Pod, template: &Template) -> bool {
    main_of_pod(pod, template).map(|container| &container.image) == main_of(template).map(|container| &container.image)
}

fn is_over(pod: &Pod) -> bool {
    matches!(pod.phase, Phase::Succeeded | Phase::Failed)
}
