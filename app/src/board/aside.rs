//! The place of the details, beside the table: what the server wrote for a deep link, and what it writes for the cell
//! that is opened later.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, FocusOptions, HtmlElement};

use super::page::Page;
use crate::api;
use crate::ui::ago;

/// The panel of the cell that the address names; asked for again when its cell changes.
#[component]
pub fn DetailsAside(
    /// The page.
    page: Page,
    /// What the server wrote; the browser finds it in the document.
    content: Option<String>,
) -> impl IntoView {
    let aside = NodeRef::new();
    let selection = page.selection;
    let open = Memo::new(move |_| selection.with(Option::is_some));
    follow(page, aside);
    // In the browser it is empty: as long as it stays so, the style says that it loads.
    let content = StoredValue::new(content.unwrap_or_default());
    move || {
        open.get().then(|| {
            view! {
                <aside
                    class="details"
                    aria-label=page.strings.details
                    tabindex="0"
                    node_ref=aside
                    inner_html=content.get_value()
                    data-loading=page.strings.loading
                    on:click=move |event| super::clicks::handle(page, &event)
                ></aside>
            }
        })
    }
}

/// Keeps the panel in step with its cell, and its ages with the clock.
fn follow(page: Page, aside: NodeRef<html::Aside>) {
    let asked = StoredValue::new(0_u32);
    let cell = Memo::new(move |_| {
        let selection = page.selection.get()?;
        let environment = page.live.environment_of(&selection)?;
        let cell = page.live.cell(&selection.service, &environment);
        Some((selection.service, environment, cell))
    });
    // What was shown when the page came alive is in the document already.
    Effect::new(move |before: Option<()>| {
        let Some((service, environment, _)) = cell.get() else { return };
        if before.is_none() {
            return;
        }
        let address = page.view.query_untracked().panel(&page.view.base(), &service, &environment);
        asked.update_value(|asked| *asked += 1);
        let this = asked.get_value();
        if let Some(aside) = aside.get_untracked() {
            // Setting an attribute of a fixed, valid name does not fail.
            drop(aside.set_attribute("aria-busy", "true"));
        }
        spawn_local(async move {
            let answer = api::panel(&address).await;
            let Some(aside) = aside.get_untracked().filter(|_| asked.get_value() == this) else { return };
            // Removing one does not, either.
            drop(aside.remove_attribute("aria-busy"));
            match answer {
                Ok(html) => swap(&aside, &html),
                Err(error) => aside.set_text_content(Some(&format!("{} {error}", page.strings.load_failed))),
            }
        });
    });
    Effect::new(move |_| {
        let now = page.clock.now();
        if let Some(aside) = aside.get() {
            ago::refresh(&aside, now, &page.strings.ages);
        }
    });
}

/// Puts new content in place; what was unfolded stays unfolded, and what had the focus has it, or the panel when that is gone.
fn swap(aside: &HtmlElement, html: &str) {
    let unfolded: Vec<_> =
        folds(aside).filter(|fold| fold.has_attribute("open")).filter_map(|fold| fold.get_attribute("data-key")).collect();
    let focused = document().active_element().filter(|focused| focused != &**aside && aside.contains(Some(focused)));
    let focused = focused.map(|focused| mark(&focused));
    aside.set_inner_html(html);
    for fold in folds(aside) {
        if fold.get_attribute("data-key").is_some_and(|key| unfolded.contains(&key)) {
            // Setting an attribute of a fixed, valid name does not fail.
            drop(fold.set_attribute("open", ""));
        }
    }
    if let Some(focused) = focused {
        let again = all(aside, "a, button, summary").find(|element| mark(element) == focused).and_then(|element| element.dyn_into().ok());
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element that is in the document takes the focus or leaves it where it is.
        drop(again.as_ref().unwrap_or(aside).focus_with_options(&options));
    }
}

/// By what a link or a button is known again: where it leads, what it copies, what it unfolds.
fn mark(element: &Element) -> [Option<String>; 3] {
    let fold = element.closest("details[data-key]").ok().flatten();
    [element.get_attribute("href"), element.get_attribute("data-copy"), fold.and_then(|fold| fold.get_attribute("data-key"))]
}

fn folds(aside: &HtmlElement) -> impl Iterator<Item = Element> + use<> {
    all(aside, "details[data-key]")
}

fn all(aside: &HtmlElement, selector: &str) -> impl Iterator<Item = Element> + use<> {
    let found = aside.query_selector_all(selector).ok();
    let length = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..length).filter_map(move |place| found.as_ref()?.item(place)?.dyn_into().ok())
}
