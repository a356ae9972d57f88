//! Lists: whole, in pages, at a resourceVersion.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::answer::{Compressible, Status, response};
use super::params::Params;
use super::selector::Selector;
use super::{Shared, lock};
use crate::world::{ObjectKind, Version};

/// How long a list waits for a resourceVersion that has not come yet.
const PATIENCE: Duration = Duration::from_secs(3);

/// The opaque token: where to go on, at which resourceVersion. -1 goes on with what is there now.
#[derive(Debug, Serialize, Deserialize)]
struct Continue {
    v: String,
    rv: i64,
    start: String,
}

impl Continue {
    fn encode(rv: i64, start: &str) -> String {
        let token = Self { v: "meta.k8s.io/v1".to_owned(), rv, start: format!("{start}\0") };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).unwrap_or_default())
    }

    fn decode(text: &str) -> Result<Self, Status> {
        let wrong = |why: &str| Status::bad_request(&format!("invalid continue token: continue key is not valid: {why}"));
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| wrong("illegal base64 data"))?;
        serde_json::from_slice(&bytes).map_err(|_| {
            let first = bytes.first().map_or(' ', |byte| char::from(*byte));
            wrong(&format!("invalid character '{first}' looking for beginning of value"))
        })
    }
}

/// What a list says.
struct Page {
    rv: u64,
    items: Vec<Arc<Version>>,
    next: Option<String>,
    /// Unknown when a selector leaves some out.
    remaining: Option<usize>,
}

pub(crate) async fn list(shared: &Shared, kind: ObjectKind, namespace: Option<String>, params: &Params) -> Result<Response, Status> {
    params.check_list()?;
    let selector = Selector::parse(&params.label_selector, &params.field_selector, kind)?;
    let namespace = namespace.filter(|_| kind.namespaced());
    let asked = params.rv()?.unwrap_or(0);
    wait_for(shared, kind, asked).await?;
    let page = page(shared, kind, namespace.as_deref(), &selector, params, asked)?;
    Ok(send(kind, &page, shared.settings.compress_over))
}

/// Waits for a resourceVersion of the future, in vain if it does not come soon.
async fn wait_for(shared: &Shared, kind: ObjectKind, asked: u64) -> Result<(), Status> {
    let mut newest = shared.newest[kind as usize].listen();
    let current = || lock(&shared.world).store().rv();
    let reached = async {
        while current() < asked {
            newest.changed().await;
        }
    };
    if current() < asked && tokio::time::timeout(PATIENCE, reached).await.is_err() {
        return Err(Status::too_large_rv(asked, current()));
    }
    Ok(())
}

fn page(
    shared: &Shared,
    kind: ObjectKind,
    namespace: Option<&str>,
    selector: &Selector,
    params: &Params,
    asked: u64,
) -> Result<Page, Status> {
    let token = params.continue_token.as_deref().map(Continue::decode).transpose()?;
    // resourceVersion=0 takes what the cache has, and all of it: limit is ignored.
    let limit = if params.resource_version.as_deref() == Some("0") { 0 } else { params.limit };
    let exact = params.resource_version_match.as_deref() == Some("Exact") || (limit > 0 && params.resource_version_match.is_none());
    let world = lock(&shared.world);
    let store = world.store();
    let (rv, all) = match &token {
        Some(Continue { rv, start, .. }) if *rv >= 0 => {
            let rv = rv.unsigned_abs();
            let all = store.all_at(kind, rv).map_err(|_| Status::continue_expired(Continue::encode(-1, start.trim_end_matches('\0'))))?;
            (rv, all)
        }
        None if exact && asked > 0 => (asked, store.all_at(kind, asked).map_err(|_| Status::expired())?),
        _ => (store.rv(), store.all(kind)),
    };
    drop(world);
    let start = token.as_ref().map_or("", |token| token.start.trim_end_matches('\0'));
    let key = |version: &Version| format!("{}/{}", version.name.namespace, version.name.name);
    let after_start = |version: &Arc<Version>| start.is_empty() || order(&key(version), start).is_gt();
    let mut items: Vec<Arc<Version>> =
        all.into_iter().filter(|version| selector.takes(version, namespace) && after_start(version)).collect();
    let left = items.len().saturating_sub(limit);
    let mut next = None;
    if limit > 0 && left > 0 {
        items.truncate(limit);
        next = items.last().map(|last| Continue::encode(i64::try_from(rv).unwrap_or(-1), &key(last)));
    }
    let remaining = next.as_ref().filter(|_| selector.is_empty()).map(|_| left);
    Ok(Page { rv, items, next, remaining })
}

/// Compares `namespace/name` keys in the order in which objects are listed.
fn order(left: &str, right: &str) -> std::cmp::Ordering {
    let parts = |key: &'_ str| key.split_once('/').map_or_else(|| (String::new(), key.to_owned()), |(a, b)| (a.to_owned(), b.to_owned()));
    parts(left).cmp(&parts(right))
}

fn send(kind: ObjectKind, page: &Page, compress_over: usize) -> Response {
    let mut metadata = serde_json::json!({ "resourceVersion": page.rv.to_string() });
    if let Some(next) = &page.next {
        metadata["continue"] = next.as_str().into();
    }
    if let Some(remaining) = page.remaining {
        metadata["remainingItemCount"] = remaining.into();
    }
    let head =
        format!("{{\"kind\":\"{}List\",\"apiVersion\":\"{}\",\"metadata\":{metadata},\"items\":[", kind.as_str(), kind.api_version());
    let mut size = head.len() + 3;
    let mut chunks = Chunks::new(head);
    for (index, item) in page.items.iter().enumerate() {
        let bytes = item.item_after_brace();
        size += bytes.len() + 2;
        chunks.push(if index == 0 { b"{" } else { b",{" });
        chunks.push(&bytes);
    }
    chunks.push(b"]}\n");
    let mut response = response(StatusCode::OK, chunks.into_body());
    if size > compress_over {
        response.extensions_mut().insert(Compressible);
    }
    response
}

/// A body in pieces of a size that is good to send.
struct Chunks {
    full: Vec<Bytes>,
    open: BytesMut,
}

impl Chunks {
    const SIZE: usize = 64 * 1024;

    fn new(head: String) -> Self {
        Self { full: Vec::new(), open: BytesMut::from(head.as_bytes()) }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.open.extend_from_slice(bytes);
        if self.open.len() >= Self::SIZE {
            self.full.push(self.open.split().freeze());
        }
    }

    fn into_body(mut self) -> Body {
        if self.full.is_empty() {
            return Body::from(self.open.freeze());
        }
        self.full.push(self.open.freeze());
        Body::from_stream(futures::stream::iter(self.full.into_iter().map(Ok::<_, std::convert::Infallible>)))
    }
}
