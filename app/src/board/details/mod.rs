//! Everything known of one cell, as HTML that the server writes.
//!
//! The browser shows it as it comes: what nobody types into need not be built twice, and what renders it weighs
//! nothing on the wire.

pub mod history;
pub mod image;
pub mod links;
pub mod neighbours;
pub mod panel;
pub mod pods;
pub mod records;
pub mod versions;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::board::Board;
use model::details::Details;
use model::ids::{EnvironmentName, ServiceName};
use model::status::Status;

use self::links::Link;
use self::panel::Panel;
use super::order::Order;
use super::selection::Selection;
use crate::address::ViewQuery;
use crate::backend::Backend;
use crate::i18n::Strings;
use crate::ui::ago::moment;

/// What the parts of the panel share.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What the page says.
    pub strings: &'static Strings,
    /// What ages are counted to, UTC.
    pub now: DateTime<Utc>,
    /// Where the server lives.
    pub base: Arc<str>,
    /// What else is worth a look, as the configuration says.
    pub links: Arc<[Link]>,
    /// What is looked at beside the panel: links lead back to it.
    pub view: Arc<ViewQuery>,
}

impl Scope {
    fn new(backend: &Backend) -> Self {
        let search = backend.address.split_once('?').map_or("", |(_, search)| search);
        Self {
            strings: backend.language.strings(),
            now: backend.now,
            base: Arc::clone(&backend.base_path),
            links: Arc::clone(&backend.links),
            view: Arc::new(ViewQuery::parse(search)),
        }
    }

    /// What the server says in a sentence.
    fn said(&self, class: &'static str, sentence: &str) -> impl IntoView + use<> {
        let (said, lang) = self.strings.said(sentence);
        view! { <p class=class lang=lang>{said.into_owned()}</p> }
    }

    fn moment(&self, at: DateTime<Utc>) -> impl IntoView + use<> {
        moment(at, self.now, &self.strings.ages)
    }
}

/// The panel's content for the cell that a path names; for a service without an environment, of its first that has it.
/// It says so when there is no such cell.
pub async fn html(backend: &Backend, selection: Selection) -> String {
    let Selection { service, environment } = selection;
    let scope = Scope::new(backend);
    let environment = environment.unwrap_or_else(|| first_environment(&backend.board.borrow(), &scope.view, &service));
    let details = (backend.details)(service.clone(), environment).await;
    Owner::new().with(|| rendered(scope, &service, details))
}

fn rendered(scope: Scope, service: &ServiceName, details: Option<Details>) -> String {
    match details {
        Some(details) => view! { <Panel scope details /> }.to_html(),
        None => {
            let words = scope.strings.panel.unknown_cell;
            view! {
                <Head scope heading=service.to_string() />
                <p class="note">{words}</p>
            }
            .to_html()
        }
    }
}

/// The first column that has a service; else the first of all.
#[must_use]
fn first_environment(board: &Board, view: &ViewQuery, service: &ServiceName) -> EnvironmentName {
    let row = board.services.get(service);
    let present = |name: &&EnvironmentName| row.and_then(|row| row.cells.get(*name)).is_some_and(|cell| cell.status != Status::Absent);
    let columns = Order::of(view).columns(board);
    let mut names = columns.iter().map(|(_, name)| name);
    names.clone().find(present).or_else(|| names.next()).cloned().unwrap_or_else(|| "".into())
}

/// A heading with a way to close the panel.
#[component]
fn Head(scope: Scope, heading: String) -> impl IntoView {
    view! {
        <header class="details-head">
            <h2>{heading}</h2>
            <a class="icon-button" href=scope.view.board(&scope.base) aria-label=scope.strings.panel.close title="Esc">
                "×"
            </a>
        </header>
    }
}
