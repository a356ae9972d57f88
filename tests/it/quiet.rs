//! What goes quiet, is refused or comes back, in virtual time: the server's real code against one simulated cluster within the
//! process. Each of these was found by the fault simulation, or is a promise of how soon something is noticed.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use integration_tests::{cell, soak};
use model::board::{Board, TargetState};
use model::catalogue::{Catalogue, Column, Tier};
use model::status::Status;
use server::chance::Jitter;
use server::clock::Clock;
use server::clusters::{self, Outside};
use server::config::{Access, Environment, Mode, Namespaces, Target};
use server::hub;
use sim::world::ObjectKind;
use sim::{Answer, Cluster, ClusterConfig, ClusterHandle, Pace, Rule, Workload};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

const WATCH: Mode = Mode::Watch { streaming: false };
const OLD: &str = "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa";
const NEW: &str = "993e5fc0d5e3a1b2c3d4e5f60718293a4b5c6d7e";
/// The default.
const FRESHNESS: Duration = Duration::from_secs(90);
/// The default.
const RELIST: Duration = Duration::from_secs(600);

/// One cluster, in which `cart` runs, and the server's code that reads it.
struct Bench {
    cluster: ClusterHandle,
    board: watch::Receiver<Arc<Board>>,
    stop: CancellationToken,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn image(commit: &str) -> String {
    format!("registry.example/shop/cart:{commit}")
}

impl Bench {
    async fn new(mode: Mode) -> Self {
        let begun = Instant::now();
        let start: DateTime<Utc> = "2026-11-20T10:00:00Z".parse().unwrap();
        let now = move || start + begun.elapsed();
        let mut config = ClusterConfig::new("dev").pace(Pace::fast());
        config.clock = sim::clock::Clock::new(now);
        let cart = Workload::deployment("shop", "cart", &image(OLD)).replicas(2);
        let cluster = Cluster::local(config.running_since(cart, start - TimeDelta::days(1))).unwrap();

        let mut catalogue = Catalogue::new([Column::new("dev", &["dev"])]);
        catalogue.timing.freshness = TimeDelta::from_std(FRESHNESS).unwrap();
        let catalogue = Arc::new(catalogue);
        let outside = Outside {
            jitter: Jitter::seeded(1),
            connector: soak::connector(std::slice::from_ref(&cluster)),
            ..Outside::real(Clock::new(now))
        };
        let url = "http://dev.sim".parse().unwrap();
        let access = Access::Server { url, token_file: None, ca_file: None };
        let target = Target { cluster: "dev".into(), access, namespaces: Namespaces::default(), mode };
        let environment = Environment { name: "dev".into(), tier: Tier::Development, targets: vec![target] };
        let (history, mut observed) = mpsc::channel(64);
        tokio::spawn(async move { while observed.recv().await.is_some() {} });
        let stop = CancellationToken::new();
        let (stored, last) = (hub::Stored::default(), Vec::new());
        let start = hub::Start { catalogue: Arc::clone(&catalogue), epoch: "1".into(), clock: Clock::new(now), stored, last, history };
        let (hub, _) = hub::spawn(start, stop.clone());
        drop(clusters::spawn(&[environment], catalogue, &outside, hub.events(), stop.clone()));
        let mut bench = Self { cluster, board: hub.board(), stop };
        bench.until("it is read", Duration::from_secs(5), |board| is(board, Status::Ready, OLD)).await;
        bench
    }

    /// The board once it is as wanted, within a bound.
    async fn until(&mut self, what: &str, bound: Duration, wanted: impl Fn(&Board) -> bool) -> Arc<Board> {
        let found = timeout(bound, self.board.wait_for(|board| wanted(board))).await.map(|board| Arc::clone(&board.unwrap()));
        found.unwrap_or_else(|_| panic!("not within {bound:?}: {what}\n{:#?}", self.board.borrow()))
    }

    /// Nothing becomes ready for so long.
    async fn is_not_green_for(&mut self, time: Duration) {
        let green = timeout(time, self.board.wait_for(|board| cell(board, "cart", "dev").is_some_and(|cell| cell.status == Status::Ready)));
        assert!(green.await.is_err(), "green without data");
    }

    fn error(&self) -> String {
        self.board.borrow().environments[0].targets[0].error.clone().unwrap_or_default()
    }

    /// Restores the cluster from a backup, deletes `cart`, and makes others until the numbers are past the old ones: one in
    /// each `pause`; all at once, before anybody could ask, when that is zero.
    async fn lose_history_with_cart(&self, pause: Duration) {
        let before = self.cluster.resource_version();
        self.cluster.faults().lose_history();
        self.cluster.delete("shop", "cart").unwrap();
        let mut number = 0;
        while self.cluster.resource_version() <= before + 20 {
            self.cluster.apply(Workload::deployment("shop", &format!("other-{number}"), &image(OLD)));
            number += 1;
            if !pause.is_zero() {
                sleep(pause).await;
            }
        }
    }

    fn roll(&self) {
        self.cluster.set_image("shop", "cart", &image(NEW)).unwrap();
    }
}

fn is(board: &Board, status: Status, commit: &str) -> bool {
    cell(board, "cart", "dev")
        .is_some_and(|cell| cell.status == status && cell.wanted.as_ref().and_then(|version| version.commit.as_deref()) == Some(commit))
}

fn is_unknown(board: &Board) -> bool {
    cell(board, "cart", "dev").is_some_and(|cell| cell.status == Status::Unknown)
}

fn is_new(board: &Board) -> bool {
    is(board, Status::Ready, NEW)
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_goes_silent_is_noticed_within_the_bound_and_read_anew_when_it_speaks() {
    for mode in [WATCH, Mode::Watch { streaming: true }, Mode::Poll { interval: Duration::from_secs(30) }] {
        let mut bench = Bench::new(mode).await;
        sleep(Duration::from_secs(100)).await;
        assert!(is(&bench.board.borrow(), Status::Ready, OLD), "a quiet cluster is no silent one");
        // Connections stay open, and nothing is said on them, nor on new ones.
        bench.cluster.faults().hang().await;
        bench.roll();
        bench.until("silence is noticed", FRESHNESS, is_unknown).await;
        let error = bench.error();
        assert!(error.contains("http://dev.sim") || error.contains("nothing was heard"), "the real cause: {error}");
        bench.is_not_green_for(Duration::from_secs(600)).await;
        let lists = bench.cluster.asked("list", "deployments");
        bench.cluster.faults().heal().await;
        bench.until("it is read anew", Duration::from_secs(60), is_new).await;
        assert!(bench.cluster.asked("list", "deployments") > lists || mode == Mode::Watch { streaming: true });
        let is_clear = |board: &Board| {
            let target = &board.environments[0].targets[0];
            target.state == TargetState::Live && target.error.is_none()
        };
        bench.until("nothing is left of it", Duration::from_secs(60), is_clear).await;
    }
}

/// While it is planned anew no pipe runs. Found by the fault simulation: nobody noticed how old what was known grew meanwhile, and
/// that there are no objects of a kind that is not installed, the first thing said after it, made the cluster live again.
#[tokio::test(start_paused = true)]
async fn what_grows_old_while_rights_are_looked_for_is_not_believed_until_it_is_listed() {
    let mut bench = Bench::new(WATCH).await;
    // A right that seems to be gone ends the pipes, and whoever looks what may be read is asked to wait.
    bench.cluster.faults().add(Rule::new(Answer::Forbidden).lists().of("deployments").times(4));
    bench.cluster.faults().add(Rule::new(Answer::TooManyRequests { retry_after: 60 }).lists().of("deployments").times(2));
    bench.cluster.faults().expire();
    bench.cluster.faults().cut();
    bench.roll();
    bench.until("it is noticed within the bound", FRESHNESS + Duration::from_secs(1), is_unknown).await;
    bench.cluster.faults().slow(Duration::from_secs(5));
    let is_ready = |board: &Board| cell(board, "cart", "dev").is_some_and(|cell| cell.status == Status::Ready);
    let board = bench.until("it is green again", Duration::from_secs(300), is_ready).await;
    assert!(is_new(&board), "green in what was before: {board:#?}");
}

#[tokio::test(start_paused = true)]
async fn watches_that_are_half_open_miss_nothing_for_longer_than_the_bound() {
    let mut bench = Bench::new(WATCH).await;
    bench.cluster.faults().stall();
    bench.roll();
    bench.until("the next watch says it", FRESHNESS, is_new).await;
}

/// A history that was restored from a backup goes on from a lower number. A watch from the old one is silent until that
/// number comes again, and what was before is missed: for ever.
#[tokio::test(start_paused = true)]
async fn a_history_that_was_lost_and_has_caught_up_is_listed_anew() {
    let mut bench = Bench::new(WATCH).await;
    bench.lose_history_with_cart(Duration::from_millis(200)).await;
    bench.until("the deletion is known", FRESHNESS, |board| !board.services.contains_key("cart")).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_was_refused_for_a_while_is_opened_again() {
    let mut bench = Bench::new(WATCH).await;
    bench.cluster.faults().add(Rule::new(Answer::Forbidden).watches().of("deployments"));
    bench.cluster.faults().cut();
    let noted =
        |board: &Board| board.environments[0].targets[0].error.as_deref() == Some("deployments may not be watched: listed every 30 s");
    bench.until("it is said", FRESHNESS, noted).await;
    bench.roll();
    bench.until("lists go on", Duration::from_secs(40), is_new).await;
    bench.cluster.faults().heal().await;
    bench.until("watched again", FRESHNESS, |board| board.environments[0].targets[0].error.is_none()).await;
}

/// A proxy that gives an answer only when it is whole never gives a watch's.
#[tokio::test(start_paused = true)]
async fn a_proxy_that_holds_watches_back_is_polled() {
    for mode in [WATCH, Mode::Watch { streaming: true }] {
        let mut bench = Bench::new(mode).await;
        bench.cluster.faults().add(Rule::new(Answer::Silence).watches().of("pods"));
        bench.cluster.faults().cut();
        let noted = |board: &Board| {
            let target = &board.environments[0].targets[0];
            target.state == TargetState::Live
                && target.error.as_deref().is_some_and(|error| error.starts_with("pods cannot be watched (no answer"))
        };
        bench.until("it is said", Duration::from_secs(300), noted).await;
        bench.roll();
        bench.until("lists go on", Duration::from_secs(40), is_new).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_waits_as_long_as_the_server_asks_is_not_believed_meanwhile() {
    let mut bench = Bench::new(WATCH).await;
    // One kind is told to wait, again and again; the others chatter.
    bench.cluster.faults().add(Rule::new(Answer::TooManyRequests { retry_after: 60 }).of("deployments"));
    bench.cluster.faults().cut();
    bench.roll();
    bench.until("it is noticed", FRESHNESS + Duration::from_secs(1), is_unknown).await;
    bench.is_not_green_for(Duration::from_secs(300)).await;
    bench.cluster.faults().heal().await;
    bench.until("it is read", Duration::from_secs(90), is_new).await;
}

#[tokio::test(start_paused = true)]
async fn watches_that_are_cut_before_they_say_anything_are_no_sign_of_life() {
    let mut bench = Bench::new(WATCH).await;
    // Lines come later than the connection lasts.
    bench.cluster.faults().lag(ObjectKind::Deployment, Duration::from_secs(5));
    bench.roll();
    let stop = bench.stop.clone();
    let faults = bench.cluster.faults();
    tokio::spawn(stop.run_until_cancelled_owned(async move {
        loop {
            sleep(Duration::from_secs(3)).await;
            faults.cut();
        }
    }));
    bench.until("lists tell", FRESHNESS, is_new).await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_is_named_whatever_is_wrong_with_it_and_forgotten_when_it_is_mended() {
    let mut bench = Bench::new(WATCH).await;
    let set = bench.cluster.look(|world| world.store().all(ObjectKind::ReplicaSet)[0].name.clone());
    bench.cluster.faults().spoil(ObjectKind::ReplicaSet, "shop", &set.name, "/metadata/ownerReferences", "nobody");
    let expected = format!("1 of the replicasets skipped, could not be read: {}/{}: ", set.namespace, set.name);
    let noted = |board: &Board| board.environments[0].targets[0].error.as_ref().is_some_and(|error| error.starts_with(&expected));
    bench.until("it is named", Duration::from_secs(5), noted).await;
    bench.until("what hangs on it is not believed", Duration::from_secs(5), is_unknown).await;
    bench.cluster.faults().expire();
    bench.cluster.faults().cut();
    bench.is_not_green_for(Duration::from_secs(30)).await;
    bench.cluster.faults().heal().await;
    bench.until("it is mended", Duration::from_secs(5), |board| board.environments[0].targets[0].error.is_none()).await;
    bench.until("and believed", Duration::from_secs(5), |board| is(board, Status::Ready, OLD)).await;
}

#[tokio::test(start_paused = true)]
async fn tokens_that_expire_are_said_and_new_ones_work_at_once() {
    let mut bench = Bench::new(WATCH).await;
    bench.cluster.faults().reject_tokens();
    bench.cluster.faults().cut();
    bench.until("it is said", Duration::from_secs(10), is_unknown).await;
    assert!(bench.error().starts_with("401: the credentials are not accepted"), "{}", bench.error());
    bench.cluster.faults().heal().await;
    bench.until("it works", Duration::from_secs(10), |board| is(board, Status::Ready, OLD)).await;
    // Renewed before anybody noticed: nobody sees a thing.
    bench.cluster.faults().rotate_tokens();
    bench.cluster.faults().cut();
    bench.roll();
    let unknown = timeout(Duration::from_secs(30), bench.board.wait_for(|board| is_unknown(board))).await.is_ok();
    assert!(!unknown, "a token that was renewed is no outage: {}", bench.error());
    assert!(is_new(&bench.board.borrow()));
}

/// A server that starts again refuses what it has not loaded yet. That namespaces were refused with it was said for ever.
#[tokio::test(start_paused = true)]
async fn a_remark_about_rights_that_came_back_goes() {
    let mut bench = Bench::new(WATCH).await;
    for kind in ["events", "namespaces"] {
        bench.cluster.faults().add(Rule::new(Answer::Forbidden).of(kind));
    }
    // It is planned anew.
    bench.cluster.faults().rotate_tokens();
    bench.cluster.faults().cut();
    let remark = |board: &Board| board.environments[0].targets[0].error.clone().unwrap_or_default();
    let noted = |board: &Board| remark(board).contains("may not list events") && remark(board).contains("may not list namespaces");
    bench.until("it is said", Duration::from_secs(30), noted).await;
    bench.cluster.faults().heal().await;
    bench.until("nothing is left of it", FRESHNESS * 2, |board| remark(board).is_empty()).await;
    assert!(is(&bench.board.borrow(), Status::Ready, OLD));
}

/// A restore so fast that the numbers are past the old ones before anybody asks: no watch can tell. A list of everything does.
#[tokio::test(start_paused = true)]
async fn a_history_that_was_lost_and_has_caught_up_unseen_is_noticed_by_the_next_list() {
    for mode in [WATCH, Mode::Watch { streaming: true }] {
        let mut bench = Bench::new(mode).await;
        bench.lose_history_with_cart(Duration::ZERO).await;
        sleep(FRESHNESS * 2).await;
        assert!(bench.board.borrow().services.contains_key("cart"), "or this is another test: nobody has seen it go");
        bench.cluster.apply(Workload::deployment("shop", "last", &image(NEW)));
        bench.until("the watch is alive", Duration::from_secs(5), |board| board.services.contains_key("last")).await;
        bench.until("the deletion is known", RELIST - FRESHNESS * 2, |board| !board.services.contains_key("cart")).await;
    }
}

/// That everything is listed now and then, or cannot be, is nothing that happens to the board.
#[tokio::test(start_paused = true)]
async fn what_is_watched_is_listed_now_and_then_and_nobody_notices() {
    for answer in [None, Some(Answer::InternalError), Some(Answer::TooManyRequests { retry_after: 60 }), Some(Answer::Silence)] {
        let mut bench = Bench::new(WATCH).await;
        let before = bench.cluster.asked("list", "pods");
        let shown = bench.board.borrow().services.clone();
        if let Some(answer) = answer {
            bench.cluster.faults().add(Rule::new(answer).lists());
        }
        let differs = |board: &Board| board.services != shown || board.environments[0].targets[0].state != TargetState::Live;
        let noticed = timeout(RELIST * 3 / 2, bench.board.wait_for(|board| differs(board))).await.is_ok();
        assert!(!noticed, "{answer:?}: {:#?}", bench.board.borrow());
        assert!(bench.cluster.asked("list", "pods") > before, "{answer:?}: it was listed anew");
        bench.roll();
        bench.until("the watch goes on", Duration::from_secs(30), is_new).await;
    }
}
