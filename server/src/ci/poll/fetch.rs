//! Fetches the document: conditional, bounded in time and size, with causes that say what to do.

use std::error::Error as _;
use std::sync::Arc;

use reqwest::header::{ACCEPT, AUTHORIZATION, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{Client, Method, Request, Response, StatusCode, redirect};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::time::timeout;

use super::outside::{Sent, Transport};
use crate::config::JsonEndpoint;

/// Fetches one document again and again.
pub(in crate::ci) struct Fetcher {
    send: Box<dyn Fn(Request) -> Sent + Send + Sync>,
    /// What every request says.
    headers: HeaderMap,
    endpoint: JsonEndpoint,
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

/// What came back.
pub(in crate::ci) enum Fetched {
    /// The document is as it was.
    Unchanged,
    /// The document.
    Document(Value),
}

impl Fetcher {
    pub(in crate::ci) fn new(endpoint: &JsonEndpoint, transport: &Transport) -> Result<Self, String> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        if let Some(authorization) = &endpoint.authorization {
            let mut value = HeaderValue::from_str(authorization.expose_secret())
                .map_err(|_| "`authorization` holds characters that a header cannot".to_owned())?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let send: Box<dyn Fn(Request) -> Sent + Send + Sync> = match transport {
            Transport::Network => {
                let client = client().map_err(|error| format!("no HTTP client: {}", cause(&error)))?;
                Box::new(move |request| Box::pin(client.execute(request)))
            }
            Transport::Given(send) => {
                let send = Arc::clone(send);
                Box::new(move |request| send(request))
            }
        };
        Ok(Self { send, headers, endpoint: endpoint.clone(), etag: None, last_modified: None })
    }

    /// Forgets which document was seen: the next one counts as new.
    pub(in crate::ci) fn forget(&mut self) {
        self.etag = None;
        self.last_modified = None;
    }

    /// Fetches the document, unless it is as it was, within the endpoint's time.
    pub(in crate::ci) async fn fetch(&mut self) -> Result<Fetched, String> {
        let longest = self.endpoint.timeout;
        let answer = timeout(longest, self.ask()).await;
        answer.unwrap_or_else(|_| Err(format!("no answer within {}", humantime::format_duration(longest))))
    }

    async fn ask(&mut self) -> Result<Fetched, String> {
        let mut request = Request::new(Method::GET, self.endpoint.url.clone());
        request.headers_mut().clone_from(&self.headers);
        if let Some(etag) = &self.etag {
            request.headers_mut().insert(IF_NONE_MATCH, etag.clone());
        } else if let Some(last_modified) = &self.last_modified {
            request.headers_mut().insert(IF_MODIFIED_SINCE, last_modified.clone());
        }
        let response = (self.send)(request).await.map_err(|error| cause(&error))?;
        match response.status() {
            StatusCode::NOT_MODIFIED => return Ok(Fetched::Unchanged),
            StatusCode::OK => {}
            status => return Err(refused(status)),
        }
        let (etag, last_modified) = (response.headers().get(ETAG).cloned(), response.headers().get(LAST_MODIFIED).cloned());
        let body = self.body(response).await?;
        let document = serde_json::from_slice(&body).map_err(|error| not_json(&body, &error))?;
        // Only a document that was understood is not asked for again.
        self.etag = etag;
        self.last_modified = last_modified;
        Ok(Fetched::Document(document))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, String> {
        let most = self.endpoint.max_bytes;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
            if body.len() + chunk.len() > most {
                return Err(format!("the answer is longer than {most} bytes: raise `max_bytes` if that is right"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn client() -> reqwest::Result<Client> {
    Client::builder().user_agent(concat!("relboard/", env!("CARGO_PKG_VERSION"))).redirect(redirect::Policy::limited(5)).build()
}

fn refused(status: StatusCode) -> String {
    let hint = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ": check `authorization`",
        StatusCode::NOT_FOUND => ": check `url`",
        _ => "",
    };
    format!("the endpoint answered {status}{hint}")
}

/// The first characters say what it is: mostly a log-in page.
fn not_json(body: &[u8], error: &serde_json::Error) -> String {
    let start: String = String::from_utf8_lossy(body.get(..60).unwrap_or(body)).chars().filter(|c| !c.is_control()).collect();
    format!("the answer is not JSON ({error}); it begins with `{start}`")
}

/// The whole chain without the URL, which may hold a password.
fn cause(error: &reqwest::Error) -> String {
    let mut text = if error.is_connect() { "cannot connect".to_owned() } else { "the request failed".to_owned() };
    let mut source = error.source();
    while let Some(error) = source {
        let part = error.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        source = error.source();
    }
    text
}
