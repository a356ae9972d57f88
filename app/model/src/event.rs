//! The closed list of inputs.

use arcstr::ArcStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::ids::{ObjectName, TargetId};
use crate::published::Published;
use crate::record::Record;
use crate::workload::{Fact, Kind};

/// Something happened: the only way into the [`Index`](crate::index::Index).
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A list of a kind was read in full: these are all the objects in its scope, at once.
    Listed {
        /// Where.
        target: TargetId,
        /// Which kind.
        kind: Kind,
        /// The namespace that was listed; all namespaces when none.
        namespace: Option<ArcStr>,
        /// What there is. An object that is not here is gone.
        facts: Vec<Fact>,
        /// When it was heard.
        at: DateTime<Utc>,
    },
    /// An object was added or changed.
    Seen {
        /// Where.
        target: TargetId,
        /// What is known of it now.
        fact: Fact,
        /// When it was heard.
        at: DateTime<Utc>,
    },
    /// An object was deleted.
    Gone {
        /// Where.
        target: TargetId,
        /// Its kind.
        kind: Kind,
        /// Its name.
        name: ObjectName,
        /// When it was heard.
        at: DateTime<Utc>,
    },
    /// A kind may no longer be read: what was known of it there is forgotten. That is not the same as gone.
    Withdrawn {
        /// Where.
        target: TargetId,
        /// Which kind.
        kind: Kind,
        /// The namespace; all namespaces when none.
        namespace: Option<ArcStr>,
        /// When it was noticed.
        at: DateTime<Utc>,
    },
    /// How a target is doing changed, or it was heard again (data or a bookmark).
    Target {
        /// Which.
        target: TargetId,
        /// How it is doing.
        health: TargetHealth,
        /// When it was heard or noticed.
        at: DateTime<Utc>,
    },
    /// CI recorded a deployment (already stored).
    Record(Arc<Record>),
    /// A registry told what an image is (already stored).
    Image(Arc<Published>),
    /// An environment that only CI knows appeared: a column of its own, after the configured ones.
    RecordedEnvironment(crate::ids::EnvironmentName),
}

impl Event {
    /// The target that it is of; none of what is known of no target.
    #[must_use]
    pub fn target(&self) -> Option<TargetId> {
        match self {
            Self::Listed { target, .. }
            | Self::Seen { target, .. }
            | Self::Gone { target, .. }
            | Self::Withdrawn { target, .. }
            | Self::Target { target, .. } => Some(*target),
            Self::Record(_) | Self::Image(_) | Self::RecordedEnvironment(_) => None,
        }
    }
}

/// How a target is doing, as its adapter sees it (board.md, "Freshness").
/// `stale` is not here: it is the absence of news, and computed from the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetHealth {
    /// The first lists are not complete yet.
    Syncing,
    /// All kinds that may be read are listed and followed.
    Live {
        /// Counts of objects that could not be read and were skipped, and of kinds that may not be read.
        notes: Vec<String>,
    },
    /// The cluster cannot be reached, or does not answer as an API server should. The text is the real cause.
    Unreachable(String),
    /// The cluster refuses: which verb, kind and namespace. The text is the API server's.
    Forbidden(String),
}
