//! The search language: parse, match. One parser for browser, API and command line.
//!
//! # What can be written
//! A query is terms separated by white space; a row must meet them all. A term is a *word* or `qualifier:value`.
//! `-` in front negates a term. `"…"` quotes a value with spaces or signs in it; inside, `\"` and `\\` stand for `"` and `\`.
//! `a|b` (without spaces) gives a term alternatives: `by:ana|leo`, `cart|order`. Alternatives are values of one term, so they
//! share its qualifier and its `-`. Case and accents do not matter.
//!
//! | term | holds for a cell when |
//! |---|---|
//! | word | it is part of the service's or team's name, or of the cell's environment, reason, label or person; or its status, one of its flags, a commit or a digest (four hex digits or more) begins with it; or it is a date, to the month or finer (`2026-11`, `2026-11-20T10`, UTC), and what is here came then |
//! | `service:` `team:` | it is part of the name |
//! | `env:` | it is the environment's whole name |
//! | `status:` | it is the status |
//! | `is:` | it is a status, a flag, `red` (not all pods are deployed and working in the wanted version) or `stale` (the target is not heard) |
//! | `by:` | it is part of the name of who deployed, or tried to |
//! | `commit:` | wanted, running or recorded commit begins with it |
//! | `tag:` | it is part of a wanted, running or recorded label |
//! | `ns:` `cluster:` | it is part of the name of a workload's namespace or cluster; a cell without workloads is in its environment's clusters |
//! | `age:>7d` | what is here came longer ago; `<` `<=` `>` `>=` and `m` `h` `d` `w` |
//! | `agree:dev,pre` | all of these environments have the same version |
//! | `differ:pre,pro` | those of these environments that have a version do not all have the same |
//!
//! # When a row matches
//! `env:` and `-env:` say which cells are looked at; without them, all. Then
//! 1. there is **one** of these cells for which all other terms hold: `by:ana is:failing` means a failing deployment of Ana's,
//!    not one of Ana's here and a failing one there. What only concerns the row (`service:`, `team:`, `agree:`, `differ:`,
//!    a word in the service's or team's name) holds for all its cells. An absent cell counts only for what it says itself:
//!    `env:pro cart` is a cart that is in pro, `env:pro is:absent` all that are not.
//! 2. there is **none** of these cells for which a negated term holds: `-is:red` means that nothing is red, `env:pro -is:red`
//!    that it is in pro, and not red there.
//!
//! A query of row terms and negated terms only needs no cell at all.

mod fold;
mod haystack;
mod parse;
mod row;
mod term;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;

use chrono::{DateTime, Utc};

pub use self::haystack::Haystack;
use self::term::Term;
use crate::board::Environment;

/// A parsed query. The empty query matches everything. Its `Display` parses to the same query again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    terms: Vec<Term>,
}

/// A query that does not parse: it says where, and filters nothing out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", .at + 1)]
pub struct QueryError {
    /// What is wrong, and what would be right.
    pub message: String,
    /// Where it starts, in characters from 0.
    pub at: usize,
    /// How many characters it covers.
    pub length: usize,
}

/// What matching needs beside the row.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The columns, in promotion order.
    pub environments: &'a [Environment],
    /// For `age:`.
    pub now: DateTime<Utc>,
}

impl Query {
    /// The qualifiers, for help and completion: name and an example.
    pub const QUALIFIERS: [(&'static str, &'static str); 13] = term::QUALIFIERS;

    /// Whether nothing is asked for: every row matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a row may match only because time goes by.
    #[must_use]
    pub fn depends_on_time(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, term::Test::Age(_)))
    }
}

/// A term that asks for a value by a qualifier, as it is written: `env:pro`, `env:"eu west"`.
#[must_use]
pub fn qualified(qualifier: &str, value: &str) -> String {
    format!("{qualifier}:{}", term::Written(value))
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, term) in self.terms.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{term}")?;
        }
        Ok(())
    }
}
