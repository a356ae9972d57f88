//! What a wall shows first. Pure.

use std::cmp::Reverse;
use std::sync::Arc;

use model::board::Row;
use model::ids::ServiceName;
use model::status::Status;

use crate::board::columns::Columns;
use crate::board::face;
use crate::board::summary::{ColumnCounts, Summary};

/// The rows of a wall in their order, and what they count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Services that are not all well, the worst first; of equal ones the newest change.
    pub trouble: Vec<ServiceName>,
    /// The others, the newest change first.
    pub calm: Vec<ServiceName>,
    /// Services with at least one cell of a status, in the order of [`Summary::COUNTED`].
    pub by_status: [usize; Summary::COUNTED.len()],
    /// The same for each column, in cells.
    pub columns: Vec<ColumnCounts>,
}

/// How much fits on the screen at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Rows.
    pub rows: usize,
    /// Columns beside that of the names.
    pub columns: usize,
}

impl Fit {
    /// What fits on a screen of 16:9, whatever its size: everything is measured in its height (`style/wall.css`).
    pub const USUAL: Self = Self { rows: 10, columns: 12 };
}

impl Ranking {
    /// Puts rows in order, by what is in some columns.
    #[must_use]
    pub fn of(rows: impl IntoIterator<Item = Arc<Row>>, columns: &Columns) -> Self {
        let mut order = Self { columns: vec![ColumnCounts::default(); columns.len()], ..Self::default() };
        let mut ranked: Vec<_> = rows.into_iter().map(|row| (order.count(&row, columns), row.name.clone())).collect();
        // Stable: equal rows stay in the order of their names.
        ranked.sort_by_key(|((rank, changed), _)| (*rank, Reverse(*changed)));
        for ((rank, _), name) in ranked {
            if rank < CALM { order.trouble.push(name) } else { order.calm.push(name) }
        }
        order
    }

    /// Every service, in order.
    #[must_use]
    pub fn names(self) -> Vec<ServiceName> {
        let Self { mut trouble, calm, .. } = self;
        trouble.extend(calm);
        trouble
    }

    /// Counts a row, and says how urgent it is, and when it last changed.
    fn count(&mut self, row: &Row, columns: &Columns) -> (usize, Option<chrono::DateTime<chrono::Utc>>) {
        let mut has = [false; Summary::COUNTED.len()];
        let (mut rank, mut changed) = (CALM, None);
        for ((_, environment), counts) in columns.iter().zip(&mut self.columns) {
            let Some(cell) = row.cells.get(environment) else { continue };
            counts.present += usize::from(cell.status != Status::Absent);
            if let Some(counted) = Summary::COUNTED.iter().position(|status| *status == cell.status) {
                counts.by_status[counted] += 1;
                has[counted] = true;
            }
            rank = rank.min(urgency(cell.status));
            changed = changed.max(face::when(cell)).max(cell.since);
        }
        for (count, has) in self.by_status.iter_mut().zip(has) {
            *count += usize::from(has);
        }
        (rank, changed)
    }
}

/// The rank of what is not urgent.
const CALM: usize = 5;

/// The worst first.
const fn urgency(status: Status) -> usize {
    match status {
        Status::Failing => 0,
        Status::Missing => 1,
        Status::Drifted => 2,
        Status::Unknown => 3,
        Status::Rolling => 4,
        Status::Paused | Status::Ready | Status::Absent => CALM,
    }
}

#[cfg(test)]
mod tests {
    use super::Ranking;
    use crate::board::columns::Columns;
    use model::text::parse;

    fn order(text: &str) -> Ranking {
        let board = parse(&format!("environments: dev | pro\n{text}")).unwrap();
        Ranking::of(board.services.values().cloned(), &Columns::all(&board.environments))
    }

    fn names(names: &[model::ids::ServiceName]) -> String {
        names.iter().map(model::ids::ServiceName::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_worst_comes_first_and_then_the_newest_change() {
        let order = order(
            "a dev: 7fc38a2 ready 1/1 by ana at 2026-11-20T08:00:00Z | pro: -\n\
             b dev: 7fc38a2 ready 1/1 by ana at 2026-11-20T09:00:00Z | pro: -\n\
             c dev: 7fc38a2 rolling 0/1 | pro: -\n\
             d dev: 7fc38a2 unknown 1/1 | pro: -\n\
             e dev: 7fc38a2 drifted 1/1 by ana of 993e5fc | pro: -\n\
             f dev: - | pro: 7fc38a2 missing 0/0\n\
             g dev: 7fc38a2 rolling 0/1 | pro: 7fc38a2 failing 0/1 by ana at 2026-11-20T07:00:00Z\n\
             h dev: 7fc38a2 failing 0/1 by ana at 2026-11-20T09:00:00Z | pro: -\n\
             i dev: 7fc38a2 paused 0/0 | pro: -",
        );
        assert_eq!(names(&order.trouble), "h g f e d c");
        assert_eq!(names(&order.calm), "b a i", "what never changed comes last");
        assert_eq!(order.by_status, [2, 1, 1, 2, 1, 1], "services");
        assert_eq!((order.columns[0].present, order.columns[1].present), (8, 2), "cells");
    }
}
