//! Views that have a name: links that the server writes. The browser only marks the one that is looked at.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

use super::page::Page;
use crate::address::ViewQuery;

/// The links.
#[component]
pub fn SavedViews(
    /// The page.
    page: Page,
    /// What the server wrote; the browser finds it in the document.
    content: String,
) -> impl IntoView {
    let nav = NodeRef::<html::Nav>::new();
    Effect::new(move |_| {
        let now = page.view.settled.get();
        let found = nav.get().and_then(|nav| nav.query_selector_all("a").ok());
        for place in 0..found.as_ref().map_or(0, web_sys::NodeList::length) {
            let link = found.as_ref().and_then(|found| found.item(place)?.dyn_into::<HtmlAnchorElement>().ok());
            if let Some(link) = link {
                let is_on = ViewQuery::parse(&link.search()).shows_what(&now);
                // Attributes of fixed, valid names are set and removed without failing.
                drop(if is_on { link.set_attribute("aria-current", "true") } else { link.remove_attribute("aria-current") });
            }
        }
    });
    view! { <nav class="views" aria-label=page.strings.views node_ref=nav inner_html=content></nav> }
}

/// The links as HTML, in a view.
#[cfg(feature = "ssr")]
#[must_use]
pub fn html(views: &[crate::backend::SavedView], base: &str, now: &ViewQuery) -> String {
    let markup = maud::html! {
        @for view in views {
            a.chip href=(view.query.board(base)) rel=[is_another_document(&view.query).then_some("external")] aria-current=[view.query.shows_what(now).then_some("true")] { (view.name) }
        }
    };
    markup.into_string()
}

/// Whether a view is another document, and not this one with other rows: the wall, and what names its theme or language.
#[cfg(feature = "ssr")]
fn is_another_document(view: &ViewQuery) -> bool {
    view.mode == crate::address::Mode::Wall || view.theme.is_some() || view.lang.is_some()
}
