//! The kinds whose objects become facts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds whose objects become facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Kind {
    /// `apps/v1` Deployment.
    Deployment,
    /// `apps/v1` StatefulSet.
    StatefulSet,
    /// `apps/v1` DaemonSet.
    DaemonSet,
    /// `argoproj.io/v1alpha1` Rollout of Argo Rollouts, where that is installed.
    Rollout,
    /// `batch/v1` CronJob.
    CronJob,
    /// `batch/v1` Job.
    Job,
    /// `apps/v1` ReplicaSet: the link from a pod to its Deployment, and the place of quota refusals.
    ReplicaSet,
    /// `v1` Pod.
    Pod,
    /// `v1` Service: which side of a blue/green pair serves.
    Service,
    /// `autoscaling/v2` HorizontalPodAutoscaler: the bounds of a workload.
    HorizontalPodAutoscaler,
    /// `v1` Event of type Warning: why pods are not made, or not ready.
    Event,
}

/// What it means when a kind cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Every cluster has it, and the board is about it.
    Core,
    /// A cluster may not have it, or not let it be read: what needs it is not shown. When it can be read, it must be live.
    Optional,
    /// It only adds words: nothing that is shown depends on it.
    Advisory,
}

impl Kind {
    /// Every kind that is read, in the order in which they are listed.
    pub const ALL: [Self; 11] = [
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::Rollout,
        Self::CronJob,
        Self::Job,
        Self::Service,
        Self::HorizontalPodAutoscaler,
        Self::Event,
        Self::ReplicaSet,
        Self::Pod,
    ];

    /// The kinds whose objects are workloads in their own right.
    pub const WORKLOADS: [Self; 6] = [Self::Deployment, Self::StatefulSet, Self::DaemonSet, Self::Rollout, Self::CronJob, Self::Job];

    /// The kind as Kubernetes writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Rollout => "Rollout",
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::ReplicaSet => "ReplicaSet",
            Self::Pod => "Pod",
            Self::Service => "Service",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::Event => "Event",
        }
    }

    /// The resource name in API paths and RBAC rules: `deployments`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Deployment => "deployments",
            Self::StatefulSet => "statefulsets",
            Self::DaemonSet => "daemonsets",
            Self::Rollout => "rollouts",
            Self::CronJob => "cronjobs",
            Self::Job => "jobs",
            Self::ReplicaSet => "replicasets",
            Self::Pod => "pods",
            Self::Service => "services",
            Self::HorizontalPodAutoscaler => "horizontalpodautoscalers",
            Self::Event => "events",
        }
    }

    /// Its API group and version: `apps/v1`; `v1` of the core group.
    #[must_use]
    pub const fn api_version(self) -> &'static str {
        match self {
            Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet => "apps/v1",
            Self::CronJob | Self::Job => "batch/v1",
            Self::Rollout => "argoproj.io/v1alpha1",
            Self::HorizontalPodAutoscaler => "autoscaling/v2",
            Self::Pod | Self::Service | Self::Event => "v1",
        }
    }

    /// What it means when it cannot be read.
    #[must_use]
    pub const fn need(self) -> Need {
        match self {
            Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet | Self::Pod => Need::Core,
            Self::Rollout | Self::CronJob | Self::Job | Self::Service => Need::Optional,
            Self::HorizontalPodAutoscaler | Self::Event => Need::Advisory,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
