//! Rows as signals: a change reaches the cells it is about, and no others.

use std::sync::Arc;

use leptos::prelude::*;
use model::board::{Cell, Row};
use model::ids::{EnvironmentName, ServiceName};

/// A row. Clones are the same row.
#[derive(Clone, Debug)]
pub struct RowState {
    /// The service.
    pub name: ServiceName,
    /// Its team.
    pub team: ArcRwSignal<Option<Arc<str>>>,
    /// Its place among the rows that the search shows, from 0.
    pub place: ArcRwSignal<usize>,
    /// Its cells, in the order of the columns.
    pub cells: Arc<[CellState]>,
}

/// A cell. Clones are the same cell.
#[derive(Clone, Debug)]
pub struct CellState {
    /// The column.
    pub environment: EnvironmentName,
    /// The column's place.
    pub place: usize,
    /// What the cell says.
    pub value: ArcRwSignal<CellValue>,
}

/// What a cell says.
#[derive(Clone, Debug)]
pub struct CellValue {
    /// The content; none where the board has no such cell, which counts as absent.
    pub cell: Option<Arc<Cell>>,
    /// How often it changed since the page was opened.
    pub changes: u32,
}

impl RowState {
    /// A row of the board at a place, with its cells in the order of the columns.
    #[must_use]
    pub fn new(row: &Row, place: usize, columns: &[EnvironmentName]) -> Self {
        let cells = columns.iter().enumerate().map(|(column, environment)| CellState {
            environment: environment.clone(),
            place: column,
            value: ArcRwSignal::new(CellValue { cell: row.cells.get(environment).cloned(), changes: 0 }),
        });
        Self { name: row.name.clone(), team: ArcRwSignal::new(row.team.clone()), place: ArcRwSignal::new(place), cells: cells.collect() }
    }

    /// Takes in what the board says now; what did not change tells nobody.
    pub fn update(&self, row: &Row) {
        if self.team.with_untracked(|team| *team != row.team) {
            self.team.set(row.team.clone());
        }
        for state in self.cells.iter() {
            let fresh = row.cells.get(&state.environment);
            if state.value.with_untracked(|value| !same(value.cell.as_ref(), fresh)) {
                state.value.update(|value| {
                    value.cell = fresh.cloned();
                    value.changes += 1;
                });
            }
        }
    }

    /// Moves the row to another place.
    pub fn put(&self, place: usize) {
        if self.place.get_untracked() != place {
            self.place.set(place);
        }
    }

    /// Whether both are the same row, and not only rows of one service.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cells, &other.cells)
    }
}

fn same(one: Option<&Arc<Cell>>, other: Option<&Arc<Cell>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one == other,
        (None, None) => true,
        _ => false,
    }
}
