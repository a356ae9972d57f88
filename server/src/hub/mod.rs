//! The single writer: the only owner of the index.
//!
//! Events come in through a bounded channel, and boards go out through a [`watch`] channel, of which readers take
//! snapshots. A burst of events is one publication: the first event after a quiet moment is published at once, those that
//! follow within [`WINDOW`] together. What changes nothing publishes nothing.

mod engine;
mod history;
mod images;
mod keeper;
mod records;
mod stored;
#[cfg(test)]
mod tests;
mod timetable;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::board::Board;
use model::catalogue::Catalogue;
use model::details::Details;
use model::event::Event;
use model::ids::{EnvironmentName, ServiceName};
use model::image::ImageAt;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::engine::Engine;
use self::history::Tracker;
pub use self::images::Images;
pub use self::keeper::keep;
pub use self::records::Records;
pub use self::stored::Stored;
use crate::clock::Clock;
use crate::store::CellTransition;

/// The shortest time between two publications.
const WINDOW: Duration = Duration::from_millis(10);
/// After a publication that took long, such as one of a whole fleet, the next one waits this many times as long, but no longer than
/// [`LONG`]: what comes meanwhile is merged together, and the cells in between are never made.
const REST: u32 = 3;
const LONG: Duration = Duration::from_millis(250);
/// How many events may wait; adapters wait when there are more.
const EVENTS: usize = 4096;
/// How many events are taken in between two looks at the clock.
const BATCH: usize = 512;
/// How many questions may wait.
const COMMANDS: usize = 64;
/// How long the hub sleeps when no rule asks for a look.
const IDLE: Duration = Duration::from_secs(3600);

/// What the hub starts from.
#[derive(Debug)]
pub struct Start {
    /// The environments and the rules.
    pub catalogue: Arc<Catalogue>,
    /// Which run of the server this is; must differ from the last run's.
    pub epoch: String,
    /// Where the time comes from.
    pub clock: Clock,
    /// What was stored before: applied before any other event.
    pub stored: Stored,
    /// The last transition of every cell that was stored.
    pub last: Vec<CellTransition>,
    /// Where transitions go.
    pub history: mpsc::Sender<Vec<CellTransition>>,
}

/// How everybody else talks to the hub.
#[derive(Clone, Debug)]
pub struct HubHandle {
    events: mpsc::Sender<Event>,
    commands: mpsc::Sender<Command>,
    board: watch::Receiver<Arc<Board>>,
    taken: Arc<AtomicU64>,
}

/// The hub has ended: the server is shutting down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server is shutting down")]
pub struct Closed;

#[derive(Debug)]
enum Command {
    Details { service: ServiceName, environment: EnvironmentName, reply: oneshot::Sender<Option<Details>> },
    Unasked { reply: oneshot::Sender<Vec<ImageAt>> },
    Reconfigure { catalogue: Arc<Catalogue>, stored: Stored, reply: oneshot::Sender<()> },
}

impl HubHandle {
    /// Where events are sent.
    #[must_use]
    pub fn events(&self) -> mpsc::Sender<Event> {
        self.events.clone()
    }

    /// The board: take snapshots of it, or wait for its changes.
    #[must_use]
    pub fn board(&self) -> watch::Receiver<Arc<Board>> {
        self.board.clone()
    }

    /// How many events the hub took in since it started.
    #[must_use]
    pub fn events_taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Everything the clusters say of one cell, without history, which is the store's; none when there is no such cell.
    ///
    /// # Errors
    /// When the server is shutting down.
    pub async fn details(&self, service: ServiceName, environment: EnvironmentName) -> Result<Option<Details>, Closed> {
        self.ask(|reply| Command::Details { service, environment, reply }).await
    }

    /// The images that run or were recorded, of which no registry has said anything yet.
    ///
    /// # Errors
    /// When the server is shutting down.
    pub async fn unasked(&self) -> Result<Vec<ImageAt>, Closed> {
        self.ask(|reply| Command::Unasked { reply }).await
    }

    /// Starts over with other environments or rules. Call it when nobody sends events of the old ones any more.
    /// The old board stays up until the clusters have been listed anew, or for a few seconds.
    ///
    /// # Errors
    /// When the server is shutting down.
    pub async fn reconfigure(&self, catalogue: Arc<Catalogue>, stored: Stored) -> Result<(), Closed> {
        self.ask(|reply| Command::Reconfigure { catalogue, stored, reply }).await
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, Closed> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.map_err(|_| Closed)?;
        answer.await.map_err(|_| Closed)
    }
}

/// Starts the hub; it ends at `shutdown`.
#[must_use]
pub fn spawn(start: Start, shutdown: CancellationToken) -> (HubHandle, JoinHandle<()>) {
    let (events, incoming) = mpsc::channel(EVENTS);
    let (commands, questions) = mpsc::channel(COMMANDS);
    let mut engine = Engine::new(start.catalogue, &start.epoch, start.clock.now());
    for event in start.stored.events() {
        engine.apply(event);
    }
    let mut hub = Hub {
        published: watch::Sender::new(Arc::clone(engine.board())),
        engine,
        tracker: Tracker::new(start.last),
        history: start.history,
        clock: start.clock,
        not_before: Instant::now(),
        taken: Arc::default(),
    };
    hub.publish();
    let handle = HubHandle { events, commands, board: hub.published.subscribe(), taken: Arc::clone(&hub.taken) };
    let task = tokio::spawn(async move { hub.run(incoming, questions, shutdown).await });
    (handle, task)
}

struct Hub {
    engine: Engine,
    tracker: Tracker,
    published: watch::Sender<Arc<Board>>,
    history: mpsc::Sender<Vec<CellTransition>>,
    clock: Clock,
    /// The soonest time of the next publication.
    not_before: Instant,
    taken: Arc<AtomicU64>,
}

impl Hub {
    async fn run(&mut self, mut events: mpsc::Receiver<Event>, mut commands: mpsc::Receiver<Command>, shutdown: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let wake = self.wake();
            // In a fixed order, so that simulations can be replayed; events and questions take turns all the same.
            let arrived = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                count = events.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        break;
                    }
                    true
                }
                Some(command) = commands.recv() => {
                    self.answer(command, &mut events);
                    true
                }
                () = sleep_until(wake) => false,
            };
            self.taken.fetch_add(batch.len() as u64, Ordering::Relaxed);
            batch.drain(..).for_each(|event| self.engine.apply(event));
            if let Ok(command) = commands.try_recv() {
                self.answer(command, &mut events);
            }
            let now = Instant::now();
            if now >= self.not_before && (arrived || now >= wake) {
                self.publish();
            }
        }
    }

    /// When there is something to publish, or to look at again.
    fn wake(&self) -> Instant {
        if self.engine.is_dirty() {
            return self.not_before;
        }
        let wait = match self.engine.next_look() {
            Some(at) => (at - self.clock.now()).max(chrono::TimeDelta::zero()).to_std().unwrap_or(IDLE).min(IDLE),
            None => IDLE,
        };
        self.not_before.max(Instant::now() + wait)
    }

    fn publish(&mut self) {
        let began = Instant::now();
        let configured_anew = self.engine.is_held();
        let Some(board) = self.engine.advance(self.clock.now()) else { return };
        let mut seen = self.tracker.observe(&board);
        if !configured_anew {
            seen.extend(self.tracker.observe_removed(&board, &self.engine.take_withdrawn()));
        }
        self.published.send_replace(board);
        self.append(seen);
        self.not_before = Instant::now() + rest(began.elapsed());
    }

    fn append(&mut self, seen: Vec<CellTransition>) {
        if seen.is_empty() {
            return;
        }
        if let Err(mpsc::error::TrySendError::Full(lost)) = self.history.try_send(seen) {
            tracing::warn!(lost = lost.len(), "the store does not keep up: changes are missing from the history");
            self.tracker.forget(&lost);
        }
    }

    fn answer(&mut self, command: Command, events: &mut mpsc::Receiver<Event>) {
        // Nobody waits for the answer any more when sending it fails: a browser that went away.
        match command {
            Command::Details { service, environment, reply } => _ = reply.send(self.engine.details(&service, &environment)),
            Command::Unasked { reply } => _ = reply.send(self.engine.unasked()),
            Command::Reconfigure { catalogue, stored, reply } => {
                self.engine.reconfigure(catalogue, self.clock.now());
                stored.events().for_each(|event| self.engine.apply(event));
                // What still waits is of the old targets, whose numbers are others' now. CI's records are of no target.
                while let Ok(event) = events.try_recv() {
                    if matches!(event, Event::Record(_) | Event::RecordedEnvironment(_) | Event::Image(_)) {
                        self.engine.apply(event);
                    }
                }
                _ = reply.send(());
            }
        }
    }
}

/// How long nothing is published after a publication that took so long.
fn rest(took: Duration) -> Duration {
    took.saturating_mul(REST).clamp(WINDOW, LONG)
}

/// A name for this run of the server.
#[must_use]
pub fn new_epoch() -> String {
    format!("{:08x}", rand::random::<u32>())
}
