//! The body of the document: its routes.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::board::details::DetailsPanel;
use crate::board::page::{BoardPage, Page};
use crate::start::Start;

/// The body of the document.
#[component]
pub fn App(
    /// What it starts from.
    start: Start,
) -> impl IntoView {
    provide_context(start.language);
    let base = start.base.to_string();
    view! {
        <Router base>
            <Views start />
        </Router>
    }
}

/// The views. What they share is made here, outside of the routes: it stays while they come and go, and so does the
/// stream that feeds it. The board stays in place while the details of this or that cell open beside it.
#[component]
fn Views(start: Start) -> impl IntoView {
    let page = Page::new(&start);
    provide_context(page);
    page.come_alive();
    view! {
        <Routes fallback=move || view! { <NotFound page /> }>
            <ParentRoute path=path!("") view=BoardPage>
                <Route path=path!("") view=|| () />
                <Route path=path!("services/:service") view=DetailsPanel />
                <Route path=path!("services/:service/:environment") view=DetailsPanel />
            </ParentRoute>
        </Routes>
    }
}

/// A path that leads nowhere.
#[component]
fn NotFound(page: Page) -> impl IntoView {
    view! {
        <main class="empty">
            <h1>{page.strings.not_found}</h1>
            <a class="button" href=move || page.view.query().board(&page.view.base())>
                {page.strings.to_the_board}
            </a>
        </main>
    }
}
