//! The body of the document.

use leptos::prelude::*;

use crate::address::Mode;
#[cfg(feature = "ssr")]
use crate::board::{page::Page, parts::BoardPage};
use crate::i18n::Strings;
use crate::start::Start;
use crate::wall::WallPage;
use crate::wall::state::Wall;

/// The body of the document: the board, with the details of a cell beside it when the address names one; or the wall. In the
/// browser the board is none of it: [`crate::board::parts::come_alive`].
#[component]
pub fn App(
    /// What it starts from.
    start: Start,
) -> impl IntoView {
    provide_context(start.language);
    match start.mode() {
        Some(Mode::Wall) => view! { <WallPage wall=Wall::new(&start) /> }.into_any(),
        #[cfg(feature = "ssr")]
        Some(Mode::Board) => view! { <BoardPage page=Page::new(&start) panel=start.panel written=start.written /> }.into_any(),
        _ => view! { <NotFound strings=start.language.strings() home=format!("{}/", start.base) /> }.into_any(),
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
