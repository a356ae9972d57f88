//! HTTP: the page and the API. Both read snapshots of the board, and nothing else of the hub.

mod assets;
mod badge;
mod board;
mod coding;
mod details;
mod docs;
mod events;
mod frames;
mod health;
mod layers;
mod lookup;
mod metrics;
mod openapi;
mod page;
mod problem;
mod records;
mod screens;
mod state;
#[cfg(test)]
mod tests;
mod tokens;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::assets::Site;
use self::lookup::Lookup;
use self::metrics::Metrics;
use self::problem::{Kind, Problem};
use self::screens::Screens;
pub use self::state::Settings;
use self::state::{Shared, Web};
pub use self::tokens::Tokens;
use crate::clock::Clock;
use crate::config;
use crate::hub::{HubHandle, Records};
use crate::store::Store;

/// How long requests may still take after the shutdown. Streams end at once.
const GRACE: Duration = Duration::from_secs(3);
/// How often numbers that nobody scrapes are folded.
const UPKEEP: Duration = Duration::from_secs(5);

/// What the web is made of.
#[derive(Debug)]
pub struct Parts {
    /// `[server]`.
    pub server: config::Server,
    /// What a new configuration may change.
    pub settings: watch::Receiver<Arc<Settings>>,
    /// The hub.
    pub hub: HubHandle,
    /// Where records go.
    pub records: Records,
    /// Where records and history are read.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Clock,
    /// Ends streams.
    pub shutdown: CancellationToken,
}

/// Everything that is served. Must be called inside a runtime: it starts the task that writes deltas, which ends when the
/// hub has ended.
pub fn router(parts: Parts) -> Router {
    let Parts { server, settings, hub, records, store, clock, shutdown } = parts;
    // Leptos spawns through it; a run before this one may have set the same.
    _ = any_spawner::Executor::init_tokio();
    let base_path = server.base_path.trim_end_matches('/').to_owned();
    let (frames, _) = frames::spawn(hub.board());
    let site = Site::open();
    if !site.built {
        tracing::warn!("{}", assets::NOT_BUILT);
    }
    let screens = Screens::watch(store.clone(), clock.clone(), shutdown.clone());
    let web = Web::new(Shared {
        board: hub.board(),
        frames,
        settings: settings.clone(),
        lookup: Lookup { hub, store, settings },
        records,
        screens,
        metrics: Metrics::new(),
        site,
        base_path: base_path.as_str().into(),
        https: server.public_url.as_ref().is_some_and(|url| url.scheme() == "https"),
        request_timeout: server.request_timeout,
        trusted_proxies: server.trusted_proxies,
        clock,
        shutdown,
    });
    keep_up(web.clone());

    let (streams, stream_api) = OpenApiRouter::new().routes(routes!(events::events)).split_for_parts();
    let streams = streams.route_layer(from_fn_with_state(web.clone(), screens::admit));
    let (quick, mut api) = OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(board::board))
        .routes(routes!(details::details))
        .routes(routes!(records::post))
        .routes(routes!(records::unplaced))
        .routes(routes!(badge::badge))
        .routes(routes!(metrics::metrics))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .split_for_parts();
    api.merge(stream_api);
    let quick = quick
        .merge(openapi::routes(api, &base_path))
        .route("/board.ndjson", get(page::lines))
        .route_layer(from_fn_with_state(web.clone(), screens::admit))
        .route("/pkg/{name}", get(assets::package))
        .route("/screen/{token}", get(screens::open))
        .layer(DefaultBodyLimit::max(server.max_body));
    // Streams are not compressed, and there are thousands: each would hold an encoder's state for nothing.
    let compression = CompressionLayer::new();
    let below_base = quick.route_layer(from_fn_with_state(web.clone(), layers::limit_time)).route_layer(compression.clone()).merge(streams);
    // The page is routed by its full path: the browser sees the same path, and both must match the same route.
    let pages = Router::new()
        .route(&format!("{base_path}/"), get(page::page))
        .route(&format!("{base_path}/services/{{service}}"), get(page::page))
        .route(&format!("{base_path}/services/{{service}}/{{environment}}"), get(page::page))
        .route(&format!("{base_path}/services/{{service}}/{{environment}}/panel"), get(page::panel))
        .route_layer(from_fn_with_state(web.clone(), screens::admit))
        .route_layer(from_fn_with_state(web.clone(), layers::limit_time))
        .route_layer(compression);
    let all = match base_path.is_empty() {
        true => pages.merge(below_base),
        false => {
            let root = Redirect::permanent(&format!("{base_path}/"));
            pages.nest(&base_path, below_base).route(&base_path, get(async move || root.clone()))
        }
    };
    all.fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn(layers::secure))
        .layer(from_fn_with_state(web.clone(), layers::observe))
        .with_state(web)
}

/// Serves until `shutdown`, then lets requests end for a moment. Streams end by themselves.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) -> std::io::Result<()> {
    // Deltas are small, and must not wait for more to send.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays without TCP_NODELAY");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served,
        () = overdue => {
            tracing::warn!("requests that did not end within {GRACE:?} are cut");
            Ok(())
        }
    }
}

fn keep_up(web: Web) {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            tokio::select! {
                () = web.shutdown.cancelled() => break,
                _ = ticks.tick() => web.metrics.run_upkeep(),
            }
        }
    });
}

/// Public files beside the page; else a problem below `/api`, and the page that says so elsewhere.
async fn not_found(State(web): State<Web>, uri: OriginalUri, request: Request) -> Response {
    let full = uri.path().to_owned();
    let path = full.strip_prefix(&*web.base_path).unwrap_or(&full);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && let Some(file) = assets::public(path, request.headers()) {
        return file;
    }
    if !reads || path.starts_with("/api") || !wants_html(request.headers()) {
        let detail = format!("There is nothing at {full}. The API is described at {}/api/docs.", web.base_path);
        return Problem::new(Kind::NotFound, detail).into_response();
    }
    page::nowhere(&web, request).await
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

async fn not_allowed(State(web): State<Web>, method: Method, uri: OriginalUri) -> Response {
    let detail = format!("{} does not take {method}: `Allow` says what it takes, {}/api/docs says more.", uri.path(), web.base_path);
    Problem::new(Kind::MethodNotAllowed, detail).into_response()
}
