//! What a search looks for in a row, without a look at its cells.

use super::Query;
use super::fold::{Needle, folded};
use super::row::{labels, records, versions};
use super::term::{Is, Test, Word};
use crate::board::Row;
use crate::status::{Flag, Status};

/// An abbreviated commit equals the full one it begins from this length on, whichever of the two is asked for.
const COMPARED_DIGITS: usize = 7;

/// What a search looks for in a row, as one text and one number. Made once for each state of the row, it rules out most rows of a
/// search without a look at their cells ([`Query::may_match`]), which are all over the memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Haystack {
    /// The statuses and flags of its cells, a bit each.
    states: u32,
    /// Names, labels, persons, reasons, statuses and flags, without case and accents, a line each.
    words: String,
    /// Commits and digests, a line each, with a line break before the first.
    digits: String,
}

impl Haystack {
    /// What a search looks for in this row.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let mut haystack = Self { states: 0, words: String::new(), digits: "\n".to_owned() };
        let mut seen = Vec::new();
        haystack.word(&mut seen, row.name.as_str());
        haystack.word(&mut seen, row.team.as_deref().unwrap_or_default());
        for (environment, cell) in &row.cells {
            haystack.states |= cell.flags.iter().fold(of_status(cell.status), |states, flag| states | of_flag(*flag));
            haystack.word(&mut seen, cell.status.as_str());
            if cell.status != Status::Absent {
                haystack.word(&mut seen, environment.as_str());
                haystack.word(&mut seen, &cell.reason);
                cell.flags.iter().for_each(|flag| haystack.word(&mut seen, flag.as_str()));
            }
            records(cell).filter_map(|record| record.by.as_deref()).for_each(|by| haystack.word(&mut seen, by));
            labels(cell).for_each(|label| haystack.word(&mut seen, label));
            let commits =
                versions(cell).map(|version| version.commit.as_deref()).chain(records(cell).map(|record| record.commit.as_deref()));
            let digests = versions(cell).map(|version| version.digest.as_deref());
            commits.chain(digests).flatten().for_each(|digits| haystack.digits(digits));
        }
        haystack
    }

    fn word<'a>(&mut self, seen: &mut Vec<&'a str>, text: &'a str) {
        if text.is_empty() || seen.contains(&text) {
            return;
        }
        seen.push(text);
        if text.is_ascii() {
            let start = self.words.len();
            self.words.push_str(text);
            self.words[start..].make_ascii_lowercase();
        } else {
            self.words.extend(folded(text));
        }
        self.words.push('\n');
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

    fn has_part(&self, needle: &Needle) -> bool {
        self.words.contains(needle.folded())
    }

    fn may_have(&self, word: &Word) -> bool {
        word.date.is_some()
            || self.has_part(&word.needle)
            || word.commit.as_ref().is_some_and(|commit| self.has_digits(commit))
            || word.digest.as_ref().is_some_and(|digest| self.has_digits(digest))
    }

    fn may_meet(&self, test: &Test) -> bool {
        match test {
            Test::Words(words) => words.iter().any(|word| self.may_have(word)),
            Test::Status(statuses) => statuses.iter().any(|status| self.states & of_status(*status) != 0),
            Test::Is(words) => words.iter().any(|word| self.states & of_word(*word) != 0),
            Test::By(needles) | Test::Tag(needles) => needles.iter().any(|needle| self.has_part(needle)),
            Test::Commit(commits) => commits.iter().any(|commit| self.has_digits(commit)),
            _ => true,
        }
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
    /// Whether a row can match, as far as its haystack tells: when not, [`Query::matches`] is false.
    #[must_use]
    pub fn may_match(&self, haystack: &Haystack) -> bool {
        self.terms.iter().all(|term| term.negated || haystack.may_meet(&term.test))
    }
}
