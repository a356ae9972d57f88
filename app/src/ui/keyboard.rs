//! The keyboard: everything the pointer can do.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::address::Mode;
use crate::api;
use crate::board::menu;
use crate::board::page::Page;
use crate::board::window::focus;
use crate::ui::{help, theme};

/// A way to go in the table.
#[derive(Clone, Copy, Debug)]
enum Way {
    Left,
    Down,
    Up,
    Right,
    First,
    Last,
}

/// Listens to the whole window for as long as the page is there.
pub fn listen(page: Page) {
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| hear(page, &event));
        on_cleanup(move || handle.remove());
    });
}

/// Does what the key says, if it says something.
fn hear(page: Page, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return;
    }
    if handle(page, event) {
        event.prevent_default();
    }
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
fn handle(page: Page, event: &KeyboardEvent) -> bool {
    let focused = document().active_element();
    let typing = focused.as_ref().is_some_and(|element| element.matches("input, textarea, select").unwrap_or(false));
    let key = event.key();
    if typing && !["Escape", "ArrowDown"].contains(&key.as_str()) {
        return false;
    }
    // A menu has its own keys, and Escape closes nothing but it. A browser without popovers does not know the selector.
    if document().query_selector(":popover-open").ok().flatten().is_some() {
        return false;
    }
    if typing {
        // Out of the search, into what it found.
        return match key.as_str() {
            "Escape" => focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()).is_some_and(|element| element.blur().is_ok()),
            "ArrowDown" => page.window.resume(),
            _ => false,
        };
    }
    match key.as_str() {
        "/" => page.search.get_untracked().is_some_and(|input| {
            input.select();
            input.focus().is_ok()
        }),
        "Escape" => close(page),
        "t" => {
            theme::toggle(page.view);
            true
        }
        "w" => {
            let view = page.view.query_untracked().with_mode(Mode::Wall);
            api::go_when_answered(view.board(&page.view.base()));
            true
        }
        "d" => {
            page.view.density.update(|density| *density = density.next());
            true
        }
        "g" => {
            page.view.group.update(|group| *group = group.next());
            true
        }
        "v" => press(menu::BUTTON),
        "p" => pin(page),
        "c" => copy(page, focused.as_ref()),
        "?" => press(help::BUTTON),
        "ArrowLeft" | "h" => walk(page, focused.as_ref(), Way::Left),
        "ArrowDown" | "j" => walk(page, focused.as_ref(), Way::Down),
        "ArrowUp" | "k" => walk(page, focused.as_ref(), Way::Up),
        "ArrowRight" | "l" => walk(page, focused.as_ref(), Way::Right),
        "Home" => walk(page, focused.as_ref(), Way::First),
        "End" => walk(page, focused.as_ref(), Way::Last),
        _ => false,
    }
}

/// Pins the service in focus, or the one whose details are open.
fn pin(page: Page) -> bool {
    let focused = page.window.focused().and_then(|(place, _)| page.live.shown.with_untracked(|shown| shown.get(place)?.service().cloned()));
    let open = || page.selection.with_untracked(|selection| Some(selection.as_ref()?.service.clone()));
    let service = focused.or_else(open);
    if let Some(service) = &service {
        page.pin(service);
    }
    service.is_some()
}

/// Presses a button.
fn press(id: &str) -> bool {
    let button = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    button.is_some_and(|button| {
        button.click();
        true
    })
}

/// Copies the commit of the cell in focus, or of the details that are open.
fn copy(page: Page, focused: Option<&Element>) -> bool {
    if focused.and_then(cell_of).is_some_and(|cell| page.copy(&cell)) {
        return true;
    }
    let found = document().query_selector(".details [data-copy]").ok().flatten();
    let Some(text) = found.and_then(|element| element.get_attribute("data-copy")) else { return false };
    page.toast.copy(text);
    true
}

/// Moves the focus to the next cell. With the focus elsewhere, a cell on the screen gets it, and a panel that is being read
/// scrolls as usual.
fn walk(page: Page, focused: Option<&Element>, way: Way) -> bool {
    let window = page.window;
    let Some((place, column)) = window.focused() else {
        let elsewhere = focused.is_some_and(|element| !element.matches("body, .board").unwrap_or(false));
        return !elsewhere && !matches!(way, Way::First | Way::Last) && window.resume();
    };
    // At the edge there is nowhere to go, and nothing scrolls away.
    match way {
        Way::Left => window.focus(place, column.saturating_sub(1)),
        Way::Right => window.focus(place, column + 1),
        Way::Up => window.focus(window.next_row(place, focus::Way::Up), column),
        Way::Down => window.focus(window.next_row(place, focus::Way::Down), column),
        Way::First => window.focus(window.first_row(), column),
        Way::Last => window.focus(usize::MAX, column),
    }
    true
}

fn cell_of(element: &Element) -> Option<Element> {
    element.closest("tbody td, tbody th").ok().flatten()
}
