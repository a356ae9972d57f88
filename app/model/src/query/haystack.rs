//! What a search looks for in a row, without a look at its cells.

use arcstr::{ArcStr, Substr};

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
    /// Those of them that a word may begin: of a cell with nothing deployed only its status.
    words: u32,
    /// What a word is a part of: names, persons, reasons. Then labels, unless the word is the beginning of a commit, which a label may
    /// only repeat. Then what is left of cells with nothing deployed, which is for qualifiers.
    text: Substr,
    /// Where the labels begin, and where they end.
    labels: (usize, usize),
    /// Commits and digests, a line each, with a line break before the first.
    digits: String,
}

impl Haystack {
    /// What a search looks for in this row.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let mut haystack = Self { digits: "\n".to_owned(), ..Self::default() };
        let (mut parts, mut tags, mut rest) = (Lines::default(), Lines::default(), Lines::default());
        parts.add(row.name.as_str());
        parts.add(row.team.as_deref().unwrap_or_default());
        for (environment, cell) in &row.cells {
            let flags = cell.flags.iter().fold(0, |flags, flag| flags | of_flag(*flag));
            haystack.states |= of_status(cell.status) | flags;
            haystack.words |= of_status(cell.status);
            let is_absent = cell.status == Status::Absent;
            if !is_absent {
                haystack.words |= flags;
                parts.add(environment.as_str());
                parts.add(&cell.reason);
            }
            let persons = if is_absent { &mut rest } else { &mut parts };
            records(cell).filter_map(|record| record.by.as_deref()).for_each(|by| persons.add(by));
            let tags = if is_absent { &mut rest } else { &mut tags };
            labels(cell).for_each(|label| tags.add(label));
            let commits =
                versions(cell).map(|version| version.commit.as_deref()).chain(records(cell).map(|record| record.commit.as_deref()));
            let digests = versions(cell).map(|version| version.digest.as_deref());
            commits.chain(digests).flatten().for_each(|digits| haystack.digits(digits));
        }
        haystack.labels = (parts.text.len(), parts.text.len() + tags.text.len());
        haystack.text = (parts.text + &tags.text + &rest.text).into();
        haystack.digits.shrink_to_fit();
        haystack
    }

    /// Puts the texts of these side by side in memory: who looks through all of them waits for each that is somewhere else.
    pub fn gather(haystacks: &mut [&mut Self]) {
        let mut text = String::with_capacity(haystacks.iter().map(|haystack| haystack.text.len()).sum());
        haystacks.iter().for_each(|haystack| text.push_str(&haystack.text));
        let text = ArcStr::from(text);
        let mut start = 0;
        for haystack in haystacks {
            let end = start + haystack.text.len();
            haystack.text = text.substr(start..end);
            start = end;
        }
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
        needle.is_in(&self.text)
    }

    fn has_word(&self, word: &Word) -> Option<bool> {
        if self.words & word.begins != 0 {
            return Some(true);
        }
        let needle = &word.needle;
        let (parts, labels) = self.labels;
        let certain = if word.commit.is_none() { labels } else { parts };
        if needle.is_in(&self.text[..certain]) {
            // Or is it in two lines?
            return (!needle.folded().contains('\n')).then_some(true);
        }
        let is_doubtful = word.date.is_some()
            || needle.is_in(&self.text[certain..labels])
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

/// The statuses and flags that a text without case and accents begins.
pub(super) fn begun_by(folded: &str) -> u32 {
    let statuses = Status::ALL.into_iter().filter(|status| status.as_str().starts_with(folded)).map(of_status);
    let flags = Flag::ALL.into_iter().filter(|flag| flag.as_str().starts_with(folded)).map(of_flag);
    statuses.chain(flags).fold(0, |words, word| words | word)
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

    /// Whether it finds nothing that `wider` does not find, for it asks for a longer word. It may be so although this says no.
    #[must_use]
    pub fn narrows(&self, wider: &Self) -> bool {
        let ([term], [other]) = (self.terms.as_slice(), wider.terms.as_slice()) else { return false };
        let (Test::Words(words), Test::Words(others)) = (&term.test, &other.test) else { return false };
        let ([word], [other_word]) = (words.as_slice(), others.as_slice()) else { return false };
        // What is too short for a commit finds none, and what is none finds labels that only repeat one. A month is no part of its days.
        let is_alike = word.commit.is_some() == other_word.commit.is_some()
            && word.digest.is_some() == other_word.digest.is_some()
            && word.date.is_none()
            && other_word.date.is_none();
        !term.negated && !other.negated && is_alike && word.needle.folded().starts_with(other_word.needle.folded())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Haystack;
    use crate::query::tests::board;
    use crate::query::{Context, Query};

    #[test]
    fn a_longer_word_finds_less() {
        for (query, wider, narrows) in [
            ("cart", "car", true),
            ("cart", "CÁ", true),
            ("7fc", "7", true),
            ("7fc38a2b", "7fc3", true),
            ("7fc3", "7fc", false),
            ("deadb", "dead", true),
            ("deadline", "dead", false),
            ("2026-11", "2026-1", false),
            ("2026-1", "2026-", true),
            ("car", "cart", false),
            ("art", "cart", false),
            ("-cart", "-car", false),
            ("cart", "-car", false),
            ("cart|mail", "cart", false),
            ("cart mail", "cart", false),
            ("by:ana", "by:an", false),
            ("cart", "", false),
        ] {
            let (longer, shorter) = (Query::parse(query).unwrap(), Query::parse(wider).unwrap());
            assert_eq!(longer.narrows(&shorter), narrows, "{query} after {wider}");
            let board = board();
            let context = Context { environments: &board.environments, now: crate::text::TIME };
            for row in board.services.values().filter(|row| narrows && longer.matches(row, context)) {
                assert!(shorter.matches(row, context), "{}: {query} after {wider}", row.name);
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_comes_back_while_a_word_is_typed(word in "[7fc38a2beardint.0-9-]{2,42}", length in 1_usize..42) {
            let board = board();
            let context = Context { environments: &board.environments, now: crate::text::TIME };
            let shorter = Query::parse(&word[..length.min(word.len())]);
            let both = Query::parse(&word).ok().zip(shorter.ok()).filter(|(longer, shorter)| longer.narrows(shorter));
            let lost = both.and_then(|(longer, shorter)| {
                board.services.values().find(|row| longer.matches(row, context) && !shorter.matches(row, context))
            });
            prop_assert_eq!(lost.map(|row| &row.name), None);
        }
    }

    #[test]
    fn texts_are_the_same_side_by_side() {
        let board = board();
        let apart: Vec<Haystack> = board.services.values().map(|row| Haystack::of(row)).collect();
        let mut gathered = apart.clone();
        Haystack::gather(&mut gathered.iter_mut().collect::<Vec<_>>());
        assert_eq!(gathered, apart);
        let ends = gathered.windows(2).map(|two| (two[0].text.as_bytes().as_ptr_range().end, two[1].text.as_ptr()));
        assert!(ends.into_iter().all(|(end, start)| end == start));
        Haystack::gather(&mut []);
    }

    #[test]
    fn most_rows_are_answered_for_without_a_look_at_their_cells() {
        let board = board();
        // What is not ruled out, with a question mark where only the cells can tell.
        let may = |query: &str| {
            let query = Query::parse(query).unwrap();
            let answers = board.services.values().map(|row| (row, query.answer(&Haystack::of(row))));
            let rows = answers.filter(|(_, answer)| *answer != Some(false));
            rows.map(|(row, answer)| format!("{}{}", row.name, if answer.is_none() { "?" } else { "" })).collect::<Vec<_>>().join(" ")
        };
        for (query, rows) in [
            ("car", "cart"),
            ("Größe", "böse"),
            ("7fc3", "cart?"),
            ("7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa", "cart?"),
            ("7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24ab", "cart?"),
            ("fc38", ""),
            ("beef", "cart?"),
            ("mail pullback", "mail?"),
            ("mail|web", "mail web"),
            ("mail|1.4", "cart mail"),
            ("v1", "cart"),
            ("7fc38a2b=", ""),
            ("mail|7fc3", "cart? mail"),
            ("failing", "mail"),
            ("ailing", ""),
            ("leo -cart", "böse? cart?"),
            ("is:failing", "mail"),
            ("is:red", "böse cart mail"),
            ("is:drifted|locked", "böse web"),
            ("is:stale", "böse"),
            ("status:rolling|failing", "cart mail"),
            ("by:ana", "cart? mail?"),
            ("tag:1.4", "cart?"),
            ("commit:75b", "mail?"),
            ("-is:failing", "böse? cart? mail? web?"),
            ("zzz", ""),
            ("2026-11", "böse? cart? mail? web?"),
            ("ns:shop", "böse? cart? mail? web?"),
        ] {
            assert_eq!(may(query), rows, "{query}");
        }
    }
}
