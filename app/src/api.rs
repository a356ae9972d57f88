//! What the page asks the server beside the stream: the details of a cell.

use model::details::Details;
use model::ids::{EnvironmentName, ServiceName};
use serde::{Deserialize, Serialize};

/// Why the details are not there, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(String);

/// Everything known of one cell; none when there is no such row or column.
///
/// # Errors
/// When the server cannot be asked.
#[cfg(feature = "ssr")]
pub async fn details(base: std::sync::Arc<str>, service: ServiceName, environment: EnvironmentName) -> Result<Option<Details>, LoadError> {
    let _ = base;
    let backend = leptos::prelude::use_context::<crate::backend::Backend>();
    let backend = backend.ok_or_else(|| LoadError("the server gave the page no data".to_owned()))?;
    Ok((backend.details)(service, environment).await)
}

/// Everything known of one cell; none when there is no such row or column.
///
/// # Errors
/// When the server cannot be asked.
#[cfg(not(feature = "ssr"))]
pub async fn details(base: std::sync::Arc<str>, service: ServiceName, environment: EnvironmentName) -> Result<Option<Details>, LoadError> {
    use crate::address::escape;

    let path = format!("{base}/api/v1/services/{}/environments/{}", escape(service.as_str()), escape(environment.as_str()));
    // What comes from JavaScript stays on the browser's one thread.
    send_wrapper::SendWrapper::new(browser::get(path)).await
}

#[cfg(not(feature = "ssr"))]
mod browser {
    use leptos::prelude::window;
    use model::details::Details;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::Response;

    use super::LoadError;

    pub(super) async fn get(path: String) -> Result<Option<Details>, LoadError> {
        let response: Response = JsFuture::from(window().fetch_with_str(&path)).await.map_err(failed)?.unchecked_into();
        if response.status() == 404 {
            return Ok(None);
        }
        if !response.ok() {
            return Err(LoadError(format!("{} {}", response.status(), response.status_text())));
        }
        let text = JsFuture::from(response.text().map_err(failed)?).await.map_err(failed)?;
        let text = text.as_string().unwrap_or_default();
        serde_json::from_str(&text).map(Some).map_err(|error| LoadError(error.to_string()))
    }

    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
    fn failed(error: JsValue) -> LoadError {
        let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        LoadError(message.unwrap_or_else(|| "the server cannot be reached".to_owned()))
    }
}
