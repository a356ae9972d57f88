//! What the table lists: rows, and headings between them. Pure.

use model::ids::ServiceName;
use serde::{Deserialize, Serialize};

use super::group::Group;

/// One line of the table.
///
/// Whoever makes the list ([`crate::live::state::Live::shown`]) may put headings between rows: the window places, measures
/// and writes them like rows ([`super::row::heading`]). They are rows to screen readers, too, and count in `aria-rowindex`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// What stands above a group of rows.
    Heading(Heading),
    /// A service. Of a large board, one that is not known yet has no name.
    Row(ServiceName),
}

/// What stands above a group of rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Heading {
    /// What the rows have in common.
    pub group: Group,
    /// How many rows follow.
    pub rows: usize,
    /// How many of them fail, or are missing, in some column.
    pub failing: usize,
    /// How many of them are rolling in some column.
    pub rolling: usize,
}

impl Item {
    /// The service of a row.
    #[must_use]
    pub const fn service(&self) -> Option<&ServiceName> {
        match self {
            Self::Heading(_) => None,
            Self::Row(service) => Some(service),
        }
    }

    /// Whether this is the row of a service.
    #[must_use]
    pub fn is_of(&self, service: &ServiceName) -> bool {
        self.service() == Some(service)
    }
}
