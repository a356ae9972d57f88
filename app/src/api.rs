//! What the page asks the server beside the stream: the details of a cell, as HTML.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Why the details are not there, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(String);

/// The panel at an address (see [`crate::address::ViewQuery::panel`]). One that says that there is no such cell is a
/// panel too.
///
/// # Errors
/// When the server cannot be asked, or cannot answer.
pub async fn panel(address: &str) -> Result<String, LoadError> {
    let response = JsFuture::from(window().fetch_with_str(address)).await.map_err(|error| failed(&error))?;
    let response: Response = response.unchecked_into();
    if !response.ok() && response.status() != 404 {
        return Err(LoadError(format!("{} {}", response.status(), response.status_text())));
    }
    let text = JsFuture::from(response.text().map_err(|error| failed(&error))?).await.map_err(|error| failed(&error))?;
    Ok(text.as_string().unwrap_or_default())
}

fn failed(error: &JsValue) -> LoadError {
    let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    LoadError(message.unwrap_or_else(|| "the server cannot be reached".to_owned()))
}
