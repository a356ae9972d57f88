//! What stands where rows would be.

use leptos::prelude::*;

use super::columns::Columns;
use super::page::Page;

/// Why there are no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    NoEnvironments,
    NothingYet,
    NoMatch,
}

/// What stands where rows would be: why there are none, and what to do.
#[component]
pub fn Empty(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, view, strings, .. } = page;
    let reason = Memo::new(move |_| {
        live.summary.with(|summary| match (summary.services, summary.shown) {
            (0, _) if live.columns.with(Columns::is_empty) => Some(Reason::NoEnvironments),
            (0, _) => Some(Reason::NothingYet),
            (_, 0) => Some(Reason::NoMatch),
            _ => None,
        })
    });
    move || {
        reason.get().map(|reason| {
            let (heading, hint) = match reason {
                Reason::NoEnvironments => (strings.no_environments, strings.no_environments_hint),
                Reason::NothingYet => (strings.nothing_yet, strings.nothing_yet_hint),
                Reason::NoMatch => (strings.no_match, strings.no_match_hint),
            };
            let clear = (reason == Reason::NoMatch).then(|| {
                let href = move || {
                    let mut query = view.query();
                    query.q.clear();
                    query.board(&view.base())
                };
                view! {
                    <a class="button" href=href>
                        {strings.clear}
                    </a>
                }
            });
            view! {
                <div class="empty">
                    <h2>{heading}</h2>
                    <p>{hint}</p>
                    {clear}
                </div>
            }
        })
    }
}
