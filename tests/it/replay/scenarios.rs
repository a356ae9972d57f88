//! Every recorded scenario, line by line: the cell's history as a snapshot, and at every prefix what must always hold.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use model::board::{Cell, Row};
use model::catalogue::{Catalogue, Column};
use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use model::index::Index;
use model::merge::merge;
use model::workload::Kind;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use server::clusters::observe::{Line as Observed, Observer};

use super::recording::{Line, Recording};
use super::truth::{Ends, Truth};

/// How long after the last line the cell is looked at: longer than any grace.
const AFTERWARDS: TimeDelta = TimeDelta::seconds(180);
/// How many orders of the streams are tried.
const ORDERS: u64 = 10;

const TARGET: TargetId = TargetId(0);

/// Index and merge, as the hub uses them, for one environment and one service.
pub(super) struct Board {
    index: Index,
    rows: Vec<Row>,
    pub(super) now: DateTime<Utc>,
    recheck_at: Option<DateTime<Utc>>,
    /// Kinds whose list was fed: the client says that a target is live when it has all of them.
    listed: usize,
}

impl Board {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { index: Index::new(catalogue()), rows: Vec::new(), now, recheck_at: None, listed: 0 }
    }

    pub(super) fn apply(&mut self, event: Event) {
        self.listed += usize::from(matches!(event, Event::Listed { .. }));
        self.index.apply(event);
        self.merge();
    }

    fn merge(&mut self) {
        let services: Vec<_> = self.index.services().cloned().collect();
        assert!(services.len() <= 1, "one service in {services:?}");
        let mut rows = Vec::new();
        self.recheck_at = None;
        for service in services {
            let previous = self.rows.iter().find(|row| row.name == service);
            let merged = merge(&self.index, &service, self.now, previous);
            self.recheck_at = self.recheck_at.into_iter().chain(merged.recheck_at).min();
            rows.extend(merged.row);
        }
        self.rows = rows;
    }

    /// Lets time pass: the target is heard, and what was to be looked at again is. Each look is reported.
    fn wait_until(&mut self, until: DateTime<Utc>, mut look: impl FnMut(&Self)) {
        while let Some(at) = self.recheck_at.filter(|at| *at <= until) {
            assert!(at > self.now, "looking again at {at} must bring something new");
            self.now = at;
            self.hear();
            look(self);
        }
        self.now = self.now.max(until);
        self.hear();
    }

    pub(super) fn hear(&mut self) {
        let health = if self.listed < Kind::ALL.len() { TargetHealth::Syncing } else { TargetHealth::Live { notes: Vec::new() } };
        self.apply(Event::Target { target: TARGET, health, at: self.now });
    }

    /// The service's cell; none when nothing is known of it.
    pub(super) fn cell(&self) -> Option<&Cell> {
        self.rows.first().and_then(|row| row.cells.values().next()).map(|cell| &**cell)
    }
}

pub(super) fn catalogue() -> Arc<Catalogue> {
    Arc::new(Catalogue::new([Column::new("dev", &["dev-cluster"])]))
}

/// What is to be fed of one kind: the list, then its lines.
enum Item {
    List(Kind),
    Line(Line),
}

/// Feeds a recording in an order, and calls `look` after everything that may have changed the cell.
fn feed(recording: &Recording, items: impl Iterator<Item = Item>, mut look: impl FnMut(&Board, &Truth)) -> Option<Cell> {
    let mut board = Board::new(recording.opened);
    let mut truth = Truth::default();
    let mut observers: BTreeMap<Kind, Observer> = Kind::ALL.into_iter().map(|kind| (kind, Observer::new(kind, catalogue()))).collect();
    for item in items {
        match item {
            Item::List(kind) => {
                let page = observers.get_mut(&kind).unwrap().page(&recording.list(kind)).unwrap();
                assert_eq!(page.unreadable, []);
                for object in &recording.initial[&kind] {
                    truth.put(kind, serde_json::from_str(object).unwrap());
                }
                let at = board.now;
                board.apply(Event::Listed { target: TARGET, kind, namespace: None, facts: page.facts, at });
                board.hear();
            }
            Item::Line(line) => {
                board.wait_until(recording.opened + line.after, |board| look(board, &truth));
                let (target, at) = (TARGET, board.now);
                truth.line(line.kind, &line.json);
                match observers.get_mut(&line.kind).unwrap().line(&line.json) {
                    Observed::Seen { fact, .. } => board.apply(Event::Seen { target, fact: fact.unwrap(), at }),
                    Observed::Gone { name, .. } => board.apply(Event::Gone { target, kind: line.kind, name: name.unwrap(), at }),
                    Observed::Bookmark { .. } => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        look(&board, &truth);
    }
    let end = board.now + AFTERWARDS;
    // The target goes on to be heard while nothing happens.
    while board.now < end {
        let next = (board.now + TimeDelta::seconds(20)).min(end);
        board.wait_until(next, |board| look(board, &truth));
        look(&board, &truth);
    }
    board.cell().cloned()
}

/// Checks a scenario in the recorded order, gives the history of its cell, and tries other orders of the streams.
fn check(scenario: &str, ends: Ends) -> String {
    check_recording(scenario, &Recording::read(scenario), ends)
}

fn check_recording(scenario: &str, recording: &Recording, ends: Ends) -> String {
    let recorded = || Kind::ALL.into_iter().map(Item::List).chain(recording.lines.iter().cloned().map(Item::Line));
    let mut history = String::new();
    let mut last = String::new();
    let end = feed(recording, recorded(), |board, truth| {
        let text = board.cell().map_or_else(|| "no row".to_owned(), describe);
        if let Some(Err(wrong)) = board.cell().map(|cell| truth.check(cell, ends)) {
            panic!("{scenario} at {}: {wrong}\n{text}", since(recording, board));
        }
        if text != last {
            writeln!(history, "{:>8}  {text}", since(recording, board)).unwrap();
            last = text;
        }
    });
    for seed in 0..ORDERS {
        let other = feed(recording, shuffled(recording, seed), |board, truth| {
            if let Some(Err(wrong)) = board.cell().map(|cell| truth.check(cell, ends)) {
                panic!("{scenario}, order {seed}, at {}: {wrong}", since(recording, board));
            }
        });
        assert_eq!(settled(other), settled(end.clone()), "{scenario} ends the same in order {seed}");
    }
    history
}

fn since(recording: &Recording, board: &Board) -> String {
    let after = board.now - recording.opened;
    format!("{:.2} s", after.num_milliseconds() as f64 / 1000.0)
}

/// A cell without the moments at which it became so, which depend on when things were heard.
pub(super) fn settled(cell: Option<Cell>) -> Option<Cell> {
    cell.map(|cell| Cell { since: None, shortages: Box::default(), ..cell })
}

/// One line: status, what is wanted and what runs (pods, ready ones), counts, reason, flags.
pub(super) fn describe(cell: &Cell) -> String {
    let wanted = cell.wanted.as_ref().map_or("-", |version| version.short());
    let running: Vec<_> = cell.running.iter().map(|r| format!("{}×{} ({} ready)", r.version.short(), r.pods, r.ready)).collect();
    let running = if running.is_empty() { "nothing".to_owned() } else { running.join(" + ") };
    let model::board::PodCounts { wanted: all, updated, ready } = cell.pods;
    let flags: Vec<_> = cell.flags.iter().filter(|flag| flag.as_str() != "no-record").map(|flag| flag.as_str()).collect();
    let flags = if flags.is_empty() { String::new() } else { format!(" [{}]", flags.join(" ")) };
    let reason = if cell.reason.is_empty() { String::new() } else { format!(" — {}", cell.reason) };
    format!("{:<8} wants {wanted}, runs {running}, {updated}/{ready} of {all}{flags}{reason}", cell.status.as_str())
}

/// The streams in another order: each kind's own order is kept, as a server keeps it, but kinds run ahead of one another.
fn shuffled(recording: &Recording, seed: u64) -> impl Iterator<Item = Item> + use<> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut streams: Vec<VecDeque<Item>> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let lines = recording.lines.iter().filter(|line| line.kind == kind).cloned();
            std::iter::once(Item::List(kind)).chain(lines.map(Item::Line)).collect()
        })
        .collect();
    std::iter::from_fn(move || {
        streams.retain(|stream| !stream.is_empty());
        let chosen = (!streams.is_empty()).then(|| random.random_range(0..streams.len()))?;
        streams[chosen].pop_front()
    })
}

macro_rules! scenarios {
    ($($test:ident $scenario:literal $ends:ident,)*) => {
        $(
            #[test]
            fn $test() {
                insta::assert_snapshot!($scenario, check($scenario, Ends::$ends));
            }
        )*

        #[test]
        fn every_recorded_scenario_is_replayed() {
            // The two Jobs are two services: each is replayed on its own.
            let replayed = [$($scenario),*].into_iter().chain(["jobs"]).map(str::to_owned).collect();
            assert_eq!(Recording::all(), replayed);
        }
    };
}

scenarios! {
    rolling_update "rolling-update" Well,
    statefulset_roll "statefulset-roll" Well,
    daemonset_roll "daemonset-roll" Well,
    recreate "recreate" Well,
    imagepullbackoff "imagepullbackoff" Failing,
    crashloop "crashloop" Failing,
    oomkilled "oomkilled" Failing,
    init_crash "init-crash" Failing,
    never_ready "never-ready" Failing,
    scale_to_zero "scale-to-zero" Well,
    pause_resume "pause-resume" Well,
    delete "delete" Well,
    delete_foreground "delete-foreground" Well,
    sidecars "sidecars" Well,
    digest_only "digest-only" Well,
    canary "canary" Well,
    blue_green "blue-green" Well,
}

#[test]
fn jobs() {
    for (job, ends) in [("import-ok", Ends::Well), ("import-fail", Ends::Failing)] {
        insta::assert_snapshot!(format!("job-{job}"), check_recording(job, &Recording::read("jobs").of(job), ends));
    }
}

/// The rows of the steady namespace: one of each kind of workload, well or not, with what is beside them.
#[test]
fn steady() {
    let now = DateTime::parse_from_rfc3339("2026-11-20T07:23:30Z").unwrap().to_utc();
    let mut index = Index::new(catalogue());
    for kind in Kind::ALL {
        let name = format!("steady/{}.json", kind.plural());
        let recorded = super::recording::root().join(&name).exists();
        let list = if recorded { super::recording::file(&name) } else { super::recording::list(kind, "1", std::iter::empty()) };
        let facts = Observer::new(kind, catalogue()).page(&list).unwrap().facts;
        index.apply(Event::Listed { target: TARGET, kind, namespace: None, facts, at: now });
    }
    index.apply(Event::Target { target: TARGET, health: TargetHealth::Live { notes: Vec::new() }, at: now });
    let rows = index.services().filter_map(|service| merge(&index, service, now, None).row);
    let lines: Vec<_> = rows.map(|row| format!("{:<12} {}", row.name.as_str(), describe(row.cells.values().next().unwrap()))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
