//! What events come from: the clusters and the pollers of one configuration.

use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::ci::poll::{self, SourceHealth};
use crate::clock::Clock;
use crate::clusters::{self, Outside};
use crate::config::Config;
use crate::hub::{HubHandle, Images, Records};
use crate::registry::{self, RegistryHealth};

/// Where events go.
pub(super) struct Sinks {
    pub(super) hub: HubHandle,
    pub(super) records: Records,
    pub(super) images: Images,
    pub(super) clock: Clock,
}

/// Everything that reads for one configuration.
pub(super) struct Sources {
    tasks: Vec<JoinHandle<()>>,
    health: Vec<watch::Receiver<SourceHealth>>,
    registries: Vec<watch::Receiver<RegistryHealth>>,
    stop: CancellationToken,
}

impl Sources {
    pub(super) fn start(config: &Config, sinks: &Sinks, stop: &CancellationToken) -> Self {
        let stop = stop.child_token();
        let outside = Outside::real(sinks.clock.clone());
        let catalogue = Arc::clone(&config.catalogue);
        let mut tasks = vec![clusters::spawn(&config.environments, catalogue, &outside, sinks.hub.events(), stop.clone())];
        let mut health = Vec::new();
        let records = Arc::new(sinks.records.clone());
        let outside = poll::Outside::real(sinks.clock.clone());
        for ci in &config.ci {
            let Some(endpoint) = ci.json.clone() else { continue };
            let (sender, receiver) = watch::channel(SourceHealth::starting(&ci.name));
            health.push(receiver);
            tasks.push(tokio::spawn(poll::run(ci.clone(), endpoint, Arc::clone(&records), outside.clone(), sender, stop.clone())));
        }
        let mut registries = Vec::new();
        let images = Arc::new(sinks.images.clone());
        for registry in &config.registries {
            let (sender, receiver) = watch::channel(RegistryHealth::idle(&registry.host));
            registries.push(receiver);
            tasks.push(tokio::spawn(registry::run(registry.clone(), Arc::clone(&images), sender, stop.clone())));
        }
        Self { tasks, health, registries, stop }
    }

    /// How the polled sources are doing.
    pub(super) fn health(&self) -> Vec<watch::Receiver<SourceHealth>> {
        self.health.clone()
    }

    /// How the registries are doing.
    pub(super) fn registries(&self) -> Vec<watch::Receiver<RegistryHealth>> {
        self.registries.clone()
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
