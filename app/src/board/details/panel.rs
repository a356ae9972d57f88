//! The panel: what the cell says in full, then its parts.

use leptos::prelude::*;
use model::details::Details;
use model::status::Flag;

use super::Closable;
use super::history::History;
use super::neighbours::Neighbours;
use super::pods::Workload;
use super::records::Records;
use super::versions::Versions;
use crate::board::page::Page;

/// Everything known of one cell.
#[component]
pub fn Panel(
    /// The page.
    page: Page,
    /// Everything known of the cell.
    details: Details,
) -> impl IntoView {
    let strings = page.strings;
    let Details { service, team, environment, cell, workloads, records, history, neighbours } = details;
    let flags = cell.flags.clone().into_iter().map(move |flag: Flag| {
        view! { <li title=(strings.flag_meaning)(flag)>{(strings.flag)(flag)}</li> }
    });
    let status = cell.status;
    view! {
        <Closable page heading=service.to_string()>
            <p class="details-where">
                <b>{environment.to_string()}</b>
                {team.map(|team| view! { <span>{team.to_string()}</span> })}
                <span class="status" data-status=status.as_str()>
                    {(strings.status)(status)}
                </span>
            </p>
            <p class="details-reason" data-status=status.as_str()>
                {(!cell.reason.is_empty()).then(|| cell.reason.clone())}
            </p>
            <ul class="flags">{flags.collect_view()}</ul>
            <Versions page cell />
            <Neighbours page service=service.clone() neighbours />
            {workloads.into_iter().map(|workload| view! { <Workload page workload /> }).collect_view()}
            <History page history />
            <Records page records />
        </Closable>
    }
}
