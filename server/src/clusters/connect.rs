//! A client for a target: from a kubeconfig, a service account, or an address with a token and a CA.

mod kubeconfig;
mod proxy;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderValue, RETRY_AFTER, USER_AGENT};
use http_body_util::BodyExt;
use kube::Config;
use kube::client::Body;
use secrecy::{ExposeSecret, SecretString};

use super::error::{self, ConnectError, Fault};
use super::outside::{Connector, Outside};
use super::pace::Pace;
use crate::config::Access;

/// An exec plugin that takes longer than this hangs.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest error text that is read.
const ERROR_BODY: usize = 64 * 1024;

/// A client, and what it must know beyond kube's.
pub(super) struct Connection {
    client: kube::Client,
    token: Option<TokenFile>,
    /// The API server's URL as shown: without user and password.
    pub(super) server: Arc<str>,
    pub(super) pace: Pace,
    /// Objects a page of a list.
    pub(super) page: u32,
}

/// How the body of an answer is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// As a whole.
    Whole,
    /// Line by line as it comes. API servers gzip each event of a watch by itself, which the client cannot read
    /// (kube's `request_events` opts out as well).
    Stream,
}

/// A bearer token in a file. kube's own reads it once a minute and does not trim it; here a new token works at once.
struct TokenFile {
    path: PathBuf,
    last: Mutex<Option<SecretString>>,
}

/// Makes a client. Reads files and may run an exec plugin, but sends nothing to the cluster yet.
pub(super) async fn connect(access: &Access, outside: &Outside, pace: Pace) -> Result<Connection, ConnectError> {
    let page = outside.page;
    if let Connector::Given(client) = &outside.connector {
        return Ok(Connection { client: client(access), token: None, server: address(access), pace, page });
    }
    // Another crate brings a second TLS provider, so that rustls has no default. An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let access = access.clone();
    // Building a client reads files and waits for exec plugins.
    let building = tokio::task::spawn_blocking(move || build(&access, pace, page));
    match tokio::time::timeout(CREDENTIALS_TIMEOUT, building).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(ConnectError(format!("credentials: {panic}"))),
        Err(_) => Err(ConnectError(format!(
            "credentials: the exec plugin of the kubeconfig does not end within {} s; it cannot ask for input here",
            CREDENTIALS_TIMEOUT.as_secs()
        ))),
    }
}

fn build(access: &Access, pace: Pace, page: u32) -> Result<Connection, ConnectError> {
    let mut config = match access {
        Access::Kubeconfig { path, context } => kubeconfig::load(path.as_deref(), context.as_deref())?,
        Access::InCluster => Config::incluster()
            .map_err(|error| ConnectError(format!("in_cluster = true, but this does not run in a pod with a service account: {error}")))?,
        Access::Server { url, token_file, ca_file } => kubeconfig::from_server(url, token_file.as_deref(), ca_file.as_deref())?,
    };
    config.connect_timeout = Some(pace.connect);
    // Retries are the pipe's business: it honours Retry-After, and says what is going on.
    config.default_retry = false;
    config.headers.push((USER_AGENT, HeaderValue::from_static(concat!("relboard/", env!("CARGO_PKG_VERSION")))));
    let server: Arc<str> = Arc::from(shown(&config.cluster_url));
    let token = take_token_file(&mut config);
    let client = kube::Client::try_from(config).map_err(|error| ConnectError(error::building(&error, &server)))?;
    Ok(Connection { client, token, server, pace, page })
}

/// How people know the API server of a client that was handed in.
fn address(access: &Access) -> Arc<str> {
    match access {
        Access::Server { url, .. } => Arc::from(url.as_str().trim_end_matches('/')),
        Access::Kubeconfig { context, .. } => Arc::from(context.as_deref().unwrap_or("the current context")),
        Access::InCluster => Arc::from("the cluster it runs in"),
    }
}

/// The token file of the credentials, unless something of higher precedence is there.
fn take_token_file(config: &mut Config) -> Option<TokenFile> {
    let auth = &mut config.auth_info;
    let other = auth.token.is_some() || auth.auth_provider.is_some() || (auth.username.is_some() && auth.password.is_some());
    let path = auth.token_file.take()?;
    (!other).then(|| TokenFile { path: PathBuf::from(path), last: Mutex::new(None) })
}

/// A URL without user and password.
fn shown(url: &http::Uri) -> String {
    let authority = url.authority().map_or("", http::uri::Authority::as_str);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{}://{host}{}", url.scheme_str().unwrap_or("http"), url.path().trim_end_matches('/'))
}

impl Connection {
    /// Sends a GET and waits for the answer's head. An error status is a [`Fault`] with the server's text.
    pub(super) async fn get(&self, path: &str, answer: Answer) -> Result<Body, Fault> {
        let mut request = http::Request::get(path).header(ACCEPT, "application/json");
        if answer == Answer::Stream {
            request = request.header(ACCEPT_ENCODING, "identity");
        }
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.header().await?);
        }
        let request = request.body(Body::empty()).map_err(|error| Fault::Malformed(format!("{path}: {error}")))?;
        let response = self.within(self.client.send(request)).await?.map_err(|error| Fault::from_request(&error, &self.server))?;
        let (head, body) = response.into_parts();
        if head.status.is_success() {
            return Ok(body);
        }
        let after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
        let text = self.text(body, ERROR_BODY).await?;
        Err(Fault::from_status(head.status.as_u16(), &String::from_utf8_lossy(&text), after))
    }

    /// Reads a body as a whole; bytes beyond `most` are a fault.
    pub(super) async fn text(&self, body: Body, most: usize) -> Result<Vec<u8>, Fault> {
        let mut text = Vec::new();
        self.chunks(body, most, |chunk| text.extend_from_slice(chunk)).await?;
        Ok(text)
    }

    /// Reads a body as it comes; bytes beyond `most` are a fault.
    pub(super) async fn chunks(&self, mut body: Body, most: usize, mut take: impl FnMut(&[u8])) -> Result<(), Fault> {
        let mut length = 0;
        while let Some(frame) = self.within(body.frame()).await? {
            let frame = frame.map_err(|error| Fault::from_request(&error, &self.server))?;
            let Ok(data) = frame.into_data() else { continue };
            length += data.len();
            if length > most {
                return Err(Fault::Malformed(format!("{} answers with more than {} MiB", self.server, most >> 20)));
            }
            take(&data);
        }
        Ok(())
    }

    async fn within<F: Future>(&self, future: F) -> Result<F::Output, Fault> {
        let bound = self.pace.answer;
        tokio::time::timeout(bound, future)
            .await
            .map_err(|_| Fault::Silent(format!("no answer from {} within {} s", self.server, bound.as_secs())))
    }
}

impl TokenFile {
    /// The header with the token as it is in the file now; the last one read while the file cannot be.
    async fn header(&self) -> Result<HeaderValue, Fault> {
        let read = tokio::fs::read_to_string(&self.path).await;
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let token = match read {
            Ok(text) => SecretString::from(text.trim()),
            Err(error) => {
                last.clone().ok_or_else(|| Fault::Unauthorized(format!("cannot read the token file {}: {error}", self.path.display())))?
            }
        };
        if token.expose_secret().is_empty() {
            return Err(Fault::Unauthorized(format!("the token file {} is empty", self.path.display())));
        }
        let mut header = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
            .map_err(|_| Fault::Unauthorized(format!("the token file {} does not hold a token", self.path.display())))?;
        header.set_sensitive(true);
        *last = Some(token);
        Ok(header)
    }
}
