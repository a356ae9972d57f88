use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::board::{Board, TargetState};
use model::catalogue::{Catalogue, Column};
use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use model::record::Record;
use model::status::Status;
use model::workload::Kind;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::{HubHandle, Start, Stored, spawn};
use crate::clock::Clock;
use crate::store::CellTransition;

/// Longer than every window, shorter than every grace and every step of `last_heard`.
const A_WHILE: Duration = Duration::from_secs(3);

fn start() -> DateTime<Utc> {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// A hub on tokio's paused clock, with one environment in one cluster.
struct Bench {
    hub: HubHandle,
    board: watch::Receiver<Arc<Board>>,
    history: mpsc::Receiver<Vec<CellTransition>>,
    clock: Clock,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Bench {
    fn new(stored: Stored, last: Vec<CellTransition>) -> Self {
        let begun = Instant::now();
        let clock = Clock::new(move || start() + begun.elapsed());
        let (history, transitions) = mpsc::channel(64);
        let stop = CancellationToken::new();
        let catalogue = Arc::new(Catalogue::new([Column::new("dev", &["dev-cluster"])]));
        let start = Start { catalogue, epoch: "8f1c".to_owned(), clock: clock.clone(), stored, last, history };
        let (hub, task) = spawn(start, stop.clone());
        Self { board: hub.board(), hub, history: transitions, clock, stop, task }
    }

    async fn send(&self, event: Event) {
        self.hub.events().send(event).await.unwrap();
    }

    async fn is(&self, health: TargetHealth) {
        self.send(Event::Target { target: TargetId(0), health, at: self.clock.now() }).await;
    }

    async fn live(&self) {
        for kind in Kind::ALL {
            self.send(Event::Listed { target: TargetId(0), kind, namespace: None, facts: Vec::new(), at: self.clock.now() }).await;
        }
        self.is(TargetHealth::Live { notes: Vec::new() }).await;
    }

    /// The board once it is as wanted.
    async fn until(&mut self, what: &str, wanted: impl FnMut(&Arc<Board>) -> bool) -> Arc<Board> {
        let found = timeout(Duration::from_secs(600), self.board.wait_for(wanted)).await;
        Arc::clone(&found.unwrap_or_else(|_| panic!("never: {what}")).unwrap())
    }

    async fn until_status(&mut self, service: &str, status: Status) -> Arc<Board> {
        self.until(status.as_str(), |board| status_of(board, service) == Some(status)).await
    }

    /// Time goes by, and nothing is published.
    async fn stays_quiet(&mut self) {
        self.board.mark_unchanged();
        assert!(timeout(A_WHILE, self.board.changed()).await.is_err(), "published {:?}", self.board.borrow());
    }

    /// The statuses that went to the store so far.
    fn appended(&mut self) -> Vec<CellTransition> {
        std::iter::from_fn(|| self.history.try_recv().ok()).flatten().collect()
    }
}

fn record(service: &str, at: DateTime<Utc>) -> Event {
    Event::Record(Arc::new(deployed(service, at)))
}

fn recorded(service: &str) -> Stored {
    Stored { records: vec![deployed(service, start())], ..Stored::default() }
}

fn deployed(service: &str, at: DateTime<Utc>) -> Record {
    let json = serde_json::json!({
        "service": service, "environment": "dev", "commit": "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa",
        "by": "gauxachs", "at": at, "outcome": "success",
    });
    serde_json::from_value(json).unwrap()
}

fn stored(service: &str, status: Status) -> CellTransition {
    let transition = model::details::Transition { at: start(), status, version: None, reason: String::new(), by: None };
    CellTransition { service: service.into(), environment: "dev".into(), transition }
}

fn status_of(board: &Board, service: &str) -> Option<Status> {
    Some(board.services.get(service)?.cells.get("dev")?.status)
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_one_publication() {
    let mut bench = Bench::new(Stored::default(), Vec::new());
    bench.live().await;
    let before = bench.until("live", |board| state_of(board) == TargetState::Live).await;
    for place in 0..200 {
        bench.hub.events().try_send(record(&format!("service-{place}"), start())).unwrap();
    }
    let after = bench.until("all", |board| board.services.size() == 200).await;
    assert_eq!(after.revision.number, before.revision.number + 1);
}

#[test]
fn after_a_long_publication_the_next_one_waits_longer() {
    let millis = |took: u64| super::rest(Duration::from_millis(took)).as_millis();
    assert_eq!([0, 1, 3, 4, 20, 83, 84, 60_000].map(millis), [10, 10, 10, 12, 60, 249, 250, 250]);
}

#[tokio::test(start_paused = true)]
async fn a_relist_that_changes_nothing_publishes_nothing() {
    let mut bench = Bench::new(Stored::default(), Vec::new());
    bench.live().await;
    bench.send(record("cart", start())).await;
    bench.until_status("cart", Status::Rolling).await;
    bench.stays_quiet().await;
    let taken = bench.hub.events_taken();
    bench.live().await;
    bench.send(record("cart", start())).await;
    bench.stays_quiet().await;
    // A list of each kind, the health of the target, the record.
    assert_eq!(bench.hub.events_taken(), taken + Kind::ALL.len() as u64 + 2, "the hub did take them in");
}

#[tokio::test(start_paused = true)]
async fn a_grace_that_ends_is_published_by_itself() {
    let mut bench = Bench::new(Stored::default(), Vec::new());
    bench.live().await;
    bench.send(record("cart", start())).await;
    let waiting = bench.until_status("cart", Status::Rolling).await;
    let missing = bench.until("no longer waiting", |board| status_of(board, "cart") != Some(Status::Rolling)).await;
    // Nobody was heard meanwhile: the cluster went stale first, and the cell with it.
    assert_eq!(status_of(&missing, "cart"), Some(Status::Unknown));
    let bound = Catalogue::new([]).timing.freshness;
    assert!(missing.generated_at - waiting.generated_at <= bound + chrono::TimeDelta::seconds(1), "{:?}", missing.generated_at);
    bench.is(TargetHealth::Live { notes: Vec::new() }).await;
    bench.until_status("cart", Status::Rolling).await;
    // Heard again and again, until CI's record had its time.
    while status_of(&bench.board.borrow(), "cart") == Some(Status::Rolling) {
        bench.is(TargetHealth::Live { notes: Vec::new() }).await;
        tokio::time::advance(Duration::from_secs(5)).await;
        tokio::task::yield_now().await;
    }
    bench.until_status("cart", Status::Missing).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_observed_is_appended_once() {
    let mut bench = Bench::new(Stored::default(), Vec::new());
    bench.live().await;
    bench.send(record("cart", start())).await;
    bench.until_status("cart", Status::Rolling).await;
    let first = bench.appended();
    assert_eq!(first.iter().map(|seen| (seen.service.as_str(), seen.transition.status)).collect::<Vec<_>>(), [("cart", Status::Rolling)]);
    assert_eq!(first[0].transition.by.as_deref(), Some("gauxachs"));

    // The cluster goes away and comes back: that is nothing the service did.
    bench.is(TargetHealth::Unreachable("connection refused".to_owned())).await;
    bench.until_status("cart", Status::Unknown).await;
    bench.is(TargetHealth::Live { notes: Vec::new() }).await;
    bench.until_status("cart", Status::Rolling).await;
    assert_eq!(bench.appended(), []);

    // So does a start.
    let mut again = Bench::new(recorded("cart"), first);
    assert_eq!(status_of(&again.board.borrow(), "cart"), Some(Status::Unknown), "not synced yet");
    again.live().await;
    again.until_status("cart", Status::Rolling).await;
    assert_eq!(again.appended(), []);
}

/// Found by the fault simulation: what went while the server was away stayed in the history for ever.
#[tokio::test(start_paused = true)]
async fn a_service_that_went_while_the_server_was_away_is_absent_once_its_clusters_were_read() {
    let mut bench = Bench::new(Stored::default(), vec![stored("cart", Status::Ready)]);
    bench.is(TargetHealth::Unreachable("connection refused".to_owned())).await;
    bench.until("away", |board| state_of(board) == TargetState::Unreachable).await;
    assert_eq!(bench.appended(), [], "nobody knows yet");
    bench.live().await;
    bench.until("live", |board| state_of(board) == TargetState::Live).await;
    let seen = bench.appended();
    assert_eq!(seen.iter().map(|seen| (seen.service.as_str(), seen.transition.status)).collect::<Vec<_>>(), [("cart", Status::Absent)]);
}

/// Found by the fault simulation: a right that is taken away was written down as the end of every service.
#[tokio::test(start_paused = true)]
async fn a_right_that_is_taken_away_is_nothing_the_service_did() {
    let deployed = model::fixture::workload("dev shop/cart 7fc38a2 1/1").facts();
    let mut bench = Bench::new(Stored::default(), Vec::new());
    let listed = |kind| {
        let facts = deployed.iter().filter(|fact| fact.kind() == kind).cloned().collect();
        Event::Listed { target: TargetId(0), kind, namespace: None, facts, at: start() }
    };
    for kind in Kind::ALL {
        bench.send(listed(kind)).await;
    }
    bench.is(TargetHealth::Live { notes: Vec::new() }).await;
    bench.until_status("cart", Status::Ready).await;
    assert_eq!(bench.appended().len(), 1);
    let (target, kind, at) = (TargetId(0), Kind::Deployment, start());
    bench.send(Event::Withdrawn { target, kind, namespace: None, at }).await;
    bench.until("the row is gone", |board| board.services.is_empty()).await;
    assert_eq!(bench.appended(), []);
    bench.send(listed(kind)).await;
    bench.until_status("cart", Status::Ready).await;
    assert_eq!(bench.appended(), [], "as it was");
}

#[tokio::test(start_paused = true)]
async fn a_new_configuration_keeps_the_board_until_the_clusters_were_listed() {
    let mut bench = Bench::new(Stored::default(), Vec::new());
    bench.live().await;
    bench.send(record("cart", start())).await;
    bench.until_status("cart", Status::Rolling).await;
    bench.appended();
    let catalogue = Arc::new(Catalogue::new([Column::new("dev", &["dev-cluster"]), Column::new("pre", &[])]));
    bench.hub.reconfigure(catalogue, recorded("cart")).await.unwrap();
    bench.stays_quiet().await;
    assert_eq!(bench.board.borrow().environments.len(), 1);
    bench.live().await;
    let after = bench.until("two columns", |board| board.environments.len() == 2).await;
    assert_eq!(status_of(&after, "cart"), Some(Status::Rolling));
    assert_eq!(bench.appended(), [], "nothing happened to the service");

    // A cluster that does not answer does not hold it for ever.
    let catalogue = Arc::new(Catalogue::new([Column::new("dev", &["dev-cluster"])]));
    bench.hub.reconfigure(catalogue, Stored::default()).await.unwrap();
    let after = bench.until("one column", |board| board.environments.len() == 1).await;
    assert_eq!(status_of(&after, "cart"), Some(Status::Unknown), "the record is no target's: it stays");
}

#[tokio::test(start_paused = true)]
async fn what_waits_of_the_old_configuration_is_dropped_but_for_records() {
    let mut bench = Bench::new(Stored::default(), Vec::new());
    let live = Event::Target { target: TargetId(0), health: TargetHealth::Live { notes: Vec::new() }, at: start() };
    bench.hub.events().try_send(live).unwrap();
    bench.hub.events().try_send(record("cart", start())).unwrap();
    bench.hub.reconfigure(Arc::new(Catalogue::new([Column::new("pro", &["pro-cluster"])])), Stored::default()).await.unwrap();
    let after = bench.until("the new column", |board| board.environments[0].name.as_str() == "pro").await;
    assert_eq!(state_of(&after), TargetState::Syncing, "the other cluster was live, not this one");

    bench.hub.events().try_send(record("cart", start())).unwrap();
    bench.hub.reconfigure(Arc::new(Catalogue::new([Column::new("dev", &[])])), Stored::default()).await.unwrap();
    bench.until("the record", |board| board.services.contains_key("cart")).await;
}

#[tokio::test(start_paused = true)]
async fn details_are_asked_for_and_the_end_is_told() {
    let mut bench = Bench::new(Stored::default(), Vec::new());
    bench.live().await;
    bench.send(record("cart", start())).await;
    bench.until_status("cart", Status::Rolling).await;
    let details = bench.hub.details("cart".into(), "dev".into()).await.unwrap().unwrap();
    assert_eq!(details.cell.status, Status::Rolling);
    assert_eq!(bench.hub.details("cart".into(), "nowhere".into()).await.unwrap(), None);
    assert_eq!(bench.hub.details("nothing".into(), "dev".into()).await.unwrap(), None);
    bench.stop.cancel();
    bench.task.await.unwrap();
    assert!(bench.hub.details("cart".into(), "dev".into()).await.is_err());
    assert!(bench.board.changed().await.is_err());
}

fn state_of(board: &Board) -> TargetState {
    board.environments[0].targets[0].state
}
