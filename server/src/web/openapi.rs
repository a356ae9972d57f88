//! `GET /api/v1/openapi.json`, `GET /api/docs`: the API described, from the code.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, Server};
use utoipa::{Modify, OpenApi as _};

use super::docs;
use super::state::Web;

/// What is the same for all routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Relboard",
        description = "What is deployed where, since when, by whom, and does it work: the board of services and environments. \
                       Times are RFC 3339 UTC. Errors are application/problem+json with a stable type.",
    ),
    modifiers(&Token),
    tags(
        (name = "board", description = "The board and its cells"),
        (name = "records", description = "Deployment records of CI"),
        (name = "operation", description = "For whoever runs the server"),
    ),
    components(schemas(super::problem::ProblemDetails))
)]
struct Base;

struct Token;

impl Modify for Token {
    fn modify(&self, api: &mut OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The token of a configured [[ci]].")).build();
        api.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The document without routes.
pub(super) fn base() -> OpenApi {
    Base::openapi()
}

/// The routes that serve the finished document.
pub(super) fn routes(mut api: OpenApi, base_path: &str) -> Router<Web> {
    if !base_path.is_empty() {
        api.servers = Some(vec![Server::new(base_path)]);
    }
    // The document is built from constants and always serialises.
    let value = serde_json::to_value(&api).unwrap_or_default();
    let page = Bytes::from(docs::page(&value, base_path));
    let json = Bytes::from(value.to_string());
    let serve = |content_type: &'static str, body: Bytes| {
        get(async move || {
            let policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
            ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache"), (header::CONTENT_SECURITY_POLICY, policy)], body)
        })
    };
    Router::new()
        .route("/api/v1/openapi.json", serve("application/json", json))
        .route("/api/docs", serve("text/html; charset=utf-8", page))
        .route("/api/docs/style.css", serve("text/css; charset=utf-8", Bytes::from_static(docs::style().as_bytes())))
}
