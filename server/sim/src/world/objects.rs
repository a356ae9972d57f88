//! The state of objects, in compact form; `crate::render` turns it into what the API serves.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::name::Name;
use crate::spec::{Failure, Init, Labels, Template, Workload};

/// `metadata`, as far as it differs between objects.
#[derive(Clone, Debug)]
pub(crate) struct Meta {
    pub(crate) name: Name,
    pub(crate) uid: Arc<str>,
    pub(crate) generation: i64,
    pub(crate) created: DateTime<Utc>,
    pub(crate) labels: Arc<Labels>,
    /// The resourceVersion of the last write.
    pub(crate) rv: u64,
    /// deletionTimestamp and deletionGracePeriodSeconds.
    pub(crate) deletion: Option<(DateTime<Utc>, u32)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Namespace {
    pub(crate) meta: Meta,
}

/// The controller of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) kind: OwnerKind,
    pub(crate) name: Name,
    pub(crate) uid: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnerKind {
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
}

/// A condition of a Deployment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) since: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeploymentCounts {
    pub(crate) replicas: u32,
    pub(crate) updated: u32,
    pub(crate) ready: u32,
    pub(crate) available: u32,
    pub(crate) unavailable: u32,
    pub(crate) terminating: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) meta: Meta,
    pub(crate) spec: Workload,
    /// `deployment.kubernetes.io/revision`; 0 until its first ReplicaSet.
    pub(crate) revision: u64,
    /// `status.observedGeneration`; none while the status is `{}`.
    pub(crate) observed: Option<i64>,
    pub(crate) counts: DeploymentCounts,
    pub(crate) conditions: Vec<Condition>,
    /// The progress deadline that is in the queue already.
    pub(crate) alarm: Option<DateTime<Utc>>,
}

impl Deployment {
    pub(crate) fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// maxSurge, rounded up, and maxUnavailable, rounded down, of 25 %; never both zero.
    pub(crate) fn fences(&self) -> (u32, u32) {
        match self.spec.strategy {
            crate::spec::Strategy::Recreate => (0, 0),
            crate::spec::Strategy::Rolling => (self.spec.replicas.div_ceil(4), self.spec.replicas / 4),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReplicaSetCounts {
    pub(crate) replicas: u32,
    pub(crate) ready: u32,
    pub(crate) available: u32,
    pub(crate) terminating: Option<u32>,
    pub(crate) observed: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct ReplicaSet {
    pub(crate) meta: Meta,
    pub(crate) deployment: Owner,
    pub(crate) hash: String,
    pub(crate) selector: Labels,
    pub(crate) template: Arc<Template>,
    pub(crate) replicas: u32,
    /// Annotations desired-replicas, max-replicas and revision.
    pub(crate) desired: u32,
    pub(crate) max: u32,
    pub(crate) revision: u64,
    pub(crate) counts: ReplicaSetCounts,
    pub(crate) min_ready_seconds: u32,
}

/// A template with its hash: what a ControllerRevision holds.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) hash: String,
    pub(crate) template: Arc<Template>,
    /// The DaemonSet's template generation.
    pub(crate) generation: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StatefulSetCounts {
    pub(crate) replicas: u32,
    pub(crate) ready: u32,
    pub(crate) available: u32,
    pub(crate) current: u32,
    pub(crate) updated: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct StatefulSet {
    pub(crate) meta: Meta,
    pub(crate) spec: Workload,
    pub(crate) observed: Option<i64>,
    pub(crate) counts: StatefulSetCounts,
    /// The revision that is being left.
    pub(crate) current: Revision,
    /// The revision that is wanted.
    pub(crate) update: Revision,
    /// What the served status says of them; it lags behind.
    pub(crate) shown: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DaemonSetCounts {
    pub(crate) current: u32,
    pub(crate) desired: u32,
    pub(crate) ready: u32,
    pub(crate) updated: u32,
    pub(crate) available: u32,
    pub(crate) unavailable: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct DaemonSet {
    pub(crate) meta: Meta,
    pub(crate) spec: Workload,
    pub(crate) observed: Option<i64>,
    pub(crate) counts: DaemonSetCounts,
    pub(crate) update: Revision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
}

impl Phase {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }

    pub(crate) const fn ended(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exit {
    pub(crate) code: i32,
    pub(crate) reason: &'static str,
    pub(crate) started: DateTime<Utc>,
    pub(crate) finished: DateTime<Utc>,
    pub(crate) container_id: Arc<str>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ContainerState {
    Waiting { reason: &'static str, message: Option<String> },
    Running { since: DateTime<Utc> },
    Terminated(Exit),
}

/// One entry of `containerStatuses` or `initContainerStatuses`.
#[derive(Clone, Debug)]
pub(crate) struct ContainerStatus {
    pub(crate) state: ContainerState,
    pub(crate) last: Option<Exit>,
    pub(crate) ready: bool,
    pub(crate) started: bool,
    pub(crate) restarts: u32,
    /// Set once the image was pulled and the container made.
    pub(crate) container_id: Option<Arc<str>>,
}

/// What happens to a pod next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The scheduler binds it to a node.
    Bind,
    /// The kubelet takes it over.
    Accept,
    /// A container's image is pulled and the container started (its index among all containers, init containers first).
    Start(usize),
    /// An init container ends.
    InitEnd(usize),
    /// A native sidecar's startup is over.
    SidecarUp(usize),
    /// The pull that failed goes into back-off.
    PullBackOff(usize),
    /// The containers that can be ready become so.
    Probe,
    /// A container ends by itself.
    Crash(usize),
    /// The container that ended goes into back-off.
    CrashBackOff(usize),
    /// The ready pod has been ready for minReadySeconds.
    Available,
    /// The containers of a deleted pod end.
    Stop,
    /// The kubelet confirms the deletion.
    Gone,
    /// Nothing.
    Rest,
}

/// One of the five conditions of a pod.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PodCondition {
    pub(crate) status: bool,
    pub(crate) reason: Option<&'static str>,
    pub(crate) message: Option<String>,
    pub(crate) since: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) meta: Meta,
    pub(crate) owner: Owner,
    /// `metadata.generateName`.
    pub(crate) generate_name: String,
    pub(crate) template: Arc<Template>,
    /// The revision it was made from: template hash, controller-revision-hash.
    pub(crate) revision: String,
    pub(crate) ordinal: Option<u32>,
    /// The index of its node. A DaemonSet's pod is meant for one before it is bound to it.
    pub(crate) node: usize,
    pub(crate) bound: Option<DateTime<Utc>>,
    /// The kubelet has taken it over: it has container statuses.
    pub(crate) accepted: Option<DateTime<Utc>>,
    pub(crate) sandbox: bool,
    pub(crate) phase: Phase,
    /// Init containers first, as in the template's order.
    pub(crate) containers: Vec<ContainerStatus>,
    /// PodReadyToStartContainers, Initialized, Ready, ContainersReady.
    pub(crate) conditions: Option<[PodCondition; 4]>,
    pub(crate) ip: [u8; 4],
    /// The name of its service account volume.
    pub(crate) volume: String,
    pub(crate) step: Step,
    /// Timers of an older epoch are void.
    pub(crate) epoch: u64,
    /// Back-offs so far, which doubles the next one.
    pub(crate) backoffs: u32,
}

impl Pod {
    /// The containers of its template in the order of its statuses.
    pub(crate) fn specs(&self) -> impl Iterator<Item = &crate::spec::Container> {
        self.template.of_role(Init::Init).chain(self.template.of_role(Init::App))
    }

    /// How many of its containers are init containers.
    pub(crate) fn inits(&self) -> usize {
        self.template.of_role(Init::Init).count()
    }

    pub(crate) fn failure(&self, index: usize) -> Option<Failure> {
        self.specs().nth(index).and_then(|container| Failure::of(&container.image))
    }

    /// Its Ready condition is True.
    pub(crate) fn ready(&self) -> bool {
        self.conditions.as_ref().is_some_and(|conditions| conditions[2].status)
    }

    /// Ready since `min_ready_seconds`.
    pub(crate) fn available(&self, now: DateTime<Utc>, min_ready_seconds: u32) -> bool {
        self.conditions.as_ref().is_some_and(|c| c[2].status && c[2].since + chrono::TimeDelta::seconds(min_ready_seconds.into()) <= now)
    }

    /// Counts as one of its owner's: neither going away nor ended.
    pub(crate) fn active(&self) -> bool {
        self.meta.deletion.is_none() && !self.phase.ended()
    }
}
