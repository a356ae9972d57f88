//! What `relboard check` says of a target.

use std::fmt;
use std::sync::Arc;

use model::workload::Kind;

use crate::config::Target;

/// What a target may read, found out by trying (a `SelfSubjectAccessReview` would be a write).
#[derive(Clone, Debug)]
pub struct Report {
    /// The cluster's name as shown.
    pub cluster: String,
    /// The API server's URL; none when not even that could be found out.
    pub server: Option<String>,
    /// The API server's version (`v1.36.2`); none when it could not be read.
    pub version: Option<String>,
    /// What may be listed and watched, by kind and scope.
    pub rights: Vec<Right>,
    /// What is wrong, and what to do about it; empty when nothing is.
    pub problems: Vec<String>,
}

/// Whether a kind may be listed and watched in a scope. An error is the API server's own text.
#[derive(Clone, Debug)]
pub struct Right {
    /// Which kind.
    pub kind: Kind,
    /// The namespace; all when none.
    pub namespace: Option<Arc<str>>,
    /// Whether it may be listed.
    pub list: Result<(), String>,
    /// Whether it may be watched.
    pub watch: Result<(), String>,
}

impl Report {
    /// Whether everything that is needed can be read.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.problems.is_empty()
    }
}

/// As text of several lines, for a terminal.
impl fmt::Display for Report {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unimplemented!()
    }
}

/// Reaches a target and finds out what may be read there.
pub async fn check(_target: &Target) -> Report {
    unimplemented!()
}
