//! The way of what registries say: into the store first, so that it is asked once, then to the board.

use model::strings::ArcStr;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use model::event::Event;
use model::image::ImageAt;
use tokio::sync::mpsc;

use super::HubHandle;
use crate::clock::Clock;
use crate::registry::{Answer, Images as Sink, Stopping};
use crate::store::Store;

/// Says which images to ask for, and takes in what registries say.
#[derive(Clone, Debug)]
pub struct Images {
    hub: HubHandle,
    events: mpsc::Sender<Event>,
    store: Store,
    clock: Clock,
    /// Images of which a registry said nothing, and when to ask again.
    nothing: Arc<Mutex<HashMap<ArcStr, DateTime<Utc>>>>,
}

impl Images {
    /// Answers go into the store, and from there to the hub. `nothing` is what was stored of those without one.
    #[must_use]
    pub fn new(hub: HubHandle, store: Store, clock: Clock, nothing: impl IntoIterator<Item = (ArcStr, DateTime<Utc>)>) -> Self {
        Self { events: hub.events(), hub, store, clock, nothing: Arc::new(Mutex::new(nothing.into_iter().collect())) }
    }
}

impl Sink for Images {
    async fn unasked(&self) -> Result<Vec<ImageAt>, Stopping> {
        let mut unasked = self.hub.unasked().await.map_err(|_| Stopping)?;
        let now = self.clock.now();
        let mut nothing = self.nothing.lock().unwrap_or_else(PoisonError::into_inner);
        nothing.retain(|_, again| *again > now);
        unasked.retain(|image| !nothing.contains_key(&image.digest));
        Ok(unasked)
    }

    async fn answered(&self, image: &ImageAt, answer: Answer) -> Result<(), Stopping> {
        let now = self.clock.now();
        let stored = match &answer {
            Answer::Published(published) => self.store.keep_image(published, now).await,
            Answer::Nothing { ask_again } => self.store.keep_nothing(&image.digest, now, now + *ask_again).await,
        };
        if let Err(error) = stored {
            tracing::warn!(%error, "what a registry said is known until the end of this run only");
        }
        match answer {
            Answer::Published(published) => self.events.send(Event::Image(Arc::new(published))).await.map_err(|_| Stopping),
            Answer::Nothing { ask_again } => {
                self.nothing.lock().unwrap_or_else(PoisonError::into_inner).insert(ArcStr::clone(&image.digest), now + ask_again);
                Ok(())
            }
        }
    }
}
