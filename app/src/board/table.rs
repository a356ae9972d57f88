//! The table: a real one, with roles spelled out because its rows are laid out as grids.

use leptos::prelude::*;

use super::clicks;
use super::columns::Columns;
use super::header::HeaderRow;
use super::page::Page;
use super::window::Extent;

/// The table.
#[component]
pub fn BoardTable(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, window, .. } = page;
    let columns = move || format!("table columns-{}", live.columns.with(Columns::len).min(24));
    // Not all rows are in the document: their number is told in words. The header is a row, too.
    let busy = move || (window.extent.get() == Extent::Screen && live.known.with(Option::is_some)).then_some("true");
    let count = move || live.columns.with(Columns::len) + 1;
    let rows = move || live.shown.with(|shown| shown.len() + 1);
    let above = window.heading_above(page);
    let (role_above, hidden_above) = if above.is_empty() { ("none", Some("true")) } else { ("rowgroup", None) };
    view! {
        <table role="table" class=columns data-density=move || page.view.density.get().as_str() aria-rowcount=rows aria-colcount=count aria-busy=busy>
            <caption class="sr">{page.strings.caption}</caption>
            <thead role="rowgroup">
                <HeaderRow page />
            </thead>
            <tbody role=role_above aria-hidden=hidden_above node_ref=window.above inner_html=above></tbody>
            <tbody
                role="rowgroup"
                node_ref=window.body
                inner_html=window.written(page)
                on:click=move |event| clicks::handle(page, &event)
            ></tbody>
            <tbody role="none" aria-hidden="true" node_ref=window.below></tbody>
        </table>
    }
}
