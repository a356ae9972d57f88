//! Where records go. The hub implements it, so that CI's adapters know neither the store nor the board.

use std::future::Future;

use model::record::Record;

/// Records that arrived together: all of them are accepted, or none.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Who sent them: the name of a `[[ci]]`.
    pub source: String,
    /// The records.
    pub records: Vec<Record>,
    /// The request's `Idempotency-Key`, if it had one.
    pub idempotency: Option<Idempotency>,
    /// What becomes of environments that are no columns.
    pub unknown_environments: UnknownEnvironments,
}

/// An `Idempotency-Key` and the body that came with it.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// The key, as sent.
    pub key: String,
    /// The body: the same key with another body is an error.
    pub body: bytes::Bytes,
}

/// What becomes of a record whose environment is not configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownEnvironments {
    /// The environment becomes a column by itself (`Event::RecordedEnvironment`), even for a record that is known:
    /// after a restart the column must come back.
    Create,
    /// The record is stored and listed as unplaced.
    Unplaced,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It was not known.
    New,
    /// It was known already.
    Known,
}

/// Records were not accepted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SinkError {
    /// They could not be stored: try again later.
    #[error("{0}")]
    Unavailable(String),
    /// The `Idempotency-Key` was used before with another body: the sender's mistake.
    #[error("{0}")]
    KeyReused(String),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// Takes records in.
pub trait Sink: Send + Sync + 'static {
    /// Stores the records durably, forwards the new ones, and says for each whether it was known.
    ///
    /// # Errors
    /// Nothing was stored.
    fn accept(&self, batch: Batch) -> impl Future<Output = Result<Vec<Accepted>, SinkError>> + Send;
}
