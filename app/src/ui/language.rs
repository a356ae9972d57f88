//! The other languages.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::board::page::Page;
use crate::i18n::Language;

/// Links to this page in the other languages: the server renders it anew.
#[component]
pub fn LanguageLink(
    /// The page.
    page: Page,
) -> impl IntoView {
    let others = Language::ALL.into_iter().filter(move |language| *language != page.language);
    let link = move |language: Language| {
        let href = move || {
            let mut query = page.view.settled.get();
            query.lang = Some(language.tag().to_owned());
            query.board(&page.view.base())
        };
        view! {
            <a
                class="language"
                href=href
                rel="external"
                hreflang=language.tag()
                lang=language.tag()
                title=language.name()
                on:click=move |_| remember(language, &page.view.base())
            >
                {language.tag()}
            </a>
        }
    };
    others.map(link).collect_view()
}

/// Chooses the language of the next visits too.
fn remember(language: Language, base: &str) {
    let cookie = format!("lang={}; path={base}/; max-age=31536000; samesite=lax", language.tag());
    // A browser that keeps no cookies forgets the choice; the address still has it.
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        drop(document.set_cookie(&cookie));
    }
}
