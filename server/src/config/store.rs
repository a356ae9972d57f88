//! `[store]`.

use std::time::Duration;

use secrecy::SecretString;

use super::section::Section;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `[store]`.
#[derive(Clone, Debug)]
pub struct Store {
    /// `sqlite://relboard.db` by default.
    pub url: SecretString,
    /// Records and history older than this are forgotten, the newest of each cell excepted. Default 400 days.
    pub keep: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self { url: SecretString::from("sqlite://relboard.db"), keep: DAY * 400 }
    }
}

impl Store {
    pub(super) fn read(section: Section<'_>) -> Self {
        let default = Self::default();
        let store = Self { url: section.secret("url").unwrap_or(default.url), keep: section.duration("keep", DAY).unwrap_or(default.keep) };
        section.finish();
        store
    }
}
