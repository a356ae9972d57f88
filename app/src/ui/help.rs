//! What the keys do.

use leptos::prelude::*;

use crate::i18n::use_strings;

/// The dialog that `?` opens.
#[component]
pub fn HelpDialog(
    /// The dialog, for the keyboard to open.
    dialog: NodeRef<leptos::html::Dialog>,
) -> impl IntoView {
    let strings = use_strings();
    let keys = &strings.keys;
    let rows = [
        ("/", keys.search),
        ("← ↓ ↑ →  h j k l", keys.walk),
        ("Home  End", keys.edges),
        ("Enter", keys.open),
        ("Esc", keys.close),
        ("c", keys.copy),
        ("d", keys.density),
        ("t", keys.theme),
        ("?", keys.help),
    ];
    let rows = rows.map(|(key, what)| {
        view! {
            <div>
                <dt>{key.split("  ").map(|key| view! { <kbd>{key.to_owned()}</kbd> }).collect_view()}</dt>
                <dd>{what}</dd>
            </div>
        }
    });
    view! {
        <dialog class="help" node_ref=dialog aria-labelledby="help-heading">
            <form method="dialog">
                <h2 id="help-heading">{keys.heading}</h2>
                <button class="icon-button" aria-label=keys.close>
                    "×"
                </button>
            </form>
            <dl>{rows.collect_view()}</dl>
        </dialog>
    }
}
