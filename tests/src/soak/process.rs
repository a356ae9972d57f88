//! The server's real code, as a process that can be killed: what it stored is all that is left of it.

use std::sync::{Arc, Mutex, PoisonError};

use model::board::Board;
use model::event::Event;
use model::record::Record;
use server::ci::poll::{self, SourceHealth};
use server::ci::{Accepted, Batch, Sink, SinkError, UnknownEnvironments};
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
    /// The disk is full: no record is taken.
    pub(super) is_full: bool,
}

/// A running process.
pub(super) struct Process {
    hub: HubHandle,
    records: Arc<Records>,
    polled: watch::Receiver<SourceHealth>,
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
            (stored.records.iter().map(|record| (**record).clone()).collect(), last_of_each(&stored.transitions))
        };
        let epoch = format!("{}", lock(&stored).transitions.len());
        let (catalogue, clock) = (Arc::clone(&plan.catalogue), plan.clock.clone());
        let before = hub::Stored { records, ..hub::Stored::default() };
        let start = hub::Start { catalogue, epoch, clock, stored: before, last, history };
        let (hub, hub_task) = hub::spawn(start, CancellationToken::new());
        let targets =
            clusters::spawn(&plan.environments, Arc::clone(&plan.catalogue), &plan.outside, hub.events(), CancellationToken::new());
        let keeper = tokio::spawn(keep(observed, Arc::clone(&stored), trace.clone()));
        let records = Arc::new(Records { stored: Arc::clone(&stored), events: hub.events() });
        let source = plan.ci.source();
        let (health, polled) = watch::channel(SourceHealth::starting(&source.name));
        let (endpoint, polling) = (plan.ci.endpoint.clone(), plan.polling.clone());
        let poller = poll::run(source, endpoint, Arc::clone(&records), polling, health, CancellationToken::new());
        let poller = tokio::spawn(poller);
        Self { hub, records, polled, stored, tasks: vec![targets, poller, hub_task, keeper] }
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

    /// CI sends a record. Whether it was taken.
    pub(super) async fn record(&self, record: Record) -> bool {
        let unknown_environments = UnknownEnvironments::Unplaced;
        let batch = Batch { source: "pipelines".to_owned(), records: vec![record], idempotency: None, unknown_environments };
        self.records.accept(batch).await.is_ok()
    }

    /// How the polling of CI's document goes.
    pub(super) fn polled(&self) -> SourceHealth {
        self.polled.borrow().clone()
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

/// Takes records in as the server's own does, with what is stored in place of a database.
struct Records {
    stored: Arc<Mutex<Stored>>,
    events: mpsc::Sender<Event>,
}

impl Sink for Records {
    async fn accept(&self, batch: Batch) -> Result<Vec<Accepted>, SinkError> {
        let mut accepted = Vec::new();
        let mut news = Vec::new();
        {
            let mut stored = lock(&self.stored);
            if stored.is_full {
                return Err(SinkError::Unavailable("the disk is full".to_owned()));
            }
            for record in batch.records {
                if stored.records.iter().any(|known| **known == record) {
                    accepted.push(Accepted::Known);
                    continue;
                }
                let record = Arc::new(record);
                stored.records.push(Arc::clone(&record));
                news.push(record);
                accepted.push(Accepted::New);
            }
        }
        // Stored first, and then told to the hub: the process may end in between.
        for record in news {
            self.events.send(Event::Record(record)).await.map_err(|_| SinkError::Stopping)?;
        }
        Ok(accepted)
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
