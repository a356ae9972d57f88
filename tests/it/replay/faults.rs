//! Recorded errors, raw streams, cuts and silences, through the real client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use model::catalogue::Catalogue;
use model::event::{Event, TargetHealth};
use model::workload::{Fact, Kind};
use server::config::{Access, Mode};

use super::client::Client;
use super::recording::{bytes, file, list};
use super::scenarios::catalogue;
use super::server::{Reply, Request, Server};

const WATCH: Mode = Mode::Watch { streaming: false };

/// A target that must be noticed to be silent soon.
fn impatient() -> Arc<Catalogue> {
    let mut catalogue = (*catalogue()).clone();
    catalogue.timing.freshness = TimeDelta::seconds(7);
    Arc::new(catalogue)
}

fn empty(kind: Kind) -> Reply {
    Reply::json(list(kind, "100", std::iter::empty()))
}

/// A watch that a bookmark shows to be alive, and that never ends.
fn quiet(kind: Kind) -> Reply {
    let bookmark = format!(r#"{{"type":"BOOKMARK","object":{{"kind":"{kind}","metadata":{{"resourceVersion":"100"}}}}}}"#);
    Reply::Silent(vec![bookmark])
}

/// Answers deployments as told, and everything else as an empty cluster would.
async fn server(deployments: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request: &Request| match request.kind() {
        Some(Kind::Deployment) if !request.is_trial() => deployments(request, count.fetch_add(1, Ordering::Relaxed)),
        Some(kind) if request.is_watch() => quiet(kind),
        // The newest version of the server: nothing that is watched is of its future.
        Some(kind) if request.is_trial() => Reply::json(list(kind, "999999999", std::iter::empty())),
        Some(kind) => empty(kind),
        None => Reply::error(404, "404 page not found\n"),
    })
    .await
}

fn access(server: &Server) -> Access {
    Access::Server { url: format!("http://{}", server.address).parse().unwrap(), token_file: None, ca_file: None }
}

fn is_live(health: &TargetHealth) -> bool {
    matches!(health, TargetHealth::Live { .. })
}

fn is_bad(health: &TargetHealth) -> bool {
    matches!(health, TargetHealth::Unreachable(_) | TargetHealth::Forbidden(_))
}

/// The requests for deployments, trials left out.
fn asked(server: &Server) -> Vec<Request> {
    server.requests().into_iter().filter(|request| request.kind() == Some(Kind::Deployment) && !request.is_trial()).collect()
}

async fn wait_for(what: &str, passes: impl Fn() -> bool) {
    let waiting = async {
        while !passes() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(super::client::DEADLINE, waiting).await.is_ok(), "{what}");
}

#[tokio::test]
async fn an_expired_version_in_a_stream_is_a_new_list() {
    let server = server(|request, count| match (request.is_watch(), count) {
        (false, _) => empty(Kind::Deployment),
        (true, 1) => Reply::lines(file("errors/410-watch-in-stream.ndjson").lines().map(str::to_owned)),
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    let (health, _) = client.health(|health| is_live(health) || is_bad(health)).await;
    assert!(is_live(&health), "{health:?}");
    wait_for("list, watch, list, watch", || asked(&server).len() >= 4).await;
    let kinds: Vec<bool> = asked(&server).iter().take(4).map(Request::is_watch).collect();
    assert_eq!(kinds, [false, true, false, true]);
    assert_eq!(asked(&server)[1].query["resourceVersion"], "100");
}

#[tokio::test]
async fn a_busy_server_is_given_the_time_it_asks_for() {
    let server = server(|request, count| match (request.is_watch(), count) {
        (false, 0) => Reply::Whole(429, vec![("Retry-After", "2".into())], file("errors/429-apf.txt")),
        (false, _) => empty(Kind::Deployment),
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    let (health, _) = client.health(|health| is_live(health) || is_bad(health)).await;
    assert!(is_live(&health), "not told after the first: {health:?}");
    let asked = asked(&server);
    assert!(asked[1].at - asked[0].at >= Duration::from_secs(2));
}

#[tokio::test]
async fn errors_are_told_in_the_servers_words() {
    for (status, name, expected) in [
        (403, "errors/403-no-rights.json", "may not list deployments: deployments.apps is forbidden: User"),
        (401, "errors/401-bad-token.json", "401: the credentials are not accepted (Unauthorized)"),
        (404, "errors/404-path.txt", "404: 404 page not found"),
        (504, "errors/504-too-large-rv.json", "504: Timeout: Too large resource version: 99999999999"),
        (429, "errors/429-apf.txt", "429: Too many requests, please try again later."),
    ] {
        let server = Server::start(move |_: &Request| Reply::error(status, file(name))).await;
        let (health, _) = Client::of(&server, WATCH).health(is_bad).await;
        let text = match &health {
            TargetHealth::Forbidden(text) if matches!(status, 401 | 403) => text,
            TargetHealth::Unreachable(text) if !matches!(status, 401 | 403) => text,
            other => panic!("{status}: {other:?}"),
        };
        assert!(text.starts_with(expected), "{text}");
    }
}

#[tokio::test]
async fn what_is_no_api_server_is_said_so() {
    let server = Server::start(|_: &Request| Reply::json("<!doctype html><title>Login</title>")).await;
    let (health, _) = Client::of(&server, WATCH).health(is_bad).await;
    let TargetHealth::Unreachable(text) = health else { panic!("{health:?}") };
    assert!(text.contains("is the address right?"), "{text}");
}

#[tokio::test]
async fn nothing_listens() {
    let server = Server::start(|_: &Request| Reply::Hang).await;
    let (access, address) = (access(&server), server.address);
    drop(server);
    let (health, _) = Client::with(access, WATCH, &[], catalogue()).health(is_bad).await;
    assert_eq!(health, TargetHealth::Unreachable(format!("connection refused: nothing listens at http://{address}")));
}

#[tokio::test]
async fn a_server_that_hangs_is_noticed() {
    let server = Server::start(|_: &Request| Reply::Hang).await;
    let (health, _) = Client::with(access(&server), WATCH, &[], impatient()).health(is_bad).await;
    let TargetHealth::Unreachable(text) = health else { panic!("{health:?}") };
    assert!(text.starts_with("no answer from http://127.0.0.1:"), "{text}");
}

#[tokio::test]
async fn a_half_open_watch_is_noticed_and_told_when_the_server_is_gone() {
    // The watch never ends, and the next request is never answered.
    let server = server(|request, count| match (request.is_watch(), count) {
        (false, 0) => empty(Kind::Deployment),
        (true, 1) => Reply::Silent(Vec::new()),
        _ => Reply::Hang,
    })
    .await;
    let mut client = Client::with(access(&server), WATCH, &[], impatient());
    client.health(is_live).await;
    let (health, _) = client.health(is_bad).await;
    assert!(matches!(&health, TargetHealth::Unreachable(text) if text.starts_with("no answer")), "{health:?}");
}

#[tokio::test]
async fn a_watch_of_the_future_is_a_new_list() {
    // The recorded answer: 200, and nothing until the timeout.
    assert_eq!(file("errors/504-watch-too-large-rv.ndjson"), "");
    let watched = AtomicUsize::new(0);
    let server = server(move |request, _| {
        if !request.is_watch() {
            empty(Kind::Deployment)
        } else if watched.fetch_add(1, Ordering::Relaxed) == 0 {
            let (sender, receiver) = tokio::sync::mpsc::channel(1);
            let seconds: u64 = request.query["timeoutSeconds"].parse().unwrap();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                drop(sender);
            });
            Reply::Stream(receiver)
        } else {
            quiet(Kind::Deployment)
        }
    })
    .await;
    let mut client = Client::with(access(&server), WATCH, &[], impatient());
    client.health(is_live).await;
    wait_for("a second list", || asked(&server).iter().filter(|request| !request.is_watch()).count() >= 2).await;
}

#[tokio::test]
async fn raw_streams_of_a_real_server_are_read() {
    // A list and a streaming list as bytes; the second one goes on until its server stops.
    for (mode, stream, kind_of_stream) in [
        (Mode::Poll { interval: Duration::from_secs(60) }, "streams/raw-list-http1.bin", false),
        (Mode::Watch { streaming: true }, "streams/raw-watch-http1.bin", true),
        (Mode::Watch { streaming: true }, "streams/raw-watch-server-stop-http1.bin", true),
    ] {
        let server = Server::start(move |request: &Request| match request.kind() {
            Some(Kind::Deployment) if !request.is_trial() && !request.query.contains_key("resourceVersion") => Reply::Raw(bytes(stream)),
            Some(kind) if request.query.contains_key("sendInitialEvents") => {
                let end = r#"{"resourceVersion":"100","annotations":{"k8s.io/initial-events-end":"true"}}"#;
                Reply::Silent(vec![format!(r#"{{"type":"BOOKMARK","object":{{"kind":"{kind}","metadata":{end}}}}}"#)])
            }
            Some(kind) if request.is_watch() => quiet(kind),
            Some(kind) => empty(kind),
            None => Reply::error(404, "404 page not found\n"),
        })
        .await;
        let (_, before) = Client::of(&server, mode).health(is_live).await;
        let mut names = before.iter().filter_map(|event| match event {
            Event::Listed { kind: Kind::Deployment, facts, .. } => Some(facts),
            _ => None,
        });
        let facts = names.next().unwrap();
        assert!(matches!(&facts[..], [Fact::Workload(cart)] if &*cart.name.name == "cart"), "{stream}: {facts:?}");
        assert_eq!(asked(&server)[0].is_watch(), kind_of_stream);
    }
}

#[tokio::test]
async fn streaming_lists_fall_back_where_they_are_not_known() {
    let server = Server::start(|request: &Request| match request.kind() {
        Some(_) if request.query.contains_key("sendInitialEvents") => Reply::error(422, file("errors/422-sendinitialevents.json")),
        Some(kind) if request.is_watch() => quiet(kind),
        Some(kind) => empty(kind),
        None => Reply::error(404, "404 page not found\n"),
    })
    .await;
    let (_, before) = Client::of(&server, Mode::Watch { streaming: true }).health(is_live).await;
    assert_eq!(before.iter().filter(|event| matches!(event, Event::Listed { .. })).count(), Kind::ALL.len());
}

#[tokio::test]
async fn a_cut_watch_goes_on_where_it_was() {
    let line = file("watch/rolling-update/deployments.ndjson").lines().nth(2).unwrap().to_owned();
    let version: serde_json::Value = serde_json::from_str(&line).unwrap();
    let version = version["object"]["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let half = line[..line.len() / 2].to_owned();
    let server = server(move |request, count| match (request.is_watch(), count) {
        (false, _) => empty(Kind::Deployment),
        // A whole line, half a line, and the end.
        (true, 1) => {
            let chunk = format!("{line}\n{half}");
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            Reply::Raw(format!("{head}{:x}\r\n{chunk}\r\n", chunk.len()).into_bytes())
        }
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    wait_for("a second watch", || asked(&server).len() >= 3).await;
    let asked = asked(&server);
    assert!(asked[2].is_watch());
    assert_eq!(asked[2].query["resourceVersion"], version);
    let mut seen = 0;
    while seen == 0 {
        match client.next().await {
            Event::Seen { fact: Fact::Workload(cart), .. } => {
                assert_eq!(&*cart.name.name, "cart");
                seen += 1;
            }
            Event::Target { health: TargetHealth::Live { notes }, .. } => assert_eq!(notes, [""; 0], "half a line is no object"),
            Event::Target { health, .. } => assert!(!is_bad(&health), "a cut alone is not told: {health:?}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_scope_that_may_not_be_watched_is_listed() {
    let server =
        server(|request, _| if request.is_watch() { Reply::error(403, file("errors/403-watch.json")) } else { empty(Kind::Deployment) })
            .await;
    let mut client = Client::of(&server, WATCH);
    let noted = |health: &TargetHealth| matches!(health, TargetHealth::Live { notes } if !notes.is_empty());
    let (health, _) = client.health(|health| noted(health) || is_bad(health)).await;
    assert_eq!(health, TargetHealth::Live { notes: vec!["deployments may not be watched: listed every 30 s".into()] });
}

/// A reader in namespace shop only, as recorded.
async fn shop_only(deployments_too: bool) -> Server {
    Server::start(move |request: &Request| {
        let in_shop = request.path.contains("/namespaces/shop/");
        match request.kind() {
            Some(Kind::Deployment) if in_shop && !deployments_too => Reply::error(403, file("errors/403-no-rights.json")),
            Some(kind) if in_shop && request.is_watch() => quiet(kind),
            Some(kind) if in_shop => empty(kind),
            Some(_) => Reply::error(403, file("errors/403-clusterwide-for-namespaced.json")),
            None => Reply::error(403, r#"{"kind":"Status","message":"namespaces is forbidden","code":403}"#),
        }
    })
    .await
}

#[tokio::test]
async fn namespaces_that_may_be_read_are() {
    let server = shop_only(true).await;
    let mut client = Client::with(access(&server), WATCH, &["shop", "team-*"], catalogue());
    let (health, before) = client.health(is_live).await;
    let listed: Vec<_> = before
        .iter()
        .filter_map(|event| match event {
            Event::Listed { kind, namespace, .. } => Some((*kind, namespace.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(listed.len(), Kind::ALL.len());
    assert!(listed.iter().all(|(_, namespace)| *namespace == Some("shop")), "{listed:?}");
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert_eq!(notes, ["may not list namespaces: namespaces is forbidden"]);
}

#[tokio::test]
async fn what_is_missing_is_said_by_kind() {
    let server = shop_only(false).await;
    let mut client = Client::with(access(&server), WATCH, &["shop"], catalogue());
    let (health, before) = client.health(is_live).await;
    assert_eq!(before.iter().filter(|event| matches!(event, Event::Listed { .. })).count(), Kind::ALL.len() - 1);
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert!(notes[0].starts_with("may not list deployments: deployments.apps is forbidden"), "{notes:?}");
}

#[tokio::test]
async fn nothing_may_be_read_without_names() {
    let server = shop_only(true).await;
    let (health, _) = Client::with(access(&server), WATCH, &[], catalogue()).health(is_bad).await;
    let TargetHealth::Forbidden(text) = health else { panic!("{health:?}") };
    assert!(text.starts_with("may not list deployments: deployments.apps is forbidden"), "{text}");
    assert!(text.contains("; nor statefulsets, daemonsets, replicasets, pods; may not list namespaces: "), "{text}");
    assert!(text.ends_with(": name those that may be read under `namespaces`"), "{text}");
}

#[tokio::test]
async fn one_unreadable_object_is_skipped_counted_and_shown() {
    let list = r#"{"kind":"DeploymentList","metadata":{"resourceVersion":"100"},"items":[
        {"metadata":{"name":"odd","namespace":"shop","creationTimestamp":"2026-11-20T07:23:18Z"},"spec":{"replicas":"three"}},
        {"metadata":{"name":"cart","namespace":"shop","creationTimestamp":"2026-11-20T07:23:18Z"},"spec":{},"status":{}}]}"#;
    let server = server(move |request, _| if request.is_watch() { quiet(Kind::Deployment) } else { Reply::json(list) }).await;
    let (health, before) = Client::of(&server, WATCH).health(is_live).await;
    let facts: usize = before
        .iter()
        .map(|event| match event {
            Event::Listed { facts, .. } => facts.iter().filter(|fact| !matches!(fact, Fact::Unread(_))).count(),
            _ => 0,
        })
        .sum();
    assert_eq!(facts, 1);
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert!(notes[0].starts_with("1 deployments skipped, could not be read: shop/odd: invalid type: string"), "{notes:?}");
}

#[tokio::test]
async fn a_target_that_recovers_is_listed_again() {
    let server = server(|request, count| match (request.is_watch(), count) {
        (_, 2..=4) => Reply::error(500, "etcdserver: leader changed"),
        (false, _) => empty(Kind::Deployment),
        (true, 1) => Reply::lines(Vec::new()),
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    client.health(is_live).await;
    let (health, _) = client.health(is_bad).await;
    assert_eq!(health, TargetHealth::Unreachable("500: etcdserver: leader changed (list or watch deployments)".into()));
    let (_, before) = client.health(is_live).await;
    assert!(before.iter().any(|event| matches!(event, Event::Listed { kind: Kind::Deployment, .. })));
}

#[tokio::test]
async fn a_token_file_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "old\n").unwrap();
    let server = Server::start(|request: &Request| match (request.headers.get("authorization").map(String::as_str), request.kind()) {
        (Some("Bearer new"), Some(kind)) if request.is_watch() => quiet(kind),
        (Some("Bearer new"), Some(kind)) => empty(kind),
        _ => Reply::error(401, file("errors/401-bad-token.json")),
    })
    .await;
    let url = format!("http://{}", server.address).parse().unwrap();
    let mut client = Client::with(Access::Server { url, token_file: Some(token_file.clone()), ca_file: None }, WATCH, &[], catalogue());
    client.health(is_bad).await;
    assert_eq!(server.requests()[0].headers["authorization"], "Bearer old");
    assert_eq!(server.requests()[0].headers["user-agent"], concat!("relboard/", env!("CARGO_PKG_VERSION")));
    std::fs::write(&token_file, "new\n").unwrap();
    client.health(is_live).await;
}

#[tokio::test]
async fn a_right_that_is_taken_away_is_withdrawn_and_not_an_empty_list() {
    let allowed = Arc::new(AtomicUsize::new(1));
    let (cut, receiver) = tokio::sync::mpsc::channel(1);
    let (still, watch) = (Arc::clone(&allowed), std::sync::Mutex::new(Some(receiver)));
    let server = Server::start(move |request: &Request| match request.kind() {
        Some(Kind::Pod) if still.load(Ordering::Relaxed) == 0 => Reply::error(403, file("errors/403-no-rights.json")),
        Some(Kind::Pod) if request.is_watch() => watch.lock().unwrap().take().map_or_else(|| quiet(Kind::Pod), Reply::Stream),
        Some(kind) if request.is_watch() => quiet(kind),
        Some(kind) => empty(kind),
        None => Reply::error(403, file("errors/403-no-rights.json")),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    client.health(is_live).await;
    allowed.store(0, Ordering::Relaxed);
    drop(cut);
    let missing = |health: &TargetHealth| matches!(health, TargetHealth::Live { notes } if notes.iter().any(|note| note.starts_with("may not list pods")));
    let (_, before) = client.health(missing).await;
    let withdrawn = before.iter().filter(|event| matches!(event, Event::Withdrawn { kind: Kind::Pod, namespace: None, .. }));
    assert_eq!(withdrawn.count(), 1, "{before:?}");
    let emptied = before.iter().filter(|event| matches!(event, Event::Listed { kind: Kind::Pod, .. }));
    assert_eq!(emptied.count(), 0, "an error is never an empty list");
}

#[tokio::test]
async fn one_dead_cluster_costs_the_others_nothing() {
    let alive = server(|request, _| if request.is_watch() { quiet(Kind::Deployment) } else { empty(Kind::Deployment) }).await;
    let hung = Server::start(|_: &Request| Reply::Hang).await;
    let garbled = Server::start(|_: &Request| Reply::Raw(b"\xff\x00 nonsense".to_vec())).await;
    let mut client = Client::with_all(vec![access(&hung), access(&garbled), access(&alive)], WATCH, &[], catalogue());
    let mut live = None;
    while live.is_none() {
        if let Event::Target { target, health: TargetHealth::Live { .. }, .. } = client.next().await {
            live = Some(target);
        }
    }
    assert_eq!(live, Some(model::ids::TargetId(2)));
}

/// Kinds that the board can do without: 403, 404, and errors.
async fn poor() -> Server {
    Server::start(move |request: &Request| match request.kind() {
        Some(Kind::Event) if request.is_trial() => empty(Kind::Event),
        Some(Kind::Event) => Reply::error(500, "etcd is not there"),
        Some(Kind::Service) => Reply::error(403, file("errors/403-no-rights.json")),
        Some(Kind::CronJob) => Reply::error(404, file("errors/404-group.txt")),
        Some(kind) if request.is_watch() => quiet(kind),
        Some(kind) => empty(kind),
        None if request.path == "/api/v1" => Reply::json(r#"{"kind":"APIResourceList","resources":[]}"#),
        None if request.path == "/api/v1/namespaces" => Reply::json(r#"{"kind":"NamespaceList","items":[]}"#),
        None => Reply::error(404, file("errors/404-group.txt")),
    })
    .await
}

#[tokio::test]
async fn what_the_board_can_do_without() {
    let server = poor().await;
    let mut client = Client::of(&server, WATCH);
    let (health, before) = client.health(is_live).await;
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert!(notes[0].starts_with("may not list services: "), "{notes:?}");
    assert!(notes[1].starts_with("cannot list or watch events: 500: etcd is not there"), "{notes:?}");
    assert_eq!(notes.len(), 2, "{notes:?}");
    // That a cluster has no such kind is known; what may not be read is not.
    let listed = |kind: Kind| before.iter().any(|event| matches!(event, Event::Listed { kind: of, .. } if *of == kind));
    assert!(listed(Kind::CronJob) && !listed(Kind::Service) && !listed(Kind::Event));
}

#[tokio::test]
async fn what_answers_404_to_everything_is_no_cluster_without_cron_jobs() {
    // An API server behind a proxy that has lost a route, or all of them.
    let lost = Arc::new(AtomicUsize::new(0));
    let (still, cut) = (Arc::clone(&lost), Arc::new(std::sync::Mutex::new(Vec::new())));
    let open = Arc::clone(&cut);
    let server = Server::start(move |request: &Request| {
        let (kind, routes) = (request.kind(), still.load(Ordering::Relaxed) == 0);
        match kind {
            Some(Kind::CronJob) if routes && request.is_watch() => {
                let (sender, receiver) = tokio::sync::mpsc::channel(1);
                open.lock().unwrap().push(sender);
                Reply::Stream(receiver)
            }
            Some(Kind::CronJob) | None if !routes => Reply::error(404, "no such route"),
            Some(kind) if request.is_watch() => quiet(kind),
            Some(kind) => empty(kind),
            None => Reply::error(404, "no such route"),
        }
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    client.health(is_live).await;
    lost.store(1, Ordering::Relaxed);
    cut.lock().unwrap().clear();
    let (health, before) = client.health(is_bad).await;
    assert!(matches!(&health, TargetHealth::Unreachable(cause) if cause.contains("404")), "{health:?}");
    let gone = before.iter().any(|event| matches!(event, Event::Listed { kind: Kind::CronJob, .. } | Event::Withdrawn { .. }));
    assert!(!gone, "an error is never an empty list");
}
