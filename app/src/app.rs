//! The body of the document.

use leptos::either::Either;
use leptos::prelude::*;

use crate::board::page::{BoardPage, Page};
use crate::i18n::Strings;
use crate::location::is_page;
use crate::start::Start;

/// The body of the document. There is one view: the board, with the details of a cell beside it when the address
/// names one.
#[component]
pub fn App(
    /// What it starts from.
    start: Start,
) -> impl IntoView {
    provide_context(start.language);
    if is_page(&start.base, start.path()) {
        let page = Page::new(&start);
        page.come_alive();
        Either::Left(view! { <BoardPage page panel=start.panel written=start.written /> })
    } else {
        Either::Right(view! { <NotFound strings=start.language.strings() home=format!("{}/", start.base) /> })
    }
}

/// A path that leads nowhere.
#[component]
fn NotFound(strings: &'static Strings, home: String) -> impl IntoView {
    view! {
        <main class="empty">
            <h1>{strings.not_found}</h1>
            <a class="button" href=home>
                {strings.to_the_board}
            </a>
        </main>
    }
}
