//! What can go wrong in the simulator itself (what it simulates going wrong is in [`crate::faults`]).

use std::net::SocketAddr;

/// An error of the simulator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address could not be bound.
    #[error("cannot listen on {address}: {source}; choose another port")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A command names a workload that does not exist.
    #[error("no workload {namespace}/{name} in this cluster")]
    NoSuchWorkload {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// A command applies an object of a kind that cannot be applied as it is.
    #[error("{kind} cannot be applied as it is: it has a controller here, or its definition is not installed")]
    NoSuchKind {
        /// The kind.
        kind: &'static str,
    },
    /// A world could not be made: a defect of the simulator.
    #[error("the simulated cluster could not be made: {0}")]
    Panicked(tokio::task::JoinError),
    /// A condition that was waited for did not come true.
    #[error("waited {seconds} s for {what}")]
    Timeout {
        /// For how long.
        seconds: u64,
        /// What was waited for.
        what: String,
    },
    /// The server that records are sent to could not be reached.
    #[error("cannot send records to {url}: {source}")]
    Unreachable {
        /// Where they were sent.
        url: String,
        /// Why.
        source: reqwest::Error,
    },
    /// The server that records are sent to refused them.
    #[error("{url} answered {status} to the records sent: {body}")]
    Refused {
        /// Where they were sent.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of its answer.
        body: String,
    },
}
