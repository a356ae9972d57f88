//! The board in numbers: what headers, strip and legend say. Pure.

use std::collections::BTreeSet;

use model::board::{Board, Row};
use model::ids::{EnvironmentName, ServiceName};
use model::status::{Flag, Status};
use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::face;

/// The board in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// All services.
    pub services: usize,
    /// Those that the search shows.
    pub shown: usize,
    /// Services with at least one cell of a status, in the order of [`Summary::COUNTED`].
    pub by_status: [usize; Summary::COUNTED.len()],
    /// Services that the search shows and that fail somewhere.
    pub shown_failing: usize,
    /// Services that are behind in some environment.
    pub behind: usize,
    /// For each column, its cells by status.
    pub columns: Vec<ColumnCounts>,
    /// The sets of environments that agree in some shown row, by place in the columns.
    pub sets: BTreeSet<Vec<usize>>,
}

/// A [`Summary`] on its way, row by row: of thousands of rows it takes long enough for somebody to notice.
#[derive(Debug)]
pub struct Count<'a> {
    summary: Summary,
    columns: &'a [EnvironmentName],
    /// The columns by name, as the cells of a row come.
    by_name: Vec<(usize, &'a EnvironmentName)>,
    /// Which of the columns are shown.
    is_shown: Vec<bool>,
    /// Which columns of a row are in a set that was looked at.
    in_sets: Vec<bool>,
    set: Vec<usize>,
}

impl<'a> Count<'a> {
    /// Begins to count.
    #[must_use]
    pub fn begin(shown: &'a Columns) -> Self {
        let columns = shown.environments();
        let mut is_shown = vec![false; columns.len()];
        shown.iter().for_each(|(place, _)| is_shown[place] = true);
        let mut by_name: Vec<(usize, &EnvironmentName)> = columns.iter().enumerate().collect();
        by_name.sort_by_key(|(_, name)| *name);
        let summary = Summary { columns: vec![ColumnCounts::default(); columns.len()], ..Summary::default() };
        Self { summary, columns, by_name, is_shown, in_sets: vec![false; columns.len()], set: Vec::new() }
    }

    /// Takes in a row, which the search shows or not.
    pub fn row(&mut self, row: &Row, is_row: bool) {
        let Self { summary, columns, by_name, is_shown, in_sets, set } = self;
        let mut has = [false; Summary::COUNTED.len()];
        let mut behind = false;
        in_sets.fill(false);
        let mut cells = row.cells.iter().peekable();
        for (place, environment) in &*by_name {
            while cells.next_if(|(name, _)| name < environment).is_some() {}
            let Some((_, cell)) = cells.next_if(|(name, _)| name == environment) else { continue };
            let place = *place;
            let counts = &mut summary.columns[place];
            counts.present += usize::from(cell.status != Status::Absent);
            behind |= cell.flags.contains(&Flag::Behind);
            if let Some(counted) = Summary::COUNTED.iter().position(|status| *status == cell.status) {
                counts.by_status[counted] += 1;
                has[counted] = true;
            }
            if is_row && cell.status == Status::Ready && !cell.agrees_with.is_empty() && is_shown[place] && !in_sets[place] {
                face::agreement_into(cell, place, columns, set);
                // The sets of a row have nothing in common: each is looked at once.
                set.iter().for_each(|place| in_sets[*place] = true);
                if !summary.sets.contains(&**set) {
                    summary.sets.insert(set.clone());
                }
            }
        }
        summary.services += 1;
        summary.shown += usize::from(is_row);
        summary.shown_failing += usize::from(is_row && has[0]);
        summary.behind += usize::from(behind);
        for (count, has) in summary.by_status.iter_mut().zip(has) {
            *count += usize::from(has);
        }
    }

    /// What was counted.
    #[must_use]
    pub fn end(self) -> Summary {
        self.summary
    }
}

/// The cells of a column by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnCounts {
    /// Cells that are not absent.
    pub present: usize,
    /// Cells of each status, in the order of [`Summary::COUNTED`].
    pub by_status: [usize; Summary::COUNTED.len()],
}

impl Summary {
    /// The statuses that are counted: those that are neither fine nor nothing, most urgent first.
    pub const COUNTED: [Status; 6] = [Status::Failing, Status::Missing, Status::Drifted, Status::Rolling, Status::Unknown, Status::Paused];

    /// Counts the board; `is_shown`, which is asked for each row in the order of their names, says which ones the search shows. What is
    /// hidden counts, too: nothing that fails is hidden by hiding its column. Only the legend is about what is shown.
    #[must_use]
    pub fn of(board: &Board, shown: &Columns, mut is_shown: impl FnMut(&ServiceName) -> bool) -> Self {
        let mut count = Count::begin(shown);
        for (name, row) in &board.services {
            count.row(row, is_shown(name));
        }
        count.end()
    }

    /// Services with a cell of this status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        Self::COUNTED.iter().position(|counted| *counted == status).map_or(0, |place| self.by_status[place])
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;
    use crate::board::columns::Columns;
    use model::status::Status;

    #[test]
    fn a_service_counts_once_and_the_legend_lists_what_is_shown() {
        let board = model::text::parse(
            "environments: dev | pre | pro\n\
             a  dev: 7fc38a2 failing 0/1 | pre: 7fc38a2 failing 0/1 | pro: -\n\
             b  dev: 7fc38a2 ready 1/1 ~pre | pre: 7fc38a2 ready 1/1 ~dev | pro: c0ffee1 ready 1/1 +behind\n\
             c  dev: 7fc38a2 ready 1/1 ~pro | pre: 993e5fc rolling 0/1 | pro: 7fc38a2 ready 1/1 ~dev",
        )
        .unwrap();
        let columns = Columns::all(&board.environments);
        let summary = Summary::of(&board, &columns, |name| name.as_str() != "c");
        assert_eq!((summary.services, summary.shown, summary.behind), (3, 2, 1));
        assert_eq!((summary.count(Status::Failing), summary.count(Status::Rolling)), (1, 1), "services, not cells");
        assert_eq!(summary.shown_failing, 1);
        assert_eq!(Summary::of(&board, &columns, |name| name.as_str() == "b").shown_failing, 0, "what is not shown is not told");
        assert_eq!(summary.columns[1].by_status[0], 1, "cells of the column");
        assert_eq!(summary.columns[2].present, 2);
        assert_eq!(summary.sets, [vec![0, 1]].into(), "of the rows that are shown");
        let hidden = Summary::of(&board, &columns.chosen([2]), |_| true);
        assert_eq!(hidden.sets, [vec![0, 2]].into(), "and of the columns");
        assert_eq!(hidden.count(Status::Failing), 1, "what fails is told, whatever is shown");
    }
}
