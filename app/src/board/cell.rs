//! A cell: what one service is in one environment.

use chrono::{DateTime, Utc};
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use model::board::Cell;
use model::ids::{EnvironmentName, ServiceName};
use model::status::{Flag, Status};

use super::face;
use super::page::Page;
use crate::live::rows::{CellState, CellValue};
use crate::ui::ago::Ago;

/// A cell, made anew when its signal changes and at no other time.
#[component]
pub fn BoardCell(
    /// The page.
    page: Page,
    /// The row.
    service: ServiceName,
    /// The cell.
    state: CellState,
) -> impl IntoView {
    let href = page.view.details(&service, Some(&state.environment));
    move || {
        let CellValue { cell, changes } = state.value.get();
        let columns = page.live.columns.get_untracked();
        let absent = cell.as_ref().is_none_or(|cell| cell.status == Status::Absent);
        let status = cell.as_ref().map_or(Status::Absent, |cell| cell.status);
        let hue = cell.as_ref().and_then(|cell| face::hue(cell, state.place, &columns));
        // Two names for one glow: changing the name starts it again.
        let glow = (changes > 0).then_some(if changes % 2 == 0 { "even" } else { "odd" });
        let content = match cell.filter(|_| !absent) {
            None => Either::Left(view! {
                <span class="none" tabindex="-1">
                    <span aria-hidden="true">"–"</span>
                    <span class="sr">{page.strings.not_deployed}</span>
                </span>
            }),
            Some(cell) => Either::Right(content(page, &cell, &state, &columns, href.clone())),
        };
        view! {
            <td role="cell" data-env=state.environment.to_string() data-status=status.as_str() data-hue=hue data-glow=glow>
                {content}
            </td>
        }
    }
}

/// What a cell says of something that is there.
fn content(page: Page, cell: &Cell, state: &CellState, columns: &[EnvironmentName], href: String) -> impl IntoView + use<> {
    let strings = page.strings;
    let copy = face::version(cell).and_then(face::full).map(|full| {
        view! { <button type="button" class="copy" tabindex="-1" data-copy=full.to_string() aria-label=strings.copy_commit></button> }
    });
    view! {
        <a href=href title=(!cell.reason.is_empty()).then(|| cell.reason.clone())>
            <span class="line">{versions(page, cell)} {flags(page, cell)} {mark(page, cell, state.place, columns)}</span>
            <span class="line second">{second(page, cell)}</span>
        </a>
        {copy}
    }
}

/// The version; while rolling, the old one and the new one.
fn versions(page: Page, cell: &Cell) -> impl IntoView + use<> {
    let version = face::version(cell);
    let short = version.map(|version| version.short().to_owned());
    let recorded = || cell.record.as_ref().map(|record| face::recorded(record).to_owned());
    let on_the_way = matches!(cell.status, Status::Rolling | Status::Failing | Status::Unknown | Status::Paused);
    let (old, new) = match (face::awaited(cell), face::previous(cell).filter(|_| on_the_way)) {
        (Some(awaited), _) => (short, Some(awaited.to_owned())),
        (None, Some(previous)) => (Some(previous.version.short().to_owned()), short),
        (None, None) => (None, short.or_else(recorded)),
    };
    let old = old.map(|old| {
        view! {
            <code class="old">{old}</code>
            <span class="arrow" aria-hidden="true">
                "→"
            </span>
            <span class="sr">{page.strings.to}</span>
        }
    });
    let label = face::other_name(cell).map(ToOwned::to_owned);
    view! {
        {old}
        <code>{new}</code>
        {label.map(|label| view! { <span class="label">{label}</span> })}
    }
}

fn flags(page: Page, cell: &Cell) -> impl IntoView + use<> {
    let strings = page.strings;
    let flag = move |flag: Flag| {
        view! {
            <span class="flag" data-flag=flag.as_str() title=(strings.flag_meaning)(flag)>
                {(strings.flag)(flag)}
            </span>
        }
    };
    face::flags(cell).filter(|flag| *flag != Flag::NoRecord).map(flag).collect_view()
}

/// The right end of line one: dots for what is ready, the status in words for what is not.
fn mark(page: Page, cell: &Cell, place: usize, columns: &[EnvironmentName]) -> impl IntoView + use<> {
    let strings = page.strings;
    let word = (strings.status)(cell.status);
    match cell.status {
        Status::Ready => {
            let same: Vec<_> = cell.agrees_with.iter().map(EnvironmentName::as_str).collect();
            let same = if same.is_empty() { strings.nowhere_else.to_owned() } else { format!("{} {}", strings.same_as, same.join(", ")) };
            let label = format!("{word}, {same}");
            EitherOf3::A(view! {
                <span class="dots" role="img" aria-label=label>
                    {face::dots(cell, place, columns)}
                </span>
            })
        }
        Status::Rolling if counts_pods(cell) => EitherOf3::B(view! {
            <span class="word">
                <span class="sr">{word}</span>
                {format!("{}/{}", cell.pods.ready, cell.pods.wanted)}
            </span>
        }),
        _ => EitherOf3::C(view! { <span class="word">{word}</span> }),
    }
}

/// Line two: who, how long ago, pods; what is wrong comes before all of them.
fn second(page: Page, cell: &Cell) -> impl IntoView + use<> {
    let strings = page.strings;
    let head = || Some(face::headline(&cell.reason).to_owned()).filter(|head| !head.is_empty());
    let reason = match cell.status {
        Status::Failing | Status::Paused => head(),
        Status::Rolling if !counts_pods(cell) => head(),
        Status::Missing => Some(strings.no_workload.to_owned()),
        Status::Drifted => cell.record.as_ref().map(|record| format!("{} {}", strings.ci_recorded, face::recorded(record))),
        // Why a cluster is silent is said once, above its column.
        Status::Unknown | Status::Rolling | Status::Ready | Status::Absent => None,
    };
    let no_record = cell.record.is_none() && cell.flags.contains(&Flag::NoRecord);
    let who = match cell.record.as_ref().and_then(|record| record.by.clone()) {
        Some(by) => Some(by.to_string()),
        None => no_record.then(|| (strings.flag)(Flag::NoRecord).to_owned()),
    };
    let ago = |at: DateTime<Utc>| view! { <Ago at clock=page.clock ages=&strings.ages /> };
    view! {
        {reason.map(|reason| view! { <span class="reason">{reason}</span> })}
        {who.map(|who| view! { <span class="who">{who}</span> })}
        {face::when(cell).map(ago)}
        {pods(page, cell)}
    }
}

/// How many pods are ready; while rolling, as a bar.
fn pods(page: Page, cell: &Cell) -> impl IntoView + use<> {
    let counts = cell.pods;
    let words = (page.strings.pods)(counts.ready, counts.wanted);
    match cell.status {
        _ if counts.wanted == 0 => EitherOf3::A(()),
        Status::Rolling if counts_pods(cell) => {
            EitherOf3::B(view! { <progress value=counts.ready max=counts.wanted aria-label=words></progress> })
        }
        _ => EitherOf3::C(view! {
            <span class="pods" title=words.clone()>
                {format!("{}/{}", counts.ready, counts.wanted)}
            </span>
        }),
    }
}

/// Whether pods of the wanted version are on their way; else the rollout waits for something else, and the reason says for what.
fn counts_pods(cell: &Cell) -> bool {
    cell.pods.ready < cell.pods.wanted
}
