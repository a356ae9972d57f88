//! What changed between two states of the board, computed from stamps, applied by server and browser alike.

#[cfg(test)]
mod tests;

use arcstr::ArcStr;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::board::{Board, Cell, Environment, REMEMBERED, Revision, Row};
use crate::ids::{EnvironmentName, ServiceName};

/// The changes from some revision to [`Delta::revision`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delta {
    /// The state that applying this gives.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "8f1c-43"))]
    pub revision: Revision,
    /// When that state was published, UTC.
    #[serde(deserialize_with = "crate::time::utc")]
    pub generated_at: DateTime<Utc>,
    /// All columns, when any of them changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<Environment>>,
    /// How many records name an environment that is no column, when it or a column changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unplaced_records: Option<u64>,
    /// Rows with the cells that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<RowChange>,
    /// Rows that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub removed: Vec<ServiceName>,
}

/// A row with the cells that changed; a new row has them all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowChange {
    /// The service.
    pub name: ServiceName,
    /// Its team.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub team: Option<ArcStr>,
    /// The cells that changed.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Cell>))]
    pub cells: BTreeMap<EnvironmentName, Arc<Cell>>,
    /// True when `cells` are all the cells of the row, so that any other one known before is gone. Left out when false.
    #[serde(default, skip_serializing_if = "is_false")]
    pub whole: bool,
}

impl Board {
    /// The changes since a number of this epoch; none when the revision is not of this epoch, or of its future, or so old that
    /// rows that went since are forgotten: the whole board is needed then.
    #[must_use]
    pub fn since(&self, revision: &Revision) -> Option<Delta> {
        let number = revision.number;
        if revision.epoch != self.revision.epoch || number > self.revision.number || number < self.forgotten {
            return None;
        }
        let header_changed = self.header_changed > number;
        let change = |row: &Arc<Row>| RowChange::since(row, number);
        let is_gone = |at: &u64| *at > number;
        let (services, removed) = match self.recent.between(number, self.revision.number) {
            Some(touched) => (
                touched.iter().filter_map(|name| change(self.services.get(*name)?)).collect(),
                touched.into_iter().filter(|name| self.removed.get(*name).is_some_and(is_gone)).cloned().collect(),
            ),
            None => (
                self.services.values().filter_map(change).collect(),
                self.removed.iter().filter(|(_, at)| is_gone(at)).map(|(name, _)| name.clone()).collect(),
            ),
        };
        Some(Delta {
            revision: self.revision.clone(),
            generated_at: self.generated_at,
            environments: header_changed.then(|| self.environments.clone()),
            unplaced_records: header_changed.then_some(self.unplaced_records),
            services,
            removed,
        })
    }

    /// Takes in a delta: the same code in server and browser. Any delta whose start ([`Board::since`]) is not later than this
    /// state brings it to the delta's. One that is not newer than this state, or of another epoch, changes nothing.
    pub fn apply(&mut self, delta: &Delta) {
        if delta.revision.epoch != self.revision.epoch || delta.revision.number <= self.revision.number {
            return;
        }
        let number = delta.revision.number;
        self.revision = delta.revision.clone();
        self.generated_at = delta.generated_at;
        if let Some(environments) = &delta.environments {
            self.environments.clone_from(environments);
            self.header_changed = number;
        }
        if let Some(unplaced_records) = delta.unplaced_records {
            self.unplaced_records = unplaced_records;
            self.header_changed = number;
        }
        for name in &delta.removed {
            self.services.remove_mut(name);
            self.removed.insert_mut(name.clone(), number);
        }
        for change in &delta.services {
            self.removed.remove_mut(&change.name);
            if let Some(row) = self.services.get_mut(&change.name) {
                change.apply(Arc::make_mut(row), number);
            } else {
                let mut row = change.new_row();
                change.apply(&mut row, number);
                self.services.insert_mut(change.name.clone(), Arc::new(row));
            }
        }
        self.forget_removed(REMEMBERED);
    }
}

impl RowChange {
    /// What changed in a row after a number, if anything did.
    fn since(row: &Row, number: u64) -> Option<Self> {
        if row.changed <= number {
            return None;
        }
        let whole = row.whole_since > number;
        let is_new = |environment: &EnvironmentName| whole || row.cells_changed.get(environment).is_none_or(|at| *at > number);
        let cells = row.cells.iter().filter(|(environment, _)| is_new(environment));
        Some(Self {
            name: row.name.clone(),
            team: row.team.clone(),
            cells: cells.map(|(environment, cell)| (environment.clone(), Arc::clone(cell))).collect(),
            whole,
        })
    }

    fn new_row(&self) -> Row {
        Row::new(self.name.clone(), self.team.clone(), BTreeMap::new())
    }

    fn apply(&self, row: &mut Row, number: u64) {
        row.team.clone_from(&self.team);
        row.changed = number;
        if self.whole {
            row.cells.clear();
            row.cells_changed.clear();
            row.whole_since = number;
        }
        for (environment, cell) in &self.cells {
            row.cells.insert(environment.clone(), Arc::clone(cell));
            row.cells_changed.insert(environment.clone(), number);
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
