//! The table: a real one, with roles spelled out because its rows are laid out as grids.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::header::HeaderRow;
use super::page::Page;
use super::row::BoardRow;
use super::selection::Selection;

/// The table.
#[component]
pub fn BoardTable(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, view, .. } = page;
    let selection = Selection::of_address(view.base());
    let columns = move || format!("table columns-{}", live.columns.with(|columns| columns.len()).min(24));
    view! {
        <table role="table" class=columns>
            <caption class="sr">{page.strings.caption}</caption>
            <thead role="rowgroup">
                <HeaderRow page />
            </thead>
            <tbody role="rowgroup" on:click=on_click(page) on:animationend=forget_glow>
                // Rows are made anew when the columns change: their cells are then others.
                <For each=move || live.rows.get() key=|row| (row.name.clone(), row.cells.as_ptr() as usize) let:row>
                    <BoardRow page selection row />
                </For>
            </tbody>
        </table>
    }
}

/// Clicks anywhere in the table: one handler instead of one for each cell.
fn on_click(page: Page) -> impl Fn(MouseEvent) + 'static {
    let navigate = use_navigate();
    move |event| {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        if let Some(button) = closest(&target, "[data-copy]") {
            event.prevent_default();
            page.copied.copy(button.get_attribute("data-copy").unwrap_or_default());
            return;
        }
        let plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        let Some(link) = closest(&target, "a[href]").filter(|_| plain) else { return };
        // The link was written with the search of back then; the path stays, the search is that of now.
        let href = link.get_attribute("href").unwrap_or_default();
        let path = href.split('?').next().unwrap_or_default();
        event.prevent_default();
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{path}{}", page.view.query_untracked()), options);
    }
}

/// A cell glows once: one that comes back to the screen does not glow again.
fn forget_glow(event: web_sys::AnimationEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(cell) = target.filter(|target| target.has_attribute("data-glow")) {
        // Removing an attribute of a fixed name does not fail.
        drop(cell.remove_attribute("data-glow"));
    }
}

fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok().flatten()
}
