//! What happens around every request: a time limit, headers, numbers, a net for panics.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

use super::problem::{Kind, Problem};
use super::state::Web;

/// For every answer that does not say otherwise.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Ends a request that takes too long. Not for streams.
pub(super) async fn limit_time(State(web): State<Web>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(web.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let seconds = web.request_timeout.as_secs();
            Problem::new(Kind::TimedOut, format!("No answer within {seconds} s (server.request_timeout): try again.")).into_response()
        }
    }
}

/// Adds the headers that tell browsers what not to do.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Counts the request, and tells of it on level debug: never its headers or its query, which may hold secrets.
pub(super) async fn observe(State(web): State<Web>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    // Paths that match nothing are many, and made by strangers: they share one name.
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let client = client(&request, &web.trusted_proxies);
    let response = next.run(request).await;
    let (status, took) = (response.status(), begun.elapsed());
    web.metrics.answered(method.as_str(), &route, status.as_u16(), took);
    log(&method, &route, status, took, client);
    response
}

fn log(method: &Method, route: &str, status: StatusCode, took: Duration, client: Option<IpAddr>) {
    let milliseconds = took.as_millis();
    tracing::debug!(%method, route, status = status.as_u16(), milliseconds, client = client.map(tracing::field::display), "answered");
}

/// Who asks: the last address in `X-Forwarded-For` that no trusted proxy wrote down of another; without one, the peer.
fn client(request: &Request, trusted: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    Some(forwarded(peer, request.headers(), trusted))
}

fn forwarded(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer.to_canonical();
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<_> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        client = address.to_canonical();
    }
    client
}

/// A handler that panicked.
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(message = message.unwrap_or("(no message)"), "a request made the server panic");
    Problem::new(Kind::Internal, "This is a bug: the server's log says more. Other requests are not affected.").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(peer: &str, forwarded_for: &str, trusted: &[&str], wanted: &str) {
        let headers = [(HeaderName::from_static("x-forwarded-for"), forwarded_for.parse().unwrap())].into_iter().collect();
        let trusted: Vec<_> = trusted.iter().map(|address| address.parse().unwrap()).collect();
        assert_eq!(forwarded(peer.parse().unwrap(), &headers, &trusted), wanted.parse::<IpAddr>().unwrap());
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        check("10.0.0.1", "1.2.3.4", &[], "10.0.0.1");
        check("10.0.0.1", "1.2.3.4", &["10.0.0.1"], "1.2.3.4");
        check("::ffff:10.0.0.1", "1.2.3.4", &["10.0.0.1"], "1.2.3.4");
        check("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", &["10.0.0.1", "10.0.0.2"], "1.2.3.4");
        check("10.0.0.1", "nonsense", &["10.0.0.1"], "10.0.0.1");
    }
}
