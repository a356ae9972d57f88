//! Simulated Kubernetes API servers and CI, reached only through real HTTP on loopback.
//!
//! The layers, from the inside out:
//!
//! * [`world`]: one cluster's objects and controllers, a pure and seeded state machine driven by `World::step(now)`;
//! * `api`: an HTTP server in the shape of kube-apiserver in front of a world (lists, watches, errors, rights);
//! * [`faults`] and `link`: what can go wrong between the two ends, on demand; `local` does without sockets;
//! * [`cluster`]: a world, its API server and its ticking task behind one handle;
//! * [`ci`]: what a CI server does: it publishes deployment records and a JSON document of them;
//! * [`scenario`]: a seeded fleet of services with a past, and the people who deploy them.
//!
//! The answers are held against recorded traffic of a real control plane (`tests/fixtures/kubernetes`) by this package's tests.

mod api;
pub mod ci;
pub mod clock;
pub mod cluster;
pub mod error;
pub mod faults;
mod identity;
pub mod kubeconfig;
mod link;
mod local;
mod render;
pub mod scenario;
mod signal;
pub mod spec;
pub mod users;
pub mod world;

pub use cluster::{Cluster, ClusterConfig, ClusterHandle};
pub use error::Error;
pub use faults::{Answer, Faults, Rule};
pub use identity::{commit, digest_of};
pub use kubeconfig::kubeconfig_for;
pub use local::{LocalBody, LocalService};
pub use spec::{Workload, WorkloadKind};
pub use users::{Rights, User};
pub use world::{Command, Pace, World};
