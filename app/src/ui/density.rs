//! How close the rows are: a link that leads to the next density, with and without JavaScript.

use leptos::prelude::*;

use crate::i18n::use_strings;
use crate::view::ViewState;

/// Leads to the next density.
#[component]
pub fn DensityLink(
    /// What is looked at.
    view: ViewState,
) -> impl IntoView {
    let strings = use_strings();
    let href = move || {
        let mut query = view.query();
        query.density = query.density.next();
        query.board(&view.base())
    };
    let words = move || format!("{}: {}", strings.density, (strings.density_of)(view.density.get()));
    view! {
        <a class="icon-button density" href=href title=words aria-label=words aria-keyshortcuts="d">
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="M3 4.5h14M3 8.2h14M3 11.8h14M3 15.5h14" fill="none" stroke="currentColor" stroke-width="1.5" />
            </svg>
        </a>
    }
}
