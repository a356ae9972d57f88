//! The body of the document: its routes.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::board::details::DetailsPanel;
use crate::board::page::BoardPage;
use crate::start::Start;

/// The page. The board stays in place while the details of this or that cell open beside it.
#[component]
pub fn App(
    /// What it starts from.
    start: Start,
) -> impl IntoView {
    provide_context(start.language);
    let base = start.base.to_string();
    let home = format!("{base}/");
    let strings = start.language.strings();
    let not_found = move || {
        view! {
            <main class="empty">
                <h1>{strings.not_found}</h1>
                <a class="button" href=home.clone()>
                    {strings.to_the_board}
                </a>
            </main>
        }
    };
    let board = move || view! { <BoardPage start=start.clone() /> };
    view! {
        <Router base>
            <Routes fallback=not_found>
                <ParentRoute path=path!("") view=board>
                    <Route path=path!("") view=|| () />
                    <Route path=path!("services/:service") view=DetailsPanel />
                    <Route path=path!("services/:service/:environment") view=DetailsPanel />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
