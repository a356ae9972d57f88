//! Board ⇄ plain text, for tests, the command line and `Accept: text/plain`.

use chrono::{DateTime, Utc};

use crate::board::{Board, Row};

/// The rows as an aligned text table, one line a service, with a header.
#[must_use]
pub fn table<'a>(_board: &Board, _rows: impl IntoIterator<Item = &'a Row>, _now: DateTime<Utc>) -> String {
    unimplemented!()
}
