//! The wall as HTML. Server and browser write it with the same functions.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use maud::{Markup, html};
use model::board::{Environment, Row, Target};
use model::status::Status;

use super::ranking::Ranking;
use super::round::Sheet;
use crate::board::cell;
use crate::board::columns::Columns;
use crate::board::face;
use crate::board::header::{error_of, stale_age};
use crate::board::summary::{ColumnCounts, Summary};
use crate::i18n::Strings;
use crate::live::connection::Connection;
use crate::ui::ago::age;

/// What a wall is written from, beside its rows.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The search that is on.
    pub q: String,
    /// The columns.
    pub columns: Columns,
    /// Every environment.
    pub environments: Vec<Environment>,
    /// The rows in their order.
    pub ranking: Ranking,
    /// What of them is shown.
    pub sheet: Sheet,
    /// The connection to the server.
    pub connection: Connection,
    /// When the server was last heard, UTC.
    pub heard: DateTime<Utc>,
    /// What ages are counted to, UTC.
    pub now: DateTime<Utc>,
    /// What the clock shows, as HTML.
    pub time: String,
    /// What the page says.
    pub strings: &'static Strings,
}

impl Scene {
    /// What is counted: all services, and those that are not well.
    #[must_use]
    pub fn counts(&self) -> Markup {
        let all = self.ranking.trouble.len() + self.ranking.calm.len();
        html! {
            @if !self.q.trim().is_empty() {
                code.wall-query { (self.q.trim()) }
            }
            @for (status, count) in Summary::COUNTED.into_iter().zip(self.ranking.by_status).filter(|(_, count)| *count > 0) {
                span.chip data-tone=(status.as_str()) { ((self.strings.count)(status, count)) }
            }
            span.wall-all { ((self.strings.services)(all)) }
        }
    }

    /// Whether what is shown is live, and how old it is.
    #[must_use]
    pub fn state(&self) -> Markup {
        let strings = self.strings;
        match self.connection {
            Connection::Rendered(at) => html! { (strings.connecting) " " (clock(at, "12:00:00".len())) " UTC" },
            // Whoever is silent for longer is not live.
            Connection::Live => html! { (strings.live) " · " (strings.ages.now) },
            Connection::Paused => {
                // Of a moment ago it is no news.
                let old = Some(age(self.now - self.heard, &strings.ages)).filter(|old| *old != strings.ages.now);
                html! { (strings.paused) @if let Some(old) = old { " · " ((strings.data_age)(&old)) } }
            }
        }
    }

    /// The header row.
    #[must_use]
    pub fn head(&self) -> Markup {
        html! {
            th scope="col" { (self.strings.service) }
            @for (column, (_, name)) in self.shown() {
                th scope="col" data-env=(name.as_str()) {
                    @if let Some(environment) = self.environments.iter().find(|environment| environment.name == *name) {
                        (self.environment(environment, self.ranking.columns.get(column).copied().unwrap_or_default()))
                    }
                }
            }
        }
    }

    fn environment(&self, environment: &Environment, counts: ColumnCounts) -> Markup {
        let several = environment.targets.len() > 1;
        html! {
            p.wall-environment {
                b { (environment.name.as_str()) }
                small { ((self.strings.tier)(environment.tier)) }
            }
            p.wall-facts {
                @for target in &environment.targets {
                    (self.freshness(target, several))
                }
                // What is paused is so on purpose, and counted above: a header of one line leaves more room for rows.
                @for (status, count) in Summary::COUNTED.into_iter().zip(counts.by_status).filter(|(status, count)| *count > 0 && *status != Status::Paused) {
                    span data-tone=(status.as_str()) { ((self.strings.count)(status, count)) }
                }
            }
            @if let Some(error) = error_of(environment) {
                p.target-error { (self.strings.said(&error).0) }
            }
        }
    }

    /// The state of a cluster, and the age of its news.
    fn freshness(&self, target: &Target, several: bool) -> Markup {
        let old = stale_age(self.now, target.state, target.last_heard.or(Some(target.since)));
        html! {
            span.freshness data-state=(target.state.as_str()) {
                @if several { (target.cluster.as_str()) " " }
                ((self.strings.target_state)(target.state))
                @if let Some(old) = old { " " (age(old, &self.strings.ages)) }
            }
        }
    }

    /// The columns that are shown, with their places among all of them.
    fn shown(&self) -> impl Iterator<Item = (usize, (usize, &model::ids::EnvironmentName))> {
        self.columns.iter().enumerate().skip(self.sheet.columns.start).take(self.sheet.columns.len())
    }

    /// A row. The cells that `before` had otherwise glow.
    #[must_use]
    pub fn row(&self, row: &Row, before: Option<&Row>) -> Markup {
        html! {
            tr {
                th scope="row" {
                    span.wall-name data-length=[length(row.name.as_str())] { (row.name.as_str()) }
                    @if let Some(team) = &row.team { small { (team) } }
                }
                @for (_, (place, environment)) in self.shown() {
                    @let cell = row.cells.get(environment).filter(|cell| cell.status != Status::Absent);
                    @let glows = before.is_some_and(|before| before.cells.get(environment) != row.cells.get(environment));
                    @match cell {
                        Some(cell) => {
                            @let agreement = face::agreement(cell, place, self.columns.environments());
                            @let all = self.columns.environments().len();
                            td data-status=(cell.status.as_str()) data-hue=[face::hue(cell, &agreement, all)] data-glow=[glows.then_some("odd")] {
                                div { (cell::lines(cell, &agreement, all, self.now, self.strings)) }
                            }
                        }
                        None => td data-status="absent" {
                            span aria-hidden="true" { "–" }
                            span.sr { (self.strings.not_deployed) }
                        },
                    }
                }
            }
        }
    }

    /// Where this page is among all of them; nothing when there is but one.
    #[must_use]
    pub fn foot(&self) -> Markup {
        let Sheet { number, of, columns, .. } = &self.sheet;
        let all = self.columns.len();
        html! {
            @if *of > 1 {
                span { ((self.strings.page_of)(number + 1, *of)) }
                @if columns.len() < all {
                    span { ((self.strings.environments_of)(columns.start + 1, columns.end, all)) }
                }
            }
        }
    }

    /// What stands where rows would be; nothing when there are some.
    #[must_use]
    pub fn empty(&self) -> Markup {
        let strings = self.strings;
        let (heading, hint) = match () {
            () if !self.sheet.rows.is_empty() => return Markup::default(),
            () if self.environments.is_empty() => (strings.no_environments, strings.no_environments_hint),
            () if !self.q.trim().is_empty() => (strings.no_match, strings.no_match_hint),
            () => (strings.nothing_yet, strings.nothing_yet_hint),
        };
        html! {
            h2 { (heading) }
            p { (hint) }
        }
    }
}

/// How long a name is that does not fit on a line in the usual size. The first two do in smaller ones, the last takes two lines.
fn length(name: &str) -> Option<&'static str> {
    match name.chars().count() {
        0..=16 => None,
        17..=20 => Some("long"),
        21..=24 => Some("longer"),
        _ => Some("longest"),
    }
}

/// A time of day, UTC.
#[must_use]
pub fn utc(now: DateTime<Utc>) -> String {
    format!("{} <small>UTC</small>", clock(now, "12:00".len()))
}

/// A time of day, in the time zone that is so many minutes behind UTC.
#[must_use]
pub fn local(now: DateTime<Utc>, minutes_behind: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a day has 1,440 minutes")]
    let local = now - TimeDelta::minutes(minutes_behind as i64);
    clock(local, "12:00".len())
}

/// The beginning of a time of day, so many letters long: the patterns of chrono weigh as much as the rest of the wall.
fn clock(time: DateTime<Utc>, letters: usize) -> String {
    let text = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    text.chars().skip("2026-11-20T".len()).take(letters).collect()
}
