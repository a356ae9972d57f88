//! Names and kinds of objects.

use std::sync::Arc;

/// Namespace and name; the namespace is empty for what has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl Name {
    /// A name in a namespace.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }

    /// Another name in the same namespace.
    pub(crate) fn sibling(&self, name: &str) -> Self {
        Self { namespace: Arc::clone(&self.namespace), name: name.into() }
    }
}

/// The kinds the API server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// `apps/v1` Deployment.
    Deployment,
    /// `apps/v1` StatefulSet.
    StatefulSet,
    /// `apps/v1` DaemonSet.
    DaemonSet,
    /// `apps/v1` ReplicaSet.
    ReplicaSet,
    /// `v1` Pod.
    Pod,
    /// `v1` Namespace.
    Namespace,
    /// `v1` Event.
    Event,
    /// `batch/v1` CronJob.
    CronJob,
    /// `batch/v1` Job.
    Job,
    /// `v1` Service.
    Service,
    /// `autoscaling/v2` HorizontalPodAutoscaler.
    HorizontalPodAutoscaler,
    /// `argoproj.io/v1alpha1` Rollout; served once its definition was installed.
    Rollout,
}

impl ObjectKind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::ReplicaSet,
        Self::Pod,
        Self::Namespace,
        Self::Event,
        Self::CronJob,
        Self::Job,
        Self::Service,
        Self::HorizontalPodAutoscaler,
        Self::Rollout,
    ];

    /// `kind`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::Pod => "Pod",
            Self::Namespace => "Namespace",
            Self::Event => "Event",
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::Service => "Service",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::Rollout => "Rollout",
        }
    }

    /// The resource in paths.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Deployment => "deployments",
            Self::StatefulSet => "statefulsets",
            Self::DaemonSet => "daemonsets",
            Self::ReplicaSet => "replicasets",
            Self::Pod => "pods",
            Self::Namespace => "namespaces",
            Self::Event => "events",
            Self::CronJob => "cronjobs",
            Self::Job => "jobs",
            Self::Service => "services",
            Self::HorizontalPodAutoscaler => "horizontalpodautoscalers",
            Self::Rollout => "rollouts",
        }
    }

    /// The API group, empty for the core one.
    #[must_use]
    pub const fn group(self) -> &'static str {
        match self {
            Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet => "apps",
            Self::CronJob | Self::Job => "batch",
            Self::HorizontalPodAutoscaler => "autoscaling",
            Self::Rollout => "argoproj.io",
            Self::Pod | Self::Namespace | Self::Event | Self::Service => "",
        }
    }

    /// `apiVersion`.
    #[must_use]
    pub const fn api_version(self) -> &'static str {
        match self {
            Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet => "apps/v1",
            Self::CronJob | Self::Job => "batch/v1",
            Self::HorizontalPodAutoscaler => "autoscaling/v2",
            Self::Rollout => "argoproj.io/v1alpha1",
            Self::Pod | Self::Namespace | Self::Event | Self::Service => "v1",
        }
    }

    /// Whether its objects are served as they were applied: no controller of it is simulated.
    #[must_use]
    pub const fn is_manifest(self) -> bool {
        matches!(self, Self::CronJob | Self::Job | Self::Service | Self::HorizontalPodAutoscaler | Self::Rollout)
    }

    /// Whether its objects are in namespaces.
    #[must_use]
    pub const fn namespaced(self) -> bool {
        !matches!(self, Self::Namespace)
    }

    /// The kind of a resource of a group.
    #[must_use]
    pub fn of_resource(group: &str, plural: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.group() == group && kind.plural() == plural)
    }
}
