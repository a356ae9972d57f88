//! The way of a transition: from the hub into the store's history, off the hub's own path.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::store::{CellTransition, Store};

/// The first and the longest wait before a store that failed is tried again.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// How often what was left is tried at the end, when the hub is gone.
const LAST_TRIES: u32 = 2;

/// Appends what the hub observes until the hub is gone. While the store fails, what comes waits in the channel;
/// the board goes on meanwhile.
pub async fn keep(store: Store, mut observed: mpsc::Receiver<Vec<CellTransition>>, shutdown: CancellationToken) {
    while let Some(mut batch) = observed.recv().await {
        while let Ok(more) = observed.try_recv() {
            batch.extend(more);
        }
        append(&store, &batch, &shutdown).await;
    }
}

async fn append(store: &Store, batch: &[CellTransition], shutdown: &CancellationToken) {
    let mut wait = RETRY.0;
    let mut last_tries = 0;
    loop {
        match store.append_transitions(batch).await {
            Ok(_) if wait > RETRY.0 => return tracing::info!("the store works again: the history is complete"),
            Ok(_) => return,
            Err(error) if wait == RETRY.0 => {
                tracing::error!(%error, "the history of the cells cannot be stored; the board goes on, and storing is tried again");
            }
            Err(_) => {}
        }
        if shutdown.is_cancelled() {
            last_tries += 1;
            if last_tries >= LAST_TRIES {
                return tracing::error!(lost = batch.len(), "the history of the cells could not be stored before the end");
            }
        }
        _ = tokio::time::timeout(wait, shutdown.cancelled()).await;
        wait = (wait * 2).min(RETRY.1);
    }
}
