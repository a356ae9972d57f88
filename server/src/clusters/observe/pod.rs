//! Pods.

use model::strings::ArcStr;

use model::catalogue::Meta;
use model::ids::ObjectName;
use model::workload::{Container, ContainerState, Owner, Phase, Pod, Replicas, Template, TemplateContainer, Termination, Workload};

use super::wire::{ContainerStatus, Object, State, Terminated, Text};
use super::{Observer, count, workload};

/// The labels by which a Rollout, a ReplicaSet, and a StatefulSet or DaemonSet know their pods.
const HASHES: [&str; 3] = ["rollouts-pod-template-hash", "pod-template-hash", "controller-revision-hash"];
/// The conditions that rules ask for; the others say the same in other words.
const CONDITIONS: [&str; 3] = ["Ready", "PodScheduled", "DisruptionTarget"];
/// The label with the number of a DaemonSet's template.
const TEMPLATE_GENERATION: &str = "pod-template-generation";

/// None when it lacks a creation time.
pub(super) fn fact(name: ObjectName, object: &Object<'_>, observer: &mut Observer) -> Option<Pod> {
    let (metadata, spec, status) = (&object.metadata, &object.spec, &object.status);
    let owner = observer.owner(metadata);
    let hash = HASHES.iter().find_map(|key| metadata.labels.get(*key));
    let workload = workload_name(owner.as_ref(), hash.map(String::as_str)).unwrap_or(&name.name).to_owned();
    let meta = Meta { name: &workload, labels: &metadata.labels, annotations: &metadata.annotations };
    let service = observer.catalogue.naming.service(meta);
    let bare = bare(&name, object, observer);
    let containers = workload::roles(metadata, &spec.init_containers, &spec.containers, &service, &workload, observer);
    let statuses = || status.init_container_statuses.iter().chain(&status.container_statuses);
    Some(Pod {
        uid: observer.uid(metadata),
        owner,
        template_hash: observer.strings.share_some(hash.map(String::as_str)),
        template_generation: metadata.labels.get(TEMPLATE_GENERATION).and_then(|text| text.parse().ok()),
        created: metadata.creation_timestamp?,
        deleted_at: metadata.deletion_timestamp,
        phase: phase(status.phase.as_ref()),
        reason: observer.some(status.reason.as_ref()),
        message: observer.some(status.message.as_ref()),
        conditions: observer.conditions(status.conditions.iter().filter(|condition| CONDITIONS.contains(&condition.kind.as_str()))),
        node: observer.some(spec.node_name.as_ref()),
        containers: containers
            .into_iter()
            .map(|spec| {
                let status = statuses().find(|status| status.name.as_str() == &*spec.name);
                container(spec, status, observer)
            })
            .collect(),
        bare,
        name,
    })
}

/// A pod that nothing owns, as a workload of one pod.
fn bare(name: &ObjectName, object: &Object<'_>, observer: &mut Observer) -> Option<Box<Workload>> {
    let mut bare = workload::bare(name, object, observer)?;
    let (metadata, spec) = (&object.metadata, &object.spec);
    let meta = Meta { name: &name.name, labels: &metadata.labels, annotations: &metadata.annotations };
    let commit = observer.catalogue.versions.commit_in(meta);
    let service = bare.service.clone();
    bare.template = Template {
        containers: workload::roles(metadata, &spec.init_containers, &spec.containers, &service, &name.name, observer),
        commit: commit.map(|commit| observer.strings.share(&commit)),
    };
    bare.pod_labels = observer.labels(&metadata.labels);
    // Its conditions are a pod's, and are asked as such.
    bare.conditions = Box::default();
    let is_ready = object.status.conditions.iter().any(|c| c.kind.as_str() == "Ready" && c.status.as_str() == "True");
    let ready = u32::from(is_ready);
    bare.replicas = Replicas { wanted: 1, current: 1, updated: 1, ready, available: ready };
    Some(bare)
}

/// The name of the Deployment behind a ReplicaSet, or of the owner itself.
fn workload_name<'a>(owner: Option<&'a Owner>, hash: Option<&str>) -> Option<&'a str> {
    let owner = owner?;
    let set = &*owner.name;
    let deployment = hash.filter(|_| &*owner.kind == "ReplicaSet").and_then(|hash| set.strip_suffix(hash)?.strip_suffix('-'));
    Some(deployment.unwrap_or(set))
}

fn phase(text: Option<&Text<'_>>) -> Phase {
    match text.map(Text::as_str) {
        Some("Running") => Phase::Running,
        Some("Succeeded") => Phase::Succeeded,
        Some("Failed") => Phase::Failed,
        Some("Unknown") => Phase::Unknown,
        _ => Phase::Pending,
    }
}

fn container(spec: TemplateContainer, status: Option<&ContainerStatus<'_>>, observer: &mut Observer) -> Container {
    let none = ContainerStatus::default();
    let status = status.unwrap_or(&none);
    Container {
        name: spec.name,
        role: spec.role,
        image: spec.image,
        digest: status.image_id.as_ref().and_then(|id| digest(id.as_str())).map(|digest| observer.strings.share(digest)),
        ready: status.ready,
        restarts: count(status.restart_count),
        state: state(&status.state, observer),
        last: status.last_state.terminated.as_ref().map(|terminated| Box::new(termination(terminated, observer))),
    }
}

/// The digest in an `imageID`: `registry/name@sha256:…`, with `docker-pullable://` before it on old nodes. A bare `sha256:…` is
/// the image's configuration on that node, not its digest.
fn digest(id: &str) -> Option<&str> {
    id.rsplit_once('@').map(|(_, digest)| digest).filter(|digest| digest.contains(':'))
}

fn state(state: &State<'_>, observer: &mut Observer) -> ContainerState {
    if let Some(terminated) = &state.terminated {
        ContainerState::Terminated(Box::new(termination(terminated, observer)))
    } else if let Some(running) = &state.running {
        ContainerState::Running { since: running.started_at }
    } else if let Some(waiting) = &state.waiting {
        ContainerState::Waiting { reason: observer.some(waiting.reason.as_ref()), message: own(waiting.message.as_ref()) }
    } else {
        ContainerState::Unreported
    }
}

fn termination(terminated: &Terminated<'_>, observer: &mut Observer) -> Termination {
    Termination {
        exit_code: i32::try_from(terminated.exit_code).unwrap_or(i32::MAX),
        reason: observer.some(terminated.reason.as_ref()),
        message: own(terminated.message.as_ref()),
        started: terminated.started_at,
        finished: terminated.finished_at,
    }
}

/// A container's own words: too various to be shared.
fn own(text: Option<&Text<'_>>) -> Option<ArcStr> {
    text.map(Text::as_str).filter(|text| !text.is_empty()).map(ArcStr::from)
}
