//! The whole server against simulated clusters, over real HTTP.

mod access;
mod board;
#[cfg(target_os = "linux")]
mod full_disk;
mod history;
mod kinds;
mod outage;
mod records;
mod registry;
mod reload;
mod screens;
mod store;
mod stream;
mod wait;

use sim::world::Pace;
use sim::{ClusterConfig, Workload};

/// Two commits.
const OLD: &str = "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa";
const NEW: &str = "993e5fc0d5e3a1b2c3d4e5f60718293a4b5c6d7e";

fn image(service: &str, commit: &str) -> String {
    format!("registry.example:5000/shop/{service}:{commit}")
}

/// A fast cluster in which a service runs.
fn cluster(name: &str, commit: &str) -> ClusterConfig {
    ClusterConfig::new(name).pace(Pace::fast()).running(Workload::deployment("shop", "cart", &image("cart", commit)).replicas(3))
}
