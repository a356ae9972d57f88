//! `GET /api/v1/board`: the board as JSON, CSV or text.

mod arrangement;
mod format;

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use model::board::{Board, Row};
use model::query::Context;
use model::text::{csv_rows, table};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use self::arrangement::Arrangement;
use self::format::Format;
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::Web;

/// How a browser names the file.
const FILE: &str = "attachment; filename=\"relboard.csv\"";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// A search in the language of the search box: only services that match are given.
    #[serde(default)]
    q: String,
    /// The format, for those who cannot set `Accept`.
    format: Option<Format>,
    /// The order of the rows, of CSV and text: `name`, or an environment with `:time`, `:status` or `:version`; `-` in front turns
    /// it round.
    sort: Option<String>,
    /// What the rows are ordered by before that, of CSV and text: `team`, `namespace`, `status` or `letter`.
    group: Option<String>,
    /// The environments to give, in their order, separated by commas; of CSV and text.
    env: Option<String>,
}

/// The board.
///
/// As JSON, CSV (`Accept: text/csv`, one line for each service and environment) or an aligned text table
/// (`Accept: text/plain`). These two can be arranged like the page, with the page's own parameters; JSON has all environments, and
/// services by name. Its `ETag` is strong: send it back as `If-None-Match` to learn cheaply that nothing changed.
#[utoipa::path(
    get,
    path = "/api/v1/board",
    tag = "board",
    params(Search),
    responses(
        (status = 200, description = "The board", content((Board = "application/json"), (String = "text/csv"), (String = "text/plain"))),
        (status = 304, description = "As `If-None-Match` says"),
        (status = 400, description = "The search does not parse, or there is no such order, group or environment", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 406, description = "No such format", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(super) async fn board(
    State(web): State<Web>,
    query: Result<Query<Search>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(search) = query.map_err(|error| Problem::new(Kind::BadRequest, error.body_text()))?;
    let format = Format::choose(search.format, &headers)?;
    let filter = model::query::Query::parse(&search.q).map_err(|error| Problem::new(Kind::BadQuery, error.to_string()).at(error.at))?;
    let frame = web.frame();
    let (board, now) = (frame.board(), web.clock.now());
    let arrangement = Arrangement::of(&search, board, format)?;
    let tag = entity_tag(board, &search, format, &headers, now);
    let shared = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned()), (header::VARY, "accept".to_owned())];
    if knows(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let context = Context { environments: &board.environments, now };
    let rows = || board.services.values().filter(|row| filter.matches(row, context));
    // Formats for people, with the columns and the order they asked for.
    let part = Board { environments: arrangement.environments(board), ..Board::empty("", now) };
    let arranged =
        || arrangement.names(board, rows().map(|row| &row.name)).into_iter().filter_map(|name| Some(&**board.services.get(&name)?));
    let body = match format {
        Format::Json if search.q.trim().is_empty() => frame.json(),
        Format::Json => filtered(board, rows()),
        Format::Csv => csv(&part, arranged()),
        Format::Text => table(&part, arranged(), now).into(),
    };
    // Who follows a link wants a file.
    let file = (format == Format::Csv && search.format.is_some()).then_some([(header::CONTENT_DISPOSITION, FILE)]);
    Ok((shared, file.map(AppendHeaders), [(header::CONTENT_TYPE, format.content_type())], body).into_response())
}

fn filtered<'a>(board: &Board, rows: impl Iterator<Item = &'a Arc<Row>>) -> Bytes {
    let services = rows.map(|row| (row.name.clone(), Arc::clone(row))).collect();
    let part = Board { services, removed: Default::default(), ..board.clone() };
    // Types of the model always serialise: their keys are text.
    serde_json::to_vec(&part).unwrap_or_default().into()
}

fn csv<'a>(board: &'a Board, rows: impl Iterator<Item = &'a Row>) -> Bytes {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in csv_rows(board, rows) {
        // Writing into memory does not fail.
        writer.write_record(line).ok();
    }
    writer.into_inner().unwrap_or_default().into()
}

/// Strong: another encoding is another entity too, so what the client accepts is part of it. Ages are shown by the minute.
fn entity_tag(board: &Board, search: &Search, format: Format, headers: &HeaderMap, now: DateTime<Utc>) -> String {
    let mut hash = Sha256::new();
    hash.update(format.content_type());
    hash.update(headers.get(header::ACCEPT_ENCODING).map(AsRef::as_ref).unwrap_or_default());
    let parts = [Some(search.q.as_str()), search.sort.as_deref(), search.group.as_deref(), search.env.as_deref()];
    for part in parts {
        hash.update([0]);
        hash.update(part.unwrap_or_default());
    }
    // The file's name is part of the answer.
    hash.update([u8::from(search.format.is_some())]);
    if format == Format::Text || search.q.contains("age:") {
        hash.update((now.timestamp() / 60).to_be_bytes());
    }
    let hash: [u8; 32] = hash.finalize().into();
    let short = u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]);
    format!("\"{}-{short:016x}\"", board.revision)
}

pub(super) fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let sent = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|value| value.split(',')).map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}
