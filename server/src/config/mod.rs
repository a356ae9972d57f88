//! The configuration: a struct per concern, read once.
//!
//! `relboard.toml` and `RELBOARD_…` variables become one tree of values that know where they were said ([`tree`]);
//! each concern asks its [`section`] for the keys it knows; everything that is wrong is collected, and said at once.

mod ci;
mod discover;
mod environments;
mod kubeconfig;
mod load;
mod problem;
mod registries;
mod reload;
mod rules;
mod section;
mod server;
mod store;
#[cfg(test)]
mod tests;
mod tree;
mod views;

use std::sync::Arc;

use app::{Link, SavedView};
use model::catalogue::Catalogue;

pub use self::ci::{Ci, JsonEndpoint, JsonFields, Locator};
pub use self::environments::{Access, Environment, Mode, Namespaces, Target};
pub use self::load::{Sources, load};
pub use self::problem::{Files, Origin, Problem, Problems};
pub use self::registries::{Login, Registry, Transport};
pub use self::reload::reloads;
pub use self::server::Server;
pub use self::store::Store;

/// Everything `relboard.toml` and `RELBOARD_…` say.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[server]`.
    pub server: Server,
    /// `[store]`.
    pub store: Store,
    /// `[[environments]]`, in promotion order.
    pub environments: Vec<Environment>,
    /// `[services]`, `[timing]` and the environments as the rules see them.
    pub catalogue: Arc<Catalogue>,
    /// `[[ci]]`.
    pub ci: Vec<Ci>,
    /// `[registries]`, and those that the docker configuration has logins for; by host.
    pub registries: Vec<Registry>,
    /// `[[views]]`, in the order of the file.
    pub views: Arc<[SavedView]>,
    /// `[services.links]`, by name.
    pub links: Arc<[Link]>,
    /// Where it came from, to be read again by [`reloads`]; none for one that was made in the program.
    pub sources: Option<Sources>,
    /// The files that it was read from, as they were.
    pub files: Files,
}

impl Default for Config {
    /// No environment and no CI.
    fn default() -> Self {
        Self {
            server: Server::default(),
            store: Store::default(),
            environments: Vec::new(),
            catalogue: Arc::new(Catalogue::new([])),
            ci: Vec::new(),
            registries: Vec::new(),
            views: Arc::from([]),
            links: Arc::from([]),
            sources: None,
            files: Files::default(),
        }
    }
}
