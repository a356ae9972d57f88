//! What the hub takes over from the store.

use std::sync::Arc;

use model::event::Event;
use model::ids::EnvironmentName;
use model::published::Published;
use model::record::Record;

/// What was stored before.
#[derive(Debug, Default)]
pub struct Stored {
    /// What registries said.
    pub published: Vec<Published>,
    /// The columns that only CI knows.
    pub environments: Vec<EnvironmentName>,
    /// The newest records of each cell, in any order. Newest first takes least memory: an older one that is only a claim is then
    /// known to be one at once.
    pub records: Vec<Record>,
}

impl Stored {
    /// One by one: there may be hundreds of thousands, of which little stays.
    pub(super) fn events(self) -> impl Iterator<Item = Event> {
        let published = self.published.into_iter().map(|published| Event::Image(Arc::new(published)));
        let environments = self.environments.into_iter().map(Event::RecordedEnvironment);
        published.chain(environments).chain(self.records.into_iter().map(|record| Event::Record(Arc::new(record))))
    }
}
