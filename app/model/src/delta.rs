//! What changed between two states of the board, computed from stamps, applied by server and browser alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::board::{Cell, Environment, Revision};
use crate::ids::{EnvironmentName, ServiceName};

/// The changes from some revision to [`Delta::revision`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delta {
    /// The state that applying this gives.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "8f1c-43"))]
    pub revision: Revision,
    /// When that state was published, UTC.
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
    pub team: Option<Arc<str>>,
    /// The cells that changed.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Cell>))]
    pub cells: BTreeMap<EnvironmentName, Arc<Cell>>,
}

impl crate::board::Board {
    /// The changes since a number of this epoch; none when the revision is not of this epoch, or of its future:
    /// the whole board is needed then.
    #[must_use]
    pub fn since(&self, _revision: &Revision) -> Option<Delta> {
        unimplemented!()
    }

    /// Takes in a delta: the same code in server and browser.
    pub fn apply(&mut self, _delta: &Delta) {
        unimplemented!()
    }
}
