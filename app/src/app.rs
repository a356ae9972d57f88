//! The body of the document.

use std::time::Duration;

use leptos::either::EitherOf3;
use leptos::prelude::*;

use crate::address::Mode;
use crate::board::page::{BoardPage, Page};
use crate::i18n::Strings;
use crate::start::Start;
use crate::wall::WallPage;
use crate::wall::state::Wall;

/// The body of the document: the board, with the details of a cell beside it when the address names one; or the wall.
#[component]
pub fn App(
    /// What it starts from.
    start: Start,
) -> impl IntoView {
    provide_context(start.language);
    if start.mode() == Some(Mode::Wall) {
        EitherOf3::A(view! { <WallPage wall=Wall::new(&start) /> })
    } else if start.mode().is_some() {
        let page = Page::new(&start);
        if cfg!(feature = "hydrate") {
            // Once the page is made.
            let owner = Owner::current();
            set_timeout(move || owner.into_iter().for_each(|owner| owner.with(|| page.come_alive())), Duration::ZERO);
        }
        EitherOf3::B(view! { <BoardPage page panel=start.panel written=start.written /> })
    } else {
        EitherOf3::C(view! { <NotFound strings=start.language.strings() home=format!("{}/", start.base) /> })
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
