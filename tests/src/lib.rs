//! The harness: simulated clusters and a whole server in one process, talking over real HTTP on loopback.
//!
//! Whatever a test starts has ended when it is dropped: [`Fleet`] makes sure that no task is left running.

pub mod fuzz;
pub mod load;

mod fleet;
mod follower;
mod registry;
mod server;
pub mod soak;

pub use fleet::Fleet;
pub use follower::{Follower, cell};
pub use registry::{Image, Registry, ca};
pub use server::{Server, TOKEN};

/// How long anything that must happen may take: a generous bound for slow machines, not a wait.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
