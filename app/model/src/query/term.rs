//! What a term asks.

use std::fmt::{self, Write};

use chrono::{DateTime, Duration, Utc};

use super::fold::Needle;
use crate::status::{Flag, Status};

/// One term of a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) test: Test,
}

/// What is asked; holds when one of the alternatives does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Words(Vec<Word>),
    Service(Vec<Needle>),
    Team(Vec<Needle>),
    Environment(Vec<Needle>),
    Status(Vec<Status>),
    Is(Vec<Is>),
    By(Vec<Needle>),
    Commit(Vec<String>),
    Tag(Vec<Needle>),
    Namespace(Vec<Needle>),
    Cluster(Vec<Needle>),
    Age(Vec<Age>),
    Agree(Vec<Environments>),
    Differ(Vec<Environments>),
}

/// The qualifiers, with an example each.
pub(super) const QUALIFIERS: [(&str, &str); 13] = [
    ("service", "service:cart"),
    ("team", "team:shop"),
    ("env", "env:pro"),
    ("status", "status:rolling"),
    ("is", "is:red"),
    ("by", "by:ana"),
    ("commit", "commit:7fc38a2"),
    ("tag", "tag:1.4"),
    ("ns", "ns:shop"),
    ("cluster", "cluster:eu-1"),
    ("age", "age:>7d"),
    ("agree", "agree:dev,pre"),
    ("differ", "differ:pre,pro"),
];

/// A word without qualifier.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) needle: Needle,
    /// The statuses and flags that it begins.
    pub(super) begins: u32,
    /// The beginning of a commit.
    pub(super) commit: Option<String>,
    /// The beginning of a digest, without `sha256:`.
    pub(super) digest: Option<String>,
    /// The time it stands for: from, and up to but without.
    pub(super) date: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// A word of `is:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    Red,
    Stale,
    /// A status that is no flag.
    Status(Status),
    /// A flag that is no status.
    Flag(Flag),
    /// Both a status and a flag.
    Drifted,
}

/// A bound of `age:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Age {
    pub(super) order: Order,
    pub(super) amount: u32,
    pub(super) unit: Unit,
}

/// How an age compares to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The unit of an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
}

/// The environments that `agree:` or `differ:` compares.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Environments(pub(super) Vec<Needle>);

impl Is {
    /// Every word, with what it means.
    pub(super) fn all() -> impl Iterator<Item = Self> + Clone {
        let statuses = Status::ALL.into_iter().filter(|status| *status != Status::Drifted).map(Self::Status);
        let flags = Flag::ALL.into_iter().filter(|flag| *flag != Flag::Drifted).map(Self::Flag);
        [Self::Red, Self::Stale, Self::Drifted].into_iter().chain(statuses).chain(flags)
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Stale => "stale",
            Self::Drifted => "drifted",
            Self::Status(status) => status.as_str(),
            Self::Flag(flag) => flag.as_str(),
        }
    }
}

impl Age {
    pub(super) fn holds(self, age: Duration) -> bool {
        let minutes = match self.unit {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            Unit::Days => 24 * 60,
            Unit::Weeks => 7 * 24 * 60,
        };
        // u32 weeks in seconds stay far inside i64, and inside chrono's range.
        let bound = Duration::seconds(i64::from(self.amount) * minutes * 60);
        match self.order {
            Order::Less => age < bound,
            Order::LessOrEqual => age <= bound,
            Order::Greater => age > bound,
            Order::GreaterOrEqual => age >= bound,
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match self.order {
            Order::Less => "<",
            Order::LessOrEqual => "<=",
            Order::Greater => ">",
            Order::GreaterOrEqual => ">=",
        };
        let unit = match self.unit {
            Unit::Minutes => 'm',
            Unit::Hours => 'h',
            Unit::Days => 'd',
            Unit::Weeks => 'w',
        };
        write!(f, "{order}{}{unit}", self.amount)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_char('-')?;
        }
        match &self.test {
            Test::Words(words) => join(f, words.iter().map(|word| word.needle.text())),
            Test::Service(needles) => qualified(f, "service", needles),
            Test::Team(needles) => qualified(f, "team", needles),
            Test::Environment(needles) => qualified(f, "env", needles),
            Test::Status(statuses) => f.write_str("status:").and_then(|()| join(f, statuses.iter().map(|status| status.as_str()))),
            Test::Is(words) => f.write_str("is:").and_then(|()| join(f, words.iter().map(|word| word.as_str()))),
            Test::By(needles) => qualified(f, "by", needles),
            Test::Commit(commits) => f.write_str("commit:").and_then(|()| join(f, commits)),
            Test::Tag(needles) => qualified(f, "tag", needles),
            Test::Namespace(needles) => qualified(f, "ns", needles),
            Test::Cluster(needles) => qualified(f, "cluster", needles),
            Test::Age(ages) => f.write_str("age:").and_then(|()| join(f, ages.iter().map(ToString::to_string))),
            Test::Agree(sets) => f.write_str("agree:").and_then(|()| join(f, sets.iter().map(ToString::to_string))),
            Test::Differ(sets) => f.write_str("differ:").and_then(|()| join(f, sets.iter().map(ToString::to_string))),
        }
    }
}

impl fmt::Display for Environments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(Needle::text).collect();
        f.write_str(&names.join(","))
    }
}

fn qualified(f: &mut fmt::Formatter<'_>, name: &str, needles: &[Needle]) -> fmt::Result {
    write!(f, "{name}:")?;
    join(f, needles.iter().map(Needle::text))
}

fn join(f: &mut fmt::Formatter<'_>, values: impl IntoIterator<Item = impl AsRef<str>>) -> fmt::Result {
    for (place, value) in values.into_iter().enumerate() {
        if place > 0 {
            f.write_char('|')?;
        }
        write_value(f, value.as_ref())?;
    }
    Ok(())
}

/// A value as it is written.
pub(super) struct Written<'a>(pub(super) &'a str);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(f, self.0)
    }
}

/// The value, in quotes where it would not be read as one value without them.
fn write_value(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let is_plain =
        !value.is_empty() && !value.starts_with('-') && !value.contains(|c: char| c.is_whitespace() || matches!(c, '|' | '"' | ':'));
    if is_plain {
        return f.write_str(value);
    }
    f.write_char('"')?;
    for letter in value.chars() {
        if matches!(letter, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(letter)?;
    }
    f.write_char('"')
}
