//! The page: rendered by the server, taken over by the browser.

use std::collections::HashMap;
use std::sync::Arc;

use app::i18n::Language;
use app::{Backend, Selection};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::nonce::use_nonce;
use leptos::prelude::{expect_context, provide_context};
use leptos_axum::ResponseOptions;
use model::ids::{EnvironmentName, ServiceName};

use super::assets::NOT_BUILT;
use super::coding::Coding;
use super::problem::{Kind, Problem};
use super::state::Web;

/// `GET /`, `/services/{service}`, `/services/{service}/{environment}`. What the board does not have is 404, and the page
/// says so.
pub(super) async fn page(State(web): State<Web>, Path(names): Path<HashMap<String, String>>, request: Request) -> Response {
    let selection = selection(&names);
    let status = selection.as_ref().map_or(StatusCode::OK, |selection| status(&web, selection));
    let mut backend = backend(&web, &request);
    if let Some(selection) = selection {
        backend.panel = Some(app::panel(&backend, selection).await);
    }
    render(&web, backend, request, status).await
}

/// `GET /services/{service}/{environment}/panel`: the details alone, for the page to show beside its table.
pub(super) async fn panel(State(web): State<Web>, Path(names): Path<HashMap<String, String>>, request: Request) -> Response {
    let Some(selection) = selection(&names) else { return StatusCode::NOT_FOUND.into_response() };
    let status = status(&web, &selection);
    let html = app::panel(&backend(&web, &request), selection).await;
    (status, [(header::CACHE_CONTROL, "private, no-cache")], Html(html)).into_response()
}

/// `GET /board.ndjson`: the whole board for the page, which may change with every version.
pub(super) async fn lines(State(web): State<Web>, headers: HeaderMap) -> Response {
    let frame = web.frame();
    let shared = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store"), (header::VARY, "accept-encoding")];
    if let Some(coding) = Coding::accepted(&headers).next()
        && let Some(packed) = frame.packed_lines(coding).await
    {
        return (shared, [(header::CONTENT_ENCODING, coding.name())], packed).into_response();
    }
    (shared, frame.lines()).into_response()
}

/// Renders the page for a request that leads nowhere: it says so.
pub(super) async fn nowhere(web: &Web, request: Request) -> Response {
    render(web, backend(web, &request), request, StatusCode::NOT_FOUND).await
}

/// The cell that a path names.
fn selection(names: &HashMap<String, String>) -> Option<Selection> {
    let service = names.get("service")?.as_str().into();
    Some(Selection { service, environment: names.get("environment").map(|name| name.as_str().into()) })
}

/// Whether the board has what is asked for.
fn status(web: &Web, selection: &Selection) -> StatusCode {
    let board = web.board.borrow().clone();
    let row = board.services.get(&selection.service);
    let found = row.is_some_and(|row| selection.environment.as_ref().is_none_or(|environment| row.cells.contains_key(environment)));
    if found { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

async fn render(web: &Web, backend: Backend, request: Request, status: StatusCode) -> Response {
    let context = move || {
        provide_context(backend.clone());
        let options = expect_context::<ResponseOptions>();
        options.set_status(status);
        let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        if let Ok(policy) = HeaderValue::from_str(&policy(&nonce)) {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        // It holds the nonce and the board of this moment.
        options.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    };
    let response = leptos_axum::render_app_async_with_context(context, app::shell)(request).await;
    if web.site.built { response } else { with_notice(response).await }
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
}

fn backend(web: &Web, request: &Request) -> Backend {
    let lookup = web.lookup.clone();
    let details = move |service: ServiceName, environment: EnvironmentName| -> app::backend::DetailsFuture {
        let lookup = lookup.clone();
        // A server that stops has no details any more.
        Box::pin(async move { lookup.details(service, environment).await.ok().flatten() })
    };
    let settings = web.settings();
    Backend {
        board: web.board.clone(),
        details: Arc::new(details),
        base_path: Arc::clone(&web.base_path),
        assets: Arc::clone(&web.site.assets),
        now: web.clock.now(),
        language: language(request.uri().query(), request.headers()),
        address: request.uri().path_and_query().map_or_else(|| "/".into(), |address| address.as_str().into()),
        views: Arc::clone(&settings.views),
        links: Arc::clone(&settings.links),
        panel: None,
    }
}

/// The language of an answer.
pub(super) fn language(query: Option<&str>, headers: &HeaderMap) -> Language {
    let uri = format!("/?{}", query.unwrap_or_default()).parse().unwrap_or_default();
    let asked = Query::<HashMap<String, String>>::try_from_uri(&uri).ok().and_then(|Query(mut words)| words.remove("lang"));
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let cookies = text(header::COOKIE).unwrap_or_default();
    let chosen = cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == "lang");
    Language::choose(asked.as_deref(), chosen.map(|(_, value)| value), text(header::ACCEPT_LANGUAGE))
}

/// A page without its files looks broken: it says why.
async fn with_notice(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(html) = to_bytes(body, usize::MAX).await else {
        return Problem::new(Kind::Internal, "The page could not be rendered.").into_response();
    };
    let html = String::from_utf8_lossy(&html).replacen("<body>", &format!("<body><p role=\"alert\">{NOT_BUILT}</p>"), 1);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(html))
}
