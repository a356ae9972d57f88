//! What was observed of the cell.

use leptos::prelude::*;
use model::details::Transition;

use super::Scope;

/// What was observed, newest first.
#[component]
pub fn History(
    /// What the parts share.
    scope: Scope,
    /// What was observed, newest first.
    history: Vec<Transition>,
) -> impl IntoView {
    let (strings, said) = (scope.strings, scope.clone());
    let item = move |transition: Transition| {
        let Transition { at, status, version, reason, by } = transition;
        view! {
            <li>
                <p class="meta">
                    {scope.moment(at)}
                    <span class="status" data-status=status.as_str()>
                        {(strings.status)(status)}
                    </span>
                    {version.map(|version| view! { <code>{version.short().to_owned()}</code> })}
                    {by.map(|by| view! { <span>{by.to_string()}</span> })}
                </p>
                {(!reason.is_empty()).then(|| said.said("note", &reason))}
            </li>
        }
    };
    (!history.is_empty()).then(|| {
        view! {
            <section>
                <h3>{strings.panel.history}</h3>
                <ol class="history">{history.into_iter().map(item).collect_view()}</ol>
            </section>
        }
    })
}
