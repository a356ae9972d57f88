//! How everything came to be where it is.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::fleet::Fleet;
use super::names::PEOPLE;

/// What was last deployed to one place.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// The number of the commit.
    pub(super) number: u32,
    /// When it was deployed.
    pub(super) at: DateTime<Utc>,
    /// By whom.
    pub(super) by: &'static str,
}

/// The cells of one service, by environment; none where it was never deployed.
pub(super) type Row = Vec<Option<Cell>>;

/// How the environments of a service differ, from the first to the last.
const PATTERNS: [(&str, u32); 7] = [
    ("aaa", 34), // all agree
    ("baa", 22), // something new in the first one
    ("bba", 20), // all but the last
    ("cba", 12), // every one its own
    ("bba-", 5), // and never in the last
    ("aba", 4),  // a fix that went past the middle one
    ("b--", 3),  // only in the first
];

/// Draws the present cells of a service.
pub(super) fn row(fleet: &Fleet, service: usize, environments: usize, now: DateTime<Utc>, rng: &mut ChaCha8Rng) -> Row {
    let pattern = PATTERNS.choose_weighted(rng, |(_, weight)| *weight).map_or("aaa", |(pattern, _)| pattern);
    from_pattern(pattern, fleet.services[service].commits, environments, now, rng)
}

/// The cells of a pattern: a letter for each environment, later letters for later commits, `-` where there is nothing.
///
/// A pattern of another length is stretched: environments in the middle are like the second.
pub(super) fn from_pattern(pattern: &str, newest: u32, environments: usize, now: DateTime<Utc>, rng: &mut ChaCha8Rng) -> Row {
    let letters: Vec<char> = pattern.chars().collect();
    let letter = |environment: usize| match environment {
        0 => letters[0],
        _ if environment + 1 == environments => letters[letters.len() - 1],
        _ => letters[1],
    };
    let top = (0..environments).map(letter).filter(|letter| *letter != '-').max().unwrap_or('a');
    let mut row: Row = vec![None; environments];
    // From the last environment back: what an earlier one has is either the same and older, or newer.
    let mut later: Option<(char, TimeDelta)> = None;
    for environment in (0..environments).rev() {
        let letter = letter(environment);
        if letter == '-' {
            continue;
        }
        let age = match later {
            None => age(rng),
            Some((same, age)) if same == letter => age + TimeDelta::minutes(rng.random_range(40..60 * 24 * 4)),
            Some((_, age)) => TimeDelta::seconds((age.num_seconds() * rng.random_range(5..85) / 100).max(90)),
        };
        later = Some((letter, age));
        let number = newest - (u32::from(top) - u32::from(letter)) * rng.random_range(1..3);
        let by = PEOPLE.choose(rng).copied().unwrap_or(PEOPLE[0]);
        row[environment] = Some(Cell { number, at: (now - age).trunc_subsecs(0), by });
    }
    agree(&mut row, &(0..environments).map(letter).collect::<Vec<_>>());
    row
}

/// Cells of one letter have one commit.
fn agree(row: &mut Row, letters: &[char]) {
    for environment in 1..row.len() {
        let same = (0..environment).find(|earlier| letters[*earlier] == letters[environment] && row[*earlier].is_some());
        if let Some(number) = same.and_then(|earlier| row[earlier].as_ref()).map(|cell| cell.number)
            && let Some(cell) = &mut row[environment]
        {
            cell.number = number;
        }
    }
}

/// How long ago: minutes, hours, days or weeks.
fn age(rng: &mut ChaCha8Rng) -> TimeDelta {
    match rng.random_range(0..100) {
        0..12 => TimeDelta::seconds(rng.random_range(240..3600)),
        12..40 => TimeDelta::minutes(rng.random_range(60..60 * 20)),
        40..75 => TimeDelta::minutes(rng.random_range(60 * 20..60 * 24 * 7)),
        _ => TimeDelta::minutes(rng.random_range(60 * 24 * 7..60 * 24 * 30)),
    }
}

/// What was deployed to a place before its present cell, the latest first.
pub(super) fn before(cell: &Cell, rng: &mut ChaCha8Rng) -> Vec<Cell> {
    let mut earlier = Vec::new();
    let (mut number, mut at) = (cell.number, cell.at);
    for _ in 0..rng.random_range(2..7) {
        number = number.saturating_sub(rng.random_range(1..5)).max(1);
        at -= TimeDelta::minutes(rng.random_range(90..60 * 24 * 6));
        earlier.push(Cell { number, at, by: PEOPLE.choose(rng).copied().unwrap_or(PEOPLE[0]) });
    }
    earlier
}
