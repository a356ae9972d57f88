//! What the table lists: rows, and headings between them. Pure.

use std::sync::Arc;

use model::ids::ServiceName;

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

/// What stands above a group of rows. Two headings of a table differ in their words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Heading {
    /// What the rows have in common.
    pub words: Arc<str>,
    /// How many rows follow.
    pub rows: usize,
}

/// What the table lists when it shows these services, in this order. Groups begin here: their headings go between the rows.
#[must_use]
pub fn list(services: Vec<ServiceName>) -> Arc<[Item]> {
    services.into_iter().map(Item::Row).collect()
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
