//! `GET /badge/{service}/{environment}.svg`: a version as a small picture, for READMEs.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::board::Cell;
use model::status::Status;

use super::board::knows;
use super::docs::escape;
use super::state::Web;

/// A version badge.
///
/// The service's version in an environment, coloured by its status. `{file}` is the environment's name and `.svg`.
#[utoipa::path(
    get,
    path = "/badge/{service}/{file}",
    tag = "board",
    params(
        ("service" = String, Path, description = "The service; a slash in its name as %2F"),
        ("file" = String, Path, description = "The environment's name and `.svg`", example = "pro.svg"),
    ),
    responses(
        (status = 200, description = "The badge", body = String, content_type = "image/svg+xml"),
        (status = 404, description = "A badge that says so", body = String, content_type = "image/svg+xml"),
    )
)]
pub(super) async fn badge(State(web): State<Web>, Path((service, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let environment = file.strip_suffix(".svg").unwrap_or(&file);
    let board = web.board.borrow().clone();
    let cell = board.services.get(service.as_str()).and_then(|row| row.cells.get(environment));
    let tag = format!("\"{}\"", board.revision);
    // A badge is shown on other sites, whose proxies would keep it for long.
    let shared = [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, "no-cache, max-age=0"),
        (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"),
    ];
    if knows(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, shared).into_response();
    }
    let (status, text, colour) = match cell {
        Some(cell) => (StatusCode::OK, words(cell), colour(cell.status)),
        None => (StatusCode::NOT_FOUND, "not found".to_owned(), GREY),
    };
    (status, shared, picture(environment, &text, colour)).into_response()
}

const GREY: &str = "#5f6670";

fn words(cell: &Cell) -> String {
    let version = cell.wanted.as_ref().map(ToString::to_string);
    match (cell.status, version) {
        (Status::Ready, Some(version)) => version,
        (status, Some(version)) => format!("{version} {status}"),
        (status, None) => status.to_string(),
    }
}

/// All have AA contrast with white text.
const fn colour(status: Status) -> &'static str {
    match status {
        Status::Ready => "#1a7f4b",
        Status::Failing | Status::Missing | Status::Drifted => "#c0262d",
        Status::Rolling => "#9a5b00",
        Status::Paused | Status::Absent | Status::Unknown => GREY,
    }
}

fn picture(label: &str, text: &str, colour: &str) -> String {
    let (left, right) = (width(label), width(text));
    let (all, middle_left, middle_right) = (left + right, left / 2, left + right / 2);
    let (label, text) = (escape(label), escape(text));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{label}: {text}"><title>{label}: {text}</title><rect width="{all}" height="20" rx="3" fill="#333a44"/><path d="M{left} 0h{inner}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{inner}z" fill="{colour}"/><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="{middle_left}" y="14">{label}</text><text x="{middle_right}" y="14">{text}</text></g></svg>"##,
        inner = right - 3,
    )
}

/// In pixels, of 11 px Verdana, whose characters are 7 px wide on average.
fn width(text: &str) -> usize {
    text.chars().count() * 7 + 12
}
