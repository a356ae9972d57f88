//! What free words look for in a row, as one text.

use super::Query;
use super::fold::folded;
use super::row::{labels, records, versions};
use super::term::{Test, Word};
use crate::board::Row;
use crate::status::Status;

/// An abbreviated commit equals the full one it begins from this length on, whichever of the two is asked for.
const COMPARED_DIGITS: usize = 7;

/// What free words look for in a row, as one text. Made once for each state of the row, it rules out most rows of a search
/// without a look at their cells ([`Query::may_match`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Haystack {
    /// Names, labels, persons, reasons, statuses and flags, without case and accents, a line each.
    words: String,
    /// Commits and digests, a line each, with a line break before the first.
    digits: String,
}

impl Haystack {
    /// What free words look for in this row.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let mut haystack = Self { words: String::new(), digits: "\n".to_owned() };
        let mut seen = Vec::new();
        haystack.word(&mut seen, row.name.as_str());
        haystack.word(&mut seen, row.team.as_deref().unwrap_or_default());
        for (environment, cell) in &row.cells {
            haystack.word(&mut seen, cell.status.as_str());
            if cell.status == Status::Absent {
                continue;
            }
            haystack.word(&mut seen, environment.as_str());
            haystack.word(&mut seen, &cell.reason);
            cell.flags.iter().for_each(|flag| haystack.word(&mut seen, flag.as_str()));
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

    fn may_have(&self, word: &Word) -> bool {
        let begins = |digits: &String| {
            let start = digits.get(..COMPARED_DIGITS).unwrap_or(digits);
            self.digits.match_indices(start).any(|(at, _)| self.digits.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\n'))
        };
        word.date.is_some()
            || self.words.contains(word.needle.folded())
            || word.commit.as_ref().is_some_and(begins)
            || word.digest.as_ref().is_some_and(begins)
    }
}

impl Query {
    /// Whether a row can match, as far as its text tells: when not, [`Query::matches`] is false.
    #[must_use]
    pub fn may_match(&self, haystack: &Haystack) -> bool {
        self.terms.iter().all(|term| match &term.test {
            Test::Words(words) if !term.negated => words.iter().any(|word| haystack.may_have(word)),
            _ => true,
        })
    }
}
