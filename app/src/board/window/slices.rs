//! A screen full of other rows, a part at a time: somebody who types sees the upper rows first, and the next key need not wait for
//! the lower ones. How much is put there at once is what this machine paints in [`PART`]. Pure.

use std::collections::HashSet;

use super::lines::Line;
use crate::board::item::Item;

/// How long a part may take to be written, laid out and painted, in milliseconds.
const PART: f64 = 6.0;

/// A part of a screen.
#[derive(Debug)]
pub(super) struct Slice {
    /// The lines to have in the document: below the new ones that come first, lines that were there stay for as long.
    pub(super) lines: Vec<Line>,
    /// How many cells of them were not there before.
    pub(super) cells: usize,
    /// Whether those are all the new lines.
    pub(super) is_all: bool,
}

/// The next part on the way from `old` to `new`, with about so many new cells.
#[must_use]
pub(super) fn next(old: &[Line], new: Vec<Line>, most: usize) -> Slice {
    let there: HashSet<&Item> = old.iter().map(|line| &line.item).collect();
    let (mut cells, mut cut) = (0, 0);
    for line in &new {
        let more = if there.contains(&line.item) { 0 } else { line.cells.len() };
        // At least one line.
        if cut > 0 && cells + more > most {
            break;
        }
        (cells, cut) = (cells + more, cut + 1);
    }
    let length = new.len();
    let mut lines = new;
    lines.truncate(cut);
    if cut < length {
        let first: HashSet<Item> = lines.iter().map(|line| line.item.clone()).collect();
        lines.extend(old.iter().take(length).skip(cut).filter(|line| !first.contains(&line.item)).cloned());
    }
    Slice { lines, cells, is_all: cut == length }
}

/// How many cells a part may have, when one of so many took so long, in milliseconds.
#[must_use]
pub(super) fn most(cells: usize, took: f64) -> usize {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers, and positive")]
    let fits = (cells as f64 * PART / took.max(0.1)) as usize;
    fits.clamp(LEAST, MOST)
}

/// So many cells are put there on any machine.
const LEAST: usize = 8;

/// More cells are not put there at once on any machine.
const MOST: usize = 240;

/// As long as nothing was measured.
pub(super) const FIRST: usize = 24;

#[cfg(test)]
mod tests {
    use super::{Line, most, next};
    use crate::board::item::Item;
    use crate::board::row::Position;

    fn lines(letters: &str, cells: usize) -> Vec<Line> {
        let line = |(place, letter): (usize, char)| Line {
            item: Item::Row(letter.to_string().into()),
            row: None,
            position: Position { place, pinned: false, selected: None },
            cells: 0..cells,
        };
        letters.chars().enumerate().map(line).collect()
    }

    /// All that is in the document, one step after the other: two rows' worth of cells at once.
    fn check(old: &str, new: &str, steps: &[&str]) {
        let mut there = lines(old, 6);
        for (step, expected) in steps.iter().enumerate() {
            let slice = next(&there, lines(new, 6), 12);
            let names = slice.lines.iter().filter_map(|line| line.item.service()).map(ToString::to_string).collect::<String>();
            assert_eq!(names, *expected, "{old} to {new}, step {step}");
            assert_eq!(slice.is_all, step + 1 == steps.len(), "{old} to {new}, step {step}");
            assert!(slice.cells <= 12, "{old} to {new}, step {step}");
            there = slice.lines;
        }
    }

    #[test]
    fn the_upper_rows_come_first_and_those_below_wait_for_theirs() {
        check("abcdef", "abcdef", &["abcdef"]);
        check("abcdef", "yz", &["yz"]);
        check("abcdef", "uvwxyz", &["uvcdef", "uvwxef", "uvwxyz"]);
        check("abcdef", "zabcd", &["zabcd"]);
        check("abcdef", "efxyz", &["efxy", "efxyz"]);
        check("abcdef", "wxyz", &["wxcd", "wxyz"]);
        check("", "xyz", &["xy", "xyz"]);
        check("abc", "", &[""]);
        let wide = next(&lines("ab", 50), lines("yz", 50), 12);
        assert_eq!((wide.lines.len(), wide.cells, wide.is_all), (2, 50, false), "one line in any case");
    }

    #[test]
    fn a_part_is_what_is_painted_in_time() {
        assert_eq!(most(36, 6.0), 36);
        assert_eq!(most(36, 3.0), 72);
        assert_eq!(most(36, 12.0), 18);
        assert_eq!((most(36, 1000.0), most(36, 0.0)), (8, 240));
    }
}
