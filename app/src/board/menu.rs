//! The menu of the view: grouping, density, columns, and the view as a file.
//!
//! It is a popover of links and boxes that the server writes, too: without JavaScript the browser opens it all the same, and
//! the boxes are a form.

use leptos::prelude::*;
use maud::{Markup, html};
use model::ids::EnvironmentName;
use model::query::Query;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::choice::{self, Way};
use super::group::Grouping;
use super::page::Page;
use super::sort::{Direction, Key, Sort};
use crate::address::{Density, ViewQuery};
use crate::i18n::Strings;

/// The id of the button that opens it.
pub const BUTTON: &str = "view-button";

/// The menu, and the button that opens it.
#[component]
pub fn ViewMenu(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, view, location, strings, .. } = page;
    let content = move || {
        let all: Vec<EnvironmentName> = live.environments.with(|all| all.iter().map(|environment| environment.name.clone()).collect());
        let view_of_links = view.settled.get();
        let searches = Query::parse(&view_of_links.q).is_ok();
        let path = location.path.get();
        content(&Content { strings, base: &view.base(), path: &path, view: view_of_links, searches, all: &all }).into_string()
    };
    let change = move |event: Event| {
        let Some(target) = event.target() else { return };
        if let Some(select) = target.dyn_ref::<HtmlSelectElement>() {
            view.sort.set(select.value().parse().unwrap_or_default());
            keep_focus(select);
        }
        let Some(input) = target.dyn_ref::<HtmlInputElement>() else { return };
        let all: Vec<EnvironmentName> =
            live.environments.with_untracked(|all| all.iter().map(|environment| environment.name.clone()).collect());
        view.columns.update(|chosen| *chosen = choice::toggled(&all, chosen, &input.value().into()));
        keep_focus(input);
    };
    let click = move |event: web_sys::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(link) = target.and_then(|target| target.closest("a[data-key]").ok().flatten()) {
            keep_focus(&link);
        }
    };
    view! {
        <button
            type="button"
            class="icon-button"
            id=BUTTON
            data-on=move || view.columns.with(|columns| !columns.is_empty()).then_some("")
            popovertarget="view-menu"
            title=strings.view
            aria-label=strings.view
            aria-keyshortcuts="v"
        >
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="M3 5.5h8m4 0h2M3 14.5h2m4 0h8" fill="none" stroke="currentColor" stroke-width="1.5" />
                <circle cx="13" cy="5.5" r="2" fill="none" stroke="currentColor" stroke-width="1.5" />
                <circle cx="7" cy="14.5" r="2" fill="none" stroke="currentColor" stroke-width="1.5" />
            </svg>
        </button>
        <div
            class="menu"
            id="view-menu"
            popover="auto"
            role="dialog"
            aria-label=strings.view
            inner_html=content
            on:change=change
            on:click=click
        ></div>
    }
}

/// The menu is written anew when the view changes: what had the focus has it again; at the edge, where a column cannot be moved
/// any further, its box.
fn keep_focus(element: &Element) {
    let Some(key) = element.get_attribute("data-key") else { return };
    request_animation_frame(move || {
        let wanted = key.trim_start_matches(['<', '>']);
        let found = document().query_selector_all("#view-menu [data-key]").ok();
        let all = (0..found.as_ref().map_or(0, web_sys::NodeList::length)).filter_map(|place| found.as_ref()?.item(place));
        let with = |key: &str| {
            all.clone()
                .find_map(|node| node.dyn_into::<HtmlElement>().ok().filter(|node| node.get_attribute("data-key").as_deref() == Some(key)))
        };
        if let Some(element) = with(&key).or_else(|| with(wanted)) {
            // An element of the document takes the focus or not; it does not fail.
            drop(element.focus());
        }
    });
}

struct Content<'a> {
    strings: &'static Strings,
    base: &'a str,
    /// The path of the address: details that are open stay open.
    path: &'a str,
    view: ViewQuery,
    /// Whether the search is understood; one that is not filters nothing out.
    searches: bool,
    /// Every environment, in promotion order.
    all: &'a [EnvironmentName],
}

fn content(content: &Content<'_>) -> Markup {
    let Content { strings, base, path, view, searches, all } = content;
    let shown = choice::shown(all, &view.columns);
    let hidden = (0..all.len()).filter(|place| !shown.contains(place));
    let with = |columns: Vec<EnvironmentName>| format!("{path}{}", ViewQuery { columns, ..view.clone() });
    let moved = |name: &EnvironmentName, way: Way| with(choice::moved(all, &view.columns, name, way));
    // The interface says what it does not understand, and the page shows all the same.
    let known = if view.columns.is_empty() { Vec::new() } else { shown.iter().map(|place| all[*place].clone()).collect() };
    let file = ViewQuery { q: if *searches { view.q.clone() } else { String::new() }, columns: known, ..view.clone() }.csv(base);
    html! {
        h2 { (strings.group_by) }
        ul {
            @for group in Grouping::ALL {
                (link(&format!("{path}{}", ViewQuery { group, ..view.clone() }), group.as_str(), (strings.grouping)(group), group == view.group))
            }
        }
        h2 { (strings.density) }
        ul {
            @for density in Density::ALL {
                (link(&format!("{path}{}", ViewQuery { density, ..view.clone() }), density.as_str(), (strings.density_of)(density), density == view.density))
            }
        }
        h2 id="columns" { (strings.columns) }
        form action=(path) aria-labelledby="columns" {
            @for (name, value) in view.parameters().iter().filter(|(name, _)| !matches!(*name, "env" | "sort")) {
                input type="hidden" name=(name) value=(value);
            }
            ol {
                @for (index, place) in shown.iter().enumerate() {
                    @let name = &all[*place];
                    li {
                        (tick(name, Some("")))
                        (arrow(index > 0, &moved(name, Way::Left), '<', name, strings.move_left, "↑"))
                        (arrow(index + 1 < shown.len(), &moved(name, Way::Right), '>', name, strings.move_right, "↓"))
                    }
                }
                @for place in hidden {
                    li { (tick(&all[place], None)) }
                }
            }
            label for="sort" { (strings.sort) }
            select id="sort" name="sort" data-key="sort" {
                @for (sort, words) in sorts(&view.sort, shown.iter().map(|place| &all[*place]), strings) {
                    option value=(sort) selected=[(sort == view.sort).then_some("")] { (words) }
                }
            }
            noscript { button.button { (strings.apply) } }
        }
        p {
            @if !view.columns.is_empty() {
                a href=(with(Vec::new())) data-key="all" { (strings.all_columns) }
            }
            a href=(file) download="relboard.csv" rel="external" { (strings.download) }
        }
    }
}

/// The ways to sort, in words; one that is none of the usual ways, too, when it is the one of now.
fn sorts<'a>(now: &Sort, columns: impl Iterator<Item = &'a EnvironmentName>, strings: &Strings) -> Vec<(Sort, String)> {
    let natural = |key: Key| Sort { key, ..Sort::default() };
    let words = |key: &Key| match key {
        Key::Name => strings.sort_by_name.to_owned(),
        Key::Time(name) => format!("{name}: {}", strings.sort_by_time),
        Key::Status(name) => format!("{name}: {}", strings.sort_by_status),
        Key::Version(name) => format!("{name}: {}", strings.sort_by_version),
    };
    let of_column = |name: &EnvironmentName| [Key::Time(name.clone()), Key::Status(name.clone()), Key::Version(name.clone())];
    let mut sorts: Vec<(Sort, String)> =
        std::iter::once(Key::Name).chain(columns.flat_map(of_column)).map(|key| (natural(key.clone()), words(&key))).collect();
    if !sorts.iter().any(|(sort, _)| sort == now) {
        let arrow = if now.direction == Direction::Reversed { " ↑" } else { "" };
        sorts.insert(0, (now.clone(), format!("{}{arrow}", words(&now.key))));
    }
    sorts
}

fn link(address: &str, key: &str, words: &str, is_on: bool) -> Markup {
    html! {
        li { a.chip href=(address) data-key=(key) aria-current=[is_on.then_some("true")] { (words) } }
    }
}

fn tick(name: &EnvironmentName, checked: Option<&str>) -> Markup {
    html! {
        label { input type="checkbox" name="env" value=(name.as_str()) checked=[checked] data-key=(name.as_str()); (name.as_str()) }
    }
}

fn arrow(leads: bool, address: &str, way: char, name: &EnvironmentName, words: &str, sign: &str) -> Markup {
    html! {
        @if leads {
            a.icon-button href=(address) data-key={ (way) (name.as_str()) } aria-label={ (name.as_str()) ": " (words) } title=(words) { (sign) }
        } @else {
            span.icon-button {}
        }
    }
}
