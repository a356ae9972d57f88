//! The catalogue: one field a string, one function where a number or a word goes in.

use model::board::TargetState;
use model::catalogue::Tier;
#[cfg(feature = "ssr")]
use model::record::Outcome;
use model::status::{Flag, Status};
#[cfg(feature = "ssr")]
use model::workload::Role;

use super::phrases::Phrases;
use crate::address::Density;
use crate::board::group::Grouping;

/// Everything the page says, in one language.
#[derive(Debug)]
#[expect(missing_docs, reason = "a string's name and its English text say what it is")]
pub struct Strings {
    // The bar.
    pub search: &'static str,
    pub search_examples: &'static str,
    pub clear: &'static str,
    pub query_error: &'static str,
    pub theme: &'static str,
    pub count_title: &'static str,
    pub help: &'static str,
    pub skip_to_board: &'static str,

    // The menu of the view.
    pub view: &'static str,
    pub group_by: &'static str,
    pub grouping: fn(Grouping) -> &'static str,
    pub density: &'static str,
    pub density_of: fn(Density) -> &'static str,
    pub columns: &'static str,
    pub all_columns: &'static str,
    pub move_left: &'static str,
    pub move_right: &'static str,
    pub apply: &'static str,
    pub download: &'static str,
    pub views: &'static str,

    // The connection to the server.
    pub connecting: &'static str,
    pub live: &'static str,
    pub paused: &'static str,
    pub without_script: &'static str,

    // The wall.
    pub wall: &'static str,
    pub data_age: fn(&str) -> String,
    pub page_of: fn(usize, usize) -> String,
    pub environments_of: fn(usize, usize, usize) -> String,

    // Counts.
    pub services: fn(usize) -> String,
    pub services_of: fn(usize, usize) -> String,
    pub count: fn(Status, usize) -> String,
    pub behind: fn(usize) -> String,
    pub unplaced_records: fn(u64) -> String,
    pub announcement: fn(usize, usize) -> String,

    // The table.
    pub board: &'static str,
    pub caption: &'static str,
    pub service: &'static str,
    pub pages: &'static str,
    pub sort: &'static str,
    pub sort_by_name: &'static str,
    pub sort_by_time: &'static str,
    pub sort_by_status: &'static str,
    pub sort_by_version: &'static str,
    pub not_deployed: &'static str,
    pub same_as: &'static str,
    pub nowhere_else: &'static str,
    pub to: &'static str,
    pub pods: fn(u32, u32) -> String,
    pub ci_recorded: &'static str,
    pub no_workload: &'static str,
    pub copy_commit: &'static str,
    pub pin: &'static str,
    pub pinned: &'static str,
    pub others: &'static str,
    pub was_pinned: fn(&str) -> String,
    pub was_unpinned: fn(&str) -> String,
    pub copied: fn(&str) -> String,

    // The legend.
    pub legend: &'static str,
    pub all_agree: &'static str,
    /// Before the names of the few environments that do not agree.
    pub all_but: &'static str,
    pub red_means: &'static str,

    // States without rows.
    pub no_match: &'static str,
    pub no_match_hint: &'static str,
    pub nothing_yet: &'static str,
    pub nothing_yet_hint: &'static str,
    pub no_environments: &'static str,
    pub no_environments_hint: &'static str,
    pub not_found: &'static str,
    pub to_the_board: &'static str,

    // The details; what only the server says of them is in `panel`.
    #[cfg(feature = "ssr")]
    pub panel: Panel,
    pub details: &'static str,
    pub loading: &'static str,
    pub load_failed: &'static str,

    // Words of the model. Its sentences are in English: a page in another language has phrases for them.
    pub phrases: Option<fn() -> &'static Phrases>,
    pub status: fn(Status) -> &'static str,
    pub flag: fn(Flag) -> &'static str,
    pub flag_meaning: fn(Flag) -> &'static str,
    pub tier: fn(Tier) -> &'static str,
    pub target_state: fn(TargetState) -> &'static str,

    // Time.
    pub never: &'static str,
    pub ages: Ages,

    // The keyboard, and why a screen is refused; only the server says it.
    #[cfg(feature = "ssr")]
    pub keys: Keys,
    #[cfg(feature = "ssr")]
    pub refused: Refused,
}

/// What the panel with the details says: only the server writes it.
#[cfg(feature = "ssr")]
#[derive(Debug)]
#[expect(missing_docs, reason = "a string's name and its English text say what it is")]
pub struct Panel {
    pub close: &'static str,
    pub unknown_cell: &'static str,
    pub wanted: &'static str,
    pub running: &'static str,
    pub recorded: &'static str,
    pub since: &'static str,
    pub ci_run: &'static str,
    pub conditions: &'static str,
    pub records: &'static str,
    pub history: &'static str,
    pub other_environments: &'static str,
    pub same_version: &'static str,
    pub other_version: &'static str,
    pub no_pods: &'static str,
    pub ready: &'static str,
    pub not_ready: &'static str,
    pub terminating: &'static str,
    pub restarts: fn(u32) -> String,
    pub autoscaled: fn(u32, u32, u32) -> String,
    pub on_node: &'static str,
    pub outcome: fn(Outcome) -> &'static str,
    pub role: fn(Role) -> &'static str,
}

/// How an age is written: `just now`, `40 s`, `4 min`, `9 h`, `11 d`, `3 w`, `2 y`.
#[derive(Debug)]
#[expect(missing_docs, reason = "a unit's name says what it is")]
pub struct Ages {
    pub now: &'static str,
    pub seconds: &'static str,
    pub minutes: &'static str,
    pub hours: &'static str,
    pub days: &'static str,
    pub weeks: &'static str,
    pub years: &'static str,
}

/// What the keys do.
#[cfg(feature = "ssr")]
#[derive(Debug)]
#[expect(missing_docs, reason = "a string's name and its English text say what it is")]
pub struct Keys {
    pub heading: &'static str,
    pub finding: &'static str,
    pub search: &'static str,
    pub leave: &'static str,
    pub walking: &'static str,
    pub walk: &'static str,
    pub edges: &'static str,
    pub open: &'static str,
    pub close: &'static str,
    pub viewing: &'static str,
    pub view: &'static str,
    pub group: &'static str,
    pub density: &'static str,
    pub theme: &'static str,
    pub wall: &'static str,
    pub taking: &'static str,
    pub copy: &'static str,
    pub pin: &'static str,
    pub help: &'static str,
    pub shut: &'static str,
}

/// Why a screen is not let in, each with what to do.
#[cfg(feature = "ssr")]
#[derive(Debug)]
#[expect(missing_docs, reason = "a string's name and its English text say what it is")]
pub struct Refused {
    pub unknown: &'static str,
    pub unknown_hint: &'static str,
    pub revoked: &'static str,
    pub revoked_hint: &'static str,
    pub too_many: &'static str,
    pub too_many_hint: &'static str,
    pub unavailable: &'static str,
    pub unavailable_hint: &'static str,
    pub create: &'static str,
}
