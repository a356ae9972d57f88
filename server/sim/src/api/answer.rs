//! Responses and errors, word for word as recorded.

use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::Predicate;

use super::whole;
use crate::world::ObjectKind;

/// A failure as the API server tells it.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    code: u16,
    body: StatusBody,
    retry_after: Option<u64>,
}

#[derive(Clone, Debug)]
enum StatusBody {
    /// A `Status` object.
    Object { reason: &'static str, message: String, details: Option<Value>, continue_token: Option<String> },
    /// Plain text, from before the API machinery is reached.
    Text(&'static str),
}

impl Status {
    fn object(code: u16, reason: &'static str, message: impl Into<String>, details: Option<Value>) -> Self {
        let body = StatusBody::Object { reason, message: message.into(), details, continue_token: None };
        Self { code, body, retry_after: None }
    }

    pub(crate) fn bad_request(message: &str) -> Self {
        Self::object(400, "BadRequest", message, None)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::object(401, "Unauthorized", "Unauthorized", None)
    }

    pub(crate) fn forbidden(user: &str, verb: &str, group: &str, resource: &str, namespace: Option<&str>) -> Self {
        let place = namespace.map_or_else(|| "at the cluster scope".to_owned(), |name| format!("in the namespace \"{name}\""));
        let qualified = qualified(group, resource);
        let message =
            format!("{qualified} is forbidden: User \"{user}\" cannot {verb} resource \"{resource}\" in API group \"{group}\" {place}");
        Self::object(403, "Forbidden", message, Some(details(None, group, resource)))
    }

    pub(crate) fn forbidden_path(user: &str, verb: &str, path: &str) -> Self {
        let message = format!("forbidden: User \"{user}\" cannot {verb} path \"{path}\"");
        Self::object(403, "Forbidden", message, Some(json!({})))
    }

    pub(crate) fn not_found(kind: ObjectKind, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", qualified(kind.group(), kind.plural()));
        Self::object(404, "NotFound", message, Some(details(Some(name), kind.group(), kind.plural())))
    }

    pub(crate) fn no_such_resource() -> Self {
        Self::object(404, "NotFound", "the server could not find the requested resource", Some(json!({})))
    }

    pub(crate) fn no_such_path() -> Self {
        Self { code: 404, body: StatusBody::Text("404 page not found\n"), retry_after: None }
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::object(405, "MethodNotAllowed", message, Some(json!({})))
    }

    /// A list at a resourceVersion, or a watch, whose history is gone.
    pub(crate) fn expired() -> Self {
        Self::object(410, "Expired", "The resourceVersion for the provided list is too old.", None)
    }

    /// A continue token whose history is gone, with one that goes on inconsistently.
    pub(crate) fn continue_expired(offered: String) -> Self {
        const MESSAGE: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new \
            list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. \
            Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between \
            the time the first chunk was returned and now may show up in the list.";
        let body = StatusBody::Object { reason: "Expired", message: MESSAGE.to_owned(), details: None, continue_token: Some(offered) };
        Self { code: 410, body, retry_after: None }
    }

    pub(crate) fn too_old(asked: u64, oldest: u64) -> Self {
        Self::object(410, "Expired", format!("too old resource version: {asked} ({oldest})"), None)
    }

    pub(crate) fn invalid_options(field: &str, reason: &str, why: &str) -> Self {
        let message = format!("ListOptions.meta.k8s.io \"\" is invalid: {field}: {why}");
        let details = json!({
            "group": "meta.k8s.io", "kind": "ListOptions",
            "causes": [{ "reason": reason, "message": why, "field": field }],
        });
        Self::object(422, "Invalid", message, Some(details))
    }

    pub(crate) fn too_many_requests(retry_after: u64) -> Self {
        let text = "Too many requests, please try again later.\n";
        Self { code: 429, body: StatusBody::Text(text), retry_after: Some(retry_after) }
    }

    pub(crate) fn internal(why: &str) -> Self {
        let details = json!({ "causes": [{ "message": why }] });
        Self::object(500, "InternalError", format!("Internal error occurred: {why}"), Some(details))
    }

    pub(crate) fn unavailable() -> Self {
        let message = "the server is currently unable to handle the request";
        Self::object(503, "ServiceUnavailable", message, Some(json!({})))
    }

    /// An answer that took the server too long.
    pub(crate) fn timeout() -> Self {
        let message = "Timeout: request did not complete within the allotted timeout";
        Self::object(504, "Timeout", message, Some(json!({})))
    }

    pub(crate) fn too_large_rv(asked: u64, current: u64) -> Self {
        let details = json!({
            "causes": [{ "reason": "ResourceVersionTooLarge", "message": "Too large resource version" }],
            "retryAfterSeconds": 1,
        });
        let message = format!("Timeout: Too large resource version: {asked}, current: {current}");
        Self { retry_after: Some(1), ..Self::object(504, "Timeout", message, Some(details)) }
    }

    fn not_acceptable() -> Self {
        const MESSAGE: &str = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, \
            application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
        Self::object(406, "NotAcceptable", MESSAGE, Some(json!({})))
    }

    /// The `Status` object.
    pub(crate) fn to_value(&self) -> Value {
        let StatusBody::Object { reason, message, details, continue_token } = &self.body else { return Value::Null };
        let mut metadata = Map::new();
        if let Some(token) = continue_token {
            metadata.insert("continue".to_owned(), token.clone().into());
        }
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
            "message": message, "reason": reason, "code": self.code,
        });
        if let (Some(details), Some(status)) = (details, status.as_object_mut()) {
            status.insert("details".to_owned(), details.clone());
        }
        status
    }

    /// The failure as the one ERROR event of a watch, which is HTTP 200.
    pub(crate) fn into_event_stream(self) -> Response {
        response(StatusCode::OK, whole(format!("{}\n", self.to_event())))
    }

    /// The failure as an ERROR event of a watch.
    pub(crate) fn to_event(&self) -> Value {
        json!({ "type": "ERROR", "object": self.to_value() })
    }

    pub(crate) fn into_response(self) -> Response {
        let (content_type, body) = match &self.body {
            StatusBody::Text(text) => ("text/plain; charset=utf-8", (*text).to_owned()),
            StatusBody::Object { .. } => ("application/json", format!("{}\n", self.to_value())),
        };
        let mut response = response(StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), whole(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if self.code == 403 || matches!(self.body, StatusBody::Text(_)) {
            headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        }
        if self.code == 401 {
            // Refused before priority and fairness saw it.
            headers.remove("x-kubernetes-pf-flowschema-uid");
            headers.remove("x-kubernetes-pf-prioritylevel-uid");
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn qualified(group: &str, resource: &str) -> String {
    if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") }
}

fn details(name: Option<&str>, group: &str, resource: &str) -> Value {
    let mut details = Map::new();
    if let Some(name) = name {
        details.insert("name".to_owned(), name.into());
    }
    if !group.is_empty() {
        details.insert("group".to_owned(), group.into());
    }
    details.insert("kind".to_owned(), resource.into());
    Value::Object(details)
}

/// A JSON response with the headers every answer of the API server has.
pub(crate) fn response(code: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("audit-id", HeaderValue::from_static("fa1f9fdd-fb0c-4f9a-8069-a73f89446424"));
    headers.insert("x-kubernetes-pf-flowschema-uid", HeaderValue::from_static("d1319716-f610-453f-8c42-889e3c7298e5"));
    headers.insert("x-kubernetes-pf-prioritylevel-uid", HeaderValue::from_static("c179aa23-a883-475b-a485-4dfa412f8545"));
    response
}

/// JSON is what it serves; an `Accept` that does not take it is 406.
pub(crate) fn acceptable(headers: &HeaderMap) -> Result<(), Status> {
    let Some(accept) = headers.get(ACCEPT).and_then(|value| value.to_str().ok()) else { return Ok(()) };
    let takes_json = |part: &str| {
        let kind = part.split(';').next().unwrap_or_default().trim();
        matches!(kind, "" | "*/*" | "application/*" | "application/json")
    };
    if accept.split(',').any(takes_json) { Ok(()) } else { Err(Status::not_acceptable()) }
}

/// Marks a response that is worth compressing: the API server compresses large lists, and never a watch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compressible;

#[derive(Clone, Copy, Debug)]
pub(crate) struct OnlyMarked;

impl Predicate for OnlyMarked {
    fn should_compress<B>(&self, response: &http::Response<B>) -> bool {
        response.extensions().get::<Compressible>().is_some()
    }
}

pub(crate) fn compression() -> CompressionLayer<OnlyMarked> {
    CompressionLayer::new().gzip(true).no_br().compress_when(OnlyMarked)
}
