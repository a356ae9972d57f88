//! What events come from: the clusters and the pollers of one configuration.

use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clusters;
use crate::config::Config;
use crate::hub::{HubHandle, Records};

/// Everything that reads for one configuration.
pub(super) struct Sources {
    tasks: Vec<JoinHandle<()>>,
    stop: CancellationToken,
}

impl Sources {
    pub(super) fn start(config: &Config, hub: &HubHandle, _records: &Records, stop: &CancellationToken) -> Self {
        let stop = stop.child_token();
        let clusters = clusters::spawn(&config.environments, Arc::clone(&config.catalogue), hub.events(), stop.clone());
        Self { tasks: vec![clusters], stop }
    }

    /// Ends them all: nobody sends an event of theirs afterwards.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("a source of events ended with a panic");
            }
        }
    }
}

/// Whether two configurations agree in what is read at the start only.
pub(super) fn same_place(a: &Config, b: &Config) -> bool {
    let place = |config: &Config| {
        let server = &config.server;
        (server.listen, server.base_path.clone(), server.max_body, server.request_timeout, server.trusted_proxies.clone())
    };
    place(a) == place(b) && a.store.url.expose_secret() == b.store.url.expose_secret()
}
