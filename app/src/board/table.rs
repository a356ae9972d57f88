//! The table: a real one, with roles spelled out because its rows are laid out as grids.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::clicks;
use super::header::HeaderRow;
use super::page::Page;
use super::row::BoardRow;
use super::window::Extent;

/// The table.
#[component]
pub fn BoardTable(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, window, .. } = page;
    let columns = move || format!("table columns-{}", live.columns.with(|columns| columns.len()).min(24));
    // Not all rows are in the document: their number is told in words. The header is a row, too.
    let busy = move || (window.extent.get() == Extent::Screen && live.known.with(Option::is_some)).then_some("true");
    let rows = move || live.shown.with(|shown| shown.len() + 1);
    view! {
        <table role="table" class=columns data-density=move || page.view.density.get().as_str() aria-rowcount=rows aria-busy=busy>
            <caption class="sr">{page.strings.caption}</caption>
            <thead role="rowgroup">
                <HeaderRow page />
            </thead>
            <tbody role="none" aria-hidden="true" node_ref=window.above></tbody>
            <tbody role="rowgroup" node_ref=window.body on:click=move |event| clicks::handle(page, &event) on:animationend=forget_glow>
                // A row that was made anew has other signals.
                <For each=move || window.rows.get() key=|row| (row.name.clone(), row.cells.as_ptr() as usize) let:row>
                    <BoardRow page row />
                </For>
            </tbody>
            <tbody role="none" aria-hidden="true" node_ref=window.below></tbody>
        </table>
    }
}

/// A cell glows once: one that is moved in the document does not glow again.
fn forget_glow(event: web_sys::AnimationEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(cell) = target.filter(|target| target.has_attribute("data-glow")) {
        // Removing an attribute of a fixed name does not fail.
        drop(cell.remove_attribute("data-glow"));
    }
}
