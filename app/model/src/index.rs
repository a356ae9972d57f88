//! The newest fact of each object, by key: what [`merge`](crate::merge) reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::event::Event;
use crate::ids::ServiceName;

/// The newest of everything that was heard.
#[derive(Clone, Debug)]
pub struct Index {
    catalogue: Arc<Catalogue>,
}

/// What an event may have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Rows to merge again.
    pub services: BTreeSet<ServiceName>,
    /// Whether the columns (target states, unplaced records) may have changed.
    pub header: bool,
}

impl Index {
    /// An index that has heard nothing.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue }
    }

    /// The catalogue, with the environments that only CI knows at the end.
    #[must_use]
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Takes in one event and says which rows it touches.
    pub fn apply(&mut self, _event: Event) -> Touched {
        unimplemented!()
    }

    /// Every service that has a fact or a record.
    pub fn services(&self) -> impl Iterator<Item = &ServiceName> {
        std::iter::empty()
    }
}
