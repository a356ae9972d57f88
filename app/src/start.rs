//! What the page starts from: the same in server and browser, so that hydration finds what it expects.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::board::Board;

use crate::address::{Mode, ViewQuery};
use crate::board::selection::Selection;
use crate::i18n::Language;
use crate::location::is_page;
use crate::opening::{Opening, Snapshot};

/// The id of the element that carries the board from the server to the browser.
pub const SNAPSHOT_ID: &str = "snapshot";

/// What the page starts from.
#[derive(Clone, Debug)]
pub struct Start {
    /// The board as rendered; in the browser, the rows of it that came with the document.
    pub board: Arc<Board>,
    /// What is shown of it first.
    pub opening: Opening,
    /// The time at which it was rendered, UTC.
    pub now: DateTime<Utc>,
    /// The path the server lives under, without a slash at its end.
    pub base: Arc<str>,
    /// Which version of the page this is: `backend::Assets::version`.
    pub version: Arc<str>,
    /// The language.
    pub language: Language,
    /// Path and query of the document's address.
    pub address: Arc<str>,
    /// The details of the cell that the path names, as HTML. The browser finds them in the document.
    pub panel: Option<String>,
    /// What else only the server writes.
    pub written: Written,
}

/// HTML that only the server writes: what never changes on a page need not be made in the browser, too, which finds it in the
/// document.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// What the keys do.
    pub help: String,
    /// The links to views that have a name.
    pub views: String,
}

impl Start {
    /// The path of the document's address.
    #[must_use]
    pub fn path(&self) -> &str {
        self.address.split('?').next().unwrap_or_default()
    }

    /// For whom the page is; nobody, when the path leads nowhere. Details are for somebody who sits before them.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        let search = self.address.split_once('?').map_or("", |(_, search)| search);
        match is_page(&self.base, self.path()) {
            false => None,
            true if Selection::of_path(&self.base, self.path()).is_some() => Some(Mode::Board),
            true => Some(ViewQuery::parse(search).mode),
        }
    }
}

#[cfg(feature = "ssr")]
impl From<&crate::backend::Backend> for Start {
    fn from(backend: &crate::backend::Backend) -> Self {
        let board = Arc::clone(&backend.board.borrow());
        Self {
            opening: Opening::of(&board, &backend.base_path, &backend.address, backend.now),
            board,
            now: backend.now,
            base: Arc::clone(&backend.base_path),
            version: backend.assets.version().into(),
            language: backend.language,
            address: Arc::clone(&backend.address),
            panel: backend.panel.clone(),
            written: Written::of(backend),
        }
    }
}

#[cfg(feature = "ssr")]
impl Written {
    fn of(backend: &crate::backend::Backend) -> Self {
        let now = ViewQuery::parse(backend.address.split_once('?').map_or("", |(_, search)| search));
        Self {
            help: crate::ui::help::html(backend.language.strings()),
            views: crate::board::saved::html(&backend.views, &backend.base_path, &now),
        }
    }
}

#[cfg(feature = "ssr")]
impl Start {
    /// What the browser starts from as JSON that may stand inside a `<script>` element: nothing in it can end the element.
    ///
    /// # Errors
    /// When the board cannot be serialised.
    pub fn snapshot(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Snapshot::of(&self.board, &self.opening)).map(|json| json.replace('<', "\\u003c"))
    }
}

/// Why the browser cannot take over the page.
#[derive(Debug, thiserror::Error)]
#[cfg(feature = "hydrate")]
pub enum StartError {
    /// The document was cut short, or is of another program.
    #[error("the document carries no `{0}`; reload it")]
    Missing(&'static str),
    /// Server and browser disagree, after an update in between.
    #[error("the board in the document is not readable, reload it: {0}")]
    Board(#[from] serde_json::Error),
    /// Server and browser disagree, after an update in between.
    #[error("the time in the document is not readable, reload it: {0}")]
    Time(#[from] chrono::ParseError),
}

/// What the server wrote into the document.
#[cfg(feature = "hydrate")]
#[derive(Debug)]
pub struct Document {
    snapshot: Snapshot,
    now: DateTime<Utc>,
    base: String,
    version: String,
    language: Option<Language>,
    address: String,
}

#[cfg(feature = "hydrate")]
impl Document {
    /// Reads it.
    ///
    /// # Errors
    /// When the document does not carry it.
    pub fn read() -> Result<Self, StartError> {
        let document = leptos::prelude::document();
        let element = document.get_element_by_id(SNAPSHOT_ID).ok_or(StartError::Missing("board"))?;
        let attribute = |name| element.get_attribute(name).ok_or(StartError::Missing(name));
        let json = element.text_content().ok_or(StartError::Missing("board"))?;
        let language = document.document_element().and_then(|root| root.get_attribute("lang")).and_then(|tag| Language::from_tag(&tag));
        let location = leptos::prelude::location();
        let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        let (now, base, version) = (model::time::parse(&attribute("data-now")?)?, attribute("data-base")?, attribute("data-version")?);
        let snapshot = serde_json::from_str(&json)?;
        // The text is not needed again, and can be large.
        element.set_text_content(None);
        Ok(Self { snapshot, now, base, version, language, address: format!("{path}{search}") })
    }

    /// What the page starts from.
    #[must_use]
    pub fn open(self) -> Start {
        let Self { snapshot, now, base, version, language, address } = self;
        let (board, opening) = snapshot.open(&base, &address, now);
        Start {
            board: Arc::new(board),
            opening,
            now,
            base: base.into(),
            version: version.into(),
            language: language.unwrap_or_default(),
            address: address.into(),
            panel: None,
            written: Written::default(),
        }
    }
}
