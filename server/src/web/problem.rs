//! Errors of the API: `application/problem+json` (RFC 9457), with a stable type, that say what to do.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::ci::FieldError;

/// An error on its way to the client.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
    at: Option<u32>,
    retry_after: Option<u32>,
}

/// An error as it is sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ProblemDetails {
    /// A name that does not change: programs may compare it.
    #[serde(rename = "type")]
    #[schema(example = "https://relboard.dev/problems/not-found")]
    kind: String,
    /// The type in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened this time, and what to do.
    detail: String,
    /// Fields of the request that are at fault, as JSON pointers (RFC 6901).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Where the search does not parse, in characters from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u32>,
}

/// The types of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    BadQuery,
    BadRecord,
    BadRequest,
    Unauthorized,
    NotFound,
    Gone,
    MethodNotAllowed,
    NotAcceptable,
    TooLarge,
    KeyReused,
    TooMany,
    Internal,
    Unavailable,
    TimedOut,
}

impl Kind {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadQuery => (StatusCode::BAD_REQUEST, "bad-query", "The search does not parse"),
            Self::BadRecord => (StatusCode::BAD_REQUEST, "bad-record", "The record is not valid"),
            Self::BadRequest => (StatusCode::BAD_REQUEST, "bad-request", "The request is not valid"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "A valid token is needed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
            Self::Gone => (StatusCode::GONE, "gone", "This is not let in any more"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This is not done here"),
            Self::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "not-acceptable", "No format that is asked for is offered"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The Idempotency-Key was used before"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests in a short time"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server made a mistake"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "This cannot be done at the moment"),
            Self::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, "timed-out", "The request took too long"),
        }
    }
}

impl Problem {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), at: None, retry_after: None }
    }

    pub(super) fn with_errors(self, errors: Vec<FieldError>) -> Self {
        Self { errors, ..self }
    }

    pub(super) fn at(self, at: usize) -> Self {
        Self { at: u32::try_from(at).ok(), ..self }
    }

    /// After how many seconds to try again.
    pub(super) fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, name, title) = self.kind.parts();
        let details = ProblemDetails {
            kind: format!("https://relboard.dev/problems/{name}"),
            title,
            status: status.as_u16(),
            detail: self.detail,
            errors: self.errors,
            at: self.at,
        };
        // A struct of numbers and text always serialises.
        let body = serde_json::to_vec(&details).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"relboard\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
