//! What the search reads: a text for each row, made when the row changed. Pure.

use std::sync::{Arc, Weak};

use model::board::{Board, Row};
use model::ids::ServiceName;
use model::query::{Context, Haystack, Query};

/// What the search reads of a board, in the order of its rows.
#[derive(Clone, Debug, Default)]
pub struct Haystacks {
    rows: Vec<(Arc<Row>, Haystack)>,
    /// The board they were compared with last.
    of: Weak<Board>,
}

/// How many rows a part has.
const PART: usize = 500;

impl Haystacks {
    /// Takes in the next row; rows come in their order.
    pub fn push(&mut self, row: Arc<Row>) {
        let haystack = Haystack::of(&row);
        self.rows.push((row, haystack));
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
            while old.next_if(|(old, _)| old.name < row.name).is_some() {}
            match old.next_if(|(old, _)| Arc::ptr_eq(old, row)) {
                Some(same) => self.rows.push(same),
                None => self.push(Arc::clone(row)),
            }
        }
    }
}

fn found(rows: &[(Arc<Row>, Haystack)], query: &Query, context: Context<'_>) -> Vec<ServiceName> {
    let rows = rows.iter().filter(|(row, haystack)| query.answer(haystack).unwrap_or_else(|| query.matches(row, context)));
    rows.map(|(row, _)| row.name.clone()).collect()
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
}
