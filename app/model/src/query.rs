//! The search language: parse, match. One parser for browser, API and command line.

use chrono::{DateTime, Utc};

use crate::board::{Environment, Row};

/// A parsed query. The empty query matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {}

/// A query that does not parse: it says where, and filters nothing out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {at})")]
pub struct QueryError {
    /// What is wrong, and what would be right.
    pub message: String,
    /// Where it starts, in characters from 0.
    pub at: usize,
    /// How many characters it covers.
    pub length: usize,
}

/// What matching needs beside the row.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The columns, in promotion order.
    pub environments: &'a [Environment],
    /// For `age:`.
    pub now: DateTime<Utc>,
}

impl Query {
    /// Parses the search language.
    ///
    /// # Errors
    /// Says where the text does not parse.
    pub fn parse(_text: &str) -> Result<Self, QueryError> {
        unimplemented!()
    }

    /// Whether the row is to be shown.
    #[must_use]
    pub fn matches(&self, _row: &Row, _context: Context<'_>) -> bool {
        unimplemented!()
    }
}
