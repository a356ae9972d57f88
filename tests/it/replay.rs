//! Recorded traffic of a real control plane (`tests/fixtures/kubernetes`), replayed through the real client code.
//!
//! [`scenarios`] feeds every recorded line to `observe`, index and merge, and looks at every prefix; [`client`] serves the
//! same recordings over HTTP to the real client; [`faults`] serves recorded errors and raw streams, cuts and silences. [`access`] is about reaching a cluster at all.

mod access;
mod client;
mod faults;
mod raw;
mod recording;
mod scenarios;
mod server;
mod truth;
