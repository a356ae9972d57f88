use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Outside, PollState, SourceHealth, date, entries, run};
use crate::ci::{Accepted, Batch, Sink, SinkError, UnknownEnvironments};
use crate::clock::Clock;
use crate::config::{Ci, JsonEndpoint, JsonFields, Locator};

/// The document of the first installation.
const JENKINS: &str = r#"{ "order-service": {
    "dev": { "date": "2018-08-13 15:56:53", "user": "gauxachs", "commit": "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa", "job": 812 },
    "pre": { "date": "2018-08-10 09:00:00", "user": "ana", "commit": "993e5fc" } } }"#;

fn now() -> DateTime<Utc> {
    "2018-08-13T16:00:00Z".parse().unwrap()
}

fn endpoint(url: &str) -> JsonEndpoint {
    let at = |pointer: &str| Locator::Pointer(pointer.to_owned());
    let others = ["commit", "image", "digest", "version", "branch", "repository", "url", "outcome"];
    let others = others.into_iter().map(|field| (field, at(&format!("/{field}")))).chain([("by", at("/user"))]);
    JsonEndpoint {
        url: url.parse().unwrap(),
        interval: Duration::from_millis(10),
        timeout: Duration::from_secs(5),
        max_bytes: 10_000,
        authorization: Some("Bearer hush".into()),
        entries: "/*/*".to_owned(),
        fields: JsonFields { service: Locator::Key(0), environment: Locator::Key(1), at: at("/date"), others: others.collect() },
        time_zone: Tz::UTC,
        date_format: None,
    }
}

/// Records and complaints, one a line.
fn read(document: &Value, endpoint: &JsonEndpoint) -> Vec<String> {
    let read = entries::read(document, endpoint, now()).unwrap();
    let entry = |entry: &entries::Entry| {
        let record = &entry.record;
        let version = record.commit.as_deref().or(record.version.as_deref()).unwrap_or("-");
        format!("{}/{} {version} {} {}", record.service, record.environment, record.by.as_deref().unwrap_or("-"), record.at.to_rfc3339())
    };
    read.entries.iter().map(entry).chain(read.wrong.iter().map(ToString::to_string)).collect()
}

#[test]
fn a_map_by_service_and_environment() {
    let document: Value = serde_json::from_str(JENKINS).unwrap();
    let read_entries = entries::read(&document, &endpoint("http://x"), now()).unwrap();
    assert_eq!(read_entries.entries[0].record.extra, [("job".to_owned(), json!(812))].into(), "what no pointer takes out is kept");
    assert_eq!(
        read(&document, &endpoint("http://x")),
        [
            "order-service/dev 7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa gauxachs 2018-08-13T15:56:53+00:00",
            "order-service/pre 993e5fc ana 2018-08-10T09:00:00+00:00",
        ]
    );
}

#[test]
fn an_array_of_objects_inside_a_document() {
    let mut endpoint = endpoint("http://x");
    endpoint.entries = "/data/deployments/*".to_owned();
    endpoint.fields.service = Locator::Pointer("/app/name".to_owned());
    endpoint.fields.environment = Locator::Constant("pro".to_owned());
    let document = json!({ "data": { "deployments": [
        { "app": { "name": "cart" }, "version": 14, "date": 1534175813, "outcome": "SUCCESS" },
        { "app": { "name": "orders" }, "version": "1.4.0", "date": "1534175813000", "outcome": "ABORTED" },
    ] } });
    assert_eq!(read(&document, &endpoint), ["cart/pro 14 - 2018-08-13T15:56:53+00:00", "orders/pro 1.4.0 - 2018-08-13T15:56:53+00:00"]);
}

#[test]
fn entries_that_are_the_version_itself() {
    let mut endpoint = endpoint("http://x");
    endpoint.entries = "/*/*".to_owned();
    endpoint.fields.others = vec![("commit", Locator::Pointer(String::new()))];
    endpoint.fields.at = Locator::Constant("2018-08-01".to_owned());
    endpoint.date_format = None;
    endpoint.fields.at = Locator::Constant("2018-08-01T00:00:00Z".to_owned());
    assert_eq!(read(&json!({ "cart": { "dev": "7FC38A2" } }), &endpoint), ["cart/dev 7fc38a2 - 2018-08-01T00:00:00+00:00"]);
}

#[test]
fn one_wrong_entry_costs_the_others_nothing_and_is_named() {
    let document = json!({
        "a/b": { "dev": { "date": "2018-08-13 15:56:53", "commit": "not-hex" } },
        "cart": { "dev": { "date": "2018-08-13 15:56:53", "commit": "7fc38a2" }, "pre": "soon", "pro": null },
        "future": { "dev": { "date": "2018-08-13 17:56:53", "commit": "7fc38a2" } },
        "late": { "dev": { "date": "last Tuesday", "commit": "7fc38a2" }, "pre": { "commit": "7fc38a2" } },
        "none": null,
        "odd": 7,
    });
    insta::assert_snapshot!(read(&document, &endpoint("http://x")).join("\n"));
}

#[test]
fn a_document_of_another_shape_is_an_error_as_a_whole() {
    let error = |entries: &str, document: Value| {
        let endpoint = JsonEndpoint { entries: entries.to_owned(), ..endpoint("http://x") };
        entries::read(&document, &endpoint, now()).unwrap_err()
    };
    assert_eq!(error("/*/*", json!("maintenance")), "the document is neither an object nor an array");
    assert_eq!(error("/deployments/*", json!({ "deploys": [] })), "the document has nothing at `/deployments`: check `entries`");
}

#[test]
fn dates_are_read_as_ci_servers_write_them() {
    let madrid: Tz = "Europe/Madrid".parse().unwrap();
    let cases = [
        (json!("2018-08-13 15:56:53"), Tz::UTC, None, "2018-08-13T15:56:53Z"),
        (json!("2018-08-13 15:56:53"), madrid, None, "2018-08-13T13:56:53Z"),
        (json!("2018-01-13T15:56:53.5"), madrid, None, "2018-01-13T14:56:53.500Z"),
        (json!("2018-08-13 15:56"), madrid, None, "2018-08-13T13:56:00Z"),
        (json!("2018-08-13T15:56:53Z"), madrid, None, "2018-08-13T15:56:53Z"),
        (json!("2018-08-13T15:56:53+02:00"), Tz::UTC, None, "2018-08-13T13:56:53Z"),
        (json!("2018-08-13 15:56:53 +0200"), Tz::UTC, None, "2018-08-13T13:56:53Z"),
        (json!("2018-08-13T15:56:53.000+0200"), Tz::UTC, None, "2018-08-13T13:56:53Z"),
        (json!(1_534_175_813), madrid, None, "2018-08-13T15:56:53Z"),
        (json!(1_534_175_813_250_i64), madrid, None, "2018-08-13T15:56:53.250Z"),
        (json!(1_534_175_813.9), madrid, None, "2018-08-13T15:56:53Z"),
        (json!("1534175813"), madrid, None, "2018-08-13T15:56:53Z"),
        (json!("13/08/2018 15:56"), madrid, Some("%d/%m/%Y %H:%M"), "2018-08-13T13:56:00Z"),
        (json!("13/08/2018 15:56 -0300"), madrid, Some("%d/%m/%Y %H:%M %z"), "2018-08-13T18:56:00Z"),
        (json!("2018-08-13 15:56:53"), Tz::UTC, Some("%d/%m/%Y %H:%M"), "2018-08-13T15:56:53Z"),
        // Clocks go forward at 02:00 and back at 03:00: an hour that is missing, and one that is there twice.
        (json!("2018-03-25 02:30:00"), madrid, None, "2018-03-25T01:30:00Z"),
        (json!("2018-10-28 02:30:00"), madrid, None, "2018-10-28T00:30:00Z"),
    ];
    for (value, zone, format, expected) in cases {
        let found = date::parse(&value, zone, format).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!(found, expected.parse::<DateTime<Utc>>().unwrap(), "{value} {zone}");
    }
    for value in [json!("yesterday"), json!("2018-13-01 00:00:00"), json!(-1), json!(true), json!({}), json!(""), Value::Null] {
        assert!(date::parse(&value, Tz::UTC, None).is_err(), "{value}");
    }
}

/// What the endpoint answers, and what it was asked.
#[derive(Clone, Debug, Default)]
struct Answers {
    status: u16,
    etag: Option<&'static str>,
    body: String,
    asked: usize,
    unchanged: usize,
    authorization: Option<String>,
    hang: bool,
}

/// What was accepted; refuses while `refuse`.
#[derive(Debug, Default)]
struct Recorder {
    batches: Mutex<Vec<Batch>>,
    refuse: Mutex<bool>,
}

impl Sink for Recorder {
    async fn accept(&self, batch: Batch) -> Result<Vec<Accepted>, SinkError> {
        if *self.refuse.lock().unwrap() {
            return Err(SinkError::Unavailable("the disk is full".to_owned()));
        }
        let accepted = vec![Accepted::New; batch.records.len()];
        self.batches.lock().unwrap().push(batch);
        Ok(accepted)
    }
}

/// A poller, the endpoint it polls and the sink it fills.
struct Bench {
    answers: Arc<Mutex<Answers>>,
    sink: Arc<Recorder>,
    health: watch::Receiver<SourceHealth>,
    _shutdown: DropGuard,
}

impl Bench {
    async fn start(answers: Answers, adjust: impl FnOnce(&mut JsonEndpoint)) -> Self {
        let answers = Arc::new(Mutex::new(answers));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut endpoint = endpoint(&format!("http://{}/deployments.json", listener.local_addr().unwrap()));
        adjust(&mut endpoint);
        let app = Router::new().route("/deployments.json", get(answer)).with_state(answers.clone());
        let shutdown = CancellationToken::new();
        let stopped = shutdown.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
        let (sender, health) = watch::channel(SourceHealth::starting("jenkins"));
        let sink = Arc::new(Recorder::default());
        let ci = Ci { name: "jenkins".to_owned(), token: None, create_environments: true, json: Some(endpoint.clone()) };
        tokio::spawn(run(ci, endpoint, sink.clone(), Outside::real(Clock::new(now)), sender, shutdown.clone()));
        Self { answers, sink, health, _shutdown: shutdown.drop_guard() }
    }

    async fn until(&mut self, what: &str, condition: impl FnMut(&SourceHealth) -> bool) -> SourceHealth {
        let found = tokio::time::timeout(Duration::from_secs(20), self.health.wait_for(condition)).await;
        found.unwrap_or_else(|_| panic!("{what}: {:?}", self.answers.lock().unwrap())).unwrap().clone()
    }

    /// Until the endpoint was asked so many times more.
    async fn asked(&mut self, more: usize) {
        let wanted = self.answers.lock().unwrap().asked + more;
        let answers = self.answers.clone();
        self.until("asked again", |_| answers.lock().unwrap().asked >= wanted).await;
    }

    fn delivered(&self) -> Vec<Vec<String>> {
        let batches = self.sink.batches.lock().unwrap();
        let names = |batch: &Batch| batch.records.iter().map(|record| format!("{}/{}", record.service, record.environment)).collect();
        batches.iter().map(names).collect()
    }
}

async fn answer(State(answers): State<Arc<Mutex<Answers>>>, headers: HeaderMap) -> Response {
    let (response, hang) = {
        let mut answers = answers.lock().unwrap();
        answers.asked += 1;
        answers.authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let known = headers.get("if-none-match").map(|value| value.to_str().unwrap());
        let response = match (known, answers.etag) {
            (Some(known), Some(etag)) if known == etag => {
                answers.unchanged += 1;
                StatusCode::NOT_MODIFIED.into_response()
            }
            (_, Some(etag)) => (StatusCode::from_u16(answers.status).unwrap(), [("etag", etag)], answers.body.clone()).into_response(),
            _ => (StatusCode::from_u16(answers.status).unwrap(), answers.body.clone()).into_response(),
        };
        (response, answers.hang)
    };
    if hang { std::future::pending().await } else { response }
}

fn good() -> Answers {
    Answers { status: 200, body: JENKINS.to_owned(), ..Answers::default() }
}

#[tokio::test]
async fn what_is_new_is_delivered_once_and_changes_as_they_come() {
    let mut bench = Bench::start(good(), |_| {}).await;
    let health = bench.until("working", |health| health.state == PollState::Working).await;
    assert_eq!((health.entries, health.wrong_count, health.last_success), (2, 0, Some(now())));
    bench.asked(3).await;
    assert_eq!(bench.delivered(), [["order-service/dev", "order-service/pre"]]);
    assert_eq!(bench.sink.batches.lock().unwrap()[0].unknown_environments, UnknownEnvironments::Create);
    assert_eq!(bench.answers.lock().unwrap().authorization.as_deref(), Some("Bearer hush"));

    bench.answers.lock().unwrap().body = JENKINS.replace("993e5fc", "0dd5eed").replace("\"pre\"", "\"uat\"");
    bench.asked(3).await;
    assert_eq!(bench.delivered().last().unwrap(), &["order-service/uat"]);
    assert_eq!(bench.delivered().len(), 2);
}

#[tokio::test]
async fn an_unchanged_document_is_not_sent_again() {
    let mut bench = Bench::start(Answers { etag: Some("\"one\""), ..good() }, |_| {}).await;
    bench.asked(4).await;
    assert!(bench.answers.lock().unwrap().unchanged >= 2);
    {
        let mut answers = bench.answers.lock().unwrap();
        answers.etag = Some("\"two\"");
        answers.body = JENKINS.replace("993e5fc", "0dd5eed");
    }
    bench.asked(3).await;
    assert_eq!(bench.delivered(), [vec!["order-service/dev", "order-service/pre"], vec!["order-service/pre"]]);
}

#[tokio::test]
async fn what_was_not_stored_is_delivered_again_even_if_the_document_is_unchanged() {
    let mut bench = Bench::start(Answers { etag: Some("\"one\""), status: 503, ..good() }, |_| {}).await;
    *bench.sink.refuse.lock().unwrap() = true;
    bench.answers.lock().unwrap().status = 200;
    let failing = |health: &SourceHealth| matches!(&health.state, PollState::Failing { error } if error.contains("could not be stored: the disk is full"));
    bench.until("failing", failing).await;
    *bench.sink.refuse.lock().unwrap() = false;
    bench.until("working", |health| health.state == PollState::Working).await;
    assert_eq!(bench.delivered(), [["order-service/dev", "order-service/pre"]]);
}

#[tokio::test]
async fn an_endpoint_that_fails_says_why_and_recovers() {
    let login = "<!DOCTYPE html><title>Log in</title>".to_owned();
    let cases = [
        (Answers { status: 503, ..good() }, "the endpoint answered 503 Service Unavailable"),
        (Answers { status: 401, ..good() }, "the endpoint answered 401 Unauthorized: check `authorization`"),
        (Answers { status: 404, ..good() }, "the endpoint answered 404 Not Found: check `url`"),
        (Answers { body: login, ..good() }, "the answer is not JSON (expected value at line 1 column 1); it begins with `<!DOCTYPE html>"),
        (Answers { body: "[1".to_owned(), ..good() }, "the answer is not JSON (EOF while parsing a list"),
        (Answers { body: format!("\"{}\"", "x".repeat(10_000)), ..good() }, "the answer is longer than 10000 bytes"),
        (Answers { body: "7".to_owned(), ..good() }, "the document is neither an object nor an array"),
    ];
    let mut bench = Bench::start(good(), |_| {}).await;
    bench.until("working", |health| health.state == PollState::Working).await;
    for (answers, expected) in cases {
        let asked = bench.answers.lock().unwrap().asked;
        *bench.answers.lock().unwrap() = Answers { asked, ..answers };
        let failing = |health: &SourceHealth| matches!(&health.state, PollState::Failing { error } if error.starts_with(expected));
        let health = bench.until(expected, failing).await;
        assert_eq!((health.entries, health.last_success), (2, Some(now())), "what is known stays");
        *bench.answers.lock().unwrap() = Answers { asked, ..good() };
        bench.until("working again", |health| health.state == PollState::Working).await;
    }
    assert_eq!(bench.delivered().len(), 1, "nothing is delivered twice");
}

#[tokio::test]
async fn an_endpoint_that_hangs_or_is_not_there_is_said() {
    let mut bench = Bench::start(Answers { hang: true, ..good() }, |endpoint| endpoint.timeout = Duration::from_millis(100)).await;
    bench.until("timeout", |health| matches!(&health.state, PollState::Failing { error } if error == "no answer within 100ms")).await;

    let mut bench = Bench::start(good(), |endpoint| endpoint.url = "http://127.0.0.1:1/user:hunter2".parse().unwrap()).await;
    let refused = |health: &SourceHealth| matches!(&health.state, PollState::Failing { .. });
    let health = bench.until("refused", refused).await;
    let PollState::Failing { error } = &health.state else { panic!() };
    assert!(error.starts_with("cannot connect") && error.contains("refused") && !error.contains("hunter2"), "{error}");
}

#[test]
fn pauses_grow_with_failures_to_a_bound() {
    let pause = |failures| super::pause(Duration::from_secs(30), failures, 0.5).as_secs_f64().round();
    for (failures, least, most) in [(0, 28., 32.), (1, 28., 32.), (2, 57., 63.), (3, 114., 126.), (5, 285., 315.), (90, 285., 315.)] {
        let found = pause(failures);
        assert!((least..=most).contains(&found), "{failures}: {found}");
    }
    assert!(super::pause(Duration::from_secs(3600), 9, 0.0) >= Duration::from_secs(3400), "never more often than configured");
}
