//! What runs: git commit, label and image digest, and when two of them are the same.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What runs, or should run. The digest is the identity, the label is only a name (board.md, "Which version").
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// The git commit, 7 to 40 lower-case hex digits.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub commit: Option<Arc<str>>,
    /// The tag as written, or the version CI gave.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub label: Option<Arc<str>>,
    /// The image's digest, `sha256:…`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub digest: Option<Arc<str>>,
}

/// How two versions compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// Equal digests; or, where one is missing, equal commits; or equal labels.
    Same,
    /// One label (or commit) with two different digests: the tag was moved.
    MovedTag,
    /// Not the same.
    Different,
}

impl fmt::Display for Version {
    /// The short form a cell shows: seven digits of the commit, else the label, else the short digest, else `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())
    }
}

impl Version {
    /// The short form a cell shows.
    #[must_use]
    pub fn short(&self) -> &str {
        unimplemented!()
    }

    /// Whether two versions are the same (board.md, "Which version"). Symmetric.
    #[must_use]
    pub fn compare(&self, _other: &Self) -> Sameness {
        unimplemented!()
    }
}
