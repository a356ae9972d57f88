//! The order of the rows, and how the address writes it. Pure.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use model::board::{Board, Cell, Row};
use model::ids::{EnvironmentName, ServiceName};
use model::status::Status;
use model::version::Version;

use super::face;

/// The order of the rows: `name`, `dev:time` (newest first), `dev:status` (worst first), `dev:version` (highest first); `-`
/// turns it round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// What rows are compared by; equal ones by name.
    pub key: Key,
    /// Whether the order is turned round.
    pub direction: Direction,
}

/// What rows are compared by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// The service's name.
    #[default]
    Name,
    /// When the service was deployed to an environment, newest first.
    Time(EnvironmentName),
    /// The status in an environment, worst first.
    Status(EnvironmentName),
    /// The version in an environment by the name that people read, highest first.
    Version(EnvironmentName),
}

/// Whether an order is as it comes or turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// As it comes.
    #[default]
    Natural,
    /// Turned round.
    Reversed,
}

/// An order that the address does not spell as one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no order: it must look like `name`, `dev:time`, `dev:version` or `-dev:status`")]
pub struct SortError(String);

impl Sort {
    /// By this key, as it comes; turned round when it is this key already.
    #[must_use]
    pub fn toggled(&self, key: Key) -> Self {
        let direction = match self.direction {
            Direction::Natural if self.key == key => Direction::Reversed,
            _ => Direction::Natural,
        };
        Self { key, direction }
    }

    /// Whether a change of a cell can change the order.
    #[must_use]
    pub fn depends_on_cells(&self) -> bool {
        self.key != Key::Name
    }

    /// The names of some rows in this order; they must come sorted by name.
    #[must_use]
    pub fn order<'a>(&self, board: &Board, names: impl IntoIterator<Item = &'a ServiceName>) -> Vec<ServiceName> {
        let cell = |name: &ServiceName, environment: &EnvironmentName| cell(board.services.get(name)?, environment);
        let rank = |name: &ServiceName| match &self.key {
            Key::Name => Rank::Same,
            Key::Time(environment) => Rank::Time(Reverse(cell(name, environment).and_then(face::when))),
            Key::Status(environment) => Rank::Urgency(urgency(cell(name, environment).map_or(Status::Absent, |cell| cell.status))),
            Key::Version(environment) => Rank::Version(Reverse(cell(name, environment).and_then(version))),
        };
        let mut rows: Vec<(Rank, ServiceName)> = names.into_iter().map(|name| (rank(name), name.clone())).collect();
        // Stable, so equal rows stay in the order of their names.
        if self.key != Key::Name {
            rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
        if self.direction == Direction::Reversed {
            rows.reverse();
        }
        rows.into_iter().map(|(_, name)| name).collect()
    }
}

fn cell<'a>(row: &'a Row, environment: &EnvironmentName) -> Option<&'a Cell> {
    row.cells.get(environment).map(AsRef::as_ref)
}

/// The statuses, worst first; what is not known for sure comes after what is known to be red.
pub const BY_URGENCY: [Status; 8] =
    [Status::Failing, Status::Missing, Status::Drifted, Status::Rolling, Status::Unknown, Status::Paused, Status::Ready, Status::Absent];

/// The place of a status in [`BY_URGENCY`].
#[must_use]
pub fn urgency(status: Status) -> u8 {
    BY_URGENCY.iter().zip(0..).find_map(|(known, place)| (*known == status).then_some(place)).unwrap_or(u8::MAX)
}

/// What a row is compared by. One type for all keys: sorting is compiled once for each.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Same,
    Time(Reverse<Option<DateTime<Utc>>>),
    Urgency(u8),
    Version(Reverse<Option<Vec<Piece>>>),
}

/// A piece of a version: numbers compare as numbers, so that 1.10 is above 1.9. What is behind a hyphen comes before the
/// release, as in semantic versions.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Hyphen(String),
    End,
    Text(String),
    Number(u64),
}

/// What a cell's version is compared by; none where there is nothing.
fn version(cell: &Cell) -> Option<Vec<Piece>> {
    let name = face::other_name(cell).or_else(|| face::version(cell).map(Version::short))?;
    let is_alike = |one: &u8, other: &u8| one.is_ascii_digit() == other.is_ascii_digit();
    let pieces = name.trim_start_matches('v').as_bytes().chunk_by(is_alike).map(|piece| {
        let text = String::from_utf8_lossy(piece);
        let is_hyphen = text.starts_with('-');
        text.parse()
            .map_or_else(|_| if is_hyphen { Piece::Hyphen(text.into_owned()) } else { Piece::Text(text.into_owned()) }, Piece::Number)
    });
    Some(pieces.chain([Piece::End]).collect())
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.direction == Direction::Reversed {
            f.write_str("-")?;
        }
        match &self.key {
            Key::Name => f.write_str("name"),
            Key::Time(environment) => write!(f, "{environment}:time"),
            Key::Status(environment) => write!(f, "{environment}:status"),
            Key::Version(environment) => write!(f, "{environment}:version"),
        }
    }
}

impl FromStr for Sort {
    type Err = SortError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (direction, key) = match text.strip_prefix('-') {
            Some(key) => (Direction::Reversed, key),
            None => (Direction::Natural, text),
        };
        let key = match key.rsplit_once(':') {
            None if key == "name" => Key::Name,
            Some((environment, "time")) => Key::Time(environment.into()),
            Some((environment, "status")) => Key::Status(environment.into()),
            Some((environment, "version")) => Key::Version(environment.into()),
            _ => return Err(SortError(text.to_owned())),
        };
        Ok(Self { key, direction })
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Key, Sort};

    #[test]
    fn the_address_spells_every_order() {
        for text in ["name", "-name", "dev:time", "-dev:status", "dev:version", "eu:west:time"] {
            assert_eq!(text.parse::<Sort>().map(|sort| sort.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "-", "dev", "dev:colour", "time"] {
            assert!(text.parse::<Sort>().is_err(), "{text}");
        }
    }

    #[test]
    fn rows_are_ordered_by_what_is_asked_for_and_then_by_name() {
        let board = model::text::parse(
            "a  dev: 7fc38a2 ready 1/1 by ana at 2026-11-20T09:00:00Z\n\
             b  dev: -\n\
             c  dev: 7fc38a2 failing 0/1 by ana at 2026-11-20T08:00:00Z\n\
             d  dev: 7fc38a2 ready 1/1 by ana at 2026-11-20T09:30:00Z\n\
             e  dev: 7fc38a2 unknown 1/1 by ana at 2026-11-20T09:00:00Z",
        )
        .unwrap();
        let order = |sort: &str| {
            let names = sort.parse::<Sort>().unwrap().order(&board, board.services.keys());
            names.iter().map(|name| name.as_str().to_owned()).collect::<String>()
        };
        assert_eq!(order("name"), "abcde");
        assert_eq!(order("-name"), "edcba");
        assert_eq!(order("dev:time"), "daecb", "newest first, nothing deployed last");
        assert_eq!(order("dev:status"), "ceadb", "worst first");
        assert_eq!(order("nowhere:time"), "abcde");
    }

    #[test]
    fn versions_are_compared_as_people_count() {
        let board = model::text::parse(
            "a  dev: v1.9.0 ready 1/1\n\
             b  dev: v1.10.0 ready 1/1\n\
             c  dev: -\n\
             d  dev: 1.10.0-rc.1 ready 1/1\n\
             e  dev: 7fc38a2 ready 1/1",
        )
        .unwrap();
        let order = |sort: &str| {
            let names = sort.parse::<Sort>().unwrap().order(&board, board.services.keys());
            names.iter().map(|name| name.as_str().to_owned()).collect::<String>()
        };
        assert_eq!(order("dev:version"), "ebdac", "a release before its candidates, nothing deployed last");
        assert_eq!(order("-dev:version"), "cadbe");
    }

    #[test]
    fn choosing_an_order_again_turns_it_round() {
        let by_time = Sort::default().toggled(Key::Time("dev".into()));
        assert_eq!(by_time.direction, Direction::Natural);
        let reversed = by_time.toggled(Key::Time("dev".into()));
        assert_eq!(reversed.direction, Direction::Reversed);
        assert_eq!(reversed.toggled(Key::Time("dev".into())), by_time);
        assert_eq!(reversed.toggled(Key::Name), Sort::default());
    }
}
