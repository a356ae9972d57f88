//! How the commands speak to a running server.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use url::Url;

use super::Failure;

/// How long a server may take to accept a connection whose answer has no end.
const CONNECT: Duration = Duration::from_secs(10);

/// Which server.
#[derive(Debug, clap::Args)]
pub(super) struct Server {
    /// The server's address, with its base path if it has one
    #[arg(long, value_name = "URL", env = "RELBOARD_URL", default_value = "http://127.0.0.1:8080")]
    server: Url,
}

impl Server {
    /// A path of the API on this server.
    pub(super) fn path(&self, path: &str) -> Result<Url, Failure> {
        let base = self.server.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}{path}")).map_err(|error| Failure(format!("--server: {error}")))
    }
}

/// A client with a bound on the time an answer may take.
pub(super) fn client(timeout: Duration) -> Result<Client, Failure> {
    let agent = concat!("relboard/", env!("CARGO_PKG_VERSION"));
    Client::builder().user_agent(agent).timeout(timeout).build().map_err(|error| Failure(format!("no HTTP client: {}", cause(&error))))
}

/// A client for an answer without end, which may not be silent for longer than `silence`.
pub(super) fn endless(silence: Duration) -> Result<Client, Failure> {
    let agent = concat!("relboard/", env!("CARGO_PKG_VERSION"));
    let client = Client::builder().user_agent(agent).connect_timeout(silence.min(CONNECT)).read_timeout(silence).build();
    client.map_err(|error| Failure(format!("no HTTP client: {}", cause(&error))))
}

/// Sends a request.
pub(super) async fn send(request: RequestBuilder, url: &Url) -> Result<Response, Failure> {
    request.send().await.map_err(|error| unreachable(url, &error))
}

/// What to say when there was no answer.
pub(super) fn unreachable(url: &Url, error: &reqwest::Error) -> Failure {
    let origin = url.origin().ascii_serialization();
    Failure(match error {
        error if error.is_timeout() => format!("{origin} did not answer in time"),
        error if error.is_connect() => {
            format!("{origin} cannot be reached: {}. Is relboard running there? Say where with --server or RELBOARD_URL", cause(error))
        }
        error => format!("{origin} did not answer: {}", cause(error)),
    })
}

/// What a server's error says.
#[derive(Debug, Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<Field>,
}

#[derive(Debug, Deserialize)]
struct Field {
    pointer: String,
    detail: String,
}

/// The text of an answer that is an error.
pub(super) async fn problem(response: Response) -> String {
    let status = response.status();
    let body = response.bytes().await.unwrap_or_default();
    let Ok(problem) = serde_json::from_slice::<Problem>(&body) else {
        return format!("the server answered {status}, and not as a relboard does: is the address right?");
    };
    let said = problem.detail.or(problem.title).unwrap_or_else(|| status.to_string());
    match problem.errors.as_slice() {
        [] => said,
        errors => errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect::<Vec<_>>().join("\n"),
    }
}

fn cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
