//! The address of the document as signals, and links that do not leave the page.
//!
//! The page is one view: what the address says is looked at, it has no routes to choose between. So this is all the
//! router it needs, at a fifth of the weight of one.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent};

/// The address of the document.
#[derive(Clone, Copy, Debug)]
pub struct Location {
    /// The path, as it is escaped in the address.
    pub path: RwSignal<String>,
    /// The part behind the `?`.
    pub search: RwSignal<String>,
    base: StoredValue<Arc<str>>,
}

impl Location {
    /// At an address of path and search, under a base.
    #[must_use]
    pub fn new(address: &str, base: Arc<str>) -> Self {
        let (path, search) = address.split_once('?').unwrap_or((address, ""));
        Self { path: RwSignal::new(path.to_owned()), search: RwSignal::new(search.to_owned()), base: StoredValue::new(base) }
    }

    /// Goes to an address of this page; going back leads here again.
    pub fn go(self, address: &str) {
        if address != self.current() && history(|history| history.push_state_with_url(&JsValue::NULL, "", Some(address))) {
            self.read();
        }
    }

    /// Puts another address in place of this one.
    pub fn replace(self, address: &str) {
        if address != self.current() && history(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(address))) {
            self.read();
        }
    }

    /// Follows links and the browser's history. Called once, in the browser.
    pub fn listen(self) {
        Effect::new(move |_| {
            let clicks = window_event_listener(leptos::ev::click, move |event| {
                if let Some(link) = self.link_of(&event) {
                    event.prevent_default();
                    self.go(&link);
                }
            });
            let pops = window_event_listener(leptos::ev::popstate, move |_| self.read());
            on_cleanup(move || {
                clicks.remove();
                pops.remove();
            });
        });
    }

    /// The address of the link that was clicked, when it is one of this page and a plain click.
    #[must_use]
    pub fn link_of(self, event: &MouseEvent) -> Option<String> {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return None;
        }
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let link = target.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
        let leaves = link.rel().contains("external") || !link.target().is_empty() || link.origin() != window().location().origin().ok()?;
        let path = link.pathname();
        (!leaves && self.base.with_value(|base| is_page(base, &path))).then(|| format!("{path}{}", link.search()))
    }

    fn current(self) -> String {
        let (path, search) = (self.path.get_untracked(), self.search.get_untracked());
        if search.is_empty() { path } else { format!("{path}?{search}") }
    }

    /// Takes over what the browser says.
    fn read(self) {
        let location = window().location();
        let path = location.pathname().unwrap_or_default();
        let search = location.search().unwrap_or_default().trim_start_matches('?').to_owned();
        // The path last: whoever follows it finds the search as it belongs to it.
        if self.search.with_untracked(|old| *old != search) {
            self.search.set(search);
        }
        if self.path.with_untracked(|old| *old != path) {
            self.path.set(path);
        }
    }
}

/// Whether a path is one of this page, and not of the API beside it.
#[must_use]
pub fn is_page(base: &str, path: &str) -> bool {
    path.strip_prefix(base).is_some_and(|path| matches!(path, "" | "/") || path.starts_with("/services/"))
}

fn history(change: impl FnOnce(web_sys::History) -> Result<(), JsValue>) -> bool {
    window().history().and_then(change).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_page;

    #[test]
    fn the_page_is_the_board_and_the_details() {
        for path in ["/x/", "/x", "/x/services/cart", "/x/services/cart/dev"] {
            assert!(is_page("/x", path), "{path}");
        }
        for path in ["/", "/x/api/docs", "/services/cart", "/xy/", "/x/metrics"] {
            assert!(!is_page("/x", path), "{path}");
        }
    }
}
