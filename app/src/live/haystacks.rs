//! What the search reads: a text for each row, made when the row changed, and what it found last. Pure.

use std::sync::{Arc, Weak};

use model::board::{Board, Row};
use model::delta::Delta;
use model::ids::ServiceName;
use model::query::{Context, Haystack, Query};

use crate::board::item::Item;

/// What the search reads of a board, in the order of its rows.
#[derive(Clone, Debug, Default)]
pub struct Haystacks {
    rows: Vec<Searched>,
    /// How many of their texts are not side by side with the others.
    apart: usize,
    /// The board they are of.
    of: Weak<Board>,
    /// What was found in it.
    answers: Answers,
}

/// What was found in some rows, the newest last.
#[derive(Clone, Debug, Default)]
struct Answers(Vec<Answer>);

/// What a query found.
#[derive(Clone, Debug)]
struct Answer {
    query: Query,
    places: Vec<usize>,
    items: Arc<[Item]>,
}

/// What the search reads of a row.
#[derive(Clone, Debug)]
struct Searched {
    name: ServiceName,
    /// The row that it was made of. It is not kept by this: a page on which nobody searches would have all rows twice after a day.
    row: Weak<Row>,
    haystack: Haystack,
}

/// One of so many rows may have its text somewhere else.
const APART: usize = 8;

/// How many rows a part has.
const PART: usize = 200;

/// So many answers are kept: who deletes a word asks once more what was asked before each of its letters.
const ANSWERS: usize = 16;

impl Haystacks {
    /// Takes in the next row; rows come in their order.
    pub fn push(&mut self, row: &Arc<Row>) {
        self.rows.push(Searched::new(row));
        self.apart += 1;
    }

    /// Puts the texts side by side, unless most of them are.
    fn gather(&mut self) {
        if self.apart * APART > self.rows.len() {
            self.apart = 0;
            Haystack::gather(&mut self.rows.iter_mut().map(|row| &mut row.haystack).collect::<Vec<_>>());
        }
    }

    /// Whether they are of this board.
    #[must_use]
    pub fn are_of(&self, board: &Arc<Board>) -> bool {
        std::ptr::eq(self.of.as_ptr(), Arc::as_ptr(board))
    }

    /// Takes in what a board became that they were of.
    pub fn apply(&mut self, delta: &Delta, board: &Arc<Board>) {
        let names = delta.services.iter().map(|row| &row.name).chain(&delta.removed);
        for name in names {
            match (self.rows.binary_search_by(|row| row.name.cmp(name)), board.services.get(name)) {
                (Ok(place), Some(row)) => self.rows[place] = Searched::new(row),
                (Err(place), Some(row)) => self.rows.insert(place, Searched::new(row)),
                (Ok(place), None) => drop(self.rows.remove(place)),
                (Err(_), None) => {}
            }
            self.apart += 1;
        }
        self.begin(board);
    }

    /// The services that a query shows, in the order of their names. Who types on is looked for only among what was found until now.
    #[must_use]
    pub fn matching(&mut self, board: &Arc<Board>, query: &Query, context: Context<'_>) -> Arc<[Item]> {
        self.refresh(board);
        self.answers.find(&self.rows, query, context)
    }

    /// Looks for queries, one after the other, in a part of the rows, by its number: the first ones, and after them others. What the last
    /// one finds there.
    #[must_use]
    pub fn in_part(&mut self, part: usize, board: &Arc<Board>, queries: &[Query], context: Context<'_>) -> Arc<[Item]> {
        self.refresh(board);
        let rows = self.rows.chunks(PART).cycle().nth(part).unwrap_or_default();
        let mut answers = Answers::default();
        queries.iter().map(|query| answers.find(rows, query, context)).last().unwrap_or_default()
    }

    /// Makes all texts, unless they are of this board, and puts them side by side. Not where they change: on a page on which nobody searches
    /// a piece of memory as large as all of them, each time a little larger, would leave holes behind all day.
    fn refresh(&mut self, board: &Arc<Board>) {
        if !self.are_of(board) {
            *self = Self::default();
            board.services.values().for_each(|row| self.push(row));
            self.begin(board);
        }
        self.gather();
    }

    /// They are of this board, all rows of which they took in. What was found in another one is forgotten.
    pub fn begin(&mut self, board: &Arc<Board>) {
        self.of = Arc::downgrade(board);
        self.answers = Answers::default();
    }
}

impl Searched {
    fn new(row: &Arc<Row>) -> Self {
        Self { name: row.name.clone(), row: Arc::downgrade(row), haystack: Haystack::of(row) }
    }
}

impl Answers {
    /// What a query finds in rows, which are always the same. What was found before helps.
    fn find(&mut self, rows: &[Searched], query: &Query, context: Context<'_>) -> Arc<[Item]> {
        let Self(answers) = self;
        if query.depends_on_time() {
            return items(rows, &found(rows, None, query, context));
        }
        if let Some(known) = answers.iter().find(|answer| answer.query == *query) {
            return Arc::clone(&known.items);
        }
        let wider = answers.iter().rev().find(|answer| query.narrows(&answer.query));
        let places = found(rows, wider.map(|wider| wider.places.as_slice()), query, context);
        let items = items(rows, &places);
        if answers.len() == ANSWERS {
            answers.remove(0);
        }
        answers.push(Answer { query: query.clone(), places, items: Arc::clone(&items) });
        items
    }
}

/// Which of some rows a query shows, or of those at some places. One function for both: the first key is not to wait for another one to be
/// compiled.
fn found(rows: &[Searched], among: Option<&[usize]>, query: &Query, context: Context<'_>) -> Vec<usize> {
    let matches = |row: &Weak<Row>| row.upgrade().is_some_and(|row| query.matches(&row, context));
    let is_found = |row: &Searched| query.answer(&row.haystack).unwrap_or_else(|| matches(&row.row));
    let place = |index: usize| among.map_or(Some(index), |places| places.get(index).copied());
    let places = (0..among.map_or(rows.len(), <[usize]>::len)).filter_map(place);
    places.filter(|place| rows.get(*place).is_some_and(is_found)).collect()
}

fn items(rows: &[Searched], places: &[usize]) -> Arc<[Item]> {
    places.iter().filter_map(|place| Some(Item::Row(rows.get(*place)?.name.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Haystacks;
    use crate::board::item::Item;
    use model::board::Board;
    use model::delta::{Delta, RowChange};
    use model::ids::ServiceName;
    use model::query::{Context, Query};
    use model::text::{TIME, parse};

    fn names(items: &[Item]) -> String {
        items.iter().filter_map(Item::service).map(ServiceName::as_str).collect::<Vec<_>>().join(" ")
    }

    /// What leads from a board to one in which these rows are others, or are not there any more.
    fn delta(board: &Board, rows: &str) -> Delta {
        let (there, removed) =
            rows.split_whitespace().map(ServiceName::from).partition::<Vec<_>, _>(|name| board.services.contains_key(name));
        let change = |name| RowChange { name, team: None, cells: std::collections::BTreeMap::default(), whole: true };
        Delta {
            revision: board.revision.clone(),
            generated_at: TIME,
            environments: None,
            unplaced_records: None,
            services: there.into_iter().map(change).collect(),
            removed,
        }
    }

    #[test]
    fn a_search_finds_what_the_rows_say_now() {
        let mut haystacks = Haystacks::default();
        let mut check = |board: &str, query: &str, expected: &str| {
            let board = Arc::new(parse(&format!("environments: dev\n{board}")).unwrap());
            let context = Context { environments: &board.environments, now: TIME };
            let found = haystacks.matching(&board, &Query::parse(query).unwrap(), context);
            assert_eq!(
                Haystacks::default().in_part(1, &board, &["b", query].map(|query| Query::parse(query).unwrap()), context),
                found,
                "{query}, of the only part"
            );
            assert_eq!(names(&found), expected, "{query}");
        };
        let before = "b dev: 7fc38a2 ready 1/1\nd dev: 7fc38a2 ready 1/1";
        check(before, "", "b d");
        check(before, "7fc3", "b d");
        check("a dev: 7fc38a2 ready 1/1\nb dev: 993e5fc ready 1/1\nc dev: 7fc38a2 ready 1/1", "7fc3", "a c");
        check("b dev: 993e5fc ready 1/1\ne dev: 7fc38a2 failing 0/1", "fail", "e");
        check("", "fail", "");
    }

    #[test]
    fn what_was_found_before_answers_as_a_look_at_all_rows_does() {
        let board = "environments: dev\n\
            cart dev: 7fc38a2 ready 1/1\ncatalog dev: 993e5fc ready 1/1 by carla\nmail @cards dev: 7fc38a2 failing 0/1\nweb dev: 1111111 ready 1/1";
        let board = Arc::new(parse(board).unwrap());
        let context = Context { environments: &board.environments, now: TIME };
        let mut haystacks = Haystacks::default();
        // As somebody types and deletes, more than are kept.
        let words =
            ["", "c", "ca", "car", "cart", "car", "ca", "c", "", "7", "7f", "7fc", "7fc3", "7fc38", "7fc3", "f", "fa", "fail", "x", "xy"];
        for word in words.iter().chain(&["cart ", "CAR", "by:c", "by:ca", "is:failing", "age:<1d", "age:<1d", "cat", "ca"]) {
            let query = Query::parse(word).unwrap();
            let found = haystacks.matching(&board, &query, context);
            let expected: Vec<_> =
                board.services.values().filter(|row| query.matches(row, context)).map(|row| Item::Row(row.name.clone())).collect();
            assert_eq!(*found, *expected, "{word}");
            assert!(Arc::ptr_eq(&found, &haystacks.matching(&board, &query, context)) != query.depends_on_time(), "{word}");
        }
    }

    #[test]
    fn what_a_board_became_is_taken_in_without_a_look_at_all_rows() {
        let board = |rows: &str| Arc::new(parse(&format!("environments: dev\n{rows}")).unwrap());
        let rows = ["b dev: 7fc38a2 ready 1/1", "d dev: 7fc38a2 ready 1/1", "f dev: 993e5fc failing 0/1"];
        let first = board(&rows.join("\n"));
        for (then, changed) in [
            (rows.join("\n"), ""),
            (rows.join("\n").replace("b dev: 7fc38a2", "b dev: 993e5fc"), "b"),
            (rows[1..].join("\n"), "b"),
            (format!("a dev: 7fc38a2 ready 1/1\n{}\ng dev: 7fc38a2 ready 1/1", rows.join("\n")), "a g"),
            (format!("a dev: 7fc38a2 failing 0/1\n{}", rows[2]), "a b d"),
            (String::new(), "b d f"),
            (rows.join("\n"), "e"),
        ] {
            let mut haystacks = Haystacks::default();
            let query = Query::parse("7fc3").unwrap();
            let context = Context { environments: &first.environments, now: TIME };
            assert!(!haystacks.are_of(&first));
            assert_eq!(names(&haystacks.matching(&first, &query, context)), "b d");
            assert!(haystacks.are_of(&first));
            let then = board(&then);
            haystacks.apply(&delta(&then, changed), &then);
            assert!(haystacks.are_of(&then) && !haystacks.are_of(&first), "{changed}");
            for query in ["7fc3", "993e", "fail", ""] {
                let query = Query::parse(query).unwrap();
                let found = Haystacks::default().matching(&then, &query, context);
                assert_eq!(names(&haystacks.matching(&then, &query, context)), names(&found), "{query:?} after {changed}");
            }
        }
    }

    #[test]
    fn a_board_that_was_read_row_by_row_is_searched_as_any_other() {
        let board = Arc::new(parse("environments: dev\ncart dev: 7fc38a2 ready 1/1\nmail dev: 993e5fc failing 0/1").unwrap());
        let mut haystacks = Haystacks::default();
        board.services.values().for_each(|row| haystacks.push(row));
        haystacks.begin(&board);
        assert!(haystacks.are_of(&board));
        let context = Context { environments: &board.environments, now: TIME };
        for (query, expected) in [("", "cart mail"), ("fail", "mail"), ("7fc3", "cart"), ("x", "")] {
            assert_eq!(names(&haystacks.matching(&board, &Query::parse(query).unwrap(), context)), expected, "{query}");
        }
    }

    #[test]
    fn a_row_that_changed_is_not_kept_for_the_search() {
        let mut haystacks = Haystacks::default();
        let board = parse("environments: dev\ncart dev: 7fc38a2 ready 1/1").unwrap();
        let row = Arc::downgrade(board.services.values().next().unwrap());
        board.services.values().for_each(|row| haystacks.push(row));
        drop(board);
        assert!(row.upgrade().is_none());
    }
}
