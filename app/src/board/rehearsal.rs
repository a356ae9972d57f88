//! A search beside the page, once that is complete and the browser idle. Browsers compile a function of WebAssembly when it is called
//! for the first time, and once more, for speed, when it was called often: else the first keys that somebody types would wait for it.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use web_sys::{Event, KeyboardEvent};

use super::page::Page;

/// Single letters and longer words are looked for in other ways, and so is what only cells tell, and who types on or deletes.
const SEARCHES: [&[&str]; 4] = [&["a", "ab", "a"], &["ab", "abc"], &["a by:a"], &["ab is:red"]];

/// What somebody types on the way to `is:red`: without an end, and with one that is like another word.
const WRONG: [&str; 2] = ["is:", "is:r"];

/// How many searches: then what they call is compiled for speed.
const TIMES: usize = 30;

/// Who typed or scrolled so lately goes on, perhaps, and is not to wait for this.
const RESTS: Duration = Duration::from_millis(300);

/// Waits for its moment.
pub fn come_alive(page: Page) {
    let is_complete = Memo::new(move |_| page.live.known.with(Option::is_none));
    Effect::new(move |_| {
        if is_complete.get() {
            at_rest(page, move || {
                untrack(|| type_the_same(page));
                rehearse(page, 0);
            });
        }
    });
}

/// Does something when the browser is idle, and nobody types or scrolls.
fn at_rest(page: Page, then: impl Fn() + Copy + 'static) {
    request_idle_callback(move || {
        if page.live.since_search() < RESTS || page.window.was_moved(RESTS) {
            set_timeout(move || at_rest(page, then), RESTS);
        } else {
            then();
        }
    });
}

/// Searches the next time: a part of the rows, so that nothing waits for it.
fn rehearse(page: Page, time: usize) {
    at_rest(page, move || {
        if time == TIMES {
            return page.window.let_rows_move();
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
    // Neither goes up to the document: nobody else is to hear of keys that nobody pressed.
    let (key, input) = (KeyboardEvent::new("keydown"), Event::new("input"));
    if let (Ok(key), Ok(input), Some(search)) = (key, input, page.search.get_untracked()) {
        // What is dispatched is an event that was just made: that does not fail.
        drop(window().dispatch_event(&key));
        drop(search.dispatch_event(&input));
    }
    spawn_local(async move {
        let typed = page.view.q.get_untracked();
        // All rows are shown, and where something is wrong, too. All of this is over before anything is painted.
        if typed.is_empty() {
            for wrong in WRONG {
                page.type_in(wrong.to_owned());
                tick().await;
            }
            page.type_in(typed);
            tick().await;
        }
        page.view.settle();
    });
}
