//! Copying to the clipboard, and the note that says so.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::i18n::Strings;

/// What was just done, in words; shown for a moment.
#[derive(Clone, Copy, Debug)]
pub struct Toast {
    words: RwSignal<Option<String>>,
    strings: &'static Strings,
}

impl Toast {
    /// Nothing yet.
    #[must_use]
    pub fn new(strings: &'static Strings) -> Self {
        Self { words: RwSignal::new(None), strings }
    }

    /// Says something for a moment.
    pub fn say(self, words: String) {
        self.words.set(Some(words.clone()));
        set_timeout(
            move || {
                if self.words.with_untracked(|shown| shown.as_ref() == Some(&words)) {
                    self.words.set(None);
                }
            },
            std::time::Duration::from_secs(2),
        );
    }

    /// Copies a text and says so.
    pub fn copy(self, text: String) {
        spawn_local(async move {
            if to_clipboard(&text).await {
                let short = text.get(..19).filter(|_| text.len() > 40).map_or_else(|| text.clone(), |start| format!("{start}…"));
                self.say((self.strings.copied)(&short));
            }
        });
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

/// The note that says what was just done.
#[component]
pub fn ToastNote(
    /// What was just done.
    toast: Toast,
) -> impl IntoView {
    let hidden = move || toast.words.with(Option::is_none);
    view! {
        <div class="toast" role="status" data-empty=move || hidden().then_some("")>
            {move || toast.words.get()}
        </div>
    }
}
