//! Texts that repeat, kept once for all observers.

use model::strings::ArcStr;
use std::sync::{Arc, Mutex, PoisonError};

/// Shares equal texts. Clones share with one another: environments run the same images.
#[derive(Clone, Debug, Default)]
pub struct Strings(Arc<Mutex<model::strings::Strings>>);

impl Strings {
    /// The one copy of a text.
    #[must_use]
    pub fn share(&self, text: &str) -> ArcStr {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).share(text)
    }

    /// The one copy of a text that may be absent; empty counts as absent.
    #[must_use]
    pub fn share_some(&self, text: Option<&str>) -> Option<ArcStr> {
        text.filter(|text| !text.is_empty()).map(|text| self.share(text))
    }
}
