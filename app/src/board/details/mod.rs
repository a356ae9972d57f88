//! Everything known of one cell, beside the table.

pub mod history;
pub mod neighbours;
pub mod panel;
pub mod pods;
pub mod records;
pub mod versions;

use leptos::prelude::*;
use model::details::Details;
use model::ids::{EnvironmentName, ServiceName};
use model::status::Status;

use self::panel::Panel;
use super::page::Page;
use super::selection::Selection;
use crate::api::{self, LoadError};

/// The panel of the cell that the address names: rendered by the server on a deep link, fetched in the browser,
/// and fetched again when its cell changes and at every tick of the clock.
#[component]
pub fn DetailsPanel() -> impl IntoView {
    let page = expect_context::<Page>();
    let base = page.view.base();
    let selection = Selection::of_address(base.clone());
    let cell = Memo::new(move |_| selection.get().map(|selection| cell_of(page, selection)));
    let source = move || {
        let cell = cell.get();
        let changes = cell.as_ref().and_then(|(service, environment)| page.live.cell(service, environment));
        (cell, changes.map(|state| state.value.get().changes), page.clock.now())
    };
    let details = Resource::new(source, move |(cell, ..)| {
        let base = base.clone();
        async move {
            match cell {
                Some((service, environment)) => api::details(base, service, environment).await,
                None => Ok(None),
            }
        }
    });
    view! {
        <aside class="details" aria-label=page.strings.details>
            <Transition fallback=move || {
                view! { <p class="note">{page.strings.loading}</p> }
            }>
                {move || Suspend::new(async move {
                    let loaded = details.await;
                    view! { <Loaded page loaded /> }
                })}
            </Transition>
        </aside>
    }
}

/// The cell that is meant: without an environment, the service's first that has it.
fn cell_of(page: Page, selection: Selection) -> (ServiceName, EnvironmentName) {
    let Selection { service, environment } = selection;
    let columns = page.live.columns.get_untracked();
    let present = |name: &&EnvironmentName| {
        let state = page.live.cell(&service, name);
        state.and_then(|state| state.value.get_untracked().cell).is_some_and(|cell| cell.status != Status::Absent)
    };
    let first = || columns.iter().find(present).or_else(|| columns.first()).cloned();
    let environment = environment.or_else(first).unwrap_or_else(|| "".into());
    (service, environment)
}

/// The panel's content, or why there is none.
#[component]
fn Loaded(page: Page, loaded: Result<Option<Details>, LoadError>) -> impl IntoView {
    let note = |words: String| view! { <Closable page heading=String::new()><p class="note">{words}</p></Closable> }.into_any();
    match loaded {
        Ok(Some(details)) => view! { <Panel page details /> }.into_any(),
        Ok(None) => note(page.strings.unknown_cell.to_owned()),
        Err(error) => note(format!("{} {error}", page.strings.load_failed)),
    }
}

/// A heading with a way to close the panel.
#[component]
fn Closable(page: Page, heading: String, children: Children) -> impl IntoView {
    let href = move || page.view.query().board(&page.view.base());
    view! {
        <header class="details-head">
            <h2>{heading}</h2>
            <a class="icon-button" href=href data-noscroll="" aria-label=page.strings.close title="Esc">
                "×"
            </a>
        </header>
        {children()}
    }
}
