//! The keyboard: everything the pointer can do.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::board::page::Page;
use crate::ui::theme;

/// A way to go in the table.
#[derive(Clone, Copy, Debug)]
enum Way {
    Left,
    Down,
    Up,
    Right,
}

/// Listens to the whole window for as long as the page is there.
pub fn listen(page: Page, search: NodeRef<html::Input>, dialog: NodeRef<html::Dialog>) {
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
                return;
            }
            if handle(page, &event, search, dialog) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Closes the details; whether there were any.
fn close(page: Page) -> bool {
    let open = page.selection.with_untracked(Option::is_some);
    if open {
        page.location.go(&page.view.board());
    }
    open
}

/// Does what the key says; whether it said something.
fn handle(page: Page, event: &KeyboardEvent, search: NodeRef<html::Input>, dialog: NodeRef<html::Dialog>) -> bool {
    let focused = document().active_element();
    let typing = focused.as_ref().is_some_and(|element| element.matches("input, textarea, select").unwrap_or(false));
    let key = event.key();
    if typing {
        // Out of the search, into what it found.
        return match key.as_str() {
            "Escape" => focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()).is_some_and(|element| element.blur().is_ok()),
            "ArrowDown" => first_cell().is_some_and(|cell| focus(&cell)),
            _ => false,
        };
    }
    if dialog.get_untracked().is_some_and(|dialog| dialog.open()) {
        return false;
    }
    match key.as_str() {
        "/" => search.get_untracked().is_some_and(|input| {
            input.select();
            input.focus().is_ok()
        }),
        "Escape" => close(page),
        "t" => {
            theme::toggle(page.view);
            true
        }
        "c" => copy(page, focused.as_ref()),
        "?" => dialog.get_untracked().is_some_and(|dialog| dialog.show_modal().is_ok()),
        "ArrowLeft" | "h" => walk(focused.as_ref(), Way::Left),
        "ArrowDown" | "j" => walk(focused.as_ref(), Way::Down),
        "ArrowUp" | "k" => walk(focused.as_ref(), Way::Up),
        "ArrowRight" | "l" => walk(focused.as_ref(), Way::Right),
        _ => false,
    }
}

/// Copies the commit of the cell in focus, or of the details that are open.
fn copy(page: Page, focused: Option<&Element>) -> bool {
    let in_cell = focused.and_then(cell_of).and_then(|cell| cell.query_selector("[data-copy]").ok().flatten());
    let found = in_cell.or_else(|| document().query_selector(".details [data-copy]").ok().flatten());
    let Some(text) = found.and_then(|element| element.get_attribute("data-copy")) else { return false };
    page.copied.copy(text);
    true
}

/// Moves the focus to the next cell that is shown. With the focus elsewhere, the first cell gets it, and a panel
/// that is being read scrolls as usual.
fn walk(focused: Option<&Element>, way: Way) -> bool {
    let Some(cell) = focused.and_then(cell_of) else {
        let elsewhere = focused.is_some_and(|element| !element.matches("body, .board").unwrap_or(false));
        return !elsewhere && first_cell().is_some_and(|cell| focus(&cell));
    };
    let next = match way {
        Way::Left => cell.previous_element_sibling(),
        Way::Right => cell.next_element_sibling(),
        Way::Up | Way::Down => row_beside(&cell, way).and_then(|row| {
            let place = std::iter::successors(cell.previous_element_sibling(), Element::previous_element_sibling).count();
            row.children().item(u32::try_from(place).ok()?)
        }),
    };
    // At the edge there is nowhere to go, and nothing scrolls away.
    next.is_none_or(|cell| focus(&cell))
}

fn cell_of(element: &Element) -> Option<Element> {
    element.closest("tbody td, tbody th").ok().flatten()
}

/// The next row above or below that the search shows.
fn row_beside(cell: &Element, way: Way) -> Option<Element> {
    let step = |row: &Element| match way {
        Way::Up => row.previous_element_sibling(),
        _ => row.next_element_sibling(),
    };
    std::iter::successors(step(&cell.closest("tr").ok().flatten()?), step).find(|row| !row.has_attribute("hidden"))
}

fn first_cell() -> Option<Element> {
    document().query_selector(".table tbody tr:not([hidden]) td").ok().flatten()
}

fn focus(cell: &Element) -> bool {
    let target = cell.query_selector("a, [tabindex]").ok().flatten();
    target.and_then(|target| target.dyn_into::<HtmlElement>().ok()).is_some_and(|target| target.focus().is_ok())
}
