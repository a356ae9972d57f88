//! The server of the JSON documents.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use super::Deployment;
use super::document::Document;
use crate::api::lock;
use crate::error::Error;
use crate::identity::hex;

/// How a CI server is made.
#[derive(Clone, Debug)]
pub struct CiConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The value of `Authorization` it asks for, if any.
    pub authorization: Option<String>,
}

impl Default for CiConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), authorization: None }
    }
}

/// What goes wrong with the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CiFault {
    /// Nothing.
    #[default]
    None,
    /// 503.
    Down,
    /// An answer that takes its time.
    Slow(Duration),
    /// A login page in HTML, with HTTP 200.
    NotJson,
    /// The right document with one entry more that makes no sense.
    BadEntry,
}

#[derive(Debug, Default)]
struct Inside {
    document: Document,
    fault: CiFault,
    sent: u64,
    unchanged: u64,
}

#[derive(Debug)]
struct Shared {
    inside: Mutex<Inside>,
    authorization: Option<String>,
}

/// Starts CI servers.
#[derive(Debug)]
pub struct CiServer;

impl CiServer {
    /// Starts a CI server with empty documents.
    ///
    /// # Errors
    /// [`Error::Listen`] when its address cannot be bound.
    pub async fn start(config: CiConfig) -> Result<CiHandle, Error> {
        let failed = |source| Error::Listen { address: config.listen, source };
        let listener = tokio::net::TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared { inside: Mutex::default(), authorization: config.authorization });
        let router = router(&shared);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the simulated CI ended");
            }
        });
        Ok(CiHandle { inner: Arc::new(Inner { shared, address, task: Some(task) }) })
    }

    /// Starts a CI server that listens nowhere: it is reached through [`CiHandle::service`], and its documents' addresses are of
    /// what was configured.
    #[must_use]
    pub fn local(config: CiConfig) -> CiHandle {
        let shared = Arc::new(Shared { inside: Mutex::default(), authorization: config.authorization });
        CiHandle { inner: Arc::new(Inner { shared, address: config.listen, task: None }) }
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/deployments.json", get(|state, headers| serve(state, headers, Document::by_service)))
        .route("/deployments-list.json", get(|state, headers| serve(state, headers, Document::as_list)))
        .with_state(Arc::clone(shared))
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: Option<JoinHandle<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// A running CI server. It ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct CiHandle {
    inner: Arc<Inner>,
}

impl CiHandle {
    /// The document as an object of services, each an object of environments.
    #[must_use]
    pub fn document_url(&self) -> String {
        format!("http://{}/deployments.json", self.inner.address)
    }

    /// The document as an array.
    #[must_use]
    pub fn list_url(&self) -> String {
        format!("http://{}/deployments-list.json", self.inner.address)
    }

    /// The server without a network.
    pub fn service(&self) -> Router {
        router(&self.inner.shared)
    }

    /// Notes a deployment in the documents.
    pub fn publish(&self, deployment: &Deployment) {
        lock(&self.inner.shared.inside).document.note(deployment);
    }

    /// Makes something go wrong, or right again.
    pub fn fault(&self, fault: CiFault) {
        lock(&self.inner.shared.inside).fault = fault;
    }

    /// How many documents were sent whole, and how many answers were 304.
    #[must_use]
    pub fn answered(&self) -> (u64, u64) {
        let inside = lock(&self.inner.shared.inside);
        (inside.sent, inside.unchanged)
    }
}

async fn serve(State(shared): State<Arc<Shared>>, headers: HeaderMap, shape: fn(&Document) -> Value) -> Response {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if shared.authorization.is_some() && shared.authorization.as_deref() != given {
        return plain(StatusCode::UNAUTHORIZED, "text/html", "<html>Authentication required</html>");
    }
    let (fault, mut document) = {
        let inside = lock(&shared.inside);
        (inside.fault, shape(&inside.document))
    };
    match fault {
        CiFault::None => {}
        CiFault::Down => {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "text/html", "<html>Please wait while Jenkins is getting ready</html>");
        }
        CiFault::Slow(delay) => tokio::time::sleep(delay).await,
        CiFault::NotJson => return plain(StatusCode::OK, "text/html", "<html>Sign in</html>"),
        CiFault::BadEntry => match &mut document {
            Value::Array(entries) => entries.push(json!({ "service": 42, "environment": null })),
            object => object["broken-service"] = json!({ "dev": "soon" }),
        },
    }
    let body = format!("{document:#}\n");
    let etag = format!("\"{}\"", &hex(&Sha256::digest(body.as_bytes()))[..16]);
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|tags| tags.contains(&etag));
    {
        let mut inside = lock(&shared.inside);
        let counter = if known { &mut inside.unchanged } else { &mut inside.sent };
        *counter += 1;
    }
    let mut response =
        if known { plain(StatusCode::NOT_MODIFIED, "application/json", "") } else { plain(StatusCode::OK, "application/json", body) };
    if let Ok(etag) = etag.parse() {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

fn plain(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    response
}
