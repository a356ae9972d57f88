//! What the server hands to the page: the only door between them.
//!
//! The server mounts the page at `{base}/`, `{base}/services/{service}` and `{base}/services/{service}/{environment}`
//! with `leptos_axum::render_app_async_with_context`, and [`crate::panel`] at
//! `{base}/services/{service}/{environment}/panel`:
//!
//! ```ignore
//! let handler = leptos_axum::render_app_async_with_context(
//!     move || provide_context(backend.clone()),
//!     app::shell,
//! );
//! ```
//!
//! Inside the context closure, `leptos::nonce::use_nonce()` is the nonce of the page's inline scripts for the
//! Content-Security-Policy: `script-src 'self' 'nonce-…' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self';
//! img-src 'self'`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::board::Board;
use model::details::Details;
use model::ids::{EnvironmentName, ServiceName};
use tokio::sync::watch;

use crate::address::ViewQuery;
use crate::board::details::links::Link;
use crate::i18n::Language;

/// Looks up everything known of one cell; none when there is no such row or column.
pub type DetailsOf = dyn Fn(ServiceName, EnvironmentName) -> DetailsFuture + Send + Sync;

/// The answer of [`DetailsOf`], once its history was read.
pub type DetailsFuture = Pin<Box<dyn Future<Output = Option<Details>> + Send + 'static>>;

/// What the server provides in leptos' context for one request.
#[derive(Clone)]
pub struct Backend {
    /// The newest board; a request renders the state it finds.
    pub board: watch::Receiver<Arc<Board>>,
    /// One cell with everything known of it.
    pub details: Arc<DetailsOf>,
    /// The path the server lives under, without a slash at its end: empty, or `/relboard`.
    pub base_path: Arc<str>,
    /// The names of the page's files.
    pub assets: Arc<Assets>,
    /// The time of the request, UTC: ages are counted from it until the browser's clock takes over.
    pub now: DateTime<Utc>,
    /// The language of the answer; see [`Language::choose`].
    pub language: Language,
    /// Path and query of the request, as the browser sees them: with the base.
    pub address: Arc<str>,
    /// Views that have a name, as links in the header.
    pub views: Arc<[SavedView]>,
    /// Links to other tools, in the details.
    pub links: Arc<[Link]>,
    /// The details of the cell that the path names, from [`crate::panel`]; none when it names none.
    pub panel: Option<String>,
}

/// A view that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// The words of the link.
    pub name: Arc<str>,
    /// What it shows.
    pub query: ViewQuery,
}

/// Paths of the page's files under `{base}/`, with the hash that the build gave their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The JavaScript module that wasm-bindgen wrote: `pkg/relboard.1f2e3d4c.js`.
    pub js: String,
    /// The WebAssembly module: `pkg/relboard.1f2e3d4c.wasm`.
    pub wasm: String,
    /// The style sheet: `pkg/relboard.1f2e3d4c.css`.
    pub css: String,
}

impl Assets {
    /// What tells this version of the page from every other one: the hashes in the names.
    #[must_use]
    pub fn version(&self) -> String {
        [&self.js, &self.wasm, &self.css].map(|name| name.split('.').nth(1).unwrap_or_default()).join("-")
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("base_path", &self.base_path)
            .field("assets", &self.assets)
            .field("now", &self.now)
            .field("language", &self.language)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
