//! `POST /api/v1/records`: what CI says. `GET /api/v1/records/unplaced`: what found no column.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::board::Board;
use model::record::Record;
use serde::Serialize;

use super::problem::{Kind, Problem, ProblemDetails};
use super::state::{Settings, Web, names};
use crate::ci::record::parse_all;
use crate::ci::{Accepted, Batch, Idempotency, Sink, SinkError, UnknownEnvironments};

/// Longest `Idempotency-Key`, in bytes.
const LONGEST_KEY: usize = 255;
/// How many unplaced records are listed.
const LISTED: u32 = 500;

/// What became of the records of one request, in their order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Receipt {
    records: Vec<Line>,
}

/// What became of a record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Line {
    service: String,
    environment: String,
    /// `created`, or `known` when the same record was sent before.
    result: &'static str,
    /// What the sender should look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// Records whose environment is no column of the board, newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Unplaced {
    records: Vec<Record>,
}

/// Record deployments.
///
/// One record or an array of them; all are accepted or none. A record is stored before it is acknowledged. The same
/// `Idempotency-Key`, or the same service, environment, version, time and outcome, is the same record.
#[utoipa::path(
    post,
    path = "/api/v1/records",
    tag = "records",
    request_body(content = Record, description = "A record, or an array of records", content_type = "application/json"),
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, the same when it is sent again")),
    security(("token" = [])),
    responses(
        (status = 201, description = "At least one record is new", body = Receipt),
        (status = 200, description = "All records were known", body = Receipt),
        (status = 400, description = "A field is wrong: `errors` says which", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No token, or a wrong one", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The Idempotency-Key was used for another body", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many records in a minute", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store fails: nothing was stored", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(super) async fn post(State(web): State<Web>, request: Request) -> Result<Response, Problem> {
    let settings = web.settings();
    // Before the body is read: a stranger's megabytes are not.
    let token = settings.tokens.authenticate(request.headers())?;
    let key = idempotency_key(request.headers())?;
    let body = read(request).await?;
    let value = serde_json::from_slice(&body)
        .map_err(|error| Problem::new(Kind::BadRecord, format!("The body is not JSON: {error}. Send one record, or an array of them.")))?;
    let records = parse_all(value, web.clock.now()).map_err(|errors| {
        let detail = format!("{} Nothing was stored.", errors.first().map(ToString::to_string).unwrap_or_default());
        Problem::new(Kind::BadRecord, detail).with_errors(errors)
    })?;
    token.take(records.len())?;
    let board = web.board.borrow().clone();
    let mut lines: Vec<_> = records.iter().map(|record| Line::new(record, &settings, &board, token.unknown_environments)).collect();
    let batch = Batch {
        source: token.source.clone(),
        records,
        idempotency: key.map(|key| Idempotency { key, body }),
        unknown_environments: token.unknown_environments,
    };
    let accepted = web.records.accept(batch).await.map_err(refused)?;
    for (line, accepted) in lines.iter_mut().zip(&accepted) {
        line.result = if *accepted == Accepted::New { "created" } else { "known" };
    }
    let status = if accepted.contains(&Accepted::New) { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Receipt { records: lines })).into_response())
}

/// Records that found no column.
///
/// They are kept, and find their place when an environment of that name, or with that alias, is configured.
#[utoipa::path(
    get,
    path = "/api/v1/records/unplaced",
    tag = "records",
    responses(
        (status = 200, description = "The newest of them", body = Unplaced),
        (status = 503, description = "The store fails", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(super) async fn unplaced(State(web): State<Web>) -> Result<Response, Problem> {
    let settings = web.settings();
    let board = web.board.borrow().clone();
    // Columns that only CI knows are on the board and not in the configuration.
    let columns = board.environments.iter().map(|column| column.name.as_str());
    let known: Vec<_> = settings.catalogue.environments.iter().flat_map(names).chain(columns).collect();
    let records = web.lookup.store.unplaced_records(&known, LISTED).await;
    let records = records.map_err(|error| Problem::new(Kind::Unavailable, error.to_string()))?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(Unplaced { records })).into_response())
}

impl Line {
    fn new(record: &Record, settings: &Settings, board: &Board, unknown: UnknownEnvironments) -> Self {
        let name = record.environment.as_str();
        // Columns that only CI knows are on the board and not in the configuration.
        let is_column = || board.environments.iter().any(|column| column.name.as_str().eq_ignore_ascii_case(name));
        let warning =
            (unknown == UnknownEnvironments::Unplaced && settings.catalogue.environment(name).is_none() && !is_column()).then(|| {
                let known: Vec<_> = board.environments.iter().map(|column| column.name.as_str()).collect();
                format!(
                    "`{name}` is not an environment of this board ({}): the record is kept and listed at /api/v1/records/unplaced",
                    known.join(", ")
                )
            });
        Self { service: record.service.to_string(), environment: name.to_owned(), result: "", warning }
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_KEY {
        let detail = format!("An Idempotency-Key has 1 to {LONGEST_KEY} visible ASCII characters; a UUID is a good one.");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    Ok(Some(key.to_owned()))
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(Kind::TooLarge, "The body is larger than this server takes: send fewer records at once, or raise server.max_body.")
        }
        _ => Problem::new(Kind::BadRequest, format!("The body could not be read: {}", rejection.body_text())),
    })
}

fn refused(error: SinkError) -> Problem {
    match error {
        SinkError::KeyReused(detail) => Problem::new(Kind::KeyReused, detail),
        SinkError::Unavailable(detail) => {
            tracing::error!(error = detail, "records could not be stored");
            Problem::new(Kind::Unavailable, format!("Nothing was stored, send it again later: {detail}")).retry_after(30)
        }
        SinkError::Stopping => Problem::new(Kind::Unavailable, "The server is stopping: send it again in a moment.").retry_after(5),
    }
}
