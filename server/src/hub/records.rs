//! The way of a record: into the store first, then to the board.

use std::sync::Arc;

use model::event::Event;
use tokio::sync::mpsc;

use crate::ci::{Accepted, Batch, Sink, SinkError, UnknownEnvironments};
use crate::clock::Clock;
use crate::store::{self, Insertion, Store};

/// Takes records in, from every adapter.
#[derive(Clone, Debug)]
pub struct Records {
    store: Store,
    events: mpsc::Sender<Event>,
    clock: Clock,
}

impl Records {
    /// Records go into the store, and from there to the hub.
    #[must_use]
    pub fn new(store: Store, events: mpsc::Sender<Event>, clock: Clock) -> Self {
        Self { store, events, clock }
    }
}

impl Sink for Records {
    async fn accept(&self, batch: Batch) -> Result<Vec<Accepted>, SinkError> {
        let idempotency = batch.idempotency.as_ref().map(|sent| store::Idempotency { key: &sent.key, body: &sent.body });
        let request = store::Batch { source: &batch.source, records: &batch.records, idempotency, received_at: self.clock.now() };
        let inserted = self.store.insert_records(request).await.map_err(|error| match error {
            store::Error::KeyReused { .. } => SinkError::KeyReused(error.to_string()),
            other => SinkError::Unavailable(other.to_string()),
        })?;
        let mut accepted = Vec::with_capacity(inserted.len());
        for (record, insertion) in batch.records.into_iter().zip(inserted) {
            if batch.unknown_environments == UnknownEnvironments::Create {
                self.send(Event::RecordedEnvironment(record.environment.clone())).await?;
            }
            match insertion {
                Insertion::New => {
                    self.send(Event::Record(Arc::new(record))).await?;
                    accepted.push(Accepted::New);
                }
                Insertion::Known => accepted.push(Accepted::Known),
            }
        }
        Ok(accepted)
    }
}

impl Records {
    async fn send(&self, event: Event) -> Result<(), SinkError> {
        self.events.send(event).await.map_err(|_| SinkError::Stopping)
    }
}
