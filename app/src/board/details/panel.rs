//! The panel: what the cell says in full, then its parts.

use leptos::prelude::*;
use model::details::Details;
use model::status::Flag;

use super::Head;
use super::Scope;
use super::history::History;
use super::image::Image;
use super::links::Links;
use super::neighbours::Neighbours;
use super::pods::Workload;
use super::records::Records;
use super::versions::Versions;

/// Everything known of one cell.
#[component]
pub fn Panel(
    /// What the parts share.
    scope: Scope,
    /// Everything known of the cell.
    details: Details,
) -> impl IntoView {
    let strings = scope.strings;
    let Details { service, team, environment, cell, workloads, images, records, history, neighbours } = details;
    let flags = cell.flags.clone().into_iter().map(move |flag: Flag| {
        view! { <li title=(strings.flag_meaning)(flag)>{(strings.flag)(flag)}</li> }
    });
    let status = cell.status;
    let (reason, lang) = strings.said(&cell.reason);
    let reason = reason.into_owned();
    // Each part is a type of its own for the compiler too: together they would be one beyond its limits.
    let links = view! {
        <Links scope=scope.clone() service=service.clone() team=team.clone() environment=environment.clone() cell=cell.clone() />
    }
    .into_any();
    let versions = view! { <Versions scope=scope.clone() cell /> }.into_any();
    let images = images.into_iter().map(|image| view! { <Image scope=scope.clone() image /> }.into_any()).collect_view();
    let neighbours = view! { <Neighbours scope=scope.clone() service=service.clone() neighbours /> }.into_any();
    let workloads = workloads.into_iter().map(|workload| view! { <Workload scope=scope.clone() workload /> }.into_any()).collect_view();
    let history = view! { <History scope=scope.clone() history /> }.into_any();
    let records = view! { <Records scope=scope.clone() records /> }.into_any();
    view! {
        <Head scope=scope.clone() heading=service.to_string() />
            <p class="details-where">
                <b>{environment.to_string()}</b>
                {team.map(|team| view! { <span>{team.to_string()}</span> })}
                <span class="status" data-status=status.as_str()>
                    {(strings.status)(status)}
                </span>
            </p>
            <p class="details-reason" data-status=status.as_str() lang=lang>
                {reason}
            </p>
            <ul class="flags">{flags.collect_view()}</ul>
            {links} {versions} {images} {neighbours} {workloads} {history} {records}
    }
}
