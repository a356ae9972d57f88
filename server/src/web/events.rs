//! `GET /api/v1/board/events`: the board as it changes.
//!
//! A client is nothing but the revision it has: when it can take more, it gets what leads from there to the newest board.
//! A slow one skips states, and nothing queues up for it.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::Stream;
use futures::stream;
use metrics::Gauge;
use model::board::Revision;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::frames::{Frame, News};
use super::screens::Viewer;
use super::state::Web;

/// How often a quiet stream says that it lives: proxies cut what is silent, and a browser does not notice a cable that was pulled.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// After how many milliseconds a browser comes back: each after another time, so that pages that lost their server together do not
/// all load its board together.
const RETRY: Range<u32> = 500..1500;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// The revision that the client has (`8f1c-42`): only what changed since then is sent. `Last-Event-ID` goes before it.
    since: Option<String>,
    /// How the whole board is sent, when it has to be.
    #[serde(default)]
    #[param(ignore)]
    whole: Whole,
}

/// How the whole board is sent to a client that needs it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Whole {
    /// In an event `board`.
    #[default]
    Inside,
    /// Not at all: an event `whole` says that it is needed, or that so much changed that it is as well loaded. The page then loads
    /// it where it is compressed, and reads it in slices. An event `version` says which version of the page the server has, first
    /// and whenever nothing else is said.
    Apart,
}

/// Follow the board.
///
/// Server-sent events: `board` (the whole board) first, unless the client says which revision it has; then `delta`s.
/// The id of an event is the revision it leads to. A revision of another run of the server gets the whole board.
/// The stream ends when the server stops, and that of a screen when its link is revoked.
#[utoipa::path(
    get,
    path = "/api/v1/board/events",
    tag = "board",
    params(Since, ("Last-Event-ID" = Option<String>, Header, description = "The revision that the client has; browsers send it by themselves.")),
    responses((status = 200, description = "Events `board` (as `GET /api/v1/board`) and `delta`", body = model::delta::Delta, content_type = "text/event-stream"))
)]
pub(super) async fn events(State(web): State<Web>, Query(query): Query<Since>, headers: HeaderMap) -> Response {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    // What is no revision is none that the client has: it gets the whole board.
    let has = last.filter(|id| !id.is_empty()).or(query.since).and_then(|id| id.parse().ok());
    let viewer = Viewer::of(&web.screens, &headers);
    let pulse = match query.whole {
        Whole::Inside => Bytes::from_static(b": keep-alive\n\n"),
        Whole::Apart => web.site.pulse.clone(),
    };
    let greeting = format!("retry: {}\n: relboard\n\n", rand::random_range(RETRY));
    let (whole, clients) = ((query.whole, pulse), web.metrics.sse_clients());
    let client = Client::new(web.frames.clone(), has, whole, greeting.into_bytes(), viewer, web.shutdown.clone(), clients);
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (headers, [("x-accel-buffering", "no")], Body::from_stream(client.stream())).into_response()
}

struct Client {
    frames: watch::Receiver<Arc<Frame>>,
    /// The revision it has; none before the first event.
    has: Option<Revision>,
    whole: Whole,
    /// What is said when there is nothing to say.
    pulse: Bytes,
    /// What is said before the first event.
    greeting: Option<Vec<u8>>,
    keep_alive: Interval,
    /// The screen on a wall that it is.
    viewer: Option<Viewer>,
    shutdown: CancellationToken,
    _counted: Counted,
}

impl Client {
    fn new(
        frames: watch::Receiver<Arc<Frame>>,
        has: Option<Revision>,
        (whole, pulse): (Whole, Bytes),
        greeting: Vec<u8>,
        viewer: Option<Viewer>,
        shutdown: CancellationToken,
        clients: Gauge,
    ) -> Self {
        let mut keep_alive = tokio::time::interval(KEEP_ALIVE);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        keep_alive.reset();
        Self { frames, has, whole, pulse, greeting: Some(greeting), keep_alive, viewer, shutdown, _counted: Counted::new(clients) }
    }

    fn stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, async |mut client| client.next().await.map(|bytes| (Ok(bytes), client)))
    }

    async fn next(&mut self) -> Option<Bytes> {
        if let Some(mut first) = self.greeting.take() {
            first.extend_from_slice(&self.pulse);
            first.extend_from_slice(&self.news().unwrap_or_default());
            return Some(first.into());
        }
        loop {
            tokio::select! {
                () = self.shutdown.cancelled() => return None,
                () = revoked(&mut self.viewer) => return None,
                changed = self.frames.changed() => {
                    changed.ok()?;
                    if let Some(news) = self.news() {
                        self.keep_alive.reset();
                        return Some(news);
                    }
                }
                _ = self.keep_alive.tick() => {
                    if let Some(viewer) = &self.viewer {
                        viewer.looks();
                    }
                    return Some(self.pulse.clone());
                }
            }
        }
    }

    /// What leads from what the client has to the newest board.
    fn news(&mut self) -> Option<Bytes> {
        let frame = Arc::clone(&self.frames.borrow_and_update());
        let news = match (self.has.as_ref().map_or(News::Whole, |revision| frame.since(revision)), self.whole) {
            (News::None, _) => None,
            (News::Whole, Whole::Inside) => Some(frame.whole()),
            (News::Whole, Whole::Apart) => Some(frame.apart()),
            (News::Step(step), Whole::Apart) if step.is_long => Some(frame.apart()),
            (News::Step(step), _) => Some(step.event()),
        };
        self.has = Some(frame.board().revision.clone());
        news
    }
}

/// Ends when a screen is refused; never for anybody else.
async fn revoked(viewer: &mut Option<Viewer>) {
    match viewer {
        Some(viewer) => viewer.revoked().await,
        None => std::future::pending().await,
    }
}

/// Counts a client as long as it lives.
struct Counted(Gauge);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
