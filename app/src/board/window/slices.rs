//! Other rows, a part at a time: somebody who types sees the upper rows first, and the next key need not wait for the lower ones; and
//! somebody who scrolls has no frame that takes longer for what comes near. How much is put there at once is what this machine paints
//! in [`PART`]. Pure.

use std::ops::Range;
use std::time::Duration;

use super::lines::Line;
use super::stay::stay;
use crate::board::item::Item;

/// How long a part may take to be written, laid out and painted, in milliseconds.
const PART: f64 = 8.0;

/// A part of what is to be in the document.
#[derive(Debug)]
pub(super) struct Slice {
    /// The lines to have in the document.
    pub(super) lines: Vec<Line>,
    /// Their places.
    pub(super) places: Range<usize>,
    /// How many cells of them were not there before; a row that gets more counts as one more, since it is laid out anew.
    pub(super) cells: usize,
    /// Whether nothing is left to come.
    pub(super) is_all: bool,
}

/// What answers a key on the way from `old` to `new`, in one frame: the first line, those below it that were there, and [`ANSWER`] new
/// cells beside them.
#[must_use]
pub(super) fn answer(old: &[Line], new: Vec<Line>, places: Range<usize>) -> Slice {
    upper(old, new, places, ANSWER, |lines, _| lines == 0)
}

/// The next part on the way from `old` to `new`, with about so many new cells, but a new line in any case.
#[must_use]
pub(super) fn next(old: &[Line], new: Vec<Line>, places: Range<usize>, most: usize) -> Slice {
    upper(old, new, places, most, |_, cells| cells == 0)
}

/// The upper rows, with at most so many new cells, unless that is too little: told by how many lines there are then, and new cells in them.
/// Below them lines that were there stay for as long.
fn upper(old: &[Line], new: Vec<Line>, places: Range<usize>, most: usize, is_too_little: fn(usize, usize) -> bool) -> Slice {
    let stay = stay(items(old), items(&new));
    let (mut cells, mut cut) = (0, 0);
    for (line, stays) in new.iter().zip(&stay) {
        let more = if stays.is_some() { 0 } else { line.cells.len() };
        if cells + more > most && !is_too_little(cut, cells) {
            break;
        }
        (cells, cut) = (cells + more, cut + 1);
    }
    let length = new.len();
    let mut lines = new;
    lines.truncate(cut);
    if cut < length {
        // Those above a line that stays go: else it would have to be made anew, above them.
        let above = stay.iter().take(cut).flatten().max().map_or(0, |place| place + 1);
        let lower = old.iter().skip(cut.max(above)).take(length - cut).filter(|line| find(&lines, &line.item).is_none());
        let lower: Vec<Line> = lower.cloned().collect();
        lines.extend(lower);
    }
    Slice { lines, places, cells, is_all: cut == length }
}

fn items(lines: &[Line]) -> impl Iterator<Item = &Item> {
    lines.iter().map(|line| &line.item)
}

/// The next part on the way from `old` to `new`, which are those at `places`, when somebody scrolls: with about so many new cells, or
/// with [`SCROLLED`]. What is there stays; then comes what the screen lacks, then what is next to it.
#[must_use]
pub(super) fn near(old: &[Line], mut new: Vec<Line>, places: Range<usize>, screen: &Range<usize>, most: usize) -> Slice {
    let offset = places.start;
    let screen = screen.start.saturating_sub(offset)..screen.end.saturating_sub(offset);
    let before: Vec<Option<Range<usize>>> = new.iter().map(|line| Some(find(old, &line.item)?.cells.clone())).collect();
    let lacks = |place: usize| {
        let wanted = &new[place].cells;
        let Some(cells) = &before[place] else { return wanted.len() };
        match wanted.clone().filter(|column| !cells.contains(column)).count() {
            0 => 0,
            // The row is laid out anew.
            missing => missing + 1,
        }
    };
    let kept = |cells: &Option<Range<usize>>| cells.is_some();
    let first = screen.start.min(new.len());
    let (start, end) = before.iter().position(kept).zip(before.iter().rposition(kept)).map_or((first, first), |(a, b)| (a, b + 1));
    let screen = first..screen.end.clamp(first, new.len());
    let most = most.max(if start < end { SCROLLED } else { JUMPED });
    // Rows between those that stay are there in any case.
    let between = (start..end).filter(|place| before[*place].is_none());
    let mut cells: usize = between.map(lacks).sum();
    let mut fits = |place: usize| {
        let more = lacks(place);
        let is_first = cells == 0;
        if more == 0 || is_first || cells + more <= most {
            cells += more;
            return true;
        }
        false
    };
    // Whatever the screen lacks: cells of rows that are there, and rows below and above them.
    let mut narrow = Vec::new();
    let on_screen = screen.start.clamp(start, end)..screen.end.clamp(start, end);
    for place in on_screen.clone() {
        if before[place].is_some() && !fits(place) {
            narrow.push(place);
        }
    }
    let mut places = start..end;
    for bounds in [screen, 0..new.len()] {
        while places.end < bounds.end && fits(places.end) {
            places.end += 1;
        }
        while places.start > bounds.start && fits(places.start - 1) {
            places.start -= 1;
        }
    }
    for place in (start..end).filter(|place| !on_screen.contains(place)) {
        if before[place].is_some() && !fits(place) {
            narrow.push(place);
        }
    }
    let is_all = narrow.is_empty() && places.len() == new.len();
    for place in narrow {
        new[place].cells = before[place].clone().unwrap_or_default();
    }
    Slice { lines: new.drain(places.clone()).collect(), places: offset + places.start..offset + places.end, cells, is_all }
}

/// The line of an item. There are some thirty: looking through them is as quick as anything.
fn find<'a>(lines: &'a [Line], item: &Item) -> Option<&'a Line> {
    lines.iter().find(|line| line.item == *item)
}

/// How many cells a part may have, when one of so many took so long, in milliseconds, and `before` is what was thought until then: no part
/// is like the other. Clocks of browsers count whole milliseconds.
#[must_use]
pub(super) fn most(before: usize, cells: usize, took: f64) -> usize {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers, and positive")]
    let fits = (cells as f64 * PART / (took + CLOCK)) as usize;
    before.midpoint(fits.clamp(LEAST, MOST))
}

/// For how long nobody must have typed before the next part, when one took so many milliseconds: not at all when that is what it should take,
/// and where parts take long until typing rests. Who types finds the browser ready for the next key.
#[must_use]
pub(super) fn pause(took: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers, and positive")]
    Duration::from_millis((took * (took - PART).max(0.0) / 4.0).min(LONGEST) as u64)
}

/// Who types ten keys a second has ended when none came for so long, in milliseconds.
const LONGEST: f64 = 200.0;

/// What a clock may have left out, in milliseconds.
const CLOCK: f64 = 1.0;

/// So many cells are put there on any machine, and as long as none was measured.
pub(super) const LEAST: usize = 8;

/// So many are put there on any machine while somebody scrolls: fewer, and a wheel would be faster.
const SCROLLED: usize = if cfg!(test) { 12 } else { 20 };

/// So many, when somebody jumps to where nothing is there yet.
const JUMPED: usize = if cfg!(test) { 18 } else { 48 };

/// More cells are not put there at once on any machine.
const MOST: usize = 240;

/// So many new ones come with the frame that answers a key, on any machine, below a line that was there: a row of a narrow board.
const ANSWER: usize = if cfg!(test) { 12 } else { 5 };

#[cfg(test)]
mod tests {
    use super::{Line, answer, most, near, next, pause};
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

    fn names(slice: &super::Slice) -> String {
        slice.lines.iter().filter_map(|line| line.item.service()).map(ToString::to_string).collect()
    }

    /// All that is in the document, one step after the other: two rows' worth of cells at once.
    fn check(old: &str, new: &str, steps: &[&str]) {
        let mut there = lines(old, 6);
        for (step, expected) in steps.iter().enumerate() {
            let slice = next(&there, lines(new, 6), 0..new.len(), 12);
            assert_eq!(names(&slice), *expected, "{old} to {new}, step {step}");
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
        check("abcdef", "bdwxyz", &["bdwxef", "bdwxyz"]);
        check("abcdef", "fabcde", &["fabcde"]);
        check("abcdef", "fedcba", &["fecd", "fedcb", "fedcba"]);
        check("abcdef", "wxyz", &["wxcd", "wxyz"]);
        check("", "xyz", &["xy", "xyz"]);
        check("abc", "", &[""]);
        let wide = next(&lines("ab", 50), lines("az", 50), 0..2, 12);
        assert_eq!((names(&wide), wide.cells, wide.is_all), ("az".into(), 50, true), "a new line in any case");
    }

    #[test]
    fn a_key_is_answered_by_what_is_there_or_else_by_a_row() {
        let check = |old: &str, new: &str, width: usize, expected: &str, cells: usize| {
            let slice = answer(&lines(old, width), lines(new, width), 0..new.len());
            assert_eq!((names(&slice).as_str(), slice.cells), (expected, cells), "{old} to {new}, {width} columns");
            assert_eq!(slice.is_all, expected == new, "{old} to {new}, {width} columns");
        };
        check("abcdef", "abcdef", 20, "abcdef", 0);
        check("abcdef", "bd", 20, "bd", 0);
        check("abcdef", "xyz", 20, "xbc", 20);
        check("abcdef", "axyz", 20, "abcd", 0);
        check("abcdef", "bdxyz", 20, "bdef", 0);
        check("abcdef", "axyz", 12, "axcd", 12);
        check("abcdef", "axyz", 6, "axyd", 12);
        check("abcdef", "", 6, "", 0);
        check("", "xyz", 20, "x", 20);
    }

    /// All that is in the document, one step after the other, for a screen of these places.
    fn scroll(old: &str, new: &str, screen: std::ops::Range<usize>, steps: &[&str]) {
        let mut there = lines(old, 6);
        for (step, expected) in steps.iter().enumerate() {
            // As if a hundred rows were above.
            let part = near(&there, lines(new, 6), 100..100 + new.len(), &(100 + screen.start..100 + screen.end), 0);
            let names = names(&part);
            assert_eq!(names, *expected, "{old} to {new}, step {step}");
            assert_eq!(names, new[part.places.start - 100..part.places.end - 100], "{old} to {new}, step {step}");
            assert_eq!(part.is_all, step + 1 == steps.len(), "{old} to {new}, step {step}");
            assert!(part.cells <= 18, "{old} to {new}, step {step}");
            there = part.lines;
        }
    }

    #[test]
    fn who_scrolls_keeps_what_is_there_and_gets_a_few_rows_a_frame() {
        scroll("abcdef", "abcdef", 1..4, &["abcdef"]);
        scroll("abcdef", "cdefghij", 2..5, &["cdefgh", "cdefghij"]);
        scroll("efghij", "abcdefgh", 2..5, &["cdefgh", "abcdefgh"]);
        scroll("def", "abcdefghi", 2..7, &["cdefg", "cdefghi", "abcdefghi"]);
        scroll("abc", "", 0..0, &[""]);
        scroll("", "", 0..0, &[""]);
    }

    #[test]
    fn who_jumps_sees_the_screen_first() {
        scroll("abc", "pqrstuvw", 2..6, &["rst", "rstuv", "qrstuvw", "pqrstuvw"]);
        scroll("abc", "pqrst", 4..9, &["rst", "pqrst"]);
        scroll("abc", "pq", 7..9, &["pq"]);
    }

    #[test]
    fn rows_that_come_between_are_there_at_once() {
        scroll("abcd", "abxcd", 0..5, &["abxcd"]);
        scroll("abcd", "axbycd", 0..5, &["axbycd"]);
    }

    #[test]
    fn columns_that_come_near_are_filled_on_the_screen_first() {
        let cells = |part: &super::Slice| part.lines.iter().map(|line| line.cells.clone()).collect::<Vec<_>>();
        let part = near(&lines("abcdef", 6), lines("abcdef", 10), 0..6, &(2..4), 0);
        assert_eq!((cells(&part), part.cells, part.is_all), ([6, 6, 10, 10, 6, 6].map(|end| 0..end).into(), 10, false));
        let part = near(&part.lines, lines("abcdef", 10), 0..6, &(2..4), 0);
        assert_eq!((cells(&part), part.cells, part.is_all), ([10, 10, 10, 10, 6, 6].map(|end| 0..end).into(), 10, false));
        let part = near(&part.lines, lines("abcdef", 10), 0..6, &(2..4), 0);
        assert_eq!((cells(&part), part.cells, part.is_all), (vec![0..10; 6], 10, true));
        // A row may lack more than fits, and comes all the same.
        let part = near(&lines("ab", 2), lines("ab", 50), 0..2, &(0..2), 0);
        assert_eq!((cells(&part), part.cells, part.is_all), (vec![0..50, 0..2], 49, false));
    }

    #[test]
    fn a_part_is_what_is_painted_in_time() {
        assert_eq!(most(36, 36, 7.0), 36);
        assert_eq!(most(36, 36, 3.0), 54);
        assert_eq!(most(36, 36, 15.0), 27);
        assert_eq!(most(9, 6, 0.0), 28);
        assert_eq!((most(8, 36, 1000.0), most(240, 60, 0.0)), (8, 240));
    }

    #[test]
    fn parts_that_take_long_wait_longer_for_one_another() {
        assert_eq!([0.0, 6.0, 12.0, 25.0, 80.0].map(|took| pause(took).as_millis()), [0, 0, 12, 106, 200]);
    }
}
