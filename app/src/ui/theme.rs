//! Light and dark: as the system says, until somebody says otherwise.

use leptos::prelude::*;

use crate::address::Theme;
use crate::i18n::use_strings;
use crate::view::ViewState;

/// Changes the theme; without JavaScript it is a link.
#[component]
pub fn ThemeButton(
    /// What is looked at.
    view: ViewState,
) -> impl IntoView {
    let strings = use_strings();
    let href = move || {
        let mut query = view.settled.get();
        query.theme = Some(query.theme.unwrap_or(Theme::Light).other());
        query.board(&view.base())
    };
    view! {
        <a
            class="icon-button theme"
            href=href
            rel="external"
            title=strings.theme
            aria-label=strings.theme
            aria-keyshortcuts="t"
            on:click=move |event| {
                event.prevent_default();
                toggle(view);
            }
        >
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5" />
                <path d="M10 3.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
            </svg>
        </a>
    }
}

/// Turns light to dark and dark to light, here and for the next visit.
pub fn toggle(view: ViewState) {
    let theme = shown().other();
    view.theme.set(Some(theme));
    remember(theme);
}

/// The theme that is shown.
fn shown() -> Theme {
    let chosen = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    chosen.as_deref().and_then(Theme::from_word).unwrap_or_else(|| {
        let dark = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        if dark.is_some_and(|query| query.matches()) { Theme::Dark } else { Theme::Light }
    })
}

fn remember(theme: Theme) {
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("data-theme", theme.as_str()));
    }
    // A browser that keeps nothing forgets the choice; the address still has it.
    if let Ok(Some(storage)) = window().local_storage() {
        drop(storage.set_item("theme", theme.as_str()));
    }
}
