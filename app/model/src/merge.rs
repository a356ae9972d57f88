//! Facts + catalogue + now → rows.

use chrono::{DateTime, Utc};

use crate::board::{Environment, Row};
use crate::details::Details;
use crate::ids::{EnvironmentName, ServiceName};
use crate::index::Index;

/// A merged row.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The row; none when nothing is known of the service any more.
    pub row: Option<Row>,
    /// When the row must be merged again although nothing happens: the end of the nearest grace.
    pub recheck_at: Option<DateTime<Utc>>,
}

/// Merges the facts of one service into its row. `previous` is the row as last merged: a cell whose
/// version and status are as before keeps its `since`.
#[must_use]
pub fn merge(_index: &Index, _service: &ServiceName, _now: DateTime<Utc>, _previous: Option<&Row>) -> Merged {
    unimplemented!()
}

/// The columns with the state of their targets, how many records are unplaced, and when to look again.
#[must_use]
pub fn environments(_index: &Index, _now: DateTime<Utc>) -> (Vec<Environment>, u64, Option<DateTime<Utc>>) {
    unimplemented!()
}

/// Everything known of one cell; `history` is left empty for the caller to fill.
#[must_use]
pub fn details(_index: &Index, _row: &Row, _environment: &EnvironmentName) -> Option<Details> {
    unimplemented!()
}
