//! The header: each environment with its freshness and its counts.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use model::board::{Environment, Target, TargetState};
use model::ids::EnvironmentName;
use model::query::qualified;
use model::status::Status;

use super::filters::search_for;
use super::page::Page;
use super::sort::{Direction, Key};
use super::summary::Summary;
use crate::ui::ago::{absolute, age};

/// What is live was heard this recently; older news show their age.
const FRESH: TimeDelta = TimeDelta::seconds(45);

/// The header row.
#[component]
pub fn HeaderRow(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, strings, .. } = page;
    let columns = move || live.columns.with(|columns| columns.iter().map(|(place, name)| (place, name.clone())).collect::<Vec<_>>());
    view! {
        <tr role="row" aria-rowindex="1">
            <th role="columnheader" scope="col" aria-sort=move || sorted(page, |key| *key == Key::Name)>
                <SortLink page key=Key::Name words=strings.service title=strings.sort_by_name />
            </th>
            <For each=columns key=Clone::clone let((place, name))>
                <EnvironmentHeader page place name />
            </For>
        </tr>
    }
}

/// `aria-sort` of a column that sorts by these keys.
fn sorted(page: Page, is_of_column: impl Fn(&Key) -> bool) -> Option<&'static str> {
    page.view
        .sort
        .with(|sort| is_of_column(&sort.key).then_some(if sort.direction == Direction::Natural { "ascending" } else { "descending" }))
}

/// A link that sorts; the one that is on turns the order round.
#[component]
fn SortLink(page: Page, key: Key, words: &'static str, title: &'static str) -> impl IntoView {
    let on = {
        let key = key.clone();
        Memo::new(move |_| page.view.sort.with(|sort| (sort.key == key).then_some(sort.direction)))
    };
    let href = move || {
        let mut query = page.view.settled.get();
        query.sort = query.sort.toggled(key.clone());
        query.board(&page.view.base())
    };
    let direction = move || on.get().map(|direction| if direction == Direction::Natural { "natural" } else { "reversed" });
    view! {
        <a class="sort" data-direction=direction href=href title=title>
            {words}
        </a>
    }
}

/// An environment: name, tier, freshness, counts, ways to sort.
#[component]
fn EnvironmentHeader(page: Page, place: usize, name: EnvironmentName) -> impl IntoView {
    let Page { live, strings, .. } = page;
    let environment = {
        let name = name.clone();
        Memo::new(move |_| live.environments.with(|all| all.iter().find(|environment| environment.name == name).cloned()))
    };
    let targets =
        move || environment.with(|environment| environment.as_ref().map(|environment| environment.targets.clone()).unwrap_or_default());
    let tier = move || environment.with(|environment| environment.as_ref().map(|environment| (strings.tier)(environment.tier)));
    let counts = Memo::new(move |_| live.summary.with(|summary| summary.columns.get(place).copied().unwrap_or_default()));
    let name_of_counts = name.clone();
    let trouble = move || {
        let counts = counts.get();
        let counted = Summary::COUNTED.into_iter().zip(counts.by_status).filter(|(_, count)| *count > 0);
        let one = |(status, count): (Status, usize)| {
            let wanted = format!("{} {}", qualified("env", name_of_counts.as_str()), search_for(status));
            let mut link = page.view.settled.get();
            let on = link.q.trim() == wanted;
            link.q = if on { String::new() } else { wanted };
            view! {
                <a
                    data-tone=status.as_str()
                    href=link.board(&page.view.base())
                    title=strings.count_title
                    aria-current=on.then_some("true")
                >
                    {(strings.count)(status, count)}
                </a>
            }
        };
        counted.map(one).collect_view()
    };
    let error = move || environment.with(|environment| environment.as_ref().and_then(error_of));
    let (by_time, by_status, by_version) = (Key::Time(name.clone()), Key::Status(name.clone()), Key::Version(name.clone()));
    let of_column = {
        let name = name.clone();
        move |key: &Key| matches!(key, Key::Time(of) | Key::Status(of) | Key::Version(of) if *of == name)
    };
    view! {
        <th role="columnheader" scope="col" data-env=name.to_string() aria-sort=move || sorted(page, &of_column)>
            <div class="environment">
                <b>{name.to_string()}</b>
                <small>{tier}</small>
                <span class="targets">{move || { let targets = targets(); let several = targets.len() > 1; targets.into_iter().map(|target| freshness(page, target, several)).collect_view() }}</span>
            </div>
            <div class="counts">
                <span>{move || counts.get().present}</span>
                {trouble}
                <span class="sorts">
                    <SortLink page key=by_time words=strings.sort_by_time title=strings.sort />
                    <SortLink page key=by_status words=strings.sort_by_status title=strings.sort />
                    <SortLink page key=by_version words=strings.sort_by_version title=strings.sort />
                </span>
            </div>
            {move || error().map(|error| {
                let (said, lang) = strings.said(&error);
                view! { <p class="target-error" lang=lang title=said.to_string()>{said.to_string()}</p> }
            })}
        </th>
    }
}

/// A dot with the state of a cluster and the age of its news.
fn freshness(page: Page, target: Target, several: bool) -> impl IntoView {
    let Target { cluster, state, since, last_heard, error } = target;
    let strings = page.strings;
    let words = move || {
        let state_word = (strings.target_state)(state);
        match (state, stale_age(page.clock.now(), state, last_heard.or(Some(since)))) {
            (TargetState::Live, Some(old)) => age(old, &strings.ages),
            (_, Some(old)) => format!("{state_word} {}", age(old, &strings.ages)),
            (_, None) => state_word.to_owned(),
        }
    };
    let heard = last_heard.map_or_else(|| strings.never.to_owned(), absolute);
    let title = format!(
        "{cluster}: {} · {heard}{}",
        (strings.target_state)(state),
        error.map(|error| format!("\n{}", strings.said(&error).0)).unwrap_or_default()
    );
    let name = several.then(|| view! { <span class="cluster">{cluster.to_string()}</span> });
    view! {
        <span class="freshness" data-state=state_word(state) title=title>
            {name}
            {words}
        </span>
    }
}

/// The age of a target's news, when it is worth saying.
#[must_use]
pub fn stale_age(now: DateTime<Utc>, state: TargetState, heard: Option<DateTime<Utc>>) -> Option<TimeDelta> {
    let old = now - heard?;
    match state {
        TargetState::Syncing => None,
        TargetState::Live => (old > FRESH).then_some(old),
        TargetState::Stale | TargetState::Unreachable | TargetState::Forbidden => Some(old),
    }
}

const fn state_word(state: TargetState) -> &'static str {
    match state {
        TargetState::Syncing => "syncing",
        TargetState::Live => "live",
        TargetState::Stale => "stale",
        TargetState::Unreachable => "unreachable",
        TargetState::Forbidden => "forbidden",
    }
}

/// What is wrong with an environment's clusters, in their own words.
#[must_use]
pub fn error_of(environment: &Environment) -> Option<String> {
    let several = environment.targets.len() > 1;
    let errors = environment.targets.iter().filter_map(|target| {
        let error = target.error.as_ref()?;
        Some(if several { format!("{}: {error}", target.cluster) } else { error.clone() })
    });
    let errors: Vec<_> = errors.collect();
    (!errors.is_empty()).then(|| errors.join(" · "))
}
