//! A client that knows nothing of the simulator but its URL and a token.

use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;
use sim::{Cluster, ClusterConfig, ClusterHandle, Workload};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn cart_image(commit: &str) -> String {
    format!("registry.example/shop/cart:{commit}")
}

pub(crate) const OLD: &str = "75b14116630d53fd4f92dfa1138299e68acd1d07";
pub(crate) const NEW: &str = "e36cae66ad36c75e1d1f091f909a05ddbdc41bb3";

pub(crate) fn cart() -> Workload {
    Workload::deployment("shop", "cart", &cart_image(OLD)).replicas(3).label("app.kubernetes.io/part-of", "shop")
}

pub(crate) async fn cluster(config: ClusterConfig) -> ClusterHandle {
    Cluster::start(config.pace(sim::Pace::fast())).await.unwrap()
}

/// A cluster that runs the cart.
pub(crate) async fn with_cart() -> ClusterHandle {
    cluster(ClusterConfig::new("dev").running(cart())).await
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

pub(crate) fn request(cluster: &ClusterHandle, token: Option<&str>, path: &str) -> reqwest::RequestBuilder {
    let request = reqwest::Client::new().get(format!("{}{path}", cluster.url())).timeout(PATIENCE);
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

pub(crate) async fn get_as(cluster: &ClusterHandle, token: Option<&str>, path: &str) -> Answer {
    let response = request(cluster, token, path).send().await.unwrap();
    Answer { status: response.status().as_u16(), headers: response.headers().clone(), text: response.text().await.unwrap() }
}

pub(crate) async fn get(cluster: &ClusterHandle, path: &str) -> Answer {
    get_as(cluster, Some(cluster.token()), path).await
}

/// The events of a watch, one by one.
pub(crate) struct Watch {
    body: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    pending: Vec<u8>,
}

impl Watch {
    pub(crate) async fn open(cluster: &ClusterHandle, path: &str) -> Self {
        let response = request(cluster, Some(cluster.token()), path).timeout(Duration::from_secs(120)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        Self { body: Box::pin(response.bytes_stream()), pending: Vec::new() }
    }

    /// The next event; none when the server ended the stream; an error when it was cut.
    pub(crate) async fn next(&mut self) -> Result<Option<Value>, String> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                return Ok(Some(serde_json::from_slice(&line).unwrap()));
            }
            match self.body.next().await {
                Some(Ok(bytes)) => self.pending.extend_from_slice(&bytes),
                Some(Err(error)) => return Err(error.to_string()),
                None => return Ok(None),
            }
        }
    }

    /// The next event that must come.
    pub(crate) async fn event(&mut self) -> Value {
        tokio::time::timeout(PATIENCE, self.next()).await.expect("an event in time").expect("an open stream").expect("an event")
    }

    /// All events up to one that is looked for.
    pub(crate) async fn until(&mut self, last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.event().await;
            let found = last(&event);
            events.push(event);
            if found {
                return events;
            }
        }
    }

    /// All events until the server ends the stream.
    pub(crate) async fn rest(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        while let Some(event) = tokio::time::timeout(PATIENCE, self.next()).await.expect("an end in time").expect("an orderly end") {
            events.push(event);
        }
        events
    }
}

pub(crate) const STREAMED: &str = "watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";

pub(crate) fn is_initial_end(event: &Value) -> bool {
    event["type"] == "BOOKMARK" && event["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"] == "true"
}
