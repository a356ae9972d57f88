//! The recordings over HTTP, through the real client: the board ends as it does when every line is fed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::board::Cell;
use model::catalogue::{Catalogue, Tier};
use model::event::{Event, TargetHealth};
use model::workload::Kind;
use server::clock::Clock;
use server::clusters::{self, Outside};
use server::config::{Access, Environment, Mode, Namespaces, Target};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::recording::{Line, Recording};
use super::scenarios::{Board, catalogue, describe, settled};
use super::server::{Reply, Request, Server};

/// Everything here happens within milliseconds; a machine may be slow.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// The real client, following one target.
pub(super) struct Client {
    events: mpsc::Receiver<Event>,
    stop: CancellationToken,
}

impl Client {
    pub(super) fn of(server: &Server, mode: Mode) -> Self {
        let url = format!("http://{}", server.address).parse().unwrap();
        Self::with(Access::Server { url, token_file: None, ca_file: None }, mode, &[], catalogue())
    }

    pub(super) fn with(access: Access, mode: Mode, namespaces: &[&str], catalogue: Arc<Catalogue>) -> Self {
        Self::with_all(vec![access], mode, namespaces, catalogue)
    }

    pub(super) fn with_all(targets: Vec<Access>, mode: Mode, namespaces: &[&str], catalogue: Arc<Catalogue>) -> Self {
        let namespaces = Namespaces(namespaces.iter().map(|&name| name.to_owned()).collect());
        let target = |access| Target { cluster: "dev-cluster".into(), access, namespaces: namespaces.clone(), mode };
        let targets = targets.into_iter().map(target).collect();
        let environment = Environment { name: "dev".into(), tier: Tier::Development, targets };
        let (sender, events) = mpsc::channel(64);
        let stop = CancellationToken::new();
        drop(clusters::spawn(&[environment], catalogue, &Outside::real(Clock::system()), sender, stop.clone()));
        Self { events, stop }
    }

    pub(super) async fn next(&mut self) -> Event {
        let next = tokio::time::timeout(DEADLINE, self.events.recv()).await;
        next.expect("the client says something in time").expect("the client goes on")
    }

    /// Waits for a state of the target, and gives it with the facts that came before it.
    pub(super) async fn health(&mut self, wanted: impl Fn(&TargetHealth) -> bool) -> (TargetHealth, Vec<Event>) {
        let mut before = Vec::new();
        loop {
            match self.next().await {
                Event::Target { health, .. } if wanted(&health) => return (health, before),
                other => before.push(other),
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Takes in an event as of the recording's time.
fn apply(board: &mut Board, event: Event) {
    let now = board.now;
    board.apply(match event {
        Event::Listed { target, kind, namespace, facts, .. } => Event::Listed { target, kind, namespace, facts, at: now },
        Event::Seen { target, fact, .. } => Event::Seen { target, fact, at: now },
        Event::Gone { target, kind, name, .. } => Event::Gone { target, kind, name, at: now },
        Event::Target { target, health, .. } => Event::Target { target, health, at: now },
        other => other,
    });
}

/// The cell when every line was fed without HTTP, and how many objects were seen or went.
fn expected(recording: &Recording) -> (Option<Cell>, usize) {
    let mut board = Board::new(recording.opened);
    let mut observers: BTreeMap<Kind, _> =
        Kind::ALL.into_iter().map(|kind| (kind, clusters::observe::Observer::new(kind, catalogue()))).collect();
    let target = model::ids::TargetId(0);
    for kind in Kind::ALL {
        let facts = observers.get_mut(&kind).unwrap().page(&recording.list(kind)).unwrap().facts;
        apply(&mut board, Event::Listed { target, kind, namespace: None, facts, at: recording.opened });
    }
    let mut seen = 0;
    for line in &recording.lines {
        use clusters::observe::Line as Observed;
        board.now = recording.opened + line.after;
        let event = match observers.get_mut(&line.kind).unwrap().line(&line.json) {
            // The client does not pass on what is not used.
            Observed::Seen { fact: Ok(fact), .. } if !fact.is_used() => continue,
            Observed::Seen { fact, .. } => Event::Seen { target, fact: fact.unwrap(), at: board.now },
            Observed::Gone { name, .. } => Event::Gone { target, kind: line.kind, name: name.unwrap(), at: board.now },
            _ => continue,
        };
        seen += 1;
        apply(&mut board, event);
    }
    board.hear();
    (settled(board.cell().cloned()), seen)
}

/// Serves a recording: lists as of its beginning, and watches that say the lines in the order of their arrival.
async fn serve(recording: &Arc<Recording>) -> (Server, Arc<Mutex<BTreeMap<Kind, mpsc::Sender<String>>>>) {
    let watches: Arc<Mutex<BTreeMap<Kind, mpsc::Sender<String>>>> = Arc::default();
    let (opened, recording) = (Arc::clone(&watches), Arc::clone(recording));
    let server = Server::start(move |request: &Request| {
        let Some(kind) = request.kind() else { return Reply::error(404, "404 page not found\n") };
        if !request.is_watch() {
            return Reply::json(recording.list(kind));
        }
        assert_eq!(request.query["resourceVersion"], recording.version);
        let (sender, receiver) = mpsc::channel(64);
        opened.lock().unwrap().insert(kind, sender);
        Reply::Stream(receiver)
    });
    (server.await, watches)
}

async fn check_watch(scenario: &str, recording: Recording) {
    let recording = Arc::new(recording);
    let (expected, seen) = expected(&recording);
    let (server, watches) = serve(&recording).await;
    let mut client = Client::of(&server, Mode::Watch { streaming: false });
    let mut board = Board::new(recording.opened);
    let is_live = |health: &TargetHealth| matches!(health, TargetHealth::Live { notes } if notes.is_empty());
    let (_, before) = client.health(is_live).await;
    before.into_iter().for_each(|event| apply(&mut board, event));
    while watches.lock().unwrap().len() < Kind::ALL.len() {
        tokio::task::yield_now().await;
    }
    // All lines are on their way at once: the kinds run ahead of one another as they like.
    let senders = watches.lock().unwrap().clone();
    let lines = recording.lines.clone();
    let said = tokio::spawn(async move {
        for Line { kind, json, .. } in lines {
            senders[&kind].send(json).await.unwrap();
        }
        senders
    });
    let last = recording.lines.last().unwrap().after;
    let mut left = seen;
    while left > 0 {
        let event = client.next().await;
        left -= usize::from(matches!(event, Event::Seen { .. } | Event::Gone { .. }));
        board.now = recording.opened + last;
        apply(&mut board, event);
    }
    board.hear();
    assert_eq!(text(settled(board.cell().cloned())), text(expected.clone()), "{scenario}");
    assert_eq!(settled(board.cell().cloned()), expected);
    drop(said.await);
}

async fn check_poll(scenario: &str, recording: Recording) {
    let recording = Arc::new(recording);
    let (expected, _) = expected(&recording);
    let server = {
        let (recording, asked) = (Arc::clone(&recording), Mutex::new(BTreeMap::<Kind, usize>::new()));
        Server::start(move |request: &Request| {
            assert!(!request.is_watch(), "a poller does not watch");
            let Some(kind) = request.kind() else { return Reply::error(404, "404 page not found\n") };
            let mut asked = asked.lock().unwrap();
            let count = asked.entry(kind).or_default();
            *count += usize::from(!request.is_trial());
            Reply::json(if *count <= 1 { recording.list(kind) } else { recording.final_list(kind) })
        })
        .await
    };
    let mut client = Client::of(&server, Mode::Poll { interval: Duration::from_millis(50) });
    let mut board = Board::new(recording.opened + recording.lines.last().unwrap().after);
    let mut listed = BTreeMap::<Kind, usize>::new();
    while Kind::ALL.iter().any(|kind| listed.get(kind).is_none_or(|count| *count < 3)) {
        let event = client.next().await;
        if let Event::Listed { kind, .. } = &event {
            *listed.entry(*kind).or_default() += 1;
        }
        apply(&mut board, event);
    }
    board.hear();
    assert_eq!(text(settled(board.cell().cloned())), text(expected.clone()), "{scenario}");
    assert_eq!(settled(board.cell().cloned()), expected, "{scenario}");
}

fn text(cell: Option<Cell>) -> String {
    cell.as_ref().map_or_else(|| "no row".to_owned(), describe)
}

/// Every recorded scenario; the two Jobs of one are two services, each on its own.
fn scenarios() -> impl Iterator<Item = (String, Recording)> {
    Recording::all().into_iter().flat_map(|scenario| {
        let parts: &[&str] = if scenario == "jobs" { &JOBS } else { &[""] };
        let part = |part: &&str| (format!("{scenario} {part}"), Recording::read(&scenario).of(part));
        parts.iter().map(part).collect::<Vec<_>>()
    })
}

const JOBS: [&str; 2] = ["import-ok", "import-fail"];

#[test]
fn the_jobs_are_all_that_was_recorded_of_them() {
    let of = |part: &str| Recording::read("jobs").of(part).lines.len();
    let bookmarks = Recording::read("jobs").of("nothing").lines.len();
    assert_eq!(JOBS.iter().map(|job| of(job) - bookmarks).sum::<usize>(), of("") - bookmarks);
}

#[tokio::test]
async fn watched_scenarios_end_as_fed_ones() {
    for (scenario, recording) in scenarios() {
        check_watch(&scenario, recording).await;
    }
}

#[tokio::test]
async fn polled_scenarios_end_as_fed_ones() {
    for (scenario, recording) in scenarios() {
        check_poll(&scenario, recording).await;
    }
}
