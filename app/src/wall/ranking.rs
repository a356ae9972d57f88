//! What a wall shows first, and on which of its pages. Pure.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;
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

/// What is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The rows.
    pub rows: Vec<ServiceName>,
    /// Which of the columns.
    pub columns: Range<usize>,
    /// Its number, from 0.
    pub number: usize,
    /// How many there are, at least one.
    pub of: usize,
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

    /// This order, but with its calm rows as they were at the beginning of a round through the pages: rows that change their
    /// place while pages turn are seen twice, or not at all. What is new comes last.
    #[must_use]
    pub fn in_round(self, round: &Self) -> Self {
        let calm: BTreeSet<&ServiceName> = self.calm.iter().collect();
        let known: BTreeSet<&ServiceName> = round.calm.iter().collect();
        let kept = round.calm.iter().filter(|name| calm.contains(name));
        let new = self.calm.iter().filter(|name| !known.contains(name));
        let calm = kept.chain(new).cloned().collect();
        Self { calm, ..self }
    }

    /// This order, but what was trouble a moment ago stays among it: what has just become well is seen to be so.
    #[must_use]
    pub fn with_recovered(mut self, before: &Self) -> Self {
        let (recovered, calm): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.calm).into_iter().partition(|name| before.trouble.contains(name));
        self.trouble.extend(recovered);
        Self { calm, ..self }
    }

    /// A page, counted from 0 and on from the last one. Trouble that leaves half of the screen stays on every page.
    #[must_use]
    pub fn sheet(&self, fit: Fit, columns: usize, number: usize) -> Sheet {
        let (rows, trouble) = (fit.rows.max(1), self.trouble.len());
        let stays = if trouble + self.calm.len() > rows && trouble <= rows / 2 { trouble } else { 0 };
        let (fixed, turning) = self.trouble.split_at(stays);
        let turning: Vec<&ServiceName> = turning.iter().chain(&self.calm).collect();
        let across = columns.div_ceil(fit.columns.max(1)).max(1);
        let down = turning.len().div_ceil(rows - stays).max(1);
        let number = number % (across * down);
        let shown = turning[share(turning.len(), down, number / across)].iter().copied();
        Sheet {
            rows: fixed.iter().chain(shown).cloned().collect(),
            columns: share(columns, across, number % across),
            number,
            of: across * down,
        }
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

/// One of several shares that are as equal as can be.
const fn share(all: usize, shares: usize, place: usize) -> Range<usize> {
    all * place / shares..all * (place + 1) / shares
}

#[cfg(test)]
mod tests {
    use super::{Fit, Ranking};
    use crate::board::columns::Columns;
    use model::text::parse;

    fn order(text: &str) -> (Ranking, usize) {
        let board = parse(&format!("environments: dev | pro\n{text}")).unwrap();
        let columns = Columns::all(&board.environments);
        (Ranking::of(board.services.values().cloned(), &columns), columns.len())
    }

    fn names(names: &[model::ids::ServiceName]) -> String {
        names.iter().map(model::ids::ServiceName::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_worst_comes_first_and_then_the_newest_change() {
        let (order, _) = order(
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

    /// So many services, some of which fail.
    fn of(failing: usize, ready: usize) -> (Ranking, usize) {
        let rows = |status: &'static str, number: usize| {
            (0..number).map(move |row| format!("{status}{row:02} dev: 7fc38a2 {status} 0/1 | pro: -\n"))
        };
        order(&rows("failing", failing).chain(rows("ready", ready)).collect::<String>())
    }

    #[test]
    fn pages_are_as_equal_as_can_be_and_together_show_everything() {
        for (failing, ready, fit, pages) in [
            (0, 0, 10, 1),
            (0, 10, 10, 1),
            (0, 11, 10, 2),
            (0, 500, 10, 50),
            (3, 30, 10, 5),
            (5, 10, 10, 2),
            (6, 6, 10, 2),
            (40, 0, 10, 4),
            (1, 3, 1, 4),
        ] {
            let (order, columns) = of(failing, ready);
            let fit = Fit { rows: fit, columns: 12 };
            let sheets: Vec<_> = (0..pages).map(|number| order.sheet(fit, columns, number)).collect();
            let sizes: Vec<_> = sheets.iter().map(|sheet| sheet.rows.len()).collect();
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            assert!(most - least <= 1 && *most <= fit.rows, "{failing} {ready}: {sizes:?}");
            assert!(sheets.iter().all(|sheet| sheet.of == pages), "{failing} {ready}");
            let mut shown: Vec<_> = sheets.iter().flat_map(|sheet| sheet.rows.clone()).collect();
            shown.sort();
            shown.dedup();
            assert_eq!(shown.len(), failing + ready);
            assert_eq!(order.sheet(fit, columns, pages), sheets[0], "after the last comes the first");
        }
    }

    #[test]
    fn a_little_trouble_stays_and_much_of_it_turns() {
        let fit = Fit { rows: 4, columns: 12 };
        let (order, columns) = of(2, 4);
        assert_eq!(names(&order.sheet(fit, columns, 0).rows), "failing00 failing01 ready00 ready01");
        assert_eq!(names(&order.sheet(fit, columns, 1).rows), "failing00 failing01 ready02 ready03");
        let (order, columns) = of(3, 3);
        assert_eq!(names(&order.sheet(fit, columns, 0).rows), "failing00 failing01 failing02");
        assert_eq!(names(&order.sheet(fit, columns, 1).rows), "ready00 ready01 ready02");
    }

    #[test]
    fn columns_that_do_not_fit_turn_too() {
        let (order, _) = of(0, 4);
        let fit = Fit { rows: 2, columns: 12 };
        let sheets: Vec<_> = (0..6).map(|number| order.sheet(fit, 26, number)).collect();
        assert_eq!(sheets.iter().map(|sheet| sheet.columns.clone()).collect::<Vec<_>>(), [0..8, 8..17, 17..26, 0..8, 8..17, 17..26]);
        assert_eq!((names(&sheets[2].rows), names(&sheets[3].rows)), ("ready00 ready01".into(), "ready02 ready03".into()));
    }

    #[test]
    fn calm_rows_keep_their_places_for_a_round() {
        let (before, _) = order("a dev: 7fc38a2 ready 1/1 | pro: -\nb dev: 7fc38a2 ready 1/1 | pro: -\nc dev: 7fc38a2 ready 1/1 | pro: -");
        let (fresh, _) = order(
            "a dev: 7fc38a2 failing 0/1 | pro: -\n\
             b dev: 7fc38a2 ready 1/1 | pro: -\n\
             c dev: 993e5fc ready 1/1 by ana at 2026-11-20T09:00:00Z | pro: -\n\
             d dev: 993e5fc ready 1/1 by ana at 2026-11-20T09:00:00Z | pro: -",
        );
        assert_eq!(names(&fresh.calm), "c d b");
        let order = fresh.in_round(&before);
        assert_eq!((names(&order.trouble), names(&order.calm)), ("a".into(), "b c d".into()));
        let well = before.with_recovered(&order);
        assert_eq!((names(&well.trouble), names(&well.calm)), ("a".into(), "b c".into()), "it is seen to be well for a moment");
    }
}
