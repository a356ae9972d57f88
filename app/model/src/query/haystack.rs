//! What a search looks for in a row, without a look at its cells.

use super::Query;
use super::fold::{Needle, folded};
use super::row::{labels, records, versions};
use super::term::{Is, Test, Word};
use crate::board::Row;
use crate::status::{Flag, Status};

/// An abbreviated commit equals the full one it begins from this length on, whichever of the two is asked for.
const COMPARED_DIGITS: usize = 7;

/// What a search looks for in a row, as texts and a number. Made once for each state of the row, it answers most searches without a look
/// at the cells ([`Query::answer`]), which are all over the memory. Texts are without case and accents, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Haystack {
    /// The statuses and flags of its cells, a bit each.
    states: u32,
    /// What a word is a part of: names, persons, reasons.
    parts: String,
    /// What a word begins: statuses and flags.
    starts: String,
    /// What it may be a part of, depending on the cell: labels, which may only repeat a commit, and what is left of a cell with nothing
    /// deployed.
    doubtful: String,
    /// Commits and digests, a line each, with a line break before the first.
    digits: String,
}

impl Haystack {
    /// What a search looks for in this row.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let mut haystack = Self { digits: "\n".to_owned(), ..Self::default() };
        let (mut parts, mut starts, mut doubtful) = (Lines::default(), Lines::default(), Lines::default());
        parts.add(row.name.as_str());
        parts.add(row.team.as_deref().unwrap_or_default());
        for (environment, cell) in &row.cells {
            haystack.states |= cell.flags.iter().fold(of_status(cell.status), |states, flag| states | of_flag(*flag));
            starts.add(cell.status.as_str());
            let is_absent = cell.status == Status::Absent;
            if !is_absent {
                parts.add(environment.as_str());
                parts.add(&cell.reason);
                cell.flags.iter().for_each(|flag| starts.add(flag.as_str()));
            }
            let persons = if is_absent { &mut doubtful } else { &mut parts };
            records(cell).filter_map(|record| record.by.as_deref()).for_each(|by| persons.add(by));
            labels(cell).for_each(|label| doubtful.add(label));
            let commits =
                versions(cell).map(|version| version.commit.as_deref()).chain(records(cell).map(|record| record.commit.as_deref()));
            let digests = versions(cell).map(|version| version.digest.as_deref());
            commits.chain(digests).flatten().for_each(|digits| haystack.digits(digits));
        }
        Self { parts: parts.text, starts: starts.text, doubtful: doubtful.text, ..haystack }
    }

    fn digits(&mut self, digits: &str) {
        let digits = digits.strip_prefix("sha256:").unwrap_or(digits);
        if !self.digits.lines().any(|line| line == digits) {
            self.digits.push_str(digits);
            self.digits.push('\n');
        }
    }

    /// Whether a commit or digest may be asked for by these digits.
    fn has_digits(&self, digits: &str) -> bool {
        let start = digits.get(..COMPARED_DIGITS).unwrap_or(digits);
        self.digits.match_indices(start).any(|(at, _)| self.digits.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\n'))
    }

    fn may_have(&self, needle: &Needle) -> bool {
        self.parts.contains(needle.folded()) || self.doubtful.contains(needle.folded())
    }

    fn has_word(&self, word: &Word) -> Option<bool> {
        let needle = word.needle.folded();
        if self.parts.contains(needle) || self.starts.lines().any(|line| line.starts_with(needle)) {
            // Or is it in two lines?
            return (!needle.contains('\n')).then_some(true);
        }
        let is_doubtful = word.date.is_some()
            || self.doubtful.contains(needle)
            || word.commit.as_ref().is_some_and(|commit| self.has_digits(commit))
            || word.digest.as_ref().is_some_and(|digest| self.has_digits(digest));
        (!is_doubtful).then_some(false)
    }

    /// Whether one of the cells meets a test; nothing where that cannot be told.
    fn meets(&self, test: &Test) -> Option<bool> {
        let may = |may: bool| (!may).then_some(false);
        match test {
            Test::Words(words) => any(words.iter().map(|word| self.has_word(word))),
            Test::Status(statuses) => Some(statuses.iter().any(|status| self.states & of_status(*status) != 0)),
            Test::Is(words) => Some(words.iter().any(|word| self.states & of_word(*word) != 0)),
            Test::By(needles) | Test::Tag(needles) => may(needles.iter().any(|needle| self.may_have(needle))),
            Test::Commit(commits) => may(commits.iter().any(|commit| self.has_digits(commit))),
            _ => None,
        }
    }
}

/// Whether one of the answers is yes; nothing where that depends on one that is not known.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut any = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return answer,
            Some(false) => {}
            None => any = None,
        }
    }
    any
}

/// Texts to search, a line each.
#[derive(Default)]
struct Lines<'a> {
    text: String,
    seen: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    fn add(&mut self, text: &'a str) {
        if text.is_empty() || self.seen.contains(&text) {
            return;
        }
        self.seen.push(text);
        if text.is_ascii() {
            let start = self.text.len();
            self.text.push_str(text);
            self.text[start..].make_ascii_lowercase();
        } else {
            self.text.extend(folded(text));
        }
        self.text.push('\n');
    }
}

const fn of_status(status: Status) -> u32 {
    1 << status as u32
}

const fn of_flag(flag: Flag) -> u32 {
    1 << (Status::ALL.len() as u32 + flag as u32)
}

/// What a cell has one of, when it is what a word of `is:` says.
fn of_word(word: Is) -> u32 {
    match word {
        Is::Red => Status::ALL.into_iter().filter(|status| status.is_red()).fold(0, |states, status| states | of_status(status)),
        Is::Stale => of_status(Status::Unknown),
        Is::Drifted => of_status(Status::Drifted) | of_flag(Flag::Drifted),
        Is::Status(status) => of_status(status),
        Is::Flag(flag) => of_flag(flag),
    }
}

impl Query {
    /// Whether a row matches, as [`Query::matches`] has it; nothing where its cells have to be looked at.
    #[must_use]
    pub fn answer(&self, haystack: &Haystack) -> Option<bool> {
        match self.terms.as_slice() {
            [term] if !term.negated => haystack.meets(&term.test),
            // One cell has to meet all of them, or none.
            terms => terms.iter().any(|term| !term.negated && haystack.meets(&term.test) == Some(false)).then_some(false),
        }
    }
}
