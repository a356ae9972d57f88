mod records;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::{DateTime, TimeDelta, Utc};
use model::board::{Board, Revision, TargetState};
use model::catalogue::{Catalogue, Column};
use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use model::record::Record;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{Parts, Settings, Tokens, router};
use crate::clock::Clock;
use crate::config;
use crate::hub::{self, HubHandle, Records};
use crate::store::Store;

const COMMIT: &str = "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa";
const PATIENCE: Duration = Duration::from_secs(20);

fn now() -> DateTime<Utc> {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// Everything but clusters: `dev` has one that is said to be live and empty, `pre` has none.
struct Server {
    router: Router,
    hub: HubHandle,
    board: watch::Receiver<Arc<Board>>,
    store: Store,
    stop: CancellationToken,
    /// The path that it lives under.
    base: String,
    /// How many records were made.
    made: i32,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Server {
    async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    async fn start_with(change: impl FnOnce(&mut config::Server)) -> Self {
        let mut server = config::Server { max_body: 4096, records_per_minute: 5, ..config::Server::default() };
        change(&mut server);
        let base = server.base_path.trim_end_matches('/').to_owned();
        let clock = Clock::new(now);
        let store = Store::open(&config::Store { url: "sqlite::memory:".into(), ..config::Store::default() }).await.unwrap();
        let stop = CancellationToken::new();
        let pre = Column { aliases: vec!["preprod".to_owned()], ..Column::new("pre", &[]) };
        let catalogue = Arc::new(Catalogue::new([Column::new("dev", &["dev-cluster"]), pre]));
        let (history, transitions) = mpsc::channel(64);
        tokio::spawn(hub::keep(store.clone(), transitions, stop.clone()));
        let start = hub::Start {
            catalogue: Arc::clone(&catalogue),
            epoch: "8f1c".to_owned(),
            clock: clock.clone(),
            stored: hub::Stored::default(),
            last: Vec::new(),
            history,
        };
        let (hub, _) = hub::spawn(start, stop.clone());
        let sender = config::Ci { name: "jenkins".to_owned(), token: Some("s3cret".into()), json: None, create_environments: false };
        let tokens = Tokens::new(&[sender], server.records_per_minute);
        let (_, settings) = watch::channel(Arc::new(Settings {
            catalogue,
            tokens,
            views: Arc::from([]),
            links: Arc::from([]),
            sources: Vec::new(),
            registries: Vec::new(),
        }));
        let records = Records::new(store.clone(), hub.events(), clock.clone());
        let parts = Parts { server, settings, hub: hub.clone(), records, store: store.clone(), clock, shutdown: stop.clone() };
        let live = Event::Target { target: TargetId(0), health: TargetHealth::Live { notes: Vec::new() }, at: now() };
        hub.events().send(live).await.unwrap();
        let mut board = hub.board();
        let is_live = board.wait_for(|board| board.environments[0].targets[0].state == TargetState::Live);
        drop(timeout(PATIENCE, is_live).await.expect("the cluster is live").unwrap());
        Self { router: router(parts), board, hub, store, stop, base, made: 0 }
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body }
    }

    async fn get(&self, path: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// CI says that a service was deployed to `dev`; waits until the board shows it, and the API serves that board.
    async fn deployed(&mut self, service: &str, commit: &str) -> Arc<Board> {
        self.made += 1;
        let at = now() - TimeDelta::minutes(1) + TimeDelta::seconds(1) * self.made;
        let json = serde_json::json!({
            "service": service, "environment": "dev", "commit": commit, "by": "gauxachs", "at": at, "outcome": "success",
        });
        let record: Record = serde_json::from_value(json).unwrap();
        self.hub.events().send(Event::Record(Arc::new(record))).await.unwrap();
        let shows = |board: &Arc<Board>| {
            let cell = board.services.get(service).and_then(|row| row.cells.get("dev"));
            cell.and_then(|cell| cell.record.as_ref()).and_then(|record| record.commit.as_deref()) == Some(commit)
        };
        let board = Arc::clone(&timeout(PATIENCE, self.board.wait_for(shows)).await.expect("the board shows the record").unwrap());
        // What is served follows the board by a task that has its turn.
        let served = async {
            while self.served().await.number < board.revision.number {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, served).await.expect("the board is served");
        board
    }

    /// The revision of the board that the API serves.
    async fn served(&self) -> Revision {
        let answer = self.get(&format!("{}/api/v1/board?q=service:-", self.base), &[]).await;
        let (revision, _) = answer.header(header::ETAG).trim_matches('"').rsplit_once('-').unwrap();
        revision.parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    fn is_problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], format!("https://relboard.dev/problems/{kind}"));
        assert_eq!(problem["status"], status);
        assert!(!problem["title"].as_str().unwrap().is_empty() && problem["detail"].as_str().unwrap().len() > 20, "{problem}");
        problem
    }
}

#[tokio::test]
async fn the_board_is_json_with_a_strong_tag() {
    let mut server = Server::start().await;
    let board = server.deployed("cart", COMMIT).await;
    let answer = server.get("/api/v1/board", &[]).await;
    assert_eq!((answer.status, answer.header(header::CONTENT_TYPE)), (StatusCode::OK, "application/json"));
    let read: Board = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(read.revision, board.revision);
    assert_eq!(answer.json()["services"][0]["cells"]["pre"]["status"], "absent");

    let tag = answer.header(header::ETAG).to_owned();
    assert!(tag.starts_with("\"8f1c-"), "{tag}");
    let again = server.get("/api/v1/board", &[(header::IF_NONE_MATCH, &format!("\"other\", {tag}"))]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    for other in ["/api/v1/board?q=cart", "/api/v1/board?format=csv"] {
        let other = server.get(other, &[(header::IF_NONE_MATCH, &tag)]).await;
        assert_eq!(other.status, StatusCode::OK, "the same tag for another content");
    }
    server.deployed("stock", COMMIT).await;
    let after = server.get("/api/v1/board", &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!(after.status, StatusCode::OK);
}

#[tokio::test]
async fn a_search_filters_and_a_wrong_one_says_where() {
    let mut server = Server::start().await;
    server.deployed("cart", COMMIT).await;
    server.deployed("stock", COMMIT).await;
    let found = server.get("/api/v1/board?q=service:sto", &[]).await.json();
    assert_eq!(found["services"].as_array().unwrap().len(), 1);
    assert_eq!(found["services"][0]["name"], "stock");
    let problem = server.get("/api/v1/board?q=cart+is:purple", &[]).await.is_problem(400, "bad-query");
    assert!(problem["at"].as_u64().unwrap() >= 5, "{problem}");
}

#[tokio::test]
async fn formats_by_accept_and_by_address() {
    let mut server = Server::start().await;
    server.deployed("cart", COMMIT).await;
    for (path, accept) in [("/api/v1/board", "text/csv"), ("/api/v1/board?format=csv", "*/*")] {
        let answer = server.get(path, &[(header::ACCEPT, accept)]).await;
        assert!(answer.header(header::CONTENT_TYPE).starts_with("text/csv"));
        let mut reader = csv::Reader::from_reader(&*answer.body);
        let lines: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(lines.len(), 2, "one line for each service and environment");
        assert!(lines[0].iter().any(|field| field == "gauxachs") && lines[1].iter().any(|field| field == "absent"));
    }
    let text = server.get("/api/v1/board", &[(header::ACCEPT, "text/plain")]).await.text();
    assert!(text.contains("cart") && text.contains("7fc38a2") && text.contains("gauxachs"), "{text}");
    server.get("/api/v1/board", &[(header::ACCEPT, "image/png")]).await.is_problem(406, "not-acceptable");
    server.get("/api/v1/board?format=xml", &[]).await.is_problem(400, "bad-request");
}

#[tokio::test]
async fn csv_and_text_are_arranged_as_the_address_says() {
    let mut server = Server::start().await;
    server.deployed("cart", COMMIT).await;
    server.deployed("stock", COMMIT).await;
    for (arrangement, expected) in [
        ("", "cart/dev cart/pre stock/dev stock/pre"),
        ("&sort=dev:time", "stock/dev stock/pre cart/dev cart/pre"),
        ("&sort=dev:time&group=letter", "cart/dev cart/pre stock/dev stock/pre"),
        ("&env=pre,dev&q=cart", "cart/pre cart/dev"),
        ("&sort=-name&env=dev", "stock/dev cart/dev"),
    ] {
        let answer = server.get(&format!("/api/v1/board?format=csv{arrangement}"), &[]).await;
        assert_eq!(answer.header(header::CONTENT_DISPOSITION), "attachment; filename=\"relboard.csv\"");
        let mut reader = csv::Reader::from_reader(&*answer.body);
        let line = |line: csv::StringRecord| format!("{}/{}", &line[0], &line[2]);
        let lines: Vec<_> = reader.records().map(|record| line(record.unwrap())).collect();
        assert_eq!(lines.join(" "), expected, "{arrangement}");
    }
    let text = server.get("/api/v1/board?format=text&env=pre&sort=-name", &[]).await.text();
    assert!(text.starts_with("SERVICE  pre") && text.find("stock") < text.find("cart"), "{text}");
    for (wrong, said) in [
        ("format=csv&sort=dev", "`dev` is no order"),
        ("format=csv&group=colour", "one of none, team"),
        ("format=csv&env=dev,moon", "`moon` is not an environment of this board: it has dev, pre."),
        ("sort=name", "add `format=csv`"),
    ] {
        let problem = server.get(&format!("/api/v1/board?{wrong}"), &[]).await.is_problem(400, "bad-request");
        assert!(problem["detail"].as_str().unwrap().contains(said), "{problem}");
    }
}

#[tokio::test]
async fn details_have_records_and_history() {
    let mut server = Server::start().await;
    let body = format!(r#"{{"service":"cart","environment":"dev","commit":"{COMMIT}","by":"gauxachs","ticket":"SHOP-1"}}"#);
    let request = Request::post("/api/v1/records").header(header::AUTHORIZATION, "Bearer s3cret");
    assert_eq!(server.ask(request.body(body.into()).unwrap()).await.status, StatusCode::CREATED);
    let shown = server.board.wait_for(|board| board.services.contains_key("cart"));
    drop(timeout(PATIENCE, shown).await.expect("the record reaches the board").unwrap());
    let stored = async {
        while server.store.transitions(&"cart".into(), &"dev".into(), 1).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, stored).await.expect("the history is stored");
    let details = server.get("/api/v1/services/cart/environments/dev", &[]).await.json();
    assert_eq!(details["records"][0]["ticket"], "SHOP-1");
    assert_eq!(details["history"][0]["status"], details["cell"]["status"]);
    server.get("/api/v1/services/cart/environments/moon", &[]).await.is_problem(404, "not-found");
    let problem = server.get("/api/v1/services/moon/environments/dev", &[]).await.is_problem(404, "not-found");
    assert!(problem["detail"].as_str().unwrap().contains("`moon`"), "{problem}");
}

#[tokio::test]
async fn errors_under_api_are_problems() {
    let server = Server::start().await;
    server.get("/api/v1/nothing", &[(header::ACCEPT, "text/html")]).await.is_problem(404, "not-found");
    let answer = server.ask(Request::delete("/api/v1/board").body(Body::empty()).unwrap()).await;
    answer.is_problem(405, "method-not-allowed");
    assert!(answer.header(header::ALLOW).contains("GET"), "{:?}", answer.headers);
    server.get("/pkg/nothing.js", &[]).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn the_page_is_rendered_under_a_strict_policy() {
    let mut server = Server::start_with(|server| server.base_path = "/relboard".to_owned()).await;
    server.deployed("cart", COMMIT).await;
    let html = [(header::ACCEPT, "text/html")];
    let page = server.get("/relboard/?q=cart", &html).await;
    assert_eq!(page.status, StatusCode::OK);
    let (text, policy) = (page.text(), page.header(header::CONTENT_SECURITY_POLICY));
    assert!(text.contains("cart") && text.contains("7fc38a2"), "{text}");
    assert!(!policy.contains("unsafe-inline") && policy.contains("'wasm-unsafe-eval'"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(text.contains(&format!("nonce=\"{nonce}\"")), "the policy's nonce is that of the scripts");
    assert!(!text.contains(" style=\""), "no style inside elements: the policy forbids it");
    assert_ne!(server.get("/relboard/", &html).await.header(header::CONTENT_SECURITY_POLICY), policy, "a nonce is used once");

    assert_eq!(server.get("/relboard/services/cart/dev", &html).await.status, StatusCode::OK);
    assert_eq!(server.get("/relboard/services/moon", &html).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get("/relboard/nowhere", &html).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get("/relboard", &html).await.header(header::LOCATION), "/relboard/");
    assert_eq!(server.get("/relboard/api/v1/board", &[]).await.status, StatusCode::OK);
    server.get("/api/v1/board", &[]).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn headers_protect_and_json_is_compressed() {
    let mut server = Server::start().await;
    for place in 0..30 {
        server.deployed(&format!("service-{place}"), COMMIT).await;
    }
    let answer = server.get("/api/v1/board", &[(header::ACCEPT_ENCODING, "br, gzip")]).await;
    assert_eq!(answer.header(header::CONTENT_ENCODING), "br");
    assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert!(answer.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
    let plain = server.get("/api/v1/board", &[]).await;
    assert_ne!(plain.header(header::ETAG), answer.header(header::ETAG), "a strong tag is of one encoding");
}

#[tokio::test]
async fn a_badge_says_the_version() {
    let mut server = Server::start().await;
    server.deployed("cart", COMMIT).await;
    let badge = server.get("/badge/cart/dev.svg", &[]).await;
    assert!(badge.header(header::CONTENT_TYPE).starts_with("image/svg+xml"));
    assert!(badge.text().contains(">dev</text>"), "{}", badge.text());
    let missing = server.get("/badge/cart/%3Cscript%3E.svg", &[]).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.text().contains("not found") && !missing.text().contains("<script>"));
}

#[tokio::test]
async fn operators_find_health_numbers_and_the_manual() {
    let mut server = Server::start().await;
    server.deployed("cart", COMMIT).await;
    assert_eq!(server.get("/livez", &[]).await.status, StatusCode::OK);
    assert_eq!(server.get("/readyz", &[]).await.status, StatusCode::OK);
    let metrics = server.get("/metrics", &[]).await.text();
    for line in ["relboard_services 1", "relboard_events_total 2", "relboard_store_up 1", "route=\"/livez\""] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    let api = server.get("/api/v1/openapi.json", &[]).await.json();
    for path in ["/api/v1/board", "/api/v1/board/events", "/api/v1/records", "/api/v1/services/{service}/environments/{environment}"] {
        assert!(api["paths"].get(path).is_some(), "{path}");
    }
    assert!(api["components"]["schemas"]["Cell"].is_object());
    let docs = server.get("/api/docs", &[]).await;
    assert!(docs.text().contains("/api/v1/records") && !docs.text().contains("<script"));
    server.stop.cancel();
    assert_eq!(server.get("/readyz", &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
}
