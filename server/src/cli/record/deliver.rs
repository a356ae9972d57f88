//! Sends a request again until it was answered.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};
use tracing::warn;
use url::Url;

use super::super::Failure;
use super::{Receipt, client};

/// One request, to be delivered once.
pub(super) struct Delivery {
    pub(super) url: Url,
    pub(super) token: SecretString,
    /// Makes a second try the same request.
    pub(super) key: String,
    pub(super) body: Vec<u8>,
    /// For how long to try.
    pub(super) timeout: Duration,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Delivered {
    /// The server has it.
    Accepted(Receipt),
    /// The server will never take it, and says why.
    Refused(String),
}

/// Why a try failed, and whether the server said when to come again.
struct Again {
    failure: Failure,
    after: Option<Duration>,
}

impl Delivery {
    /// Tries until it is accepted or refused, or the time is over.
    pub(super) async fn deliver(&self) -> Result<Delivered, Failure> {
        let end = Instant::now() + self.timeout;
        let mut pause = Duration::from_millis(500);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Again { failure, after } = match self.attempt(left).await? {
                Ok(delivered) => return Ok(delivered),
                Err(again) => again,
            };
            let wait = after.unwrap_or(pause);
            if Instant::now() + wait >= end {
                let timeout = humantime::format_duration(self.timeout);
                return Err(Failure(format!("{failure} (tried for {timeout}; the record was not acknowledged)")));
            }
            warn!("{failure}; trying again in {}", humantime::format_duration(wait));
            sleep(wait).await;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    }

    async fn attempt(&self, left: Duration) -> Result<Result<Delivered, Again>, Failure> {
        let request = client::client(left.clamp(Duration::from_millis(100), Duration::from_secs(30)))?
            .post(self.url.clone())
            .bearer_auth(self.token.expose_secret())
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", &self.key)
            .body(self.body.clone());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(Err(Again { failure: client::unreachable(&self.url, &error), after: None })),
        };
        Ok(match response.status() {
            StatusCode::OK | StatusCode::CREATED => Ok(Delivered::Accepted(response.json().await.unwrap_or_default())),
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                let after = retry_after(&response);
                Err(Again { failure: Failure(client::problem(response).await), after })
            }
            _ => Ok(Delivered::Refused(client::problem(response).await)),
        })
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
