//! `GET /metrics`: numbers for Prometheus.
//!
//! A run has its own recorder: several may be in one process, and none keeps anything global. What is read from the board
//! is written anew at every scrape, so that a column or a cluster that is gone leaves no number behind.

mod board;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics::{Gauge, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use super::state::Web;

const METADATA: Metadata<'static> = Metadata::new("relboard", Level::INFO, None);
/// In seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The numbers of one run.
#[derive(Clone)]
pub(super) struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        // Only an empty list of buckets is refused, and this one is not.
        let recorder = builder.set_buckets(&BUCKETS).unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let describe = |name: &'static str, unit, text: &'static str| recorder.describe_counter(name.into(), unit, text.into());
        describe("relboard_http_requests_total", None, "Requests answered, by method, route and status.");
        describe("relboard_events_total", None, "Events the hub took in: objects, lists, states of clusters, records.");
        recorder.describe_histogram(
            "relboard_http_request_duration_seconds".into(),
            Some(metrics::Unit::Seconds),
            "Time until the answer began.".into(),
        );
        recorder.describe_gauge("relboard_sse_clients".into(), None, "Open event streams.".into());
        Self { handle: recorder.handle(), recorder: Arc::new(recorder) }
    }

    /// Open event streams.
    pub(super) fn sse_clients(&self) -> Gauge {
        self.recorder.register_gauge(&Key::from_static_name("relboard_sse_clients"), &METADATA)
    }

    /// Counts an answered request.
    pub(super) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let by_route = [Label::new("method", method.to_owned()), Label::new("route", route.to_owned())];
        let key = Key::from_parts("relboard_http_request_duration_seconds", by_route.to_vec());
        self.recorder.register_histogram(&key, &METADATA).record(took.as_secs_f64());
        let mut labels = by_route.to_vec();
        labels.push(Label::new("status", status.to_string()));
        self.recorder.register_counter(&Key::from_parts("relboard_http_requests_total", labels), &METADATA).increment(1);
    }

    /// Keeps the memory of a run small whom nobody scrapes.
    pub(super) fn run_upkeep(&self) {
        self.handle.run_upkeep();
    }
}

/// Numbers for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "In Prometheus' text format", body = String, content_type = "text/plain"))
)]
pub(super) async fn metrics(State(web): State<Web>) -> Response {
    let events = Key::from_static_name("relboard_events_total");
    web.metrics.recorder.register_counter(&events, &METADATA).absolute(web.lookup.hub.events_taken());
    let mut text = web.metrics.handle.render();
    let snapshot = web.board.borrow().clone();
    let sources: Vec<_> = web.settings().sources.iter().map(|source| source.borrow().clone()).collect();
    let registries: Vec<_> = web.settings().registries.iter().map(|registry| registry.borrow().clone()).collect();
    text.push_str(&board::render(&snapshot, web.lookup.store.trouble().is_none(), &sources, &registries));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
