//! CI: pipelines that send what they deployed, others that note it in a document which is polled, and what it knows itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use chrono::{DateTime, SubsecRound, Utc};
use model::board::Board;
use rand::rngs::StdRng;
use rand::{Rng, seq::IndexedRandom};
use server::ci::poll::{self, Sent, Transport};
use server::config::{Ci as Source, JsonEndpoint, JsonFields, Locator};
use sim::ci::{CiConfig, CiFault, CiHandle, CiServer, Deployment, Outcome};
use tower::ServiceExt;

use super::process::{Process, lock};

/// The latest deployments: when, and of which commit.
type Latest = BTreeMap<(String, String), (DateTime<Utc>, String)>;

/// The CI of a world.
#[derive(Clone)]
pub(super) struct Ci {
    server: CiHandle,
    pub(super) endpoint: JsonEndpoint,
    /// By service and environment.
    latest: Arc<Mutex<Latest>>,
}

impl Ci {
    /// Starts a CI.
    pub(super) fn draw(dice: &mut StdRng) -> Self {
        let authorization = "Basic abc".to_owned();
        let server = CiServer::local(CiConfig { authorization: Some(authorization.clone()), ..CiConfig::default() });
        let at = |pointer: &str| Locator::Pointer(pointer.to_owned());
        let endpoint = JsonEndpoint {
            url: "http://ci.sim/deployments.json".parse().expect("a URL"),
            interval: Duration::from_secs(*[2, 5, 10].choose(dice).unwrap_or(&5)),
            timeout: Duration::from_secs(10),
            max_bytes: 1 << 20,
            authorization: Some(authorization.into()),
            entries: "/*/*".to_owned(),
            fields: JsonFields {
                service: Locator::Key(0),
                environment: Locator::Key(1),
                at: at("/date"),
                others: vec![("commit", at("/commit")), ("by", at("/user"))],
            },
            time_zone: chrono_tz::Tz::UTC,
            date_format: None,
        };
        Self { server, endpoint, latest: Arc::default() }
    }

    /// How its document is configured.
    pub(super) fn source(&self) -> Source {
        Source { name: "jenkins".to_owned(), token: None, create_environments: false, json: Some(self.endpoint.clone()) }
    }

    /// The way to its document.
    pub(super) fn transport(&self) -> Transport {
        let router = self.server.service();
        Transport::Given(Arc::new(move |request| -> Sent {
            let router = router.clone();
            Box::pin(async move {
                let request: http::Request<reqwest::Body> = request.try_into()?;
                let Ok(response) = router.oneshot(request.map(Body::new)).await;
                Ok(response.map(|body| reqwest::Body::wrap_stream(body.into_data_stream())).into())
            })
        }))
    }

    /// A pipeline has deployed, and sends its record. One that is not taken is not known: our process is away, or its disk full.
    pub(super) async fn send(&self, service: &str, environment: &str, commit: &str, at: DateTime<Utc>, process: &Process) -> bool {
        let json = serde_json::json!({
            "service": service, "environment": environment, "commit": commit, "by": "gauxachs", "at": at, "outcome": "success",
        });
        let is_taken = process.record(serde_json::from_value(json).expect("a record")).await;
        if is_taken {
            self.note(service, environment, commit, at);
        }
        is_taken
    }

    /// A pipeline has deployed, and the document says so.
    pub(super) fn publish(&self, service: &str, environment: &str, commit: &str, at: DateTime<Utc>) {
        let text = |text: &str| text.to_owned();
        self.server.publish(&Deployment {
            service: text(service),
            environment: text(environment),
            commit: text(commit),
            by: text("gauxachs"),
            at,
            image: String::new(),
            version: None,
            branch: text("main"),
            repository: String::new(),
            url: String::new(),
            outcome: Outcome::Success,
        });
        self.note(service, environment, commit, at);
    }

    fn note(&self, service: &str, environment: &str, commit: &str, at: DateTime<Utc>) {
        lock(&self.latest).insert((service.to_owned(), environment.to_owned()), (at, commit.to_owned()));
    }

    /// Something is wrong with the document from now on.
    pub(super) fn break_something(&self, dice: &mut StdRng) -> String {
        let fault = match dice.random_range(0..4) {
            0 => CiFault::Down,
            1 => CiFault::Slow(Duration::from_millis(dice.random_range(100..20_000))),
            2 => CiFault::NotJson,
            _ => CiFault::BadEntry,
        };
        self.server.fault(fault);
        format!("{fault:?}")
    }

    /// The document is right again.
    pub(super) fn heal(&self) {
        self.server.fault(CiFault::None);
    }

    /// How many documents were sent whole, and how many answers were that nothing changed.
    pub(super) fn answered(&self) -> (u64, u64) {
        self.server.answered()
    }

    /// The first deployment that the board does not show, or what is wrong with the polling.
    pub(super) fn differs(&self, board: &Board, process: &Process) -> Option<String> {
        let health = process.polled();
        if health.state != poll::PollState::Working || health.wrong_count > 0 {
            return Some(format!("the document is said to be wrong: {health:?}"));
        }
        for ((service, environment), (at, commit)) in &*lock(&self.latest) {
            let cell = board.services.get(service.as_str()).and_then(|row| row.cells.get(environment.as_str()));
            let shown = cell.and_then(|cell| cell.record.as_ref());
            // The document's dates are read to the millisecond.
            let is_right = |at: DateTime<Utc>, shown: DateTime<Utc>| at.trunc_subsecs(3) == shown.trunc_subsecs(3);
            if !shown.is_some_and(|shown| shown.commit.as_deref() == Some(commit) && is_right(*at, shown.at)) {
                return Some(format!("of {service} in {environment} {commit} was deployed at {at}, shown is {shown:?}"));
            }
        }
        None
    }
}
