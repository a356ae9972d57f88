//! What a cluster says: small facts, made from Kubernetes objects by the server's `clusters::observe`.

mod beside;
mod kind;
mod labels;
mod special;

use arcstr::ArcStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ObjectName, ServiceName, Uid};

pub use beside::{Autoscaler, Service, Warning};
pub use kind::{Kind, Need};
pub use labels::Labels;
pub use special::{BlueGreen, Canary, Delivery, JobRun, Schedule, Special};

/// A fact about one object. The large ones are in boxes, in which they stay: a list of thousands is moved around as pointers.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A Deployment, StatefulSet, DaemonSet, CronJob, Job or Rollout.
    Workload(Box<Workload>),
    /// A ReplicaSet.
    ReplicaSet(Box<ReplicaSet>),
    /// A pod.
    Pod(Box<Pod>),
    /// A Service.
    Service(Service),
    /// A HorizontalPodAutoscaler.
    Autoscaler(Autoscaler),
    /// An Event of type Warning.
    Warning(Warning),
    /// An object that is there and cannot be read.
    Unread(Unread),
}

/// An object that is there and cannot be read: what was known of it before may be wrong by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// Its kind.
    pub kind: Kind,
    /// Namespace and name.
    pub name: ObjectName,
    /// What is wrong with it.
    pub why: ArcStr,
}

impl Fact {
    /// The kind of the object.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Workload(workload) => workload.kind,
            Self::ReplicaSet(_) => Kind::ReplicaSet,
            Self::Pod(_) => Kind::Pod,
            Self::Service(_) => Kind::Service,
            Self::Autoscaler(_) => Kind::HorizontalPodAutoscaler,
            Self::Warning(_) => Kind::Event,
            Self::Unread(unread) => unread.kind,
        }
    }

    /// Whether it says something that is used: most warnings say nothing that the objects do not.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !matches!(self, Self::Warning(warning) if !warning.is_used())
    }

    /// The name of the object.
    #[must_use]
    pub fn name(&self) -> &ObjectName {
        match self {
            Self::Workload(workload) => &workload.name,
            Self::ReplicaSet(set) => &set.name,
            Self::Pod(pod) => &pod.name,
            Self::Service(service) => &service.name,
            Self::Autoscaler(autoscaler) => &autoscaler.name,
            Self::Warning(warning) => &warning.name,
            Self::Unread(unread) => &unread.name,
        }
    }
}

/// A Deployment, StatefulSet, DaemonSet, CronJob, Job or Rollout; or a ReplicaSet or pod that nothing owns.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// What it is.
    pub kind: Kind,
    /// Namespace and name.
    pub name: ObjectName,
    /// `metadata.uid`.
    pub uid: Uid,
    /// The row it belongs to, by the naming rules of the catalogue.
    pub service: ServiceName,
    /// The team, by the naming rules of the catalogue.
    pub team: Option<ArcStr>,
    /// `metadata.creationTimestamp`.
    pub created: DateTime<Utc>,
    /// `metadata.deletionTimestamp`: the object is going away.
    pub deleted_at: Option<DateTime<Utc>>,
    /// `metadata.generation`.
    pub generation: i64,
    /// `status.observedGeneration`; 0 when absent. Lags `generation` (watch/rolling-update).
    pub observed_generation: i64,
    /// `deployment.kubernetes.io/revision` of a Deployment, `deprecated.daemonset.template.generation` of a DaemonSet.
    pub revision: Option<u64>,
    /// The hash that the wanted pods carry: `status.updateRevision` of a StatefulSet, `status.currentPodHash` of a Rollout.
    pub update_hash: Option<ArcStr>,
    /// `status.currentRevision` of a StatefulSet, `status.stableRS` of a Rollout: differs from [`Workload::update_hash`]
    /// until a rollout is complete.
    pub current_hash: Option<ArcStr>,
    /// Pod counts.
    pub replicas: Replicas,
    /// The pod template.
    pub template: Template,
    /// How pods are replaced.
    pub strategy: Strategy,
    /// `spec.paused`.
    pub paused: bool,
    /// `spec.minReadySeconds`, in seconds.
    pub min_ready_seconds: u32,
    /// `status.conditions`.
    pub conditions: Box<[Condition]>,
    /// A track or colour the workload carries among others of its service (labels `track`, `color`, `role`).
    pub track: Option<ArcStr>,
    /// The labels of its pods, by which Services select them.
    pub pod_labels: Labels,
    /// What only its kind has.
    pub special: Special,
}

impl Workload {
    /// Whether it is a part of a row by itself. The Job of a CronJob is the CronJob's.
    #[must_use]
    pub fn is_row(&self) -> bool {
        self.owner().is_none()
    }

    /// The CronJob that made it.
    #[must_use]
    pub fn owner(&self) -> Option<&Owner> {
        match &self.special {
            Special::Job(run) => run.owner.as_ref(),
            _ => None,
        }
    }
}

/// Pod counts of a workload. Zero is absent in Kubernetes; here it is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replicas {
    /// `spec.replicas` (1 when absent), `status.desiredNumberScheduled` of a DaemonSet.
    pub wanted: u32,
    /// `status.replicas`, `status.currentNumberScheduled` of a DaemonSet.
    pub current: u32,
    /// `status.updatedReplicas`, `status.updatedNumberScheduled` of a DaemonSet.
    pub updated: u32,
    /// `status.readyReplicas`, `status.numberReady` of a DaemonSet.
    pub ready: u32,
    /// `status.availableReplicas`, `status.numberAvailable` of a DaemonSet.
    pub available: u32,
}

/// How pods of a workload are replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Pod by pod.
    #[default]
    RollingUpdate,
    /// Old pods go before new ones come (Deployment).
    Recreate,
    /// Pods are replaced when somebody deletes them (StatefulSet, DaemonSet).
    OnDelete,
    /// Only pods of an ordinal at or above this one are replaced (StatefulSet).
    Partition(u32),
}

/// The pod template: what is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// `spec.containers`, `spec.initContainers`: name, image, role.
    pub containers: Vec<TemplateContainer>,
    /// The commit that an annotation or a label of the template names.
    pub commit: Option<ArcStr>,
}

/// A container of a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateContainer {
    /// The container's name.
    pub name: ArcStr,
    /// The image as written.
    pub image: ArcStr,
    /// What it is for.
    pub role: Role,
}

/// What a container is for (board.md, "Which container").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The one whose version the cell shows.
    Main,
    /// Another container beside it.
    Side,
    /// An init container with `restartPolicy: Always`: it runs as long as the pod (watch/sidecars).
    NativeSidecar,
    /// An init container that ends before the others start.
    Init,
}

/// A condition of a workload, a ReplicaSet or a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Condition {
    /// `type`: `Available`, `Progressing`, `ReplicaFailure`, `Ready`, `PodScheduled` …
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: ArcStr,
    /// `status`: `True`, `False` or `Unknown`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: ArcStr,
    /// `reason`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub reason: Option<ArcStr>,
    /// `message`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub message: Option<ArcStr>,
    /// `lastTransitionTime`.
    pub since: Option<DateTime<Utc>>,
}

/// The controller of an object, from `metadata.ownerReferences` where `controller` is true.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// `kind`.
    pub kind: ArcStr,
    /// `name`.
    pub name: ArcStr,
    /// `uid`.
    pub uid: Uid,
}

/// A ReplicaSet: the link from a pod to its Deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaSet {
    /// Namespace and name.
    pub name: ObjectName,
    /// `metadata.uid`.
    pub uid: Uid,
    /// Its Deployment.
    pub owner: Option<Owner>,
    /// `deployment.kubernetes.io/revision`: the owner's newest set has the owner's revision.
    pub revision: Option<u64>,
    /// How many pods it wants or has: the larger of `spec.replicas` and `status.replicas`.
    pub pods: u32,
    /// The pod template.
    pub template: Template,
    /// `status.conditions`; `ReplicaFailure` tells of quota and admission refusals.
    pub conditions: Vec<Condition>,
    /// The hash that its pods carry.
    pub hash: Option<ArcStr>,
    /// Itself as a workload, when nothing owns it and it names a service.
    pub bare: Option<Box<Workload>>,
}

/// A pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// Namespace and name.
    pub name: ObjectName,
    /// `metadata.uid`.
    pub uid: Uid,
    /// Its controller.
    pub owner: Option<Owner>,
    /// Label `rollouts-pod-template-hash`, `pod-template-hash` or `controller-revision-hash`.
    pub template_hash: Option<ArcStr>,
    /// Label `pod-template-generation` (DaemonSet).
    pub template_generation: Option<u64>,
    /// `metadata.creationTimestamp`.
    pub created: DateTime<Utc>,
    /// `metadata.deletionTimestamp`: whatever it says from then on is no failure.
    pub deleted_at: Option<DateTime<Utc>>,
    /// `status.phase`.
    pub phase: Phase,
    /// `status.reason` (`Evicted`, `NodeLost` …).
    pub reason: Option<ArcStr>,
    /// `status.message`.
    pub message: Option<ArcStr>,
    /// `status.conditions`.
    pub conditions: Box<[Condition]>,
    /// `spec.nodeName`.
    pub node: Option<ArcStr>,
    /// All containers: of `spec` joined with their statuses, init containers first.
    pub containers: Vec<Container>,
    /// Itself as a workload, when nothing owns it and it names a service.
    pub bare: Option<Box<Workload>>,
}

/// `status.phase` of a pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Phase {
    /// Accepted, not all containers started. ImagePullBackOff is Pending.
    #[default]
    Pending,
    /// Bound to a node. CrashLoopBackOff is Running.
    Running,
    /// All containers ended well.
    Succeeded,
    /// A container ended badly. A deleted pod may pass through it (exit 143).
    Failed,
    /// The node does not answer.
    Unknown,
}

/// A container of a pod: what it should run and what it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// The container's name.
    pub name: ArcStr,
    /// What it is for.
    pub role: Role,
    /// The image as written in the pod's spec.
    pub image: ArcStr,
    /// The digest in `imageID`, `sha256:…`; none until the image was pulled.
    pub digest: Option<ArcStr>,
    /// `ready`.
    pub ready: bool,
    /// `restartCount`.
    pub restarts: u32,
    /// `state`.
    pub state: ContainerState,
    /// `lastState.terminated`.
    pub last: Option<Box<Termination>>,
}

/// `state` of a container.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ContainerState {
    /// No status yet.
    #[default]
    Unreported,
    /// `waiting`.
    Waiting {
        /// `reason`: `ContainerCreating`, `CrashLoopBackOff`, `ImagePullBackOff` …
        reason: Option<ArcStr>,
        /// `message`.
        message: Option<ArcStr>,
    },
    /// `running`.
    Running {
        /// `startedAt`.
        since: Option<DateTime<Utc>>,
    },
    /// `terminated`.
    Terminated(Box<Termination>),
}

/// How a container ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Termination {
    /// `exitCode`.
    pub exit_code: i32,
    /// `reason`: `Error`, `OOMKilled`, `Completed` …
    pub reason: Option<ArcStr>,
    /// `message`: the container's own last words.
    pub message: Option<ArcStr>,
    /// `startedAt`.
    pub started: Option<DateTime<Utc>>,
    /// `finishedAt`.
    pub finished: Option<DateTime<Utc>>,
}
