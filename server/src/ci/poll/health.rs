//! How a polled source is doing.

use chrono::{DateTime, Utc};

use crate::ci::FieldError;

/// Most wrong entries that are shown.
pub(super) const MOST_SHOWN: usize = 20;

/// How a polled source is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceHealth {
    /// The name of the `[[ci]]`.
    pub source: String,
    /// How it is doing.
    pub state: PollState,
    /// When the document was last read, or said to be unchanged, UTC.
    pub last_success: Option<DateTime<Utc>>,
    /// How many entries the document has.
    pub entries: usize,
    /// How many of them are wrong and left out.
    pub wrong_count: usize,
    /// The first of those, with their place in the document.
    pub wrong: Vec<FieldError>,
}

/// State of a polled source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PollState {
    /// The document was not read yet.
    Starting,
    /// It was read.
    Working,
    /// It cannot be read; what is known of it stays.
    Failing {
        /// The real cause.
        error: String,
    },
}

impl SourceHealth {
    /// A source that was not polled yet.
    #[must_use]
    pub fn starting(source: &str) -> Self {
        Self { source: source.to_owned(), state: PollState::Starting, last_success: None, entries: 0, wrong_count: 0, wrong: Vec::new() }
    }
}
