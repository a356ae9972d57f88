//! A search beside the page, once that is complete and the browser idle. Browsers compile a function of WebAssembly when it is called
//! for the first time, and once more, for speed, when it was called often: else the first keys that somebody types would wait for it.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::page::Page;
use crate::ui::keyboard;

/// Single letters and longer words are looked for in other ways, and so is what only cells tell.
const SEARCHES: [&str; 5] = ["a", "ab", "a by:a", "ab is:red", "abc"];

/// How many searches: then what they call is compiled for speed.
const TIMES: usize = 30;

/// Waits for its moment.
pub fn come_alive(page: Page) {
    let is_complete = Memo::new(move |_| page.live.known.with(Option::is_none));
    Effect::new(move |_| {
        if is_complete.get() {
            rehearse(page, 0);
        }
    });
}

/// Searches the next time, when the browser is idle: a part of the rows, so that nothing waits for it.
fn rehearse(page: Page, time: usize) {
    request_idle_callback(move || {
        if time == TIMES {
            page.window.let_rows_move();
            return request_idle_callback(move || untrack(|| type_the_same(page)));
        }
        page.live.rehearse(SEARCHES[time % SEARCHES.len()], time, page.clock.now_untracked());
        request_idle_callback(move || {
            untrack(|| page.window.rehearse(page));
            rehearse(page, time + 1);
        });
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
    page.type_in(page.view.q.get_untracked());
    page.view.settle();
}
