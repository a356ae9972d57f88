//! Work that takes long, in turns with what else the browser has to do.

use js_sys::{Date, Promise};
use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;

/// How long a turn takes, in milliseconds.
const LENGTH: f64 = 4.0;

/// A turn of work that takes long.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// In milliseconds since 1970.
    begun: f64,
}

impl Turn {
    /// Begins one.
    #[must_use]
    pub fn begin() -> Self {
        Self { begun: Date::now() }
    }

    /// Once the turn took long enough, lets the browser do what waits, and begins the next one. Whether it did.
    pub async fn pass(&mut self) -> bool {
        let is_over = Date::now() - self.begun > LENGTH;
        if is_over {
            pause().await;
            *self = Self::begin();
        }
        is_over
    }
}

async fn pause() {
    let soon = Promise::new(&mut |resolve, _| {
        // A timer is never refused.
        drop(window().set_timeout_with_callback(&resolve));
    });
    // It resolves, whatever happens.
    drop(JsFuture::from(soon).await);
}
