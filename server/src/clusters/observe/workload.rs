//! Deployments, StatefulSets, DaemonSets and ReplicaSets, and what all workloads have in common.

use model::strings::ArcStr;
use std::sync::Arc;

use model::catalogue::Meta;
use model::ids::{ObjectName, ServiceName};
use model::workload::{Kind, ReplicaSet, Replicas, Role, Special, Strategy, Template, TemplateContainer, Workload};

use super::wire::{self, Object, PodTemplate};
use super::{Observer, count};

/// The annotation in which a Deployment and its ReplicaSets carry their revision.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// The annotation in which a Rollout and its ReplicaSets carry their revision.
const ROLLOUT_REVISION: &str = "rollout.argoproj.io/revision";
/// The labels by which a ReplicaSet knows its pods: a Rollout's and a Deployment's.
const SET_HASHES: [&str; 2] = ["rollouts-pod-template-hash", "pod-template-hash"];
/// The annotation in which a DaemonSet carries the number of its template.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";
/// Labels that tell workloads of one service apart.
const TRACKS: [&str; 3] = ["track", "color", "role"];

/// None when it lacks a creation time.
pub(super) fn fact(name: ObjectName, object: &Object<'_>, observer: &mut Observer) -> Option<Workload> {
    let (metadata, spec, status) = (&object.metadata, &object.spec, &object.status);
    let kind = observer.kind;
    let meta = Meta { name: &name.name, labels: &metadata.labels, annotations: &metadata.annotations };
    let catalogue = Arc::clone(&observer.catalogue);
    let service = ServiceName::from(observer.strings.share(catalogue.naming.service(meta).as_str()));
    let revision = match kind {
        Kind::DaemonSet => TEMPLATE_GENERATION,
        Kind::Rollout => ROLLOUT_REVISION,
        _ => REVISION,
    };
    Some(Workload {
        kind,
        uid: observer.uid(metadata),
        team: catalogue.naming.team(meta, &service).map(|team| observer.strings.share(&team)),
        created: metadata.creation_timestamp?,
        deleted_at: metadata.deletion_timestamp,
        generation: metadata.generation.unwrap_or(0),
        observed_generation: observed_generation(object, kind),
        revision: number(metadata, revision),
        update_hash: observer.some(status.update_revision.as_ref()),
        current_hash: observer.some(status.current_revision.as_ref()),
        replicas: replicas(object, kind),
        template: template(&spec.template, &service, &name.name, observer),
        strategy: strategy(object),
        paused: spec.paused,
        min_ready_seconds: count(spec.min_ready_seconds),
        conditions: observer.conditions(status.conditions.iter()),
        track: TRACKS.iter().find_map(|key| metadata.labels.get(*key)).map(|track| observer.strings.share(track)),
        pod_labels: observer.labels(&spec.template.metadata.labels),
        special: Special::None,
        service,
        name,
    })
}

/// The generation that the status speaks of. A kind whose controller does not say it, or not as a number, is believed.
fn observed_generation(object: &Object<'_>, kind: Kind) -> i64 {
    let told = object.status.observed_generation.0;
    match kind {
        Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => told.unwrap_or(0),
        _ => told.or(object.metadata.generation).unwrap_or(0),
    }
}

/// An object that nothing owns, as a workload: it names its service by annotation or label.
pub(super) fn bare(name: &ObjectName, object: &Object<'_>, observer: &mut Observer) -> Option<Box<Workload>> {
    let metadata = &object.metadata;
    let meta = Meta { name: &name.name, labels: &metadata.labels, annotations: &metadata.annotations };
    if !metadata.owner_references.is_empty() || observer.catalogue.naming.named(meta).is_none() {
        return None;
    }
    fact(name.clone(), object, observer).map(Box::new)
}

/// None when it stands alone and lacks a creation time.
pub(super) fn replica_set(name: ObjectName, object: &Object<'_>, observer: &mut Observer) -> Option<ReplicaSet> {
    let bare = bare(&name, object, observer).map(|mut bare| {
        // It keeps no counts of updated pods: it replaces none.
        bare.replicas.updated = bare.replicas.current;
        bare
    });
    let metadata = &object.metadata;
    let owner = observer.owner(metadata);
    let workload = owner.as_ref().map_or_else(|| ArcStr::clone(&name.name), |owner| ArcStr::clone(&owner.name));
    let meta = Meta { name: &workload, labels: &metadata.labels, annotations: &metadata.annotations };
    let service = observer.catalogue.naming.service(meta);
    let hash = SET_HASHES.iter().find_map(|key| metadata.labels.get(*key));
    Some(ReplicaSet {
        uid: observer.uid(metadata),
        owner,
        revision: number(metadata, REVISION),
        pods: count(object.spec.replicas.unwrap_or(1).max(object.status.replicas)),
        template: template(&object.spec.template, &service, &workload, observer),
        conditions: observer.conditions(object.status.conditions.iter()),
        hash: observer.strings.share_some(hash.map(String::as_str)),
        bare,
        name,
    })
}

fn number(metadata: &wire::Metadata<'_>, annotation: &str) -> Option<u64> {
    metadata.annotations.get(annotation)?.parse().ok()
}

fn replicas(object: &Object<'_>, kind: Kind) -> Replicas {
    let (spec, status) = (&object.spec, &object.status);
    if kind == Kind::DaemonSet {
        return Replicas {
            wanted: count(status.desired_number_scheduled),
            current: count(status.current_number_scheduled),
            updated: count(status.updated_number_scheduled),
            ready: count(status.number_ready),
            available: count(status.number_available),
        };
    }
    Replicas {
        wanted: count(spec.replicas.unwrap_or(1)),
        current: count(status.replicas),
        updated: count(status.updated_replicas),
        ready: count(status.ready_replicas),
        available: count(status.available_replicas),
    }
}

fn strategy(object: &Object<'_>) -> Strategy {
    // A Deployment has `strategy`, the others `updateStrategy`.
    let [strategy, update] = [&object.spec.strategy, &object.spec.update_strategy];
    let chosen = if strategy.kind.is_some() { strategy } else { update };
    match chosen.kind.as_ref().map(wire::Text::as_str) {
        Some("Recreate") => Strategy::Recreate,
        Some("OnDelete") => Strategy::OnDelete,
        _ => match count(chosen.rolling_update.partition) {
            0 => Strategy::RollingUpdate,
            partition => Strategy::Partition(partition),
        },
    }
}

pub(super) fn template(template: &PodTemplate<'_>, service: &ServiceName, workload: &str, observer: &mut Observer) -> Template {
    let (metadata, spec) = (&template.metadata, &template.spec);
    let meta = Meta { name: workload, labels: &metadata.labels, annotations: &metadata.annotations };
    let commit = observer.catalogue.versions.commit_in(meta);
    Template {
        containers: roles(metadata, &spec.init_containers, &spec.containers, service, workload, observer),
        commit: commit.map(|commit| observer.strings.share(&commit)),
    }
}

/// The containers of a pod spec with their roles, init containers first. `metadata` is the pod's or its template's.
pub(super) fn roles(
    metadata: &wire::Metadata<'_>,
    init: &[wire::Container<'_>],
    containers: &[wire::Container<'_>],
    service: &ServiceName,
    workload: &str,
    observer: &mut Observer,
) -> Vec<TemplateContainer> {
    let names = containers.iter().map(|container| container.name.as_str());
    let main = observer.catalogue.naming.main_container(&metadata.annotations, service, workload, names);
    let init = init.iter().map(|container| {
        let native = container.restart_policy.as_ref().is_some_and(|policy| policy.as_str() == "Always");
        (container, if native { Role::NativeSidecar } else { Role::Init })
    });
    let others =
        containers.iter().enumerate().map(|(place, container)| (container, if Some(place) == main { Role::Main } else { Role::Side }));
    init.chain(others)
        .map(|(container, role)| TemplateContainer {
            name: observer.strings.share(container.name.as_str()),
            image: observer.strings.share(container.image.as_str()),
            role,
        })
        .collect()
}
