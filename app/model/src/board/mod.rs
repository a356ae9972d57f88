//! The board: what is shown, stamped with revisions.
//!
//! The types serialise to the JSON of `GET /api/v1/board`. Stamps (`changed`) are the server's and are not served.

mod advance;
mod recent;
mod revision;
#[cfg(test)]
mod tests;

use arcstr::ArcStr;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};

use crate::catalogue::Tier;
use crate::ids::{ClusterName, EnvironmentName, ServiceName, Uid};
use crate::record::{Outcome, Record};
use crate::status::{Flag, Status};
use crate::version::Version;
use crate::workload::{Kind, Workload};

pub(crate) use advance::REMEMBERED;
pub use recent::Recent;
pub use revision::{Revision, RevisionError};

/// Rows by name. Of a board and the next one only what differs is there twice: a copy costs nothing, and a change the logarithm
/// of their number.
pub type Rows = RedBlackTreeMapSync<ServiceName, Arc<Row>>;

/// Everything that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    /// Which state this is.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "8f1c-42"))]
    pub revision: Revision,
    /// When this state was published, UTC.
    #[serde(deserialize_with = "crate::time::utc")]
    pub generated_at: DateTime<Utc>,
    /// The columns, in promotion order.
    pub environments: Vec<Environment>,
    /// The rows by name; served as an array sorted by name.
    #[serde(with = "rows")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Row>))]
    pub services: Rows,
    /// How many records name an environment that is no column.
    #[serde(default)]
    pub unplaced_records: u64,
    /// Revision at which [`Board::environments`] or [`Board::unplaced_records`] last changed.
    #[serde(skip)]
    pub header_changed: u64,
    /// Rows that were removed, with the revision at which they went; a row that comes back leaves the list, and so do those
    /// that went longest ago when there are too many.
    #[serde(skip)]
    pub removed: RedBlackTreeMapSync<ServiceName, u64>,
    /// Revision up to which rows that were removed are forgotten: who has an older one needs the whole board.
    #[serde(skip)]
    pub forgotten: u64,
    /// What the newest revisions touched.
    #[serde(skip)]
    pub recent: Recent,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// Its tier.
    pub tier: Tier,
    /// How its targets are doing.
    pub targets: Vec<Target>,
}

/// How a target is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Target {
    /// The cluster.
    pub cluster: ClusterName,
    /// How it is doing.
    pub state: TargetState,
    /// Since when, UTC.
    #[serde(deserialize_with = "crate::time::utc")]
    pub since: DateTime<Utc>,
    /// When it was last heard, UTC; never, when null. Rounded down so that it does not change by itself
    /// more often than every 10 s.
    #[serde(deserialize_with = "crate::time::utc_or_null")]
    pub last_heard: Option<DateTime<Utc>>,
    /// The real cause, when it is not live; what could not be read, when it is.
    pub error: Option<String>,
}

/// State of a target (board.md, "Freshness").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TargetState {
    /// The first lists are not complete yet.
    Syncing,
    /// Heard within the freshness bound.
    Live,
    /// Not heard for longer than the freshness bound.
    Stale,
    /// The cluster cannot be reached.
    Unreachable,
    /// The cluster refuses.
    Forbidden,
}

impl TargetState {
    /// The word of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syncing => "syncing",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Unreachable => "unreachable",
            Self::Forbidden => "forbidden",
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Row {
    /// The service.
    pub name: ServiceName,
    /// Its team.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub team: Option<ArcStr>,
    /// One cell for every environment, `absent` ones too.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Cell>))]
    pub cells: BTreeMap<EnvironmentName, Arc<Cell>>,
    /// Revision at which each cell last changed.
    #[serde(skip)]
    pub cells_changed: BTreeMap<EnvironmentName, u64>,
    /// Revision at which the row last changed: its team or any cell.
    #[serde(skip)]
    pub changed: u64,
    /// Revision at which the row appeared, or last lost a cell: who knows it from before needs it whole.
    #[serde(skip)]
    pub whole_since: u64,
}

/// What one service is in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cell {
    /// The status.
    pub status: Status,
    /// Why, in words a person can act on; empty when there is nothing to say.
    pub reason: String,
    /// What the pod template says.
    pub wanted: Option<Version>,
    /// What the pods really run, most pods first.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Running>))]
    pub running: Box<[Running]>,
    /// Pod counts, over all clusters.
    pub pods: PodCounts,
    /// The newest record that says what is deployed here.
    pub record: Option<RecordSummary>,
    /// The other environments that have the same version, in promotion order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub agrees_with: Box<[EnvironmentName]>,
    /// Remarks.
    pub flags: Vec<Flag>,
    /// Since when the cell has this version and status, UTC.
    #[serde(deserialize_with = "crate::time::utc_or_null")]
    pub since: Option<DateTime<Utc>>,
    /// The newest record, when it failed and something else runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<RecordSummary>))]
    pub failed_record: Option<Box<RecordSummary>>,
    /// Its workloads that are short of pods: no object tells since when a pod is not there.
    #[serde(skip)]
    pub shortages: Box<[Shortage]>,
    /// The Kubernetes objects behind it.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<WorkloadRef>))]
    pub workloads: Box<[WorkloadRef]>,
}

/// Pods that run one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Running {
    /// The version.
    pub version: Version,
    /// Pods that run it, those being deleted left out.
    pub pods: u32,
    /// Those of them that are ready.
    pub ready: u32,
}

/// Pod counts of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PodCounts {
    /// How many there should be.
    pub wanted: u32,
    /// How many of the wanted version there are.
    pub updated: u32,
    /// How many of the wanted version are ready.
    pub ready: u32,
}

/// What a cell shows of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordSummary {
    /// The commit.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub commit: Option<ArcStr>,
    /// A version people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub version: Option<ArcStr>,
    /// Who deployed.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub by: Option<ArcStr>,
    /// When, UTC.
    #[serde(deserialize_with = "crate::time::utc")]
    pub at: DateTime<Utc>,
    /// How it went.
    pub outcome: Outcome,
    /// The CI run.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub url: Option<ArcStr>,
}

/// A Kubernetes object behind a cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkloadRef {
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its namespace.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub namespace: ArcStr,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: ArcStr,
}

/// A workload with fewer ready pods than wanted, and no rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The workload.
    pub workload: WorkloadRef,
    /// Which of those that had this name.
    pub uid: Uid,
    /// Since when, UTC.
    pub since: DateTime<Utc>,
}

impl WorkloadRef {
    /// A workload of a cluster.
    #[must_use]
    pub fn of(cluster: &ClusterName, workload: &Workload) -> Self {
        let name = &workload.name;
        Self { cluster: cluster.clone(), namespace: ArcStr::clone(&name.namespace), kind: workload.kind, name: ArcStr::clone(&name.name) }
    }
}

impl From<&Record> for RecordSummary {
    fn from(record: &Record) -> Self {
        Self {
            commit: record.commit.clone(),
            version: record.version.clone(),
            by: record.by.clone(),
            at: record.at,
            outcome: record.outcome,
            url: record.url.clone(),
        }
    }
}

/// Rows are a map inside and an array, sorted by name, on the wire.
mod rows {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Row, Rows};

    pub(super) fn serialize<S: Serializer>(rows: &Rows, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(rows.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rows, D::Error> {
        let rows = Vec::<Arc<Row>>::deserialize(deserializer)?;
        Ok(rows.into_iter().map(|row| (row.name.clone(), row)).collect())
    }
}

/// What is new, to be stamped by [`Board::advance`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Rows as merged now; none for a row that is gone.
    pub rows: Vec<(ServiceName, Option<Row>)>,
    /// The columns as they are now, and how many records are unplaced.
    pub header: Option<(Vec<Environment>, u64)>,
}

impl Board {
    /// The empty board, number 0.
    #[must_use]
    pub fn empty(epoch: &str, now: DateTime<Utc>) -> Self {
        Self {
            revision: Revision { epoch: ArcStr::from(epoch), number: 0 },
            generated_at: now,
            environments: Vec::new(),
            services: Rows::default(),
            unplaced_records: 0,
            header_changed: 0,
            removed: RedBlackTreeMapSync::default(),
            forgotten: 0,
            recent: Recent::default(),
        }
    }
}

impl Row {
    /// A row that no board has stamped yet.
    #[must_use]
    pub fn new(name: ServiceName, team: Option<ArcStr>, cells: BTreeMap<EnvironmentName, Arc<Cell>>) -> Self {
        Self { name, team, cells, cells_changed: BTreeMap::new(), changed: 0, whole_since: 0 }
    }
}

impl Cell {
    /// Nothing deployed and no record.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            status: Status::Absent,
            reason: String::new(),
            wanted: None,
            running: Box::default(),
            pods: PodCounts::default(),
            record: None,
            agrees_with: Box::default(),
            flags: Vec::new(),
            since: None,
            failed_record: None,
            shortages: Box::default(),
            workloads: Box::default(),
        }
    }

    /// Gives back what its lists have room for beyond what they hold: there are tens of thousands of cells, and they stay.
    pub(crate) fn shrink(&mut self) {
        self.reason.shrink_to_fit();
        self.flags.shrink_to_fit();
    }

    /// The version that is wanted here: of the pod template; without a workload, of the record.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        let recorded =
            |record: &RecordSummary| Version { commit: record.commit.clone(), label: record.version.clone(), ..Version::default() };
        self.wanted.clone().or_else(|| self.record.as_ref().map(recorded))
    }

    /// Since when a workload of it has been short of pods, UTC.
    #[must_use]
    pub fn short_since(&self, workload: &WorkloadRef, uid: &Uid) -> Option<DateTime<Utc>> {
        let shortage = self.shortages.iter().find(|shortage| shortage.workload == *workload && shortage.uid == *uid)?;
        Some(shortage.since)
    }

    /// When what is here came, UTC: of the record; without one, since when the cell is as it is.
    #[must_use]
    pub fn when(&self) -> Option<DateTime<Utc>> {
        self.record.as_ref().map_or(self.since, |record| Some(record.at))
    }
}
