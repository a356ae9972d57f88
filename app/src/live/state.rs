//! The board as the page holds it: the model's board, and the signals made from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::board::{Board, Environment, Revision};
use model::delta::Delta;
use model::ids::{EnvironmentName, ServiceName};
use model::query::{Context, Query};
use model::status::Status;

use super::rows::{CellState, RowState};
use crate::board::face::Columns;
use crate::board::selection::Selection;
use crate::board::sort::Sort;
use crate::board::summary::Summary;

/// The board as the page holds it.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    board: StoredValue<Arc<Board>>,
    by_name: StoredValue<BTreeMap<ServiceName, RowState>>,
    query: StoredValue<Query>,
    sort: StoredValue<Sort>,
    /// The rows in order, hidden ones too.
    pub rows: RwSignal<Vec<RowState>>,
    /// The columns' names. When they change, all rows are made anew.
    pub columns: RwSignal<Columns>,
    /// The columns with the state of their targets.
    pub environments: RwSignal<Vec<Environment>>,
    /// How many records name an environment that is no column.
    pub unplaced_records: RwSignal<u64>,
    /// The board in numbers.
    pub summary: RwSignal<Summary>,
    /// Set when [`Live::summary`] is older than the board.
    outdated: StoredValue<bool>,
}

impl Live {
    /// Makes the signals of a board, filtered and sorted.
    #[must_use]
    pub fn new(board: Arc<Board>, query: Query, sort: Sort, now: DateTime<Utc>) -> Self {
        let live = Self {
            by_name: StoredValue::default(),
            query: StoredValue::new(query),
            sort: StoredValue::new(sort),
            rows: RwSignal::default(),
            columns: RwSignal::new(columns(&board)),
            environments: RwSignal::new(board.environments.clone()),
            unplaced_records: RwSignal::new(board.unplaced_records),
            summary: RwSignal::default(),
            outdated: StoredValue::new(false),
            board: StoredValue::new(board),
        };
        live.rebuild();
        live.refilter(now);
        live.summarise();
        live
    }

    /// The state the browser has.
    #[must_use]
    pub fn revision(self) -> Revision {
        self.board.with_value(|board| board.revision.clone())
    }

    /// The cell of a service in an environment.
    #[must_use]
    pub fn cell(self, service: &ServiceName, environment: &EnvironmentName) -> Option<CellState> {
        let row = self.by_name.with_value(|rows| rows.get(service).cloned())?;
        row.cells.iter().find(|cell| cell.environment == *environment).cloned()
    }

    /// The environment that a selection means: without one, the service's first that has it.
    #[must_use]
    pub fn environment_of(self, selection: &Selection) -> Option<EnvironmentName> {
        let present = |name: &&EnvironmentName| {
            let state = self.cell(&selection.service, name);
            state.and_then(|state| state.value.get_untracked().cell).is_some_and(|cell| cell.status != Status::Absent)
        };
        let columns = self.columns.get_untracked();
        let first = || columns.iter().find(present).or_else(|| columns.first()).cloned();
        selection.environment.clone().or_else(first)
    }

    /// Takes in what changed.
    pub fn apply(self, delta: &Delta, now: DateTime<Utc>) {
        self.board.update_value(|board| Arc::make_mut(board).apply(delta));
        let touched: Vec<_> = delta.services.iter().map(|row| &row.name).chain(&delta.removed).cloned().collect();
        self.take_in(&touched, now);
    }

    /// Takes in a whole board, of another run of the server perhaps: only what differs changes on the page.
    pub fn replace(self, board: Board, now: DateTime<Utc>) {
        let before = self.by_name.with_value(|rows| rows.keys().cloned().collect::<Vec<_>>());
        let touched: Vec<_> = before.into_iter().chain(board.services.keys().cloned()).collect();
        self.board.set_value(Arc::new(board));
        self.take_in(&touched, now);
    }

    /// Shows the rows that match. Hidden rows stay: showing them again costs nothing.
    pub fn filter(self, query: Query, now: DateTime<Utc>) {
        self.query.set_value(query);
        self.refilter(now);
    }

    /// Filters once more: the age of things is something to search for.
    pub fn refilter(self, now: DateTime<Utc>) {
        self.board.with_value(|board| {
            self.by_name.with_value(|rows| self.query.with_value(|query| rows.values().for_each(|row| show(row, board, query, now))));
        });
        self.outdate();
    }

    /// Puts the rows in another order.
    pub fn sort_by(self, sort: Sort) {
        self.sort.set_value(sort);
        self.reorder();
    }

    fn take_in(self, touched: &[ServiceName], now: DateTime<Utc>) {
        let board = self.board.get_value();
        if self.environments.with_untracked(|environments| *environments != board.environments) {
            self.environments.set(board.environments.clone());
        }
        if self.unplaced_records.get_untracked() != board.unplaced_records {
            self.unplaced_records.set(board.unplaced_records);
        }
        let fresh = columns(&board);
        if self.columns.with_untracked(|columns| *columns != fresh) {
            self.columns.set(fresh);
            self.rebuild();
            self.refilter(now);
            return;
        }
        let mut rows_changed = false;
        self.by_name.update_value(|rows| {
            for name in touched {
                match (board.services.get(name), rows.get(name)) {
                    (Some(row), Some(state)) => state.update(row),
                    (Some(row), None) => {
                        rows.insert(name.clone(), RowState::new(row, &fresh));
                        rows_changed = true;
                    }
                    (None, Some(_)) => {
                        rows.remove(name);
                        rows_changed = true;
                    }
                    (None, None) => {}
                }
                if let Some(state) = rows.get(name) {
                    self.query.with_value(|query| show(state, &board, query, now));
                }
            }
        });
        if rows_changed || self.sort.with_value(Sort::depends_on_cells) {
            self.reorder();
        }
        self.outdate();
    }

    /// Makes all rows anew.
    fn rebuild(self) {
        let board = self.board.get_value();
        let columns = self.columns.get_untracked();
        let rows = board.services.iter().map(|(name, row)| (name.clone(), RowState::new(row, &columns)));
        self.by_name.set_value(rows.collect());
        self.reorder();
    }

    fn reorder(self) {
        let order = self.board.with_value(|board| self.sort.with_value(|sort| sort.order(board)));
        let rows: Vec<_> = self.by_name.with_value(|rows| order.iter().filter_map(|name| rows.get(name).cloned()).collect());
        let same = self
            .rows
            .with_untracked(|old| old.len() == rows.len() && old.iter().zip(&rows).all(|(old, new)| Arc::ptr_eq(&old.cells, &new.cells)));
        if !same {
            self.rows.set(rows);
        }
    }

    /// The numbers are counted once for a burst of changes, a moment later: they are not what one waits for.
    fn outdate(self) {
        if cfg!(feature = "hydrate") && !self.outdated.get_value() {
            self.outdated.set_value(true);
            set_timeout(move || self.summarise(), std::time::Duration::from_millis(80));
        }
    }

    fn summarise(self) {
        self.outdated.set_value(false);
        let summary = self.board.with_value(|board| {
            self.by_name.with_value(|rows| Summary::of(board, |name| rows.get(name).is_some_and(|row| row.shown.get_untracked())))
        });
        if self.summary.with_untracked(|old| *old != summary) {
            self.summary.set(summary);
        }
    }
}

fn columns(board: &Board) -> Columns {
    board.environments.iter().map(|environment| environment.name.clone()).collect()
}

fn show(state: &RowState, board: &Board, query: &Query, now: DateTime<Utc>) {
    if let Some(row) = board.services.get(&state.name) {
        state.show(query.matches(row, Context { environments: &board.environments, now }));
    }
}
