//! A search beside the page, once that is complete and the browser idle. Browsers compile a function of WebAssembly when it is called
//! for the first time: else the first keys that somebody types would wait for it.

use leptos::prelude::*;

use super::page::Page;

/// Looks at every row, and asks what only cells tell.
const SEARCH: &str = "a is:red by:a";

/// Waits for its moment.
pub fn come_alive(page: Page) {
    let is_complete = Memo::new(move |_| page.live.known.with(Option::is_none));
    Effect::new(move |_| {
        if is_complete.get() {
            request_idle_callback(move || {
                page.live.rehearse(SEARCH, page.clock.now_untracked());
                request_idle_callback(move || untrack(|| page.window.rehearse(page)));
            });
        }
    });
}
