//! Links to the pages of rows, for those who read without JavaScript.

use leptos::prelude::*;

use super::page::Page;
use super::window::Extent;

/// Links to the pages of rows; none when one page has them all, and none once the table is a window.
#[component]
pub fn Pages(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, view, window, strings, .. } = page;
    let size = window.page;
    let link = move |number: usize, current: usize, rows: usize| {
        let href = view.query_untracked().with_page(number).board(&view.base());
        let words = format!("{}–{}", number * size + 1, rows.min((number + 1) * size));
        view! {
            <a class="chip" href=href aria-current=(number == current).then_some("page")>
                {words}
            </a>
        }
    };
    move || {
        let rows = live.shown.with_untracked(|shown| shown.len());
        match window.extent.get() {
            Extent::Page(current) if rows > size => {
                let links = (0..rows.div_ceil(size)).map(|number| link(number, current, rows)).collect_view();
                Some(view! {
                    <nav class="pages" aria-label=strings.pages>
                        {links}
                    </nav>
                })
            }
            _ => None,
        }
    }
}
