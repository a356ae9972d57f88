//! The body of the document: routes and what every component finds in the context.

use leptos::prelude::*;

use crate::start::Start;

/// The page.
#[component]
pub fn App(
    /// What it starts from.
    start: Start,
) -> impl IntoView {
    provide_context(start.language);
    view! { <main>{start.language.strings().caption}</main> }
}
