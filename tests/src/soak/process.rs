//! The server's real code, as a process that can be killed: what it stored is all that is left of it.

use std::sync::{Arc, Mutex, PoisonError};

use model::board::Board;
use model::event::Event;
use model::record::Record;
use server::clusters;
use server::hub::{self, HubHandle};
use server::store::CellTransition;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::plan::Plan;
use super::trace::Trace;

/// What outlives the process.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) records: Vec<Arc<Record>>,
    pub(super) transitions: Vec<CellTransition>,
}

/// A running process.
pub(super) struct Process {
    hub: HubHandle,
    stored: Arc<Mutex<Stored>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts a process on what the last one has stored.
    pub(super) fn start(plan: &Plan, trace: &Trace) -> Self {
        let stored = Arc::clone(&plan.stored);
        let (history, observed) = mpsc::channel(1024);
        let (records, last) = {
            let stored = lock(&stored);
            (stored.records.iter().cloned().map(Event::Record).collect(), last_of_each(&stored.transitions))
        };
        let epoch = format!("{}", lock(&stored).transitions.len());
        let start = hub::Start { catalogue: Arc::clone(&plan.catalogue), epoch, clock: plan.clock.clone(), stored: records, last, history };
        let (hub, hub_task) = hub::spawn(start, CancellationToken::new());
        let targets =
            clusters::spawn(&plan.environments, Arc::clone(&plan.catalogue), &plan.outside, hub.events(), CancellationToken::new());
        let keeper = tokio::spawn(keep(observed, Arc::clone(&stored), trace.clone()));
        Self { hub, stored, tasks: vec![targets, hub_task, keeper] }
    }

    /// Ends it at once: nothing is said goodbye to.
    pub(super) fn kill(self) {
        for task in &self.tasks {
            task.abort();
        }
    }

    /// The boards it publishes.
    pub(super) fn boards(&self) -> watch::Receiver<Arc<Board>> {
        self.hub.board()
    }

    /// The newest board.
    pub(super) fn board(&self) -> Arc<Board> {
        Arc::clone(&self.hub.board().borrow())
    }

    /// CI sends a record: it is stored first, and then told to the hub.
    pub(super) async fn record(&self, record: Record) {
        let record = Arc::new(record);
        lock(&self.stored).records.push(Arc::clone(&record));
        // The hub ends only with the process.
        let _ = self.hub.events().send(Event::Record(record)).await;
    }

    /// The records that are stored.
    pub(super) fn records(&self) -> Vec<Arc<Record>> {
        lock(&self.stored).records.clone()
    }

    /// The history that is stored.
    pub(super) fn history(&self) -> Vec<CellTransition> {
        lock(&self.stored).transitions.clone()
    }
}

/// What is stored is as the store keeps it: in order, and a change that changes nothing is left out.
async fn keep(mut observed: mpsc::Receiver<Vec<CellTransition>>, stored: Arc<Mutex<Stored>>, trace: Trace) {
    while let Some(batch) = observed.recv().await {
        for cell in batch {
            trace.note(format!("stored: {}/{} {} {}", cell.environment, cell.service, cell.transition.status, cell.transition.reason));
            lock(&stored).transitions.push(cell);
        }
    }
}

fn last_of_each(transitions: &[CellTransition]) -> Vec<CellTransition> {
    let mut last: Vec<CellTransition> = Vec::new();
    for cell in transitions {
        last.retain(|known| (&known.service, &known.environment) != (&cell.service, &cell.environment));
        last.push(cell.clone());
    }
    last
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
