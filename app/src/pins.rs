//! The services that somebody pinned: kept in this browser, and nowhere else.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use model::ids::ServiceName;

/// The services that somebody pinned. Until the page is alive there are none.
#[derive(Clone, Copy, Debug)]
pub struct Pins {
    pinned: RwSignal<BTreeSet<ServiceName>>,
    key: StoredValue<String>,
}

impl Pins {
    /// Those of the board that lives under `base`.
    #[must_use]
    pub fn new(base: &Arc<str>) -> Self {
        Self { pinned: RwSignal::new(BTreeSet::new()), key: StoredValue::new(format!("pins{base}")) }
    }

    /// Reads what the browser kept. Called once, in the browser.
    pub fn come_alive(self) {
        Effect::new(move |_| {
            let kept = storage().and_then(|storage| storage.get_item(&self.key.get_value()).ok().flatten());
            // What another version wrote in another form is no pin.
            let pinned: BTreeSet<ServiceName> = kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default();
            if !pinned.is_empty() {
                self.pinned.set(pinned);
            }
        });
    }

    /// The services that are pinned; whoever asks is told of changes.
    #[must_use]
    pub fn get(self) -> BTreeSet<ServiceName> {
        self.pinned.get()
    }

    /// Pins a service, or takes its pin away; whether it is pinned now.
    pub fn toggle(self, service: &ServiceName) -> bool {
        let mut pinned = self.pinned.get_untracked();
        let now = if pinned.remove(service) { false } else { pinned.insert(service.clone()) };
        // A browser that keeps nothing forgets it with the page.
        if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(&pinned)) {
            drop(storage.set_item(&self.key.get_value(), &text));
        }
        self.pinned.set(pinned);
        now
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
