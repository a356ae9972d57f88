//! What every handler finds.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use app::{Link, SavedView};
use model::board::Board;
use model::catalogue::{Catalogue, EnvironmentSpec};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::assets::Site;
use super::frames::Frame;
use super::lookup::Lookup;
use super::metrics::Metrics;
use super::screens::Screens;
use super::tokens::Tokens;
use crate::ci::poll::SourceHealth;
use crate::clock::Clock;
use crate::hub::Records;
use crate::registry::RegistryHealth;

/// What every handler finds. Cheap to clone.
#[derive(Clone)]
pub(super) struct Web(Arc<Shared>);

/// Behind [`Web`].
pub(super) struct Shared {
    pub(super) board: watch::Receiver<Arc<Board>>,
    pub(super) frames: watch::Receiver<Arc<Frame>>,
    pub(super) settings: watch::Receiver<Arc<Settings>>,
    pub(super) lookup: Lookup,
    pub(super) records: Records,
    pub(super) screens: Arc<Screens>,
    pub(super) metrics: Metrics,
    pub(super) site: Site,
    pub(super) base_path: Arc<str>,
    /// Whether browsers reach it by HTTPS.
    pub(super) https: bool,
    pub(super) request_timeout: Duration,
    pub(super) trusted_proxies: Vec<IpAddr>,
    pub(super) clock: Clock,
    pub(super) shutdown: CancellationToken,
}

/// What a new configuration may change while the server runs.
#[derive(Debug)]
pub struct Settings {
    /// The environments and their aliases.
    pub catalogue: Arc<Catalogue>,
    /// Who may send records.
    pub tokens: Tokens,
    /// Views that have a name.
    pub views: Arc<[SavedView]>,
    /// Links to other tools.
    pub links: Arc<[Link]>,
    /// How the polled sources of records are doing.
    pub sources: Vec<watch::Receiver<SourceHealth>>,
    /// How the image registries are doing.
    pub registries: Vec<watch::Receiver<RegistryHealth>>,
}

/// Every name that CI may use for an environment.
pub(super) fn names(environment: &EnvironmentSpec) -> impl Iterator<Item = &str> {
    std::iter::once(environment.name.as_str()).chain(environment.aliases.iter().map(String::as_str))
}

impl Web {
    pub(super) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// The settings of now.
    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.borrow())
    }

    /// The newest frame.
    pub(super) fn frame(&self) -> Arc<Frame> {
        Arc::clone(&self.frames.borrow())
    }
}

impl std::ops::Deref for Web {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
