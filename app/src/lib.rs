//! The page of Relboard: rendered by the server, hydrated in the browser.
//!
//! [`shell::shell`] is the whole document, [`app::App`] its body. The server gives a
//! [`backend::Backend`], the browser opens the stream of [`live::source`]; both render the same [`start::Start`].

// A view is one type as deep as its markup.
#![recursion_limit = "256"]

pub mod address;
pub mod api;
pub mod app;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod board;
pub mod i18n;
pub mod live;
pub mod location;
pub mod opening;
pub mod pins;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod start;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod ui;
pub mod view;
pub mod wall;

#[cfg(feature = "ssr")]
pub use self::app::App;
#[cfg(feature = "ssr")]
pub use self::backend::{Assets, Backend, SavedView};
#[cfg(feature = "ssr")]
pub use self::board::details::html as panel;
#[cfg(feature = "ssr")]
pub use self::board::details::links::{Link, Template};
#[cfg(feature = "ssr")]
pub use self::board::selection::Selection;
#[cfg(feature = "ssr")]
pub use self::i18n::Language;
#[cfg(feature = "ssr")]
pub use self::shell::shell;
#[cfg(feature = "ssr")]
pub use self::wall::refusal::Refusal;

/// The allocator of the standard library, in a version that uses the memory the page begins with (`.cargo/config.toml`).
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Makes the page that the server rendered come alive; the document's own script calls it.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    use std::time::Duration;

    use leptos::mount::hydrate_body;
    use leptos::prelude::*;

    console_error_panic_hook::set_once();
    // In tasks of their own: what is read, what is made of it, and what comes alive then. Between them the browser answers.
    let open = |start: start::Start| match start.mode() {
        Some(address::Mode::Board) => set_timeout(|| board::parts::come_alive(start), Duration::ZERO),
        _ => set_timeout(|| hydrate_body(move || view! { <app::App start /> }), Duration::ZERO),
    };
    match start::Document::read() {
        Ok(document) => set_timeout(move || open(document.open()), Duration::ZERO),
        Err(error) => leptos::logging::error!("The page stays as the server rendered it: {error}"),
    }
}
