//! The search box: a form that the server answers, and with JavaScript an answer at every key.

use leptos::prelude::*;

use super::page::Page;

/// The search box.
#[component]
pub fn SearchBox(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { view, strings, search: input, .. } = page;
    let error = move || view.parsed.with(|parsed| parsed.as_ref().err().cloned());
    let invalid = move || error().is_some();
    // The box belongs to who types in it: it is written to only when the search changes elsewhere. What was typed
    // before the page came alive counts.
    Effect::new(move |before: Option<()>| {
        let q = view.q.get();
        if let Some(input) = input.get().filter(|input| input.value() != q) {
            if before.is_none() { view.q.set(input.value()) } else { input.set_value(&q) }
        }
    });
    view! {
        <form
            class="search"
            role="search"
            action=format!("{}/", view.base())
            method="get"
            on:submit=move |event| event.prevent_default()
        >
            <input
                node_ref=input
                type="search"
                name="q"
                value=view.q.get_untracked()
                placeholder=strings.search_examples
                aria-label=strings.search
                aria-keyshortcuts="/"
                aria-invalid=move || invalid().then_some("true")
                aria-describedby="query-error"
                autocomplete="off"
                spellcheck="false"
                on:input:target=move |event| page.type_in(event.target().value())
            />
            <kbd aria-hidden="true">"/"</kbd>
            {view
                .query_untracked()
                .parameters()
                .into_iter()
                .filter(|(name, _)| *name != "q")
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                .collect_view()}
            <p class="query-error" id="query-error" role="status" data-empty=move || (!invalid()).then_some("")>
                {move || {
                    error()
                        .map(|error| {
                            let q = view.q.get();
                            let (before, wrong, after) = around(&q, error.at, error.length);
                            view! {
                                <span>{strings.query_error}</span>
                                " "
                                <code>{before.to_owned()}<mark>{wrong.to_owned()}</mark>{after.to_owned()}</code>
                                " "
                                <span>{strings.said(&error.message).0.into_owned()}</span>
                            }
                        })
                }}
            </p>
        </form>
    }
}

/// Cuts a text around so many characters from a place, also in characters.
fn around(text: &str, at: usize, length: usize) -> (&str, &str, &str) {
    let byte = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte);
    let (start, end) = (byte(at), byte(at.saturating_add(length)));
    (&text[..start], &text[start..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn the_wrong_part_is_cut_out_by_characters() {
        assert_eq!(around("añb is:x c", 4, 4), ("añb ", "is:x", " c"));
        assert_eq!(around("is:", 3, 1), ("is:", "", ""));
        assert_eq!(around("", 0, 0), ("", "", ""));
    }
}
