//! The simulator through real HTTP, held against recorded traffic of a real control plane.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests do")]

mod ci;
mod client;
mod errors;
mod faults;
mod lists;
mod manifests;
mod recordings;
mod scenario;
mod sequences;
mod shape;
mod watches;
