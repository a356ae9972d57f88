//! `GET /api/v1/services/{service}/environments/{environment}`: one cell with everything known of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::details::Details;

use super::problem::{Kind, Problem, ProblemDetails};
use super::state::Web;

/// One cell with everything known of it.
///
/// Its workloads with their conditions, pods and containers, recent records, recent changes, and the same service elsewhere.
#[utoipa::path(
    get,
    path = "/api/v1/services/{service}/environments/{environment}",
    tag = "board",
    params(
        ("service" = String, Path, description = "The service; a slash in its name as %2F"),
        ("environment" = String, Path, description = "The environment"),
    ),
    responses(
        (status = 200, description = "The cell", body = Details),
        (status = 404, description = "No such service or environment", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(super) async fn details(State(web): State<Web>, Path((service, environment)): Path<(String, String)>) -> Result<Response, Problem> {
    let answer = web.lookup.details(service.as_str().into(), environment.as_str().into()).await;
    match answer.map_err(|closed| Problem::new(Kind::Unavailable, closed.to_string()))? {
        Some(details) => Ok(([(header::CACHE_CONTROL, "no-cache")], Json(details)).into_response()),
        None => Err(absent(&web, &service, &environment)),
    }
}

fn absent(web: &Web, service: &str, environment: &str) -> Problem {
    let board = web.board.borrow().clone();
    let detail = match board.services.contains_key(service) {
        true => {
            let names: Vec<_> = board.environments.iter().map(|environment| environment.name.as_str()).collect();
            format!("`{environment}` is not an environment of this board: it has {}.", names.join(", "))
        }
        false => {
            format!("No service `{service}` is known: no cluster runs it and no record names it. GET /api/v1/board lists those that are.")
        }
    };
    Problem::new(Kind::NotFound, detail)
}
