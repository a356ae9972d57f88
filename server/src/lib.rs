//! The server of Relboard: adapters at the edges, one writer in the middle.
//!
//! `config ← {clusters, ci, registry, store} ← hub ← web ← run`: adapters never import one another, and only `hub` owns the index.

#![recursion_limit = "256"]

pub mod chance;
pub mod ci;
pub mod cli;
pub mod clock;
pub mod clusters;
pub mod config;
pub mod hub;
pub mod registry;
mod run;
pub mod store;
pub mod web;

pub use self::run::{RunError, run};
