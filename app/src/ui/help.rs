//! What the keys do: a popover whose content only the server writes.

use leptos::prelude::*;

/// The id of the button that opens it.
pub const BUTTON: &str = "help-button";

/// The button that opens the help, and the help.
#[component]
pub fn Help(
    /// What the server wrote; the browser finds it in the document.
    content: String,
) -> impl IntoView {
    let words = crate::i18n::use_strings().help;
    view! {
        <button
            type="button"
            class="icon-button help-button"
            id=BUTTON
            popovertarget="help"
            title=words
            aria-label=words
            aria-keyshortcuts="?"
        >
            "?"
        </button>
        <dialog class="help" id="help" popover="auto" aria-labelledby="help-heading" inner_html=content></dialog>
    }
}

/// The help as HTML.
#[cfg(feature = "ssr")]
#[must_use]
pub fn html(strings: &crate::i18n::Strings) -> String {
    let keys = &strings.keys;
    let groups: [(&str, &[(&str, &str)]); 4] = [
        (keys.finding, &[("/", keys.search), ("Esc", keys.leave)]),
        (keys.walking, &[("← ↓ ↑ →  h j k l", keys.walk), ("Home  End", keys.edges), ("Enter", keys.open), ("Esc", keys.close)]),
        (keys.viewing, &[("v", keys.view), ("g", keys.group), ("d", keys.density), ("t", keys.theme), ("w", keys.wall)]),
        (keys.taking, &[("p", keys.pin), ("c", keys.copy), ("?", keys.help)]),
    ];
    let markup = maud::html! {
        header {
            h2 id="help-heading" { (keys.heading) }
            button.icon-button type="button" popovertarget="help" popovertargetaction="hide" aria-label=(keys.shut) { "×" }
        }
        @for (heading, rows) in groups {
            h3 { (heading) }
            dl {
                @for (key, what) in rows {
                    div {
                        dt { @for key in key.split("  ") { kbd { (key) } } }
                        dd { (what) }
                    }
                }
            }
        }
    };
    markup.into_string()
}
