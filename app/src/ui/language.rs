//! The other languages.

use leptos::prelude::*;

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
            let mut query = page.view.query();
            query.lang = Some(language.tag().to_owned());
            query.board(&page.view.base())
        };
        view! {
            <a class="language" href=href rel="external" hreflang=language.tag() lang=language.tag() title=language.name()>
                {language.tag()}
            </a>
        }
    };
    others.map(link).collect_view()
}
