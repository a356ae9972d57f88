//! `GET /livez`, `GET /readyz`: for whoever starts and stops the server.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::board::{Board, TargetState};

use super::state::Web;

/// Alive.
///
/// The process answers. Restart it when it does not.
#[utoipa::path(get, path = "/livez", tag = "operation", responses((status = 200, description = "Alive", body = String, content_type = "text/plain")))]
pub(super) async fn livez() -> &'static str {
    "alive\n"
}

/// Ready.
///
/// Every target has synced once, or is known to be out of reach. A cluster or a store that fails later does not make the
/// server unready: it still shows what it knows, and says so.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "Ready", body = String, content_type = "text/plain"),
        (status = 503, description = "Not yet: which targets are awaited", body = String, content_type = "text/plain"),
    )
)]
pub(super) async fn readyz(State(web): State<Web>) -> Response {
    if web.shutdown.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    let board = web.board.borrow().clone();
    let awaited = awaited(&board);
    if !awaited.is_empty() {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("syncing: {}\n", awaited.join(", "))).into_response();
    }
    match web.lookup.store.trouble() {
        Some(trouble) => format!("ready, but {trouble}\n").into_response(),
        None => "ready\n".into_response(),
    }
}

fn awaited(board: &Board) -> Vec<String> {
    let targets = board.environments.iter().flat_map(|environment| environment.targets.iter().map(move |target| (environment, target)));
    targets
        .filter(|(_, target)| target.state == TargetState::Syncing)
        .map(|(environment, target)| format!("{}/{}", environment.name, target.cluster))
        .collect()
}
