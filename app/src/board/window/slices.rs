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

/// What a part may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// About so many new cells.
    pub(super) most: usize,
    /// Where more lines would have to go for those that stay, these are made anew.
    pub(super) leaving: usize,
    /// Whether lines that are no longer wanted are hidden, and not removed.
    pub(super) hides: bool,
}

/// The next part on the way from `old` to `new`: the upper rows, below them lines that were there stay for as long, and behind them some
/// are hidden, until they are used again or nobody types any more: to remove a screen of them takes longer than all else that a key does.
#[must_use]
pub(super) fn next(old: &[Line], new: Vec<Line>, places: Range<usize>, limits: Limits) -> Slice {
    let mut stay = stay(items(old), items(&new));
    let (mut cells, mut cut, mut left) = (0, 0, 0);
    // What is behind the last line that stays, in the document and of the new lines.
    let (mut behind, mut last) = (0, 0);
    for (line, stays) in new.iter().zip(&mut stay) {
        // As many as are above it now would go in any case.
        let leaves = stays.map_or(0, |before| before.saturating_sub(cut + left));
        if left + leaves > limits.leaving {
            *stays = None;
        }
        let more = if stays.is_some() { 0 } else { line.cells.len() };
        // At least one line.
        if cut > 0 && cells + more > limits.most {
            break;
        }
        (cells, cut) = (cells + more, cut + 1);
        if let Some(place) = *stays {
            left += leaves;
            (behind, last) = (place + 1, cut);
        }
    }
    let length = new.len();
    let mut lines = new;
    lines.truncate(cut);
    // Those above a line that stays go: else it would have to be made anew, above them. So do those whose elements are used again.
    let below = kept(old, behind + cut - last, &lines, length - cut, limits.hides);
    lines.extend(below);
    Slice { lines, places, cells, is_all: cut == length }
}

/// Which of the old lines from a place on are kept below new ones: where so many are still to come, those that wait for them, and hidden
/// ones.
fn kept(old: &[Line], from: usize, new: &[Line], to_come: usize, hides: bool) -> Vec<Line> {
    let is_left = |(_, line): &(usize, &Line)| find(new, &line.item).is_none();
    let left: Vec<(usize, &Line)> = old.iter().enumerate().skip(from).filter(is_left).collect();
    let (seen, hidden) = left.split_at(left.partition_point(|(_, line)| !line.is_hidden));
    // Who waits does so where it is.
    let above = if to_come > 0 { seen.partition_point(|(place, _)| *place < new.len()) } else { 0 };
    let (waiting, others) = seen[above..].split_at((seen.len() - above).min(to_come));
    let rows = others.iter().chain(hidden).filter(|(_, line)| line.item.service().is_some());
    let hidden = rows.take(if hides { HIDDEN } else { 0 }).map(|(_, line)| Line { is_hidden: true, ..Line::clone(line) });
    waiting.iter().map(|(_, line)| Line::clone(line)).chain(hidden).collect()
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

/// How long the next part waits while somebody types, when one took so many milliseconds: not at all when that is what it should take,
/// and where parts take long until typing rests. Who types finds the browser ready for the next key.
#[must_use]
pub(super) fn pause(took: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers, and positive")]
    Duration::from_millis((took * (took - PART).max(0.0) / 4.0).min(LONGEST) as u64)
}

/// Who types ten keys a second has ended when none came for so long, in milliseconds.
const LONGEST: f64 = 150.0;

/// What a clock may have left out, in milliseconds.
const CLOCK: f64 = 1.0;

/// So many cells are put there on any machine.
const LEAST: usize = 8;

/// So many are put there on any machine while somebody scrolls: fewer, and a wheel would be faster.
const SCROLLED: usize = if cfg!(test) { 12 } else { 20 };

/// So many, when somebody jumps to where nothing is there yet.
const JUMPED: usize = if cfg!(test) { 18 } else { 48 };

/// More cells are not put there at once on any machine.
const MOST: usize = 240;

/// More lines are not hidden: there may be some of each key.
const HIDDEN: usize = if cfg!(test) { 5 } else { 60 };

/// So many answer a key on any machine: a row, or two of a narrow board, before the others. As many are a part as long as none was measured.
pub(super) const FIRST: usize = 6;

impl Limits {
    /// Those of the frame that answers a key, on a machine that paints so many cells in time. To remove five rows takes as long as to
    /// make one.
    pub(super) fn of_an_answer(most: usize) -> Self {
        Self { most: most.min(FIRST), leaving: 4, hides: true }
    }

    /// Those of the parts that follow.
    pub(super) const fn of_others(most: usize) -> Self {
        Self { most, leaving: usize::MAX, hides: true }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Line, Slice, most, near, next, pause};
    use crate::board::group::Group;
    use crate::board::item::{Heading, Item};
    use crate::board::row::Position;

    fn lines(letters: &str, cells: usize) -> Vec<Line> {
        let line = |(place, letter): (usize, char)| Line {
            item: Item::Row(letter.to_string().into()),
            row: None,
            position: Position { place, pinned: false, selected: None },
            cells: 0..cells,
            is_hidden: false,
        };
        letters.chars().enumerate().map(line).collect()
    }

    const TWO_ROWS: Limits = Limits { most: 12, leaving: usize::MAX, hides: false };

    /// All that is in the document, one step after the other: two rows' worth of cells at once. What is hidden is behind a bar.
    fn check(old: &str, new: &str, steps: &[&str]) {
        check_from(old, new, TWO_ROWS, steps);
    }

    fn check_from(from: &str, new: &str, limits: Limits, steps: &[&str]) {
        let (seen, hidden) = from.split_once('|').unwrap_or((from, ""));
        let hidden = lines(hidden, 6).into_iter().map(|line| Line { is_hidden: true, ..line });
        let mut there: Vec<Line> = lines(seen, 6).into_iter().chain(hidden).collect();
        for (step, expected) in steps.iter().enumerate() {
            // Only the first one answers a key.
            let limits = if step == 0 { limits } else { Limits { hides: limits.hides, ..TWO_ROWS } };
            let slice = next(&there, lines(new, 6), 0..new.len(), limits);
            assert_eq!(written(&slice), *expected, "{from} to {new}, step {step}");
            assert_eq!(slice.is_all, step + 1 == steps.len(), "{from} to {new}, step {step}");
            assert!(slice.cells <= 12, "{from} to {new}, step {step}");
            there = slice.lines;
        }
    }

    fn written(slice: &Slice) -> String {
        let (seen, hidden) = slice.lines.split_at(slice.lines.partition_point(|line| !line.is_hidden));
        assert!(hidden.iter().all(|line| line.is_hidden), "{slice:?}");
        let names = |lines: &[Line]| lines.iter().filter_map(|line| line.item.service()).map(ToString::to_string).collect::<String>();
        if hidden.is_empty() { names(seen) } else { format!("{}|{}", names(seen), names(hidden)) }
    }

    #[test]
    fn the_upper_rows_come_first_and_those_below_wait_for_theirs() {
        check("abcdef", "abcdef", &["abcdef"]);
        check("abcdef", "yz", &["yz"]);
        check("abcdef", "uvwxyz", &["uvcdef", "uvwxef", "uvwxyz"]);
        check("abcdef", "zabcd", &["zabcd"]);
        check("abcdef", "efxyz", &["efxy", "efxyz"]);
        check("abcdef", "bdwxyz", &["bdwx", "bdwxyz"]);
        check("abcdef", "fabcde", &["fabcde"]);
        check("abcdef", "fedcba", &["fecd", "fedcb", "fedcba"]);
        check("abcdef", "wxyz", &["wxcd", "wxyz"]);
        check("abcdef", "xyazwv", &["xyadef", "xyazwf", "xyazwv"]);
        check("", "xyz", &["xy", "xyz"]);
        check("abc", "", &[""]);
        let wide = next(&lines("ab", 50), lines("yz", 50), 0..2, TWO_ROWS);
        assert_eq!((wide.lines.len(), wide.cells, wide.is_all), (2, 50, false), "one line in any case");
    }

    #[test]
    fn what_answers_a_key_does_not_remove_many_rows() {
        let limits = Limits { leaving: 2, ..TWO_ROWS };
        check_from("abcdef", "efxyz", limits, &["efcd", "efxy", "efxyz"]);
        check_from("abcdef", "cdefxy", limits, &["cdefxy"]);
        check_from("abcdef", "aefxyz", limits, &["aefd", "aefxy", "aefxyz"]);
        check_from("abcdef", "bdfxyz", limits, &["bdfx", "bdfxyz"]);
        check_from("abcdef", "xf", limits, &["xf"]);
    }

    #[test]
    fn rows_that_are_not_wanted_are_hidden_and_used_again_and_never_seen_before_that() {
        let limits = Limits { hides: true, ..TWO_ROWS };
        check_from("abcdef", "yz", limits, &["yz|cdef"]);
        check_from("abcdef", "b", limits, &["b|cdef"]);
        check_from("abcde", "", limits, &["|abcde"]);
        check_from("abcdef", "uvwx", limits, &["uvcd|ef", "uvwx|ef"]);
        // What comes has the elements of what is hidden, and what is hidden stays hidden until it is wanted.
        check_from("|abcdef", "yz", limits, &["yz|cdef"]);
        check_from("|abcdef", "xyz", limits, &["xy|cdef", "xyz|def"]);
        check_from("yz|cdef", "wxyz", limits, &["wxyz|cdef"]);
        check_from("abcdef", "xyab", limits, &["xyab|cdef"]);
        check_from("b|cdef", "bd", limits, &["bd|ef"]);
        check_from("b|cdef", "bxyz", limits, &["bxy|ef", "bxyz|f"]);
        check_from("yz|def", "", limits, &["|yzdef"]);
        // But not for ever.
        check_from("yz|cdefg", "", limits, &["|yzcde"]);
        let heading = Heading { group: Group::Named("core".into()), rows: 2, failing: 0, rolling: 0 };
        let heading = Line { item: Item::Heading(heading), ..lines("a", 6).remove(0) };
        assert_eq!(next(&[heading], Vec::new(), 0..0, limits).lines.len(), 0, "headings are few, and are not used again");
        // Where nothing can be hidden, what was hidden goes.
        check("uv|cdef", "uvw", &["uvw"]);
        check("uv|cdef", "wxyz", &["wx", "wxyz"]);
    }

    /// All that is in the document, one step after the other, for a screen of these places.
    fn scroll(old: &str, new: &str, screen: std::ops::Range<usize>, steps: &[&str]) {
        let mut there = lines(old, 6);
        for (step, expected) in steps.iter().enumerate() {
            // As if a hundred rows were above.
            let part = near(&there, lines(new, 6), 100..100 + new.len(), &(100 + screen.start..100 + screen.end), 0);
            let names = part.lines.iter().filter_map(|line| line.item.service()).map(ToString::to_string).collect::<String>();
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
        let cells = |part: &Slice| part.lines.iter().map(|line| line.cells.clone()).collect::<Vec<_>>();
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
        assert_eq!([0.0, 6.0, 12.0, 25.0, 80.0].map(|took| pause(took).as_millis()), [0, 0, 12, 106, 150]);
    }
}
