//! What a start takes over from the store.

use std::sync::Arc;

use model::event::Event;
use model::published::Published;

use crate::config::Ci;
use crate::store::{Error, Store};

/// How many records of each cell.
const PER_CELL: u32 = 20;

/// What registries said, the columns that only CI knows, then the newest records, oldest first.
pub(super) async fn events(store: &Store, senders: &[Ci], images: Vec<Published>) -> Result<Vec<Event>, Error> {
    let mut events: Vec<_> = images.into_iter().map(|published| Event::Image(Arc::new(published))).collect();
    for sender in senders.iter().filter(|sender| sender.create_environments) {
        let environments = store.recorded_environments(&sender.name).await?;
        events.extend(environments.into_iter().map(Event::RecordedEnvironment));
    }
    let records = store.recent_records(PER_CELL).await?;
    events.extend(records.into_iter().map(|record| Event::Record(Arc::new(record))));
    Ok(events)
}
