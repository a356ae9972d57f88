//! The whole server, from its configuration to its end.

mod housekeeping;
mod sources;
mod stored;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::sources::{Sinks, Sources};
use crate::clock::Clock;
use crate::config::Config;
use crate::hub::{self, Images, Records};
use crate::store::{self, Store};
use crate::web::{self, Parts, Settings, Tokens};

/// How long each of the last steps may take: requests have taken up to three of the five seconds by then.
const STEP: Duration = Duration::from_millis(600);
/// How many batches of transitions may wait for the store.
const HISTORY: usize = 1024;

/// Why the server could not start, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store cannot be opened or read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The listener failed.
    #[error("cannot serve on {address}: {cause}")]
    Listener {
        /// Where it listened.
        address: String,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// Serves until `shutdown`, then stops everything within five seconds: streams and sources at once, requests when they are
/// done, then the hub, then the history, and the store last. It keeps nothing global, so that several may run in one process.
///
/// # Errors
/// When the store cannot be opened or read, or the listener fails.
pub async fn run(config: Config, listener: TcpListener, shutdown: CancellationToken) -> Result<(), RunError> {
    let clock = Clock::system();
    let store = Store::open(&config.store).await?;
    let images = store.known_images().await?;
    let stored = stored::read(&store, &config.ci, images.published).await?;
    let last = store.last_transitions().await?;

    // Outlives `shutdown`: whatever a last request says is still taken in. Dropping `run` ends it all the same.
    let inner = CancellationToken::new();
    let _ends_with_run = inner.clone().drop_guard();
    let outer = shutdown.child_token();
    let _sources_end_with_run = outer.clone().drop_guard();

    let (history, observed) = mpsc::channel(HISTORY);
    let start =
        hub::Start { catalogue: Arc::clone(&config.catalogue), epoch: hub::new_epoch(), clock: clock.clone(), stored, last, history };
    let (hub, hub_task) = hub::spawn(start, inner.clone());
    let keeper = tokio::spawn(hub::keep(store.clone(), observed, inner.clone()));
    let housekeeping =
        tokio::spawn(outer.clone().run_until_cancelled_owned(housekeeping::prune_daily(store.clone(), clock.clone(), config.store.keep)));
    let records = Records::new(store.clone(), hub.events(), clock.clone());
    let images = Images::new(hub.clone(), store.clone(), clock.clone(), images.nothing);
    let (settings, settings_now) = watch::channel(Arc::new(settings_of(&config, None)));
    let router = web::router(Parts {
        server: config.server.clone(),
        settings: settings_now,
        hub: hub.clone(),
        records: records.clone(),
        store: store.clone(),
        clock: clock.clone(),
        shutdown: outer.clone(),
    });
    let sinks = Sinks { hub, records, images, clock };
    let following = tokio::spawn(follow(config, Follow { settings, sinks, store: store.clone(), stop: outer.clone() }));

    let address = listener.local_addr().map_or_else(|_| "an unknown address".to_owned(), |address| address.to_string());
    let served = web::serve(listener, router, shutdown).await;
    outer.cancel();
    finish("sources", following).await;
    finish("housekeeping", housekeeping).await;
    inner.cancel();
    finish("hub", hub_task).await;
    finish("history", keeper).await;
    finish("store", store.close()).await;
    served.map_err(|cause| RunError::Listener { address, cause })
}

/// What follows the configuration needs.
struct Follow {
    settings: watch::Sender<Arc<Settings>>,
    sinks: Sinks,
    store: Store,
    stop: CancellationToken,
}

/// Reads clusters and CI until the end, and starts over when the configuration changes.
async fn follow(config: Config, follow: Follow) {
    let Follow { settings, sinks, store, stop } = follow;
    let mut configs = crate::config::reloads(config, stop.clone());
    let mut config = Arc::clone(&configs.borrow_and_update());
    let mut sources = Sources::start(&config, &sinks, &stop);
    settings.send_replace(Arc::new(settings_of(&config, Some(&sources))));
    loop {
        let changed = stop.run_until_cancelled(configs.changed()).await;
        match changed {
            None => break,
            // Nothing can change any more.
            Some(Err(_)) => {
                stop.cancelled().await;
                break;
            }
            Some(Ok(())) => {}
        }
        let next = Arc::clone(&configs.borrow_and_update());
        if !sources::same_place(&config, &next) {
            tracing::warn!("[server] and [store] changed: restart the server for that; the rest applies now");
        }
        sources.stop().await;
        // What registries said stays with the hub. What cannot be read of the store now comes back with the next start; the clusters' part is complete.
        let stored = stored::read(&store, &next.ci, Vec::new()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the stored records are missing from the board");
            hub::Stored::default()
        });
        if sinks.hub.reconfigure(Arc::clone(&next.catalogue), stored).await.is_err() {
            return;
        }
        sources = Sources::start(&next, &sinks, &stop);
        settings.send_replace(Arc::new(settings_of(&next, Some(&sources))));
        config = next;
    }
    sources.stop().await;
}

fn settings_of(config: &Config, sources: Option<&Sources>) -> Settings {
    let tokens = Tokens::new(&config.ci, config.server.records_per_minute);
    let registries = sources.map(Sources::registries).unwrap_or_default();
    let sources = sources.map(Sources::health).unwrap_or_default();
    Settings {
        catalogue: Arc::clone(&config.catalogue),
        tokens,
        views: Arc::clone(&config.views),
        links: Arc::clone(&config.links),
        sources,
        registries,
    }
}

async fn finish<T>(what: &str, task: impl Future<Output = T>) {
    if timeout(STEP, task).await.is_err() {
        tracing::warn!(what, "did not end in time, and is left behind");
    }
}
