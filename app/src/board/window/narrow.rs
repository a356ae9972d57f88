//! Cells that are not near the screen any more leave the document: those of the columns that somebody saw before, and on a wide board
//! most of what the server wrote. Each costs a little whenever its row moves. Lives in the browser only.

use std::ops::Range;
use std::time::Duration;

use leptos::prelude::*;
use web_sys::Element;

use super::heights::Beyond;
use super::lines::{Line, cell_at, rows, set};
use super::{Extent, Window};
use crate::board::columns::Columns;

/// They stay so long after the last step sideways: who looks for something comes back.
const STAY: Duration = Duration::from_secs(1);

/// So many lines are looked after at once, so that nothing waits for it.
const AT_ONCE: usize = 2;

impl Window {
    /// Takes them out of the document, unless somebody moves sideways meanwhile: then other columns are on the screen than `across`.
    pub(super) fn narrow_later(self, across: (usize, usize)) {
        set_timeout(move || self.narrow_when_idle(across), STAY);
    }

    fn narrow_when_idle(self, across: (usize, usize)) {
        request_idle_callback(move || {
            if self.across.get_untracked() != across || self.extent.get_untracked() != Extent::Screen {
                return;
            }
            // Somebody types.
            if self.beyond.get_untracked() == Beyond::Nothing {
                self.narrow_later(across);
            } else if untrack(|| self.narrow()) {
                self.narrow_when_idle(across);
            }
        });
    }

    /// Narrows the next lines; whether there may be more. The line with the focus stays as it is.
    fn narrow(self) -> bool {
        let Some(body) = self.body.get_untracked() else { return false };
        let near = self.cells(self.live.columns.with_untracked(Columns::len));
        let focus = document().active_element();
        let mut narrowed = 0;
        self.lines.update_value(|lines| {
            for (line, element) in lines.iter_mut().zip(rows(&body)) {
                if let Some(kept) = kept(&line.cells, &near)
                    && !element.contains(focus.as_deref())
                {
                    narrow(&element, line, kept);
                    narrowed += 1;
                    if narrowed == AT_ONCE {
                        return;
                    }
                }
            }
        });
        narrowed == AT_ONCE
    }
}

/// Of some columns those that are near; nothing when all of them stay, or when none would.
fn kept(cells: &Range<usize>, near: &Range<usize>) -> Option<Range<usize>> {
    let kept = cells.start.max(near.start)..cells.end.min(near.end);
    (!kept.is_empty() && kept != *cells).then_some(kept)
}

/// Leaves a line the cells of these columns, with empty elements before them.
fn narrow(element: &Element, line: &mut Line, kept: Range<usize>) {
    let cells = element.children();
    for column in line.cells.clone().rev().filter(|column| !kept.contains(column)) {
        let Some(cell) = cell_at(&cells, column) else { continue };
        if column >= kept.end {
            cell.remove();
        } else if let Ok(empty) = document().create_element("td") {
            set(&empty, "role", "none");
            // It is a child of the line.
            drop(element.replace_child(&empty, &cell));
        }
    }
    line.cells = kept;
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn what_is_near_is_kept() {
        for (cells, near, expected) in [
            (0..12, 0..8, Some(0..8)),
            (0..12, 3..11, Some(3..11)),
            (4..12, 3..11, Some(4..11)),
            (0..8, 0..8, None),
            (2..6, 0..8, None),
            // The line is about to be filled.
            (0..4, 6..10, None),
            (0..0, 0..8, None),
        ] {
            assert_eq!(kept(&cells, &near), expected, "{cells:?} where {near:?} are near");
        }
    }
}
