//! A board as the page itself loads it: what is usual is left out, and nothing is said twice.
//!
//! It says the same as the public form (`GET /api/v1/board`) in about a third of the bytes. It is spoken between a server
//! and the page that it served, and may change with every version.

#[cfg(test)]
mod tests;

use arcstr::ArcStr;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::board::{Board, Cell, Environment, PodCounts, RecordSummary, Revision, Row, Running, WorkloadRef};
use crate::ids::{ClusterName, EnvironmentName, ServiceName};
use crate::record::Outcome;
use crate::status::{Flag, Status};
use crate::version::Version;
use crate::workload::Kind;

/// A board without its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlimHead {
    revision: Revision,
    #[serde(deserialize_with = "crate::time::utc")]
    generated_at: DateTime<Utc>,
    environments: Vec<Environment>,
    unplaced_records: u64,
    /// How many rows the board has.
    pub rows: usize,
}

/// A row, to be read with the columns of its board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlimRow {
    #[serde(rename = "n")]
    name: ServiceName,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    team: Option<ArcStr>,
    /// Each version that the cells name.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    versions: Vec<SlimVersion>,
    /// One for each column; none for one that is absent.
    #[serde(rename = "c")]
    cells: Vec<Option<SlimCell>>,
}

/// Commit, label and digest; after the digest the index, with a space between them, since few images are known to be of one.
type SlimVersion = (Option<ArcStr>, Label, Option<ArcStr>);

/// Cluster, namespace, kind and name; no name, when it is the service's.
type SlimWorkload = (ClusterName, ArcStr, Kind, Option<ArcStr>);

/// The label of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Label {
    /// Its commit, as so often: 0.
    Commit(u8),
    /// Another, or none.
    Other(Option<ArcStr>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SlimCell {
    #[serde(rename = "s")]
    status: Status,
    #[serde(rename = "r", default, skip_serializing_if = "String::is_empty")]
    reason: String,
    /// Its place among the versions of the row.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    wanted: Option<usize>,
    /// Version, pods and ready pods; left out when the wanted pods run the wanted version.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    running: Option<Vec<(usize, u32, u32)>>,
    /// Wanted, updated, ready.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pods: (u32, u32, u32),
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    record: Option<SlimRecord>,
    /// Places among the columns.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    agrees_with: Vec<usize>,
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    flags: Vec<Flag>,
    /// Left out when it is the time of the record.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none", deserialize_with = "said_time")]
    since: Option<Option<DateTime<Utc>>>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    failed_record: Option<SlimRecord>,
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    workloads: Vec<SlimWorkload>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SlimRecord {
    /// The wanted version's commit, when it is left out and `other` is not set.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    commit: Option<ArcStr>,
    /// Its commit is [`SlimRecord::commit`], even when there is none.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    other: bool,
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    version: Option<ArcStr>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    by: Option<ArcStr>,
    #[serde(rename = "t", deserialize_with = "crate::time::utc")]
    at: DateTime<Utc>,
    #[serde(rename = "o")]
    outcome: Outcome,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    url: Option<ArcStr>,
}

impl SlimHead {
    /// A board without its rows.
    #[must_use]
    pub fn of(board: &Board) -> Self {
        Self {
            revision: board.revision.clone(),
            generated_at: board.generated_at,
            environments: board.environments.clone(),
            unplaced_records: board.unplaced_records,
            rows: board.services.size(),
        }
    }

    /// The board with these rows.
    #[must_use]
    pub fn board(&self, rows: impl IntoIterator<Item = impl Into<Arc<Row>>>) -> Board {
        let mut board = Board::empty("", self.generated_at);
        board.revision = self.revision.clone();
        board.environments.clone_from(&self.environments);
        board.unplaced_records = self.unplaced_records;
        board.services = rows.into_iter().map(Into::into).map(|row: Arc<Row>| (row.name.clone(), row)).collect();
        board
    }

    /// The row that this one says.
    #[must_use]
    pub fn expand(&self, row: SlimRow) -> Row {
        let SlimRow { name, team, versions, cells } = row;
        let versions: Vec<Version> = versions.into_iter().map(expand_version).collect();
        let columns = self.environments.iter().map(|environment| &environment.name);
        let cells = columns.clone().zip(cells.into_iter().chain(std::iter::repeat(None)));
        let columns: Vec<&EnvironmentName> = columns.collect();
        let cells = cells.map(|(column, cell)| {
            let cell = cell.map_or_else(Cell::absent, |cell| cell.expand(&name, &versions, &columns));
            (column.clone(), Arc::new(cell))
        });
        let cells: BTreeMap<_, _> = cells.collect();
        Row::new(name, team, cells)
    }
}

impl SlimRow {
    /// A row of a board with these columns.
    #[must_use]
    pub fn of(row: &Row, columns: &[Environment]) -> Self {
        let columns: Vec<&EnvironmentName> = columns.iter().map(|environment| &environment.name).collect();
        let mut versions = Vec::new();
        let cells = columns.iter().map(|column| {
            let cell = row.cells.get(*column).filter(|cell| ***cell != Cell::absent())?;
            Some(SlimCell::of(cell, &row.name, &mut versions, &columns))
        });
        let cells = cells.collect();
        Self { name: row.name.clone(), team: row.team.clone(), versions: versions.into_iter().map(slim_version).collect(), cells }
    }
}

impl SlimCell {
    fn of(cell: &Cell, service: &ServiceName, versions: &mut Vec<Version>, columns: &[&EnvironmentName]) -> Self {
        // Every field, so that a new one is not forgotten here.
        let Cell { status, reason, wanted, running, pods, record, agrees_with, flags, since, shortages: _, failed_record, workloads } =
            cell;
        let mut place = |version: &Version| {
            versions.iter().position(|known| known == version).unwrap_or_else(|| {
                versions.push(version.clone());
                versions.len() - 1
            })
        };
        let is_usual = usual(wanted.as_ref(), *pods) == *running;
        let commit = wanted.as_ref().and_then(|version| version.commit.as_ref());
        let slim_record = |record: &RecordSummary| SlimRecord::of(record, commit);
        Self {
            status: *status,
            reason: reason.clone(),
            wanted: wanted.as_ref().map(&mut place),
            running: (!is_usual).then(|| running.iter().map(|running| (place(&running.version), running.pods, running.ready)).collect()),
            pods: (pods.wanted, pods.updated, pods.ready),
            record: record.as_ref().map(slim_record),
            agrees_with: agrees_with.iter().filter_map(|name| columns.iter().position(|column| *column == name)).collect(),
            flags: flags.clone(),
            since: (*since != record.as_ref().map(|record| record.at)).then_some(*since),
            failed_record: failed_record.as_deref().map(slim_record),
            workloads: workloads.iter().map(|workload| slim_workload(workload, service)).collect(),
        }
    }

    fn expand(self, service: &ServiceName, versions: &[Version], columns: &[&EnvironmentName]) -> Cell {
        let wanted = self.wanted.and_then(|place| versions.get(place).cloned());
        let (of_all, updated, ready) = self.pods;
        let pods = PodCounts { wanted: of_all, updated, ready };
        let running = self.running.map(|running| {
            let expand = |(place, pods, ready): (usize, u32, u32)| Some(Running { version: versions.get(place)?.clone(), pods, ready });
            running.into_iter().filter_map(expand).collect()
        });
        let commit = wanted.as_ref().and_then(|version| version.commit.clone());
        let record = self.record.map(|record| record.expand(commit.as_ref()));
        Cell {
            status: self.status,
            reason: self.reason,
            running: running.unwrap_or_else(|| usual(wanted.as_ref(), pods)),
            pods,
            agrees_with: self.agrees_with.into_iter().filter_map(|place| columns.get(place).map(|name| (*name).clone())).collect(),
            flags: self.flags,
            // The server's own, as in the public form.
            shortages: Box::default(),
            since: self.since.unwrap_or_else(|| record.as_ref().map(|record| record.at)),
            failed_record: self.failed_record.map(|record| Box::new(record.expand(commit.as_ref()))),
            workloads: self.workloads.into_iter().map(|workload| expand_workload(workload, service)).collect(),
            record,
            wanted,
        }
    }
}

impl SlimRecord {
    fn of(record: &RecordSummary, wanted: Option<&ArcStr>) -> Self {
        let RecordSummary { commit, version, by, at, outcome, url } = record;
        let other = commit.as_ref() != wanted;
        Self {
            commit: commit.clone().filter(|_| other),
            other,
            version: version.clone(),
            by: by.clone(),
            at: *at,
            outcome: *outcome,
            url: url.clone(),
        }
    }

    fn expand(self, wanted: Option<&ArcStr>) -> RecordSummary {
        let commit = if self.other { self.commit } else { wanted.cloned() };
        RecordSummary { commit, version: self.version, by: self.by, at: self.at, outcome: self.outcome, url: self.url }
    }
}

/// What runs usually: the wanted version, in all pods that are wanted.
fn usual(wanted: Option<&Version>, pods: PodCounts) -> Box<[Running]> {
    let all = |version: &Version| Running { version: version.clone(), pods: pods.wanted, ready: pods.ready };
    wanted.filter(|_| pods.wanted > 0).map(all).into_iter().collect()
}

fn slim_version(version: Version) -> SlimVersion {
    let Version { commit, label, digest, index } = version;
    let label = if label.is_some() && label == commit { Label::Commit(0) } else { Label::Other(label) };
    let digest = match index {
        Some(index) => Some(ArcStr::from(format!("{} {index}", digest.unwrap_or_default()))),
        None => digest,
    };
    (commit, label, digest)
}

fn expand_version((commit, label, digest): SlimVersion) -> Version {
    let label = match label {
        Label::Commit(_) => commit.clone(),
        Label::Other(label) => label,
    };
    let (digest, index) = match digest.as_deref().and_then(|digest| digest.split_once(' ')) {
        Some((digest, index)) => (Some(digest).filter(|digest| !digest.is_empty()).map(ArcStr::from), Some(ArcStr::from(index))),
        None => (digest, None),
    };
    Version { commit, label, digest, index }
}

fn slim_workload(workload: &WorkloadRef, service: &ServiceName) -> SlimWorkload {
    let WorkloadRef { cluster, namespace, kind, name } = workload;
    (cluster.clone(), ArcStr::clone(namespace), *kind, (**name != *service.as_str()).then(|| ArcStr::clone(name)))
}

fn expand_workload((cluster, namespace, kind, name): SlimWorkload, service: &ServiceName) -> WorkloadRef {
    WorkloadRef { cluster, namespace, kind, name: name.unwrap_or_else(|| ArcStr::from(service.as_str())) }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A time that was said, be it null.
fn said_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<DateTime<Utc>>>, D::Error> {
    crate::time::utc_or_null(deserializer).map(Some)
}
