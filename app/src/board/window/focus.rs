//! The focus among rows that come and go.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

use super::Window;
use super::lines::{Line, is_seen, rows};
use crate::board::columns::Columns;
use crate::board::item::Item;

/// Along the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the first row.
    Up,
    /// Towards the last row.
    Down,
}

/// A screen of other rows is complete after fewer frames than this.
const PARTS: u8 = 60;

impl Window {
    /// The place of the first row, which may stand below a heading.
    #[must_use]
    pub fn first_row(self) -> usize {
        self.live.shown.with_untracked(|shown| shown.iter().position(|item| item.service().is_some()).unwrap_or_default())
    }

    /// The cell that has the focus, or is about to get it: the place of its row, and its column with the service's name
    /// as the first.
    #[must_use]
    pub fn focused(self) -> Option<(usize, usize)> {
        self.pending.get_value().or_else(|| {
            let (row, column) = self.focused_in_body()?;
            Some((self.first.get_value() + row, column))
        })
    }

    /// Gives the focus to a cell, by its place and column, wherever its row is. What is beyond the edge is the edge.
    pub fn focus(self, place: usize, column: usize) {
        let rows = self.live.shown.with_untracked(|shown| shown.len());
        let columns = self.live.columns.with_untracked(Columns::len);
        let (place, column) = (place.min(rows.saturating_sub(1)), column.min(columns));
        if self.pending.get_value().is_none() && self.focus_in_body(place, column) {
            return;
        }
        self.pending.set_value(Some((place, column)));
        self.bring_into_view(place);
        self.bring_column(column);
        self.focus_later(PARTS);
    }

    /// Gives the focus to the cell that waits for it, once its row is in the document: of a screen of other rows it may be in one of the
    /// parts that come frame by frame.
    fn focus_later(self, frames: u8) {
        request_animation_frame(move || {
            let Some((place, column)) = self.pending.get_value() else { return };
            if self.focus_in_body(place, column) || frames == 0 {
                self.pending.set_value(None);
            } else {
                self.focus_later(frames - 1);
            }
        });
    }

    /// The place of the next row from a place on, in a direction; headings are passed over. At the edge it is the last one that
    /// way.
    #[must_use]
    pub fn next_row(self, place: usize, way: Way) -> usize {
        let is_row = |place: &usize| self.live.shown.with_untracked(|shown| shown.get(*place).is_some_and(|item| item.service().is_some()));
        let rows = self.live.shown.with_untracked(|shown| shown.len());
        match way {
            Way::Up => (0..place).rev().find(is_row),
            Way::Down => (place.saturating_add(1)..rows).find(is_row),
        }
        .unwrap_or(place)
    }

    /// Gives the focus to the cell that had it when its row was scrolled away; else to the first one on the screen.
    /// Whether there is one.
    pub fn resume(self) -> bool {
        let shown = self.live.shown.get_untracked();
        let mut left = None;
        self.left.update_value(|stored| left = stored.take());
        let left = left.and_then(|(left, column)| Some((shown.iter().position(|item| *item == left)?, column)));
        let (place, column) = left.unwrap_or_else(|| (self.first_on_screen(), 1));
        // On a heading there is no cell.
        let place = if place == 0 { self.first_row() } else { self.next_row(place - 1, Way::Down) };
        self.focus(place, column);
        !shown.is_empty()
    }

    /// The cell that has the focus, by its line and column. When that is not among these lines, it is remembered, and the board
    /// gets the focus: it would be lost with the row.
    pub(super) fn take_leave(self, lines: &[Line]) -> Option<(Item, usize)> {
        let (index, column) = self.focused_in_body()?;
        let item = self.lines.with_value(|old| old.get(index).map(|line| line.item.clone()))?;
        if lines.iter().any(|line| line.item == item) {
            return Some((item, column));
        }
        self.left.set_value(Some((item, column)));
        if let Some(board) = self.board.get_untracked() {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            // An element of the document takes the focus or not; it does not fail.
            drop(board.focus_with_options(&options));
        }
        None
    }

    /// Gives the focus back to a cell that had it when its row was put in anew.
    pub(super) fn give_back(self, focused: Option<(Item, usize)>) {
        let Some((item, column)) = focused.filter(|_| self.focused_in_body().is_none()) else { return };
        let place = self.lines.with_value(|lines| lines.iter().find(|line| line.item == item).map(|line| line.position.place));
        if let Some(place) = place {
            self.focus_in_body(place, column);
        }
    }

    /// The cell that has the focus, by its row in the document.
    fn focused_in_body(self) -> Option<(usize, usize)> {
        let body = self.body.get_untracked()?;
        let cell = document().active_element()?.closest("td, th").ok()??;
        let row = cell.parent_element().filter(|row| body.contains(Some(row)))?;
        Some((before(&row).filter(is_seen).count(), before(&cell).count()))
    }

    /// Gives the focus to a cell, when its row is in the document.
    fn focus_in_body(self, place: usize, column: usize) -> bool {
        let cell = || {
            let row = place.checked_sub(self.first.get_value())?;
            let row = rows(&*self.body.get_untracked()?).nth(row)?;
            let cell = row.children().item(u32::try_from(column).ok()?)?;
            cell.query_selector("a, [tabindex]").ok()??.dyn_into::<HtmlElement>().ok()
        };
        cell().is_some_and(|cell| cell.focus().is_ok())
    }
}

/// The elements before an element among its siblings.
fn before(element: &Element) -> impl Iterator<Item = Element> {
    std::iter::successors(element.previous_element_sibling(), Element::previous_element_sibling)
}
