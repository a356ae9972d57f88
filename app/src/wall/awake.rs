//! Keeps the screen awake, where the browser lets a page do so: over HTTPS, and while it is seen.

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Asks at once, and again whenever the page is seen again: a browser forgets it when the page is hidden.
pub fn keep() {
    Effect::new(|_| {
        ask();
        let ask_if_seen = |_| {
            if !document().hidden() {
                ask();
            }
        };
        let handle = window_event_listener_untyped("visibilitychange", ask_if_seen);
        on_cleanup(move || handle.remove());
    });
}

fn ask() {
    // A browser that has no such thing, or refuses, lets the screen sleep as it always does.
    if let Some(lock) = window().navigator().unchecked_into::<Navigator>().wake_lock()
        && let Ok(asked) = lock.request("screen")
    {
        spawn_local(async move { drop(JsFuture::from(asked).await) });
    }
}

#[wasm_bindgen]
extern "C" {
    /// The navigator, as far as it knows of locks.
    type Navigator;

    /// <https://www.w3.org/TR/screen-wake-lock/>
    type WakeLock;

    #[wasm_bindgen(method, getter, js_name = wakeLock)]
    fn wake_lock(this: &Navigator) -> Option<WakeLock>;

    #[wasm_bindgen(method, catch)]
    fn request(this: &WakeLock, kind: &str) -> Result<Promise, JsValue>;
}
