//! What no board may ever say, and what it must say when the faults are over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::board::{Board, Cell, Row, TargetState};
use model::event::{Event, TargetHealth};
use model::ids::{ServiceName, TargetId};
use model::index::Index;
use model::merge::merge;
use model::record::Record;
use model::status::Status;
use model::workload::Kind;
use server::clusters::observe::Observer;
use server::store::CellTransition;
use sim::world::ObjectKind;
use tokio::sync::watch;
use tokio::time::sleep;

use super::chaos::{LONGEST_LAG, RUNS};
use super::ledger::{Ledger, State};
use super::plan::Plan;
use super::process::{Process, lock};
use super::trace::Trace;

/// How often the board is looked at although nothing is published: time alone makes it wrong.
const LOOK: Duration = Duration::from_secs(1);
/// What a publication, and the steps between a fault and its notice, may take.
const SLACK: Duration = Duration::from_secs(2);

/// Looks at every board.
pub(super) struct Judge {
    ledger: Ledger,
    columns: Arc<Vec<Column>>,
    window: Duration,
    trace: Trace,
    wrong: Arc<Mutex<Option<String>>>,
}

struct Column {
    name: String,
    clusters: Vec<usize>,
}

impl Judge {
    pub(super) fn new(plan: &Plan, ledger: &Ledger, trace: &Trace) -> Self {
        let mut columns: Vec<Column> =
            plan.environments.iter().map(|column| Column { name: column.name.clone(), clusters: Vec::new() }).collect();
        for (place, (column, ..)) in plan.targets().enumerate() {
            columns[column].clusters.push(place);
        }
        let window = plan.freshness + LONGEST_LAG + SLACK;
        Self { ledger: ledger.clone(), columns: Arc::new(columns), window, trace: trace.clone(), wrong: Arc::default() }
    }

    /// Looks at the boards of a process from now on.
    pub(super) fn attend(&self, process: Option<&Process>) {
        let Some(mut boards) = process.map(Process::boards) else { return };
        let (ledger, columns, window) = (self.ledger.clone(), Arc::clone(&self.columns), self.window);
        let (trace, wrong) = (self.trace.clone(), Arc::clone(&self.wrong));
        tokio::spawn(async move {
            let mut known = BTreeMap::new();
            let mut told = None;
            loop {
                let board = Arc::clone(&boards.borrow_and_update());
                if told.replace(board.revision.number) != Some(board.revision.number) {
                    tell(&board, &mut known, &trace);
                }
                if let Err(lie) = look(&board, &columns, &ledger, window) {
                    trace.note(format!("LIE: {lie}"));
                    lock(&wrong).get_or_insert(lie);
                }
                if !next(&mut boards).await {
                    return;
                }
            }
        });
    }

    /// What was wrong so far.
    pub(super) fn verdict(&self) -> Result<(), String> {
        lock(&self.wrong).clone().map_or(Ok(()), Err)
    }

    /// The history has each change once and in order, and ends with what the board shows.
    pub(super) fn history(&self, process: &Process) -> Result<(), String> {
        let board = process.board();
        let mut last: BTreeMap<(String, String), CellTransition> = BTreeMap::new();
        for next in process.history() {
            let place = (next.service.to_string(), next.environment.to_string());
            if let Some(before) = last.get(&place) {
                if before.transition.at > next.transition.at {
                    return Err(format!("the history of {place:?} is not in order"));
                }
                if before.transition.status == next.transition.status && before.transition.version == next.transition.version {
                    return Err(format!("the history of {place:?} has twice: {:?}", next.transition));
                }
            }
            last.insert(place, next);
        }
        for ((service, environment), last) in last {
            let cell = board.services.get(service.as_str()).and_then(|row| row.cells.get(environment.as_str()));
            let status = cell.map_or(Status::Absent, |cell| cell.status);
            if last.transition.status != status {
                let stored = last.transition.status;
                return Err(format!("the history of {service} in {environment} ends with {stored}, the board says {status}"));
            }
        }
        Ok(())
    }
}

/// Waits for the next board, not too long; false at the end.
async fn next(boards: &mut watch::Receiver<Arc<Board>>) -> bool {
    tokio::select! {
        biased;
        changed = boards.changed() => changed.is_ok(),
        () = sleep(LOOK) => true,
    }
}

/// Notes what is new on a board.
fn tell(board: &Board, known: &mut BTreeMap<String, String>, trace: &Trace) {
    let mut now = BTreeMap::new();
    for target in board.environments.iter().flat_map(|column| &column.targets) {
        let error = target.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        now.insert(target.cluster.to_string(), format!("{}{error}", target.state.as_str()));
    }
    for row in board.services.values() {
        for (environment, cell) in &row.cells {
            let wanted = cell.wanted.as_ref().map_or("-", |version| version.short());
            let pods = cell.pods;
            let text = format!("{} {wanted} {}/{}/{} {}", cell.status, pods.ready, pods.updated, pods.wanted, cell.reason);
            now.insert(format!("{environment}/{}", row.name), text);
        }
    }
    for (place, text) in now.iter().filter(|(place, text)| known.get(*place) != Some(text)) {
        trace.note(format!("    {place} {text}"));
    }
    for place in known.keys().filter(|place| !now.contains_key(*place)) {
        trace.note(format!("    {place} is gone"));
    }
    *known = now;
}

/// No cell is ready that is not backed by data heard within the bound.
fn look(board: &Board, columns: &[Column], ledger: &Ledger, window: Duration) -> Result<(), String> {
    for (column, environment) in columns.iter().zip(&board.environments) {
        for (service, row) in &board.services {
            let Some(cell) = row.cells.get(column.name.as_str()).filter(|cell| cell.status == Status::Ready) else { continue };
            let place = format!("{service} in {}", column.name);
            for workload in &cell.workloads {
                let target = environment.targets.iter().find(|target| target.cluster == workload.cluster);
                if target.is_none_or(|target| target.state != TargetState::Live) {
                    return Err(format!("{place} is ready, but {} is not live", workload.cluster));
                }
            }
            // One that is away was heard once, and is known not to have had the service then.
            let away = |place: usize| {
                let target = column.clusters.iter().position(|cluster| *cluster == place).and_then(|at| environment.targets.get(at));
                target.is_some_and(|target| target.state != TargetState::Live && target.last_heard.is_some())
            };
            // Of what is only served the ledger knows nothing: the oracle judges it in the end.
            if !service.as_str().starts_with(RUNS) {
                backed(&place, service.as_str(), cell, column, ledger, window, away)?;
            }
        }
    }
    Ok(())
}

fn backed(
    place: &str,
    service: &str,
    cell: &Cell,
    column: &Column,
    ledger: &Ledger,
    window: Duration,
    away: impl Fn(usize) -> bool,
) -> Result<(), String> {
    let is_done = |state: &State| matches!(state, State::Done(_));
    if !column.clusters.iter().any(|cluster| ledger.was(*cluster, service, window, is_done)) {
        return Err(format!("{place} is ready, but was nowhere for {window:?}"));
    }
    let label = cell.wanted.as_ref().and_then(|wanted| wanted.label.clone().or_else(|| wanted.commit.clone())).unwrap_or_default();
    let of_label = |state: &State| matches!(state, State::Done(image) if image.ends_with(&*label));
    if !column.clusters.iter().any(|cluster| ledger.was(*cluster, service, window, of_label)) {
        return Err(format!("{place} is ready in {label}, but that was not so for {window:?}"));
    }
    for cluster in column.clusters.iter().filter(|cluster| !away(**cluster)) {
        if !ledger.was(*cluster, service, window, |state| *state != State::Underway) {
            return Err(format!("{place} is ready, but in cluster {cluster} it was not for {window:?}"));
        }
    }
    Ok(())
}

/// The board computed straight from what the clusters hold, without HTTP, lists or watches.
pub(super) struct Oracle {
    rows: BTreeMap<ServiceName, Row>,
    observers: BTreeMap<(usize, Kind), Observer>,
}

impl Oracle {
    pub(super) fn new(plan: &Plan) -> Self {
        let kinds = Kind::ALL.into_iter().map(|kind| (kind, Arc::clone(&plan.catalogue)));
        let observers = (0..plan.clusters.len())
            .flat_map(|place| kinds.clone().map(move |(kind, catalogue)| ((place, kind), Observer::new(kind, catalogue))));
        Self { rows: BTreeMap::new(), observers: observers.collect() }
    }

    /// Computes the board anew.
    pub(super) fn look(&mut self, plan: &Plan, records: &[Arc<Record>]) {
        let now = plan.clock.now();
        let mut index = Index::new(Arc::clone(&plan.catalogue));
        for record in records {
            index.apply(Event::Record(Arc::clone(record)));
        }
        for (place, (.., cluster)) in plan.targets().enumerate() {
            let target = TargetId(u16::try_from(place).unwrap_or_default());
            for kind in Kind::ALL {
                // A kind that the simulator does not have is one without objects.
                let of = ObjectKind::ALL.into_iter().find(|of| of.as_str() == kind.as_str());
                let objects = of.map(|of| cluster.look(|world| world.store().all(of))).unwrap_or_default();
                let observer = self.observers.get_mut(&(place, kind)).expect("an observer for each");
                let facts = objects.iter().map(|object| {
                    let json = String::from_utf8(object.object().to_vec()).expect("UTF-8");
                    observer.fact(&json).expect("whatever was spoilt is mended")
                });
                let facts = facts.collect();
                index.apply(Event::Listed { target, kind, namespace: None, facts, at: now });
            }
            index.apply(Event::Target { target, health: TargetHealth::Live { notes: Vec::new() }, at: now });
        }
        let services: Vec<ServiceName> = index.services().cloned().collect();
        let rows = services.into_iter().filter_map(|service| {
            let row = merge(&index, &service, now, self.rows.get(&service)).row?;
            Some((service, row))
        });
        self.rows = rows.collect();
    }

    /// The first target that is not live, or that has a remark: then the board cannot be right yet.
    pub(super) fn is_away(board: &Board) -> Option<String> {
        if let Some(target) = board.environments.iter().flat_map(|column| &column.targets).find(|t| t.state != TargetState::Live) {
            return Some(format!("{} is {}: {:?}", target.cluster, target.state.as_str(), target.error));
        }
        if let Some(target) = board.environments.iter().flat_map(|column| &column.targets).find(|target| target.error.is_some()) {
            return Some(format!("{} has a remark: {:?}", target.cluster, target.error));
        }
        None
    }

    /// The first difference between a board and the truth.
    pub(super) fn differs(&self, board: &Board) -> Option<String> {
        let empty = BTreeMap::new();
        let services: BTreeSet<&ServiceName> = self.rows.keys().chain(board.services.keys()).collect();
        for service in services {
            let shown = board.services.get(service).map_or(&empty, |row| &row.cells);
            let truth = self.rows.get(service).map_or(&empty, |row| &row.cells);
            for environment in shown.keys().chain(truth.keys()) {
                let [shown, truth] = [shown, truth].map(|cells| cells.get(environment).map(|cell| settled(cell)));
                if shown != truth {
                    return Some(format!("{service} in {environment} is shown as\n  {shown:?}\nand is\n  {truth:?}"));
                }
            }
        }
        None
    }
}

/// A cell without the moments at which it became so, which depend on when things were heard.
fn settled(cell: &Cell) -> Cell {
    Cell { since: None, shortages: Box::default(), ..cell.clone() }
}
