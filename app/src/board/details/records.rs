//! What CI recorded, fields it added of its own included.

use leptos::prelude::*;
use model::record::Record;

use super::Scope;
use super::versions::web_address;

/// What CI recorded, newest first.
#[component]
pub fn Records(
    /// What the parts share.
    scope: Scope,
    /// The records, newest first.
    records: Vec<Record>,
) -> impl IntoView {
    (!records.is_empty()).then(|| {
        view! {
            <section>
                <h3>{scope.strings.panel.records}</h3>
                <ol class="history">
                    {records.into_iter().map(|record| view! { <RecordItem scope=scope.clone() record /> }).collect_view()}
                </ol>
            </section>
        }
    })
}

/// A record.
#[component]
fn RecordItem(scope: Scope, record: Record) -> impl IntoView {
    let strings = scope.strings;
    let name = record.commit.as_deref().map(|commit| commit.get(..7).unwrap_or(commit));
    let name = name.or(record.version.as_deref()).or(record.digest.as_deref()).or(record.image.as_deref()).unwrap_or("?").to_owned();
    let link = record.url.as_deref().and_then(web_address).map(|url| {
        view! {
            <a href=url rel="external noreferrer">
                {strings.panel.ci_run}
            </a>
        }
    });
    let known = [
        ("version", record.version),
        ("branch", record.branch),
        ("repository", record.repository),
        ("image", record.image),
        ("digest", record.digest),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_string())));
    let extra = record.extra.into_iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        (name, text)
    });
    let fields = known.chain(extra).map(|(name, text)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{text}</dd>
            </div>
        }
    });
    let fields = fields.collect::<Vec<_>>();
    let fields = (!fields.is_empty()).then(|| {
        view! {
            <details class="fold" data-key=record.at.to_rfc3339()>
                <summary>{strings.details}</summary>
                <dl class="fields">{fields}</dl>
            </details>
        }
    });
    view! {
        <li>
            <p class="meta">
                {scope.moment(record.at)}
                <code>{name}</code>
                <span>{(strings.panel.outcome)(record.outcome)}</span>
                {record.by.map(|by| view! { <span>{by.to_string()}</span> })}
                {link}
            </p>
            {fields}
        </li>
    }
}
