//! Image references by the OCI grammar (`registry:5000/a/b:tag@sha256:…`).

use std::str::FromStr;
use std::sync::Arc;

/// A parsed image reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRef {
    /// Registry and path as written, without tag and digest.
    pub name: Arc<str>,
    /// The tag.
    pub tag: Option<Arc<str>>,
    /// The digest, `sha256:…`.
    pub digest: Option<Arc<str>>,
}

/// An image reference that does not follow the grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an image reference: {problem}")]
pub struct ImageError {
    text: String,
    problem: &'static str,
}

impl FromStr for ImageRef {
    type Err = ImageError;

    fn from_str(_text: &str) -> Result<Self, Self::Err> {
        unimplemented!()
    }
}
