//! A board in a few lines of text, so that tests can be read.
//!
//! ```text
//! environments: dev development | pre staging unreachable "connection refused" | pro
//! cart @shop  dev: 7fc38a2 ready 3/3 by ana | pre: 7fc38a2=v1.4.0 rolling 2/3/5 runs 7fc38a2 2/3 runs 993e5fc 2/2 | pro: -
//! ```
//! The first line may be left out: then the columns are as they appear, of tier `other`. Each has one live target, in the cluster
//! `<environment>-cluster`. A cell is `-`, or a version, a status, and any of
//!
//! | | |
//! |---|---|
//! | `2/5`, `2/3/5` | ready, (updated,) wanted pods |
//! | `runs 993e5fc 2/2` | ready pods and all pods of a running version; without any, all wanted pods run the wanted version; `runs -` is none |
//! | `by ana` `at 2026-11-20T09:00:00Z` `of 7fc38a2` | the record: who, when ([`TIME`], unless said), and which commit (the wanted one, unless said) |
//! | `since 2026-11-20T09:00:00Z` | since when |
//! | `~pre,pro` `+behind` | agreement, flags |
//! | `in eu-1/shop` | a Deployment of the service's name |
//! | `"reason"` | why |
//!
//! A version is `7fc38a2`, `v1.4.0`, `7fc38a2=v1.4.0`, any of these with `@sha256:…`, or `?` when there is none.

mod read;
mod write;

use chrono::{DateTime, Utc};

use crate::board::{Cell, Running};
use crate::ids::EnvironmentName;

pub use read::parse;
pub use write::compact;

/// When everything was published, heard and recorded, unless said otherwise: 2026-11-20 09:00 UTC.
pub const TIME: DateTime<Utc> = match DateTime::from_timestamp(1_795_165_200, 0) {
    Some(time) => time,
    None => DateTime::UNIX_EPOCH,
};

/// A compact text that does not follow its grammar: the line and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct CompactError {
    line: usize,
    problem: String,
}

fn cluster_name(environment: &EnvironmentName) -> String {
    format!("{environment}-cluster")
}

/// What runs, unless the text says otherwise: all wanted pods run the wanted version.
fn all_run_wanted(cell: &Cell) -> Box<[Running]> {
    let running = |version| Running { version, pods: cell.pods.wanted, ready: cell.pods.ready };
    cell.wanted.clone().filter(|_| cell.pods.wanted > 0).map(running).into_iter().collect()
}
