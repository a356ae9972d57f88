//! What somebody points at: the row shows its pin, the cell gets a button that copies its commit, a moment its local time.
//!
//! Not by `:hover`: what is scrolled under the pointer is not meant, and would be styled and laid out anew in each frame. And a button
//! for each cell would be a tenth of the elements of a board.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use model::strings::ArcStr;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::face;
use super::page::Page;
use super::window::set;
use crate::ui::ago;

/// Somebody points at what the pointer rests on for so long. A browser waits longer before it shows a title.
const REST: Duration = Duration::from_millis(80);

/// The attribute of the cell that somebody points at, and of its row.
pub const POINTED: &str = "data-pointed";

/// The attribute of the button of that cell.
const BUTTON: &str = "data-copy-cell";

/// Where the pointer is.
#[derive(Debug, Default)]
struct Pointer {
    /// Counts what it was moved to.
    moves: u32,
    /// The cell that somebody points at.
    cell: Option<Element>,
}

/// Follows the pointer. Called once, in the browser.
pub fn follow(page: Page) {
    let pointer = Rc::new(RefCell::new(Pointer::default()));
    let handle = window_event_listener(leptos::ev::mouseover, move |event| {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let moves = {
            let mut pointer = pointer.borrow_mut();
            pointer.moves += 1;
            if let Some(cell) = pointer.cell.take_if(|cell| !cell.contains(Some(&target))) {
                leave(&cell);
            }
            pointer.moves
        };
        let pointer = Rc::clone(&pointer);
        let rested = move || {
            let mut pointer = pointer.borrow_mut();
            if pointer.moves == moves {
                pointer.cell = point(page, &target);
            }
        };
        set_timeout(rested, REST);
    });
    on_cleanup(move || handle.remove());
}

/// The full commit of what a cell of the table shows; else its digest, else its label.
#[must_use]
pub fn full_version(page: Page, cell: &Element) -> Option<ArcStr> {
    let service = cell.parent_element()?.query_selector("[data-pin]").ok()??.get_attribute("data-pin")?;
    let environment = cell.get_attribute("data-env")?.into();
    let cell = untrack(|| page.live.cell(&service.into(), &environment))?;
    face::version(&cell).and_then(face::full).cloned()
}

/// The cell whose button an element is, or is in.
#[must_use]
pub fn cell_of_button(element: &Element) -> Option<Element> {
    element.closest("[data-copy-cell]").ok()??.parent_element()
}

/// Whether it is the button of the cell that somebody points at.
#[must_use]
pub fn is_button(node: &Node) -> bool {
    node.dyn_ref::<Element>().is_some_and(|element| element.has_attribute(BUTTON))
}

/// Somebody points at an element: the cell it is in.
fn point(page: Page, target: &Element) -> Option<Element> {
    if let Ok(Some(time)) = target.closest("time") {
        ago::localise(&time);
    }
    let cell = target.closest("td, th").ok()??;
    set(&cell, POINTED, "");
    set(&cell.parent_element()?, POINTED, "");
    if !cell.last_element_child().is_some_and(|last| is_button(&last)) && full_version(page, &cell).is_some() {
        let button = document().create_element("button").ok()?;
        for (name, value) in
            [("class", "copy"), ("type", "button"), ("tabindex", "-1"), ("aria-label", page.strings.copy_commit), (BUTTON, "")]
        {
            set(&button, name, value);
        }
        cell.append_child(&button).ok()?;
    }
    Some(cell)
}

fn leave(cell: &Element) {
    // Removing an attribute of a fixed name does not fail.
    drop(cell.remove_attribute(POINTED));
    if let Some(row) = cell.parent_element() {
        drop(row.remove_attribute(POINTED));
    }
    if let Some(last) = cell.last_element_child().filter(|last| is_button(last)) {
        last.remove();
    }
}
