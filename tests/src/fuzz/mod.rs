//! What fuzzing calls: for each kind of input that comes from outside, a function that takes any bytes.
//!
//! A target must not panic, and what it makes of an input must be in proportion to it. `tests/fuzz/corpus.rs` runs them
//! over the committed corpus and over mutations of it; `make fuzz` runs them under a coverage-guided fuzzer (`tests/fuzz/Cargo.toml`).

mod config;
mod image;
mod mutate;
mod query;
mod record;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::catalogue::{Catalogue, Column};
use model::event::{Event, TargetHealth};
use model::ids::{ServiceName, TargetId};
use model::index::Index;
use model::merge;

pub use config::run as config;
pub use image::run as image;
pub use mutate::Mutator;
pub use query::run as query;
pub use record::run as record;
pub use watch::run as watch;

/// One kind of input.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of the folder of its corpus.
    pub name: &'static str,
    /// Takes any bytes. It panics when what it makes of them is wrong.
    pub run: fn(&[u8]),
    /// Words of the language, for mutations to put in.
    pub words: &'static [&'static str],
    /// The most bytes it may allocate, over its whole run, for an input of so many bytes.
    pub allowance: fn(usize) -> usize,
}

/// All kinds of input.
pub const TARGETS: [Target; 5] = [image::TARGET, query::TARGET, record::TARGET, config::TARGET, watch::TARGET];

/// The folder of a target's corpus.
#[must_use]
pub fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

/// When everything is received.
fn now() -> DateTime<Utc> {
    // 2026-11-20 10:00 UTC.
    DateTime::from_timestamp(1_795_168_800, 0).unwrap_or_default()
}

/// Merges what came of an input: the rules must be able to take whatever the readers let through.
fn merge_all(index: &mut Index, events: impl IntoIterator<Item = Event>) {
    for event in events {
        index.apply(event);
    }
    let services: Vec<ServiceName> = index.services().cloned().collect();
    for service in services {
        let Some(row) = merge::merge(index, &service, now(), None).row else { continue };
        let again = merge::merge(index, &service, now(), Some(&row)).row;
        assert_eq!(again.as_ref(), Some(&row), "looking again changes nothing");
        for environment in row.cells.keys() {
            let _ = merge::details(index, &row, environment);
        }
    }
    let _ = merge::environments(index, now());
}

/// An index of one environment with one live cluster.
fn index() -> Index {
    index_of(Arc::new(Catalogue::new([Column::new("dev", &["dev-cluster"])])))
}

/// An index whose first cluster is live.
fn index_of(catalogue: Arc<Catalogue>) -> Index {
    let mut index = Index::new(catalogue);
    let health = TargetHealth::Live { notes: Vec::new() };
    index.apply(Event::Target { target: TargetId(0), health, at: now() });
    index
}

/// What is said of an input may quote it, and more.
fn assert_in_proportion(said: usize, input: &[u8], factor: usize) {
    let bound = 4096 + factor * input.len();
    assert!(said <= bound, "{said} bytes are said of {} bytes of input", input.len());
}
