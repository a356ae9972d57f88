//! What the page asks the server beside the stream: the whole board, and the details of a cell as HTML.

use std::sync::Arc;

use js_sys::Uint8Array;
use leptos::prelude::window;
use model::board::Board;
use model::slim::SlimHead;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;

use crate::live::haystacks::Haystacks;
use crate::live::turn::Turn;

/// Why something is not there, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The server cannot be asked, or does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// The server answers something else than this page understands.
    #[error("{0}")]
    Unreadable(String),
}

/// The panel at an address (see [`crate::address::ViewQuery::panel`]). One that says that there is no such cell is a
/// panel too.
///
/// # Errors
/// When the server cannot be asked, or cannot answer.
pub async fn panel(address: &str) -> Result<String, LoadError> {
    let response = fetch(address).await?;
    if !response.ok() && response.status() != 404 {
        return Err(refused(&response));
    }
    let text = JsFuture::from(response.text().map_err(|error| failed(&error))?).await.map_err(|error| failed(&error))?;
    Ok(text.as_string().unwrap_or_default())
}

/// The whole board: a line for its head, and one for each row ([`model::slim`]), and what its search reads. It is read in
/// turns, so that the page answers meanwhile.
///
/// # Errors
/// When the server cannot be asked, or answers something else.
pub async fn board(address: &str) -> Result<(Board, Haystacks), LoadError> {
    let response = fetch(address).await?;
    if !response.ok() {
        return Err(refused(&response));
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(|error| failed(&error))?).await.map_err(|error| failed(&error))?;
    let text =
        String::from_utf8(Uint8Array::new(&buffer).to_vec()).map_err(|_| LoadError::Unreadable("the board is not UTF-8".to_owned()))?;
    let unreadable = |error: serde_json::Error| LoadError::Unreadable(format!("the board is not readable: {error}"));
    let mut lines = text.split('\n').filter(|line| !line.is_empty());
    let head: SlimHead = serde_json::from_str(lines.next().unwrap_or_default()).map_err(unreadable)?;
    let mut rows = Vec::with_capacity(head.rows);
    let mut haystacks = Haystacks::default();
    let mut turn = Turn::begin();
    for line in lines {
        let row = Arc::new(head.expand(serde_json::from_str(line).map_err(unreadable)?));
        haystacks.push(&row);
        rows.push(row);
        turn.pass().await;
    }
    if rows.len() != head.rows {
        return Err(LoadError::Unreachable("the board was cut short".to_owned()));
    }
    Ok((head.board(rows), haystacks))
}

/// The address of the document.
#[must_use]
pub fn here() -> String {
    window().location().href().unwrap_or_default()
}

/// Whether the server answers a request for a page with that page.
pub async fn answers(address: &str) -> bool {
    fetch(address).await.is_ok_and(|response| response.ok())
}

/// Loads another document, or this one again, but only from a server that answers: a page that stays is better than the
/// browser's own page about a server that is not there.
pub fn go_when_answered(address: String) {
    spawn_local(async move {
        if answers(&address).await {
            let location = window().location();
            // Nothing can be done about a browser that does not go where it is sent.
            drop(if address == here() { location.reload() } else { location.assign(&address) });
        }
    });
}

async fn fetch(address: &str) -> Result<Response, LoadError> {
    let response = JsFuture::from(window().fetch_with_str(address)).await.map_err(|error| failed(&error))?;
    Ok(response.unchecked_into())
}

fn refused(response: &Response) -> LoadError {
    LoadError::Unreachable(format!("{} {}", response.status(), response.status_text()))
}

fn failed(error: &JsValue) -> LoadError {
    let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    LoadError::Unreachable(message.unwrap_or_else(|| "the server cannot be reached".to_owned()))
}
