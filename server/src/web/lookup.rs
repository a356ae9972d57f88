//! One cell with everything known of it: from the hub what the clusters say, from the store what was.

use std::sync::Arc;

use model::details::Details;
use model::ids::{EnvironmentName, ServiceName};
use tokio::sync::watch;

use super::state::{Settings, names};
use crate::hub::{Closed, HubHandle};
use crate::store::Store;

/// How many records and how many changes of a cell are shown.
const SHOWN: u32 = 50;

/// Looks cells up.
#[derive(Clone)]
pub(super) struct Lookup {
    pub(super) hub: HubHandle,
    pub(super) store: Store,
    pub(super) settings: watch::Receiver<Arc<Settings>>,
}

impl Lookup {
    /// One cell with everything known of it; none when there is no such cell. While the store fails, its part is what
    /// the hub knows of it.
    pub(super) async fn details(&self, service: ServiceName, environment: EnvironmentName) -> Result<Option<Details>, Closed> {
        let Some(mut details) = self.hub.details(service, environment).await? else { return Ok(None) };
        let settings = Arc::clone(&self.settings.borrow());
        let column = settings.catalogue.environments.iter().find(|column| column.name == details.environment);
        // A column that only CI knows has no other name.
        let names: Vec<_> = column.map_or_else(|| vec![details.environment.as_str()], |column| names(column).collect());
        match self.store.records_for(&details.service, &names, SHOWN).await {
            Ok(records) => {
                details.records = records;
            }
            Err(error) => tracing::warn!(%error, "the details lack older records"),
        }
        match self.store.transitions(&details.service, &details.environment, SHOWN).await {
            Ok(history) => details.history = history,
            Err(error) => tracing::warn!(%error, "the details lack their history"),
        }
        Ok(Some(details))
    }
}
