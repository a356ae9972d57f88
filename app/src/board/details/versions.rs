//! Wanted, running, recorded: the three sides of a cell, each with what identifies it.

use model::strings::ArcStr;

use leptos::prelude::*;
use model::board::{Cell, RecordSummary};
use model::version::Version;

use super::Scope;
use crate::board::face;

/// Wanted, running, recorded.
#[component]
pub fn Versions(
    /// What the parts share.
    scope: Scope,
    /// The cell.
    cell: Cell,
) -> impl IntoView {
    let strings = scope.strings;
    let wanted = cell.wanted.map(|version| (strings.panel.wanted, version, String::new()));
    let running =
        cell.running.into_iter().map(|running| (strings.panel.running, running.version, (strings.pods)(running.ready, running.pods)));
    // A side need not say again what one above it said.
    let mut said = Vec::new();
    let sides = wanted.into_iter().chain(running).map(|(name, version, note)| {
        let identities = [&version.commit, &version.digest].into_iter().flatten();
        let identities: Vec<_> = identities.filter(|identity| !said.contains(*identity)).cloned().collect();
        said.extend(identities.iter().cloned());
        view! { <Side scope=scope.clone() name version note identities /> }
    });
    let sides = sides.collect_view();
    let since = cell.since.map(|at| {
        view! {
            <div>
                <dt>{strings.panel.since}</dt>
                <dd>
                    {scope.moment(at)}
                </dd>
            </div>
        }
    });
    view! {
        <dl class="sides">
            {sides}
            {cell.record.map(|record| view! { <Recorded scope=scope.clone() record /> })}
            {cell.failed_record.map(|record| view! { <Recorded scope=scope.clone() record=*record /> })} {since}
        </dl>
    }
}

/// One side: short version, its other name, and what identifies it, each to be copied.
#[component]
fn Side(scope: Scope, name: &'static str, version: Version, note: String, identities: Vec<ArcStr>) -> impl IntoView {
    let label = face::label(&version).map(ToOwned::to_owned);
    let identity = move |text: ArcStr| {
        view! {
            <span class="identity">
                <code>{text.to_string()}</code>
                <Copy scope=scope.clone() text=text.to_string() />
            </span>
        }
    };
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <code class="short">{version.short().to_owned()}</code>
                {label.map(|label| view! { <span class="label">{label}</span> })}
                <span class="label">{note}</span>
                {identities.into_iter().map(identity).collect_view()}
            </dd>
        </div>
    }
}

/// A button that copies a text; the panel's one handler does it.
#[component]
fn Copy(scope: Scope, text: String) -> impl IntoView {
    view! { <button type="button" class="copy" data-copy=text aria-label=scope.strings.copy_commit></button> }
}

/// What CI says.
#[component]
fn Recorded(scope: Scope, record: RecordSummary) -> impl IntoView {
    let strings = scope.strings;
    let link = record.url.as_ref().and_then(|url| web_address(url)).map(|url| {
        view! {
            <a href=url rel="external noreferrer">
                {strings.panel.ci_run}
            </a>
        }
    });
    view! {
        <div>
            <dt>{strings.panel.recorded}</dt>
            <dd>
                <code class="short">{face::recorded(&record).to_owned()}</code>
                <span class="label">{(strings.panel.outcome)(record.outcome)}</span>
                <span class="meta">
                    {record.by.map(|by| view! { <span>{by.to_string()}</span> })}
                    {scope.moment(record.at)}
                    {link}
                </span>
            </dd>
        </div>
    }
}

/// An address that is safe to link to: records come from outside, and a `javascript:` link must stay text.
pub(super) fn web_address(url: &str) -> Option<String> {
    let is_web =
        ["https://", "http://"].iter().any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    is_web.then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::web_address;

    #[test]
    fn only_web_addresses_become_links() {
        assert!(web_address("https://ci.example.com/job/812").is_some());
        assert!(web_address("HTTP://ci.example.com").is_some());
        for address in ["javascript:alert(1)", " https://x", "data:text/html,x", "//x", "ñ"] {
            assert_eq!(web_address(address), None, "{address}");
        }
    }
}
