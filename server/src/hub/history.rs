//! Which changes of a cell are worth a line in its history.
//!
//! A transition is a change of the wanted version or of the status *of the service*. `unknown` is the cluster's trouble,
//! not the service's: a cell that goes grey and comes back as it was appends nothing. So does a start: what is first
//! seen is compared with what was last stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use model::board::{Board, Cell, Environment, Target, TargetState};
use model::details::Transition;
use model::ids::{EnvironmentName, ServiceName};
use model::status::Status;
use model::version::{Sameness, Version};

use crate::store::CellTransition;

/// What every cell was last.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    last: BTreeMap<(ServiceName, EnvironmentName), Last>,
    /// Cells that were there and are not on the board, and nobody knows yet whether they are gone.
    missing: BTreeSet<(ServiceName, EnvironmentName)>,
}

#[derive(Debug, PartialEq)]
struct Last {
    status: Status,
    version: Option<Version>,
}

impl Tracker {
    /// Starts from what was last stored.
    pub(super) fn new(stored: impl IntoIterator<Item = CellTransition>) -> Self {
        let last = stored.into_iter().map(|CellTransition { service, environment, transition }| {
            ((service, environment), Last { status: transition.status, version: transition.version })
        });
        let last: BTreeMap<_, Last> = last.collect();
        let missing = last.iter().filter(|(_, last)| last.status != Status::Absent).map(|(place, _)| place.clone()).collect();
        Self { last, missing }
    }

    /// The transitions that a newly published board shows.
    pub(super) fn observe(&mut self, board: &Board) -> Vec<CellTransition> {
        let number = board.revision.number;
        let mut seen = Vec::new();
        for row in board.touched().filter_map(|name| board.services.get(name)) {
            for (environment, cell) in row.cells.iter().filter(|(name, _)| row.cells_changed.get(*name) == Some(&number)) {
                seen.extend(self.observe_cell(&row.name, environment, cell, board.generated_at));
            }
        }
        seen
    }

    /// The transitions of rows that are gone with all they had. Not asked after a new configuration, which takes rows away
    /// without anything having happened to the services. Nor is a row that was `withdrawn`, or that was there before a
    /// restart, gone before its clusters were read in full: a right that is missing is nothing the service did.
    pub(super) fn observe_removed(&mut self, board: &Board, withdrawn: &BTreeSet<ServiceName>) -> Vec<CellTransition> {
        let number = board.revision.number;
        let columns = |passes: fn(&Target) -> bool| -> BTreeSet<&EnvironmentName> {
            let all = |column: &&Environment| !column.targets.is_empty() && column.targets.iter().all(passes);
            board.environments.iter().filter(all).map(|column| &column.name).collect()
        };
        let live = columns(|target| target.state == TargetState::Live);
        let complete = columns(|target| target.state == TargetState::Live && target.error.is_none());
        self.missing.retain(|(service, _)| !board.services.contains_key(service));
        let mut gone = Vec::new();
        for place in std::mem::take(&mut self.missing) {
            if complete.contains(&place.1) { gone.push(place) } else { _ = self.missing.insert(place) }
        }
        for service in board.touched().filter(|name| board.removed.get(*name) == Some(&number)) {
            for (place, last) in self.last.range(of(service)).take_while(|((of, _), _)| of == service) {
                let is_known = live.contains(&place.1) && !withdrawn.contains(service);
                match last.status {
                    Status::Absent => {}
                    _ if is_known => gone.push(place.clone()),
                    _ => _ = self.missing.insert(place.clone()),
                }
            }
        }
        let mut seen = Vec::new();
        for (service, environment) in gone {
            self.last.insert((service.clone(), environment.clone()), Last { status: Status::Absent, version: None });
            let transition = Transition { at: board.generated_at, status: Status::Absent, version: None, reason: String::new(), by: None };
            seen.push(CellTransition { service, environment, transition });
        }
        seen
    }

    /// Forgets transitions that could not be handed on: the next change of their cells is compared with nothing, and
    /// appended whatever it is.
    pub(super) fn forget(&mut self, lost: &[CellTransition]) {
        for observed in lost {
            self.last.remove(&(observed.service.clone(), observed.environment.clone()));
        }
    }

    fn observe_cell(
        &mut self,
        service: &ServiceName,
        environment: &EnvironmentName,
        cell: &Cell,
        at: DateTime<Utc>,
    ) -> Option<CellTransition> {
        if cell.status == Status::Unknown {
            return None;
        }
        let place = (service.clone(), environment.clone());
        match self.last.get_mut(&place) {
            Some(last) if last.status == cell.status && same(last.version.as_ref(), cell.wanted.as_ref()) => {
                // The same version may be known better by now: its digest, once a pod runs it.
                last.version.clone_from(&cell.wanted);
                return None;
            }
            None if cell.status == Status::Absent => return None,
            _ => {}
        }
        self.last.insert(place, Last { status: cell.status, version: cell.wanted.clone() });
        let by = cell.record.as_ref().and_then(|record| record.by.clone());
        let transition = Transition { at, status: cell.status, version: cell.wanted.clone(), reason: cell.reason.clone(), by };
        Some(CellTransition { service: service.clone(), environment: environment.clone(), transition })
    }
}

/// The first place a service may have.
fn of(service: &ServiceName) -> std::ops::RangeFrom<(ServiceName, EnvironmentName)> {
    (service.clone(), EnvironmentName::from(""))..
}

fn same(a: Option<&Version>, b: Option<&Version>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a == b || a.compare(b) == Sameness::Same,
        _ => false,
    }
}
