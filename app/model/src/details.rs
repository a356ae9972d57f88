//! Everything known of one cell: what the details panel shows and `GET /api/v1/services/{s}/environments/{e}` answers.

use arcstr::ArcStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::board::{Cell, WorkloadRef};
use crate::ids::{ClusterName, EnvironmentName, ServiceName};
use crate::published::Published;
use crate::record::Record;
use crate::status::Status;
use crate::version::Version;
use crate::workload::{Autoscaler, Condition, Phase, Role};

/// One cell with everything known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Details {
    /// The service.
    pub service: ServiceName,
    /// Its team.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub team: Option<ArcStr>,
    /// The environment.
    pub environment: EnvironmentName,
    /// The cell as the board shows it.
    pub cell: Cell,
    /// The workloads with their conditions and pods.
    pub workloads: Vec<WorkloadDetails>,
    /// What registries say of the images that run here.
    #[serde(default)]
    pub images: Vec<Published>,
    /// Recent records for this service here, newest first.
    pub records: Vec<Record>,
    /// Recent changes of the cell's version or status, newest first.
    pub history: Vec<Transition>,
    /// The same service in the other environments, in promotion order.
    pub neighbours: Vec<Neighbour>,
}

/// A workload with its conditions and pods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkloadDetails {
    /// Which one.
    pub workload: WorkloadRef,
    /// What its template says.
    pub wanted: Option<Version>,
    /// Its conditions.
    pub conditions: Vec<Condition>,
    /// Who scales it, when it is not scaled by hand.
    pub autoscaler: Option<AutoscalerDetails>,
    /// Its pods, those with trouble first.
    pub pods: Vec<PodDetails>,
}

/// The HorizontalPodAutoscaler of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AutoscalerDetails {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: ArcStr,
    /// The fewest pods it keeps.
    pub min: u32,
    /// The most pods it makes.
    pub max: u32,
    /// How many pods it counts now.
    pub current: u32,
    /// Why it cannot scale, in its own words; none when it can.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub problem: Option<ArcStr>,
}

impl From<&Autoscaler> for AutoscalerDetails {
    fn from(autoscaler: &Autoscaler) -> Self {
        let Autoscaler { name, min, max, current, problem, .. } = autoscaler;
        Self { name: ArcStr::clone(&name.name), min: *min, max: *max, current: *current, problem: problem.clone() }
    }
}

/// A pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PodDetails {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: ArcStr,
    /// Its node.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub node: Option<ArcStr>,
    /// Its phase.
    pub phase: Phase,
    /// Whether its Ready condition is True.
    pub ready: bool,
    /// Whether it is being deleted.
    pub terminating: bool,
    /// Restarts of all its containers.
    pub restarts: u32,
    /// When it was made, UTC.
    pub created: DateTime<Utc>,
    /// What its main container runs.
    pub version: Option<Version>,
    /// Its trouble, in words; empty when it has none.
    pub reason: String,
    /// Its containers, init containers too.
    pub containers: Vec<ContainerDetails>,
}

/// A container of a pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContainerDetails {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: ArcStr,
    /// What it is for.
    pub role: Role,
    /// The image as written.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub image: ArcStr,
    /// The digest that runs.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub digest: Option<ArcStr>,
    /// Whether it is ready.
    pub ready: bool,
    /// Its restarts.
    pub restarts: u32,
    /// Its state in words: `running`, `waiting: CrashLoopBackOff`, `terminated: exit 1`.
    pub state: String,
}

/// A change of a cell's version or status that was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transition {
    /// When it was observed, UTC.
    pub at: DateTime<Utc>,
    /// The status from then on.
    pub status: Status,
    /// The wanted version from then on.
    pub version: Option<Version>,
    /// Why.
    pub reason: String,
    /// Who, by the record of that version.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub by: Option<ArcStr>,
}

/// The same service in another environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Neighbour {
    /// The environment.
    pub environment: EnvironmentName,
    /// Its status there.
    pub status: Status,
    /// Its version there.
    pub version: Option<Version>,
    /// Whether it is the same version.
    pub same: bool,
    /// The clusters it is in.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub clusters: Vec<ClusterName>,
}
