//! Where the rows are: how tall each one is, in CSS pixels, and which of them a stretch of the screen shows. Pure.

use std::collections::HashMap;
use std::ops::Range;

use crate::board::item::Item;

/// This many rows beyond the screen are in the document, on either side: a frame of scrolling finds them there.
const BEYOND: usize = 6;

/// The rows in the document begin and end at multiples of this, so that not every row that is scrolled changes them.
const STEP: usize = 2;

/// How tall a row is taken to be as long as none was measured.
const GUESS: f64 = 108.0;

/// What is put into the document beside the rows on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Nothing: somebody waits for what is on the screen.
    Nothing,
    /// A few rows, for those who scroll.
    SomeRows,
}

/// How tall the rows are.
#[derive(Clone, Debug, PartialEq)]
pub enum Heights {
    /// All rows the same, as the style says.
    Equal {
        /// That of a row.
        row: f64,
        /// That of a heading between rows.
        heading: f64,
    },
    /// As their content needs it: those that were in the document were measured, the others are guessed.
    Measured {
        /// Those that were measured.
        known: HashMap<Item, f64>,
        /// The average of the first that were measured.
        guess: Option<f64>,
    },
}

impl Heights {
    /// Heights of which nothing is known yet.
    #[must_use]
    pub fn unknown() -> Self {
        Self::Measured { known: HashMap::new(), guess: None }
    }

    /// How tall a row is.
    #[must_use]
    pub fn of(&self, row: &Item) -> f64 {
        match self {
            Self::Equal { row: height, heading } => {
                if matches!(row, Item::Heading(_)) {
                    *heading
                } else {
                    *height
                }
            }
            Self::Measured { known, guess } => known.get(row).copied().or(*guess).unwrap_or(GUESS),
        }
    }

    /// Where the row at a place begins, counted from the top of the first; behind the last row, where all end.
    #[must_use]
    pub fn top(&self, rows: &[Item], place: usize) -> f64 {
        let above = &rows[..place.min(rows.len())];
        match self {
            #[expect(clippy::cast_precision_loss, reason = "there are fewer rows than an f64 counts exactly")]
            Self::Equal { row, heading } => {
                let headings = above.iter().filter(|item| matches!(item, Item::Heading(_))).count();
                row * (above.len() - headings) as f64 + heading * headings as f64
            }
            Self::Measured { .. } => above.iter().map(|row| self.of(row)).sum(),
        }
    }

    /// The place of the row at an offset; the last one, when the offset is behind it.
    #[must_use]
    pub fn at(&self, rows: &[Item], offset: f64) -> usize {
        let mut bottom = 0.0;
        let is_below = |row: &Item| {
            bottom += self.of(row);
            bottom > offset
        };
        rows.iter().position(is_below).unwrap_or(rows.len().saturating_sub(1))
    }

    /// The places of the rows to have in the document when a stretch of them is on the screen.
    #[must_use]
    pub fn places(&self, rows: &[Item], from: f64, to: f64, beyond: Beyond) -> Range<usize> {
        if beyond == Beyond::Nothing {
            let end = if rows.is_empty() { 0 } else { self.at(rows, to) + 1 };
            return self.at(rows, from).min(end)..end;
        }
        let first = self.at(rows, from).saturating_sub(BEYOND);
        let last = self.at(rows, to) + BEYOND;
        let (start, end) = (first / STEP * STEP, last.div_ceil(STEP) * STEP);
        start.min(rows.len())..end.min(rows.len())
    }

    /// Takes in what was measured; whether it was something new.
    pub fn measure(&mut self, measured: impl IntoIterator<Item = (Item, f64)>) -> bool {
        let Self::Measured { known, guess } = self else { return false };
        let mut news = false;
        for (row, height) in measured {
            news |= known.insert(row, height) != Some(height);
        }
        if guess.is_none() && !known.is_empty() {
            #[expect(clippy::cast_precision_loss, reason = "there are fewer rows than an f64 counts exactly")]
            let average = known.values().sum::<f64>() / known.len() as f64;
            *guess = Some(average);
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::{Beyond, Heights};
    use crate::board::group::Group;
    use crate::board::item::{Heading, Item};

    const EQUAL: Heights = Heights::Equal { row: 50.0, heading: 30.0 };

    fn rows(count: usize) -> Vec<Item> {
        (0..count).map(|place| Item::Row(format!("service-{place:03}").into())).collect()
    }

    #[test]
    fn equal_rows_are_where_their_number_says() {
        let (heights, rows) = (EQUAL, rows(100));
        assert_eq!((heights.top(&rows, 0), heights.top(&rows, 30), heights.top(&rows, 100)), (0.0, 1500.0, 5000.0));
        assert_eq!((heights.at(&rows, 0.0), heights.at(&rows, 49.9), heights.at(&rows, 50.0)), (0, 0, 1));
        assert_eq!((heights.at(&rows, -7.0), heights.at(&rows, 1e9)), (0, 99));
    }

    #[test]
    fn headings_have_a_height_of_their_own() {
        let heading = |words: &str| Item::Heading(Heading { group: Group::Named(words.into()), rows: 2, failing: 0, rolling: 0 });
        let mut items = rows(4);
        items.insert(2, heading("core"));
        items.insert(0, heading("shop"));
        let tops: Vec<_> = (0..=6).map(|place| EQUAL.top(&items, place)).collect();
        assert_eq!(tops, [0.0, 30.0, 80.0, 130.0, 160.0, 210.0, 260.0]);
        let at: Vec<_> = [0.0, 29.0, 30.0, 135.0, 160.0, 999.0].map(|offset| EQUAL.at(&items, offset)).into();
        assert_eq!(at, [0, 0, 1, 3, 4, 5]);
    }

    #[test]
    fn the_document_has_what_is_on_the_screen_and_a_little_more() {
        let (heights, all) = (EQUAL, rows(500));
        let places = |rows: &[Item], from, to| heights.places(rows, from, to, Beyond::SomeRows);
        assert_eq!(places(&all, 0.0, 800.0), 0..22);
        assert_eq!(places(&all, 10_000.0, 10_800.0), 194..222);
        assert_eq!(places(&all, 24_200.0, 25_000.0), 478..500);
        assert_eq!(places(&all, 90_000.0, 99_000.0), 492..500, "a table that became shorter");
        assert_eq!(places(&rows(3), 0.0, 800.0), 0..3);
        assert_eq!(places(&[], 0.0, 800.0), 0..0);
        let on_screen = |rows: &[Item], from, to| heights.places(rows, from, to, Beyond::Nothing);
        assert_eq!(on_screen(&all, 0.0, 790.0), 0..16);
        assert_eq!(on_screen(&all, 10_020.0, 10_820.0), 200..217);
        assert_eq!(on_screen(&rows(3), 0.0, 800.0), 0..3);
        assert_eq!(on_screen(&[], 0.0, 800.0), 0..0);
    }

    #[test]
    fn rows_that_differ_are_measured_and_the_others_guessed() {
        let (mut heights, rows) = (Heights::unknown(), rows(10));
        assert!(heights.measure([(rows[0].clone(), 80.0), (rows[1].clone(), 120.0)]));
        assert_eq!((heights.top(&rows, 1), heights.top(&rows, 2)), (80.0, 200.0));
        assert_eq!(heights.top(&rows, 10), 200.0 + 8.0 * 100.0, "the others are as tall as these on average");
        assert_eq!((heights.at(&rows, 79.0), heights.at(&rows, 80.0), heights.at(&rows, 350.0)), (0, 1, 3));
        assert!(!heights.measure([(rows[0].clone(), 80.0)]), "nothing new");
        assert!(heights.measure([(rows[9].clone(), 300.0)]));
        assert_eq!(heights.of(&rows[8]), 100.0, "the guess stays, so that nothing jumps");
    }

    #[test]
    fn what_a_screen_shows_is_always_in_the_document() {
        let all = rows(137);
        let mut measured = Heights::unknown();
        measured.measure(all.iter().step_by(3).enumerate().map(|(place, row)| (row.clone(), 60.0 + (place % 7) as f64 * 31.0)));
        for heights in [EQUAL, measured] {
            let total = heights.top(&all, all.len());
            for from in (0..total as usize).step_by(97).map(|from| from as f64) {
                for beyond in [Beyond::Nothing, Beyond::SomeRows] {
                    let places = heights.places(&all, from, from + 700.0, beyond);
                    assert!(heights.top(&all, places.start) <= from);
                    assert!(heights.top(&all, places.end) >= (from + 700.0).min(total));
                }
            }
        }
    }
}
