//! The front end's files, embedded: one file is the whole install. Debug builds read them from the disk.

use std::borrow::Cow;
use std::sync::Arc;

use app::Assets;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};
use serde::Deserialize;

use super::board::knows;
use super::coding::Coding;
use super::problem::{Kind, Problem};
use super::state::Web;

/// What `scripts/build-site.mjs` wrote.
#[derive(Embed)]
#[cfg_attr(debug_assertions, folder = "../target/site")]
#[cfg_attr(not(debug_assertions), folder = "../target/site-release")]
#[allow_missing = true]
struct Files;

/// The front end of this run.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The names of the page's files.
    pub(super) assets: Arc<Assets>,
    /// Whether there is one.
    pub(super) built: bool,
    /// The event that says which one.
    pub(super) pulse: bytes::Bytes,
}

/// `manifest.json`.
#[derive(Deserialize)]
struct Manifest {
    js: String,
    wasm: String,
    css: String,
}

impl Site {
    /// Reads which files there are.
    pub(super) fn open() -> Self {
        let manifest = Files::get("manifest.json").and_then(|file| serde_json::from_slice::<Manifest>(&file.data).ok());
        let built = manifest.is_some();
        let name = |name: Option<&str>, kind: &str| format!("pkg/{}", name.map_or_else(|| format!("not-built.{kind}"), str::to_owned));
        let assets = Assets {
            js: name(manifest.as_ref().map(|manifest| manifest.js.as_str()), "js"),
            wasm: name(manifest.as_ref().map(|manifest| manifest.wasm.as_str()), "wasm"),
            css: name(manifest.as_ref().map(|manifest| manifest.css.as_str()), "css"),
        };
        let pulse = format!("event: version\ndata: {}\n\n", assets.version()).into();
        Self { assets: Arc::new(assets), built, pulse }
    }
}

/// `GET /pkg/{name}`: names carry a hash of the content, so that a browser need never ask again.
pub(super) async fn package(State(web): State<Web>, Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let caching = "public, max-age=31536000, immutable";
    file(&format!("pkg/{name}"), caching, &headers).ok_or_else(|| match web.site.built {
        true => Problem::new(Kind::NotFound, format!("There is no file `{name}`: the page is of another version, load it again.")),
        false => Problem::new(Kind::NotFound, NOT_BUILT),
    })
}

/// What is said where the front end is missing.
pub(super) const NOT_BUILT: &str = "The front end was not built: the page neither has its style nor becomes live. Run `make site-debug` (or `make site` before a release build).";

/// One of the public files beside the page (icon, favicon, robots.txt).
pub(super) fn public(path: &str, headers: &HeaderMap) -> Option<Response> {
    let path = path.trim_start_matches('/');
    if path.is_empty() || path.contains("..") || path.starts_with("pkg/") || path == "manifest.json" {
        return None;
    }
    file(path, "public, max-age=3600", headers)
}

fn file(path: &str, caching: &'static str, headers: &HeaderMap) -> Option<Response> {
    let plain = Files::get(path)?;
    let tag = format!("\"{}\"", hex(&plain.metadata.sha256_hash()[..12]));
    let mime = plain.metadata.mimetype().to_owned();
    let shared = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, caching.to_owned()), (header::VARY, "accept-encoding".to_owned())];
    if knows(headers, &tag) {
        return Some((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let (data, encoding) = encoded(path, plain, headers);
    let body = match data {
        Cow::Borrowed(data) => bytes::Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    };
    let mut response = (shared, [(header::CONTENT_TYPE, mime)], body).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// The smallest sibling that the build wrote and the client reads.
fn encoded(path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> (Cow<'static, [u8]>, Option<&'static str>) {
    let mut siblings = Coding::accepted(headers).filter_map(|coding| {
        let extension = match coding {
            Coding::Brotli => "br",
            Coding::Gzip => "gz",
        };
        Some((Files::get(&format!("{path}.{extension}"))?.data, Some(coding.name())))
    });
    siblings.next().unwrap_or((plain.data, None))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
