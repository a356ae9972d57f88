//! A search beside the page, once that is complete and the browser idle. Browsers compile a function of WebAssembly when it is called
//! for the first time, and once more, for speed, when it was called often: else the first keys that somebody types would wait for it.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::page::Page;
use crate::ui::keyboard;

/// Single letters and longer words are looked for in other ways, and so is what only cells tell; each often enough.
const SEARCHES: [&str; 9] = ["a", "ab", "a by:a", "ab is:red", "a", "ab", "abc by:a", "abc", "abc"];

/// Waits for its moment.
pub fn come_alive(page: Page) {
    let is_complete = Memo::new(move |_| page.live.known.with(Option::is_none));
    Effect::new(move |_| {
        if is_complete.get() {
            rehearse(page, &SEARCHES);
        }
    });
}

/// Searches for all of that, each when the browser is idle.
fn rehearse(page: Page, searches: &'static [&'static str]) {
    request_idle_callback(move || match searches.split_first() {
        Some((search, others)) => {
            page.live.rehearse(search, page.clock.now_untracked());
            untrack(|| page.window.rehearse(page));
            rehearse(page, others);
        }
        None => {
            untrack(|| type_the_same(page));
            request_idle_callback(move || untrack(|| type_the_same(page)));
        }
    });
}

/// Does what a key in the search box does, and changes nothing. Who scrolled meanwhile would be brought back to the top.
fn type_the_same(page: Page) {
    if page.window.is_scrolled() {
        return;
    }
    if let Ok(nothing) = KeyboardEvent::new("keydown") {
        keyboard::hear(page, &nothing);
    }
    page.view.type_in(page.view.q.get_untracked());
    page.view.settle();
}
