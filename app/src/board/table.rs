//! The table: a real one, with roles spelled out because its rows are laid out as grids.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::clicks;
use super::header::HeaderRow;
use super::page::Page;
use super::row::BoardRow;

/// The table.
#[component]
pub fn BoardTable(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, .. } = page;
    let columns = move || format!("table columns-{}", live.columns.with(|columns| columns.len()).min(24));
    view! {
        <table role="table" class=columns>
            <caption class="sr">{page.strings.caption}</caption>
            <thead role="rowgroup">
                <HeaderRow page />
            </thead>
            <tbody role="rowgroup" on:click=move |event| clicks::handle(page, &event) on:animationend=forget_glow>
                // Rows are made anew when the columns change: their cells are then others.
                <For each=move || live.rows.get() key=|row| (row.name.clone(), row.cells.as_ptr() as usize) let:row>
                    <BoardRow page row />
                </For>
            </tbody>
        </table>
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
