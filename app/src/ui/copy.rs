//! Copying to the clipboard.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::i18n::use_strings;

/// What was copied last; shown for a moment.
#[derive(Clone, Copy, Debug)]
pub struct Copied(RwSignal<Option<String>>);

impl Copied {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Copies a text and says so.
    pub fn copy(self, text: String) {
        spawn_local(async move {
            if to_clipboard(&text).await {
                let short = text.get(..19).filter(|_| text.len() > 40).map_or_else(|| text.clone(), |start| format!("{start}…"));
                self.0.set(Some(short.clone()));
                set_timeout(
                    move || {
                        if self.0.with_untracked(|shown| shown.as_deref() == Some(short.as_str())) {
                            self.0.set(None);
                        }
                    },
                    std::time::Duration::from_secs(2),
                );
            }
        });
    }
}

impl Default for Copied {
    fn default() -> Self {
        Self::new()
    }
}

/// The clipboard interface is there on `https:` and on localhost only; elsewhere the old command does it.
async fn to_clipboard(text: &str) -> bool {
    if window().is_secure_context() && JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document = document().dyn_into::<web_sys::HtmlDocument>().ok()?;
    let input = document.create_element("input").ok()?.dyn_into::<web_sys::HtmlInputElement>().ok()?;
    input.set_class_name("sr");
    input.set_value(text);
    let body = document.body()?;
    body.append_child(&input).ok()?;
    input.select();
    let copied = document.exec_command("copy").ok();
    input.remove();
    copied
}

/// The note that something was copied.
#[component]
pub fn CopiedNote(
    /// What was copied.
    copied: Copied,
) -> impl IntoView {
    let strings = use_strings();
    let hidden = move || copied.0.with(Option::is_none);
    view! {
        <div class="toast" role="status" data-empty=move || hidden().then_some("")>
            {move || copied.0.get().map(|what| (strings.copied)(&what))}
        </div>
    }
}
