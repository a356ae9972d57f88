//! Objects that say something about workloads: who sends them traffic, who scales them, what went wrong.

use arcstr::ArcStr;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Kind, Labels};
use crate::ids::{ObjectName, Uid};

/// A `v1` Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Namespace and name.
    pub name: ObjectName,
    /// `metadata.creationTimestamp`, UTC.
    pub created: DateTime<Utc>,
    /// `spec.selector`; empty when it selects no pods by itself.
    pub selector: BTreeMap<ArcStr, ArcStr>,
}

impl Service {
    /// Whether it sends traffic to pods with these labels.
    #[must_use]
    pub fn selects(&self, labels: &Labels) -> bool {
        !self.selector.is_empty() && self.selector.iter().all(|(key, value)| labels.get(key) == Some(value))
    }
}

/// An `autoscaling/v2` HorizontalPodAutoscaler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Autoscaler {
    /// Namespace and name.
    pub name: ObjectName,
    /// `spec.scaleTargetRef`: the workload's kind, as written, and name.
    pub target: (ArcStr, ArcStr),
    /// `spec.minReplicas` (1 when absent).
    pub min: u32,
    /// `spec.maxReplicas`.
    pub max: u32,
    /// `status.currentReplicas`.
    pub current: u32,
    /// Why it cannot scale: the message of `ScalingActive` or `AbleToScale` when that is False.
    pub problem: Option<ArcStr>,
}

/// A `v1` Event of type Warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Its own namespace and name.
    pub name: ObjectName,
    /// What it is about: `involvedObject.kind`, as written, and name; its namespace is the Event's.
    pub about: (ArcStr, ArcStr),
    /// `involvedObject.uid`.
    pub uid: Uid,
    /// `reason`.
    pub reason: ArcStr,
    /// `message`.
    pub message: ArcStr,
    /// When it last happened, UTC.
    pub at: DateTime<Utc>,
}

impl Warning {
    /// The reasons that say what no status says: pods that cannot be made (a StatefulSet, a DaemonSet and a Job have no condition
    /// for it), and why a pod does not come up.
    pub const REASONS: [&'static str; 7] = [
        "FailedCreate",
        "Unhealthy",
        "FailedMount",
        "FailedAttachVolume",
        "FailedCreatePodSandBox",
        "FailedCreatePodContainer",
        "NetworkNotReady",
    ];

    /// Whether it says something that is used. The others are not kept.
    #[must_use]
    pub fn is_used(&self) -> bool {
        Self::REASONS.contains(&&*self.reason) && !self.uid.is_empty()
    }

    /// Whether it is about an object of the kind and name.
    #[must_use]
    pub fn is_about(&self, kind: Kind, name: &str) -> bool {
        &*self.about.0 == kind.as_str() && &*self.about.1 == name
    }
}
