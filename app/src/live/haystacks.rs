//! What the search reads: a text for each row, made when the row changed. Pure.

use std::sync::{Arc, Weak};

use model::board::{Board, Row};
use model::ids::ServiceName;
use model::query::{Context, Haystack, Query};

/// What the search reads of a board, in the order of its rows.
#[derive(Clone, Debug, Default)]
pub struct Haystacks {
    rows: Vec<Searched>,
    /// The board they were compared with last.
    of: Weak<Board>,
}

/// What the search reads of a row.
#[derive(Clone, Debug)]
struct Searched {
    name: ServiceName,
    /// The row that it was made of. It is not kept by this: a page on which nobody searches would have all rows twice after a day.
    row: Weak<Row>,
    haystack: Haystack,
}

/// How many rows a part has.
const PART: usize = 500;

impl Haystacks {
    /// Takes in the next row; rows come in their order.
    pub fn push(&mut self, row: &Arc<Row>) {
        self.rows.push(Searched { name: row.name.clone(), row: Arc::downgrade(row), haystack: Haystack::of(row) });
    }

    /// The services that a query shows, in the order of their names.
    #[must_use]
    pub fn matching(&mut self, board: &Arc<Board>, query: &Query, context: Context<'_>) -> Vec<ServiceName> {
        if query.is_empty() {
            return board.services.keys().cloned().collect();
        }
        self.refresh(board);
        found(&self.rows, query, context)
    }

    /// Looks for a query in a part of the rows: the first ones, and after them others, by its number.
    #[must_use]
    pub fn in_part(&mut self, part: usize, board: &Arc<Board>, query: &Query, context: Context<'_>) -> Vec<ServiceName> {
        self.refresh(board);
        let rows = self.rows.chunks(PART).cycle().nth(part);
        rows.map_or_else(Vec::new, |rows| found(rows, query, context))
    }

    /// Makes the texts of rows that changed.
    fn refresh(&mut self, board: &Arc<Board>) {
        // A walk through all rows, which are all over the memory, for each key that somebody types.
        if std::ptr::eq(self.of.as_ptr(), Arc::as_ptr(board)) {
            return;
        }
        self.of = Arc::downgrade(board);
        let rows = board.services.values();
        let mut old = std::mem::take(&mut self.rows).into_iter().peekable();
        self.rows.reserve(rows.len());
        for row in rows {
            while old.next_if(|old| old.name < row.name).is_some() {}
            match old.next_if(|old| std::ptr::eq(old.row.as_ptr(), Arc::as_ptr(row))) {
                Some(same) => self.rows.push(same),
                None => self.push(row),
            }
        }
    }
}

fn found(rows: &[Searched], query: &Query, context: Context<'_>) -> Vec<ServiceName> {
    let matches = |row: &Weak<Row>| row.upgrade().is_some_and(|row| query.matches(&row, context));
    let rows = rows.iter().filter(|searched| query.answer(&searched.haystack).unwrap_or_else(|| matches(&searched.row)));
    rows.map(|searched| searched.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Haystacks;
    use model::ids::ServiceName;
    use model::query::{Context, Query};
    use model::text::{TIME, parse};

    #[test]
    fn a_search_finds_what_the_rows_say_now() {
        let mut haystacks = Haystacks::default();
        let mut check = |board: &str, query: &str, expected: &str| {
            let board = Arc::new(parse(&format!("environments: dev\n{board}")).unwrap());
            let context = Context { environments: &board.environments, now: TIME };
            let found = haystacks.matching(&board, &Query::parse(query).unwrap(), context);
            assert_eq!(Haystacks::default().in_part(1, &board, &Query::parse(query).unwrap(), context), found, "{query}, of the only part");
            assert_eq!(found.iter().map(ServiceName::as_str).collect::<Vec<_>>().join(" "), expected, "{query}");
        };
        let before = "b dev: 7fc38a2 ready 1/1\nd dev: 7fc38a2 ready 1/1";
        check(before, "", "b d");
        check(before, "7fc3", "b d");
        check("a dev: 7fc38a2 ready 1/1\nb dev: 993e5fc ready 1/1\nc dev: 7fc38a2 ready 1/1", "7fc3", "a c");
        check("b dev: 993e5fc ready 1/1\ne dev: 7fc38a2 failing 0/1", "fail", "e");
        check("", "fail", "");
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
