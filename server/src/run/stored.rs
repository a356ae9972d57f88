//! What a start takes over from the store.

use model::published::Published;

use crate::config::Ci;
use crate::hub::Stored;
use crate::store::{Error, Store};

/// How many records of each cell.
const PER_CELL: u32 = 20;

/// What registries said, the columns that only CI knows, and the newest records.
pub(super) async fn read(store: &Store, senders: &[Ci], published: Vec<Published>) -> Result<Stored, Error> {
    let mut environments = Vec::new();
    for sender in senders.iter().filter(|sender| sender.create_environments) {
        environments.extend(store.recorded_environments(&sender.name).await?);
    }
    Ok(Stored { published, environments, records: store.recent_records(PER_CELL).await? })
}
