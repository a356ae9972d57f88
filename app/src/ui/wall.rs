//! The way to the wall: another document, so that it takes nothing of the board with it.

use leptos::prelude::*;

use crate::address::Mode;
use crate::i18n::use_strings;
use crate::view::ViewState;

/// Leads to the same view for a screen on a wall.
#[component]
pub fn WallLink(
    /// What is looked at.
    view: ViewState,
) -> impl IntoView {
    let words = use_strings().wall;
    let href = move || view.settled.get().with_mode(Mode::Wall).board(&view.base());
    view! {
        <a class="icon-button" href=href rel="external" title=words aria-label=words aria-keyshortcuts="w">
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <rect x="2.5" y="4" width="15" height="10" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.5" />
                <path d="M7 17h6" fill="none" stroke="currentColor" stroke-width="1.5" />
            </svg>
        </a>
    }
}
