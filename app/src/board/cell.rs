//! A cell as HTML: what one service is in one environment.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use model::board::Cell;
use model::ids::EnvironmentName;
use model::status::{Flag, Status};

use super::face;
use super::row::RowContext;
use crate::i18n::Strings;
use crate::ui::ago;

/// The element of a cell. `address` is that of the row ([`RowContext::address`]); where the board has no cell, it is absent.
#[must_use]
pub fn cell(context: &RowContext, address: &str, column: usize, cell: Option<&Cell>) -> Markup {
    let (place, environment) = context.columns.iter().nth(column).unzip();
    let environment = environment.map_or("", EnvironmentName::as_str);
    // Counted from 1, and the services' names are the first.
    let index = column + 2;
    let Some(cell) = cell.filter(|cell| cell.status != Status::Absent) else {
        return html! {
            td role="cell" aria-colindex=(index) data-env=(environment) data-status=(Status::Absent.as_str()) {
                span.none tabindex="-1" {
                    span aria-hidden="true" { "–" }
                    span.sr { (context.strings.not_deployed) }
                }
            }
        };
    };
    let strings = context.strings;
    let (reason, _) = strings.said(&cell.reason);
    let environments = context.columns.environments();
    let agreement = face::agreement(cell, place.unwrap_or_default(), environments);
    let hue = face::hue(cell, &agreement, environments.len());
    html! {
        td role="cell" aria-colindex=(index) data-env=(environment) data-status=(cell.status.as_str()) data-hue=[hue] {
            a href={ (address) (context.behind(column)) } title=[Some(reason).filter(|reason| !reason.is_empty())] {
                (lines(cell, &agreement, environments.len(), context.now, strings))
            }
        }
    }
}

/// What a cell says of something that is there; `agreement` is that of [`face::agreement`].
#[must_use]
pub fn lines(cell: &Cell, agreement: &[usize], environments: usize, now: DateTime<Utc>, strings: &Strings) -> Markup {
    html! {
        span.line { (versions(cell, strings)) (flags(cell, strings)) (mark(cell, agreement, environments, strings)) }
        span.line.second { (second(cell, now, strings)) }
    }
}

/// The version; while rolling, the old one and the new one.
fn versions(cell: &Cell, strings: &Strings) -> Markup {
    let short = face::version(cell).map(model::version::Version::short);
    let recorded = || cell.record.as_ref().map(face::recorded);
    let on_the_way = matches!(cell.status, Status::Rolling | Status::Failing | Status::Unknown | Status::Paused);
    let (old, new) = match (face::awaited(cell), face::previous(cell).filter(|_| on_the_way)) {
        (Some(awaited), _) => (short, Some(awaited)),
        (None, Some(previous)) => (Some(previous.version.short()), short),
        (None, None) => (None, short.or_else(recorded)),
    };
    html! {
        @if let Some(old) = old {
            code.old { (old) }
            span.arrow aria-hidden="true" { "→" }
            span.sr { (strings.to) }
        }
        code { (new.unwrap_or("–")) }
        @if let Some(label) = face::other_name(cell) {
            span.label { (label) }
        }
    }
}

fn flags(cell: &Cell, strings: &Strings) -> Markup {
    html! {
        @for flag in face::flags(cell).filter(|flag| *flag != Flag::NoRecord) {
            span.flag data-flag=(flag.as_str()) title=((strings.flag_meaning)(flag)) { ((strings.flag)(flag)) }
        }
    }
}

/// The right end of line one: dots for what is ready, the status in words for what is not.
fn mark(cell: &Cell, agreement: &[usize], environments: usize, strings: &Strings) -> Markup {
    let word = (strings.status)(cell.status);
    match cell.status {
        Status::Ready => html! {
            span.dots.many[environments > FEW] role="img" aria-label={ (word) ", " (same(cell, strings)) } { (face::dots(agreement, environments)) }
        },
        Status::Rolling if counts_pods(cell) => html! {
            span.word {
                span.sr { (word) }
                (cell.pods.ready) "/" (cell.pods.wanted)
            }
        },
        _ => html! { span.word { (word) } },
    }
}

/// Where else the version is, in words.
fn same(cell: &Cell, strings: &Strings) -> Markup {
    html! {
        @if cell.agrees_with.is_empty() {
            (strings.nowhere_else)
        } @else {
            (strings.same_as)
            @for (place, name) in cell.agrees_with.iter().enumerate() {
                (if place == 0 { " " } else { ", " }) (name.as_str())
            }
        }
    }
}

/// The dots of so many environments have room in the narrowest column; those of more are smaller.
const FEW: usize = 6;

/// So many characters of who it was have room in the narrowest column, with an age and pods beside them.
const WHO: usize = 10;

/// Whether a text may have to be cut off. Only then it is drawn so that it can be: that takes a browser a quarter of what a row takes.
pub(super) fn is_long(text: &str, room: usize) -> bool {
    text.chars().count() > room
}

/// Line two: who, how long ago, pods; what is wrong comes before all of them.
fn second(cell: &Cell, now: DateTime<Utc>, strings: &Strings) -> Markup {
    let head = || Some(strings.said(face::headline(&cell.reason))).filter(|(head, _)| !head.is_empty());
    let reason = match cell.status {
        Status::Failing | Status::Paused => head(),
        Status::Rolling if !counts_pods(cell) => head(),
        Status::Missing => Some((strings.no_workload.into(), None)),
        // Why a cluster is silent is said once, above its column.
        Status::Drifted | Status::Unknown | Status::Rolling | Status::Ready | Status::Absent => None,
    };
    let drifted_from = cell.record.as_ref().filter(|_| cell.status == Status::Drifted).map(face::recorded);
    let no_record = cell.record.is_none() && cell.flags.contains(&Flag::NoRecord);
    let by = cell.record.as_ref().and_then(|record| record.by.as_deref());
    html! {
        @if let Some((reason, lang)) = reason {
            span.reason lang=[lang] { (reason) }
        }
        @if let Some(recorded) = drifted_from {
            span.reason { (strings.ci_recorded) " " (recorded) }
        }
        @if let Some(who) = by.or_else(|| no_record.then(|| (strings.flag)(Flag::NoRecord))) {
            span.who.cut[is_long(who, WHO)] { (who) }
        }
        @if let Some(at) = face::when(cell).filter(|_| !is_blank(cell)) {
            (ago::time(at, now, &strings.ages))
        }
        (pods(cell, strings))
    }
}

/// Whether it is of no version that anybody knows, so that no time is one of it: a cluster that is silent may have got something.
fn is_blank(cell: &Cell) -> bool {
    face::version(cell).is_none() && cell.record.is_none()
}

/// How many pods are ready; while rolling, as a bar.
fn pods(cell: &Cell, strings: &Strings) -> Markup {
    let counts = cell.pods;
    let words = || (strings.pods)(counts.ready, counts.wanted);
    match cell.status {
        _ if counts.wanted == 0 => Markup::default(),
        Status::Rolling if counts_pods(cell) => html! {
            progress value=(counts.ready) max=(counts.wanted) aria-label=(words()) {}
        },
        _ => html! {
            span.pods title=(words()) { (counts.ready) "/" (counts.wanted) }
        },
    }
}

/// Whether pods of the wanted version are on their way; else the rollout waits for something else, and the reason says for what.
fn counts_pods(cell: &Cell) -> bool {
    cell.pods.ready < cell.pods.wanted
}
