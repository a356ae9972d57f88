//! CI: what it sends ([`record`]) and what it publishes ([`poll`]) becomes deployment records.

pub mod poll;
pub mod record;
mod sink;

pub use self::record::FieldError;
pub use self::sink::{Accepted, Batch, Idempotency, Sink, SinkError, UnknownEnvironments};
