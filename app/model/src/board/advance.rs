//! The next state of the board: only what really changed is stamped.

use arcstr::ArcStr;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Board, Cell, Changes, Environment, Revision, Row};
use crate::ids::ServiceName;

/// So many rows that were removed are remembered, however few there are.
pub(crate) const REMEMBERED: usize = 1000;

impl Board {
    /// The next state: only what really changed is stamped with its number, and everything else is shared with this one.
    /// None when nothing changed. Of several entries for one row the last counts.
    ///
    /// The work is that of the rows in `changes`, however many others there are.
    #[must_use]
    pub fn advance(&self, changes: Changes, now: DateTime<Utc>) -> Option<Self> {
        let number = self.revision.number + 1;
        let header = changes.header.filter(|header| !self.has_header(header));
        let rows: BTreeMap<ServiceName, Option<Row>> = changes.rows.into_iter().collect();
        let rows: Vec<(ServiceName, Option<Row>)> =
            rows.into_iter().filter_map(|(name, row)| Some((name.clone(), self.advance_row(&name, row, number)?))).collect();
        if header.is_none() && rows.is_empty() {
            return None;
        }

        let mut next = self.clone();
        next.revision = Revision { epoch: ArcStr::clone(&self.revision.epoch), number };
        next.generated_at = now;
        if let Some((environments, unplaced_records)) = header {
            next.environments = environments;
            next.unplaced_records = unplaced_records;
            next.header_changed = number;
        }
        next.recent.push(number, rows.iter().map(|(name, _)| name.clone()).collect());
        for (name, row) in rows {
            match row {
                Some(row) => {
                    next.removed.remove_mut(&name);
                    next.services.insert_mut(name, Arc::new(row));
                }
                None => {
                    next.services.remove_mut(&name);
                    next.removed.insert_mut(name, number);
                }
            }
        }
        next.forget_removed(REMEMBERED);
        Some(next)
    }

    /// The rows that this state changed or removed, when it came of [`Board::advance`].
    pub fn touched(&self) -> impl Iterator<Item = &ServiceName> {
        self.recent.newest().iter()
    }

    /// Forgets the rows that went longest ago, when more are remembered than `least` and than there are rows: a delta with all
    /// of them would be longer than the whole board, and a server runs for months. Those that went just now are kept.
    pub(crate) fn forget_removed(&mut self, least: usize) {
        let bound = self.services.size().max(least);
        if self.removed.size() <= bound {
            return;
        }
        // Half of them, so that the next ones cost nothing again.
        let mut numbers: Vec<u64> = self.removed.values().copied().collect();
        let forgotten = numbers.len() - bound / 2;
        let (_, newest, _) = numbers.select_nth_unstable(forgotten - 1);
        let horizon = (*newest).min(self.revision.number.saturating_sub(1));
        let gone: Vec<ServiceName> = self.removed.iter().filter(|(_, at)| **at <= horizon).map(|(name, _)| name.clone()).collect();
        for name in gone {
            self.removed.remove_mut(&name);
        }
        self.forgotten = self.forgotten.max(horizon);
    }

    fn has_header(&self, (environments, unplaced_records): &(Vec<Environment>, u64)) -> bool {
        self.environments == *environments && self.unplaced_records == *unplaced_records
    }

    /// The row stamped, `Some(None)` when it goes, none when it is as it was.
    fn advance_row(&self, name: &ServiceName, row: Option<Row>, number: u64) -> Option<Option<Row>> {
        match (self.services.get(name), row) {
            (None, None) => None,
            (Some(_), None) => Some(None),
            (None, Some(row)) => Some(Some(stamp_new(row, number))),
            (Some(old), Some(row)) => stamp_changed(old, row, number).map(Some),
        }
    }
}

fn stamp_new(mut row: Row, number: u64) -> Row {
    row.cells_changed = row.cells.keys().map(|environment| (environment.clone(), number)).collect();
    row.changed = number;
    row.whole_since = number;
    row
}

fn stamp_changed(old: &Row, mut row: Row, number: u64) -> Option<Row> {
    let lost_a_cell = old.cells.keys().any(|environment| !row.cells.contains_key(environment));
    let mut changed = lost_a_cell || old.team != row.team;
    let mut stamps = old.cells_changed.clone();
    if lost_a_cell {
        stamps.retain(|environment, _| row.cells.contains_key(environment));
    }
    for (environment, cell) in &mut row.cells {
        match old.cells.get(environment) {
            Some(known) if is_same(known, cell) => *cell = Arc::clone(known),
            _ => {
                changed = true;
                stamps.insert(environment.clone(), number);
            }
        }
    }
    if !changed {
        return None;
    }
    row.cells_changed = stamps;
    row.changed = number;
    row.whole_since = if lost_a_cell { number } else { old.whole_since };
    Some(row)
}

fn is_same(known: &Arc<Cell>, cell: &Arc<Cell>) -> bool {
    Arc::ptr_eq(known, cell) || known == cell
}
