//! `[server]`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::section::Section;

/// `[server]`.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where to listen. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Path under which everything is served, without a trailing slash; empty by default.
    pub base_path: String,
    /// How browsers reach it, for links.
    pub public_url: Option<Url>,
    /// Largest request body, in bytes. Default 1 MiB.
    pub max_body: usize,
    /// Longest time a request may take (streams excepted). Default 30 s.
    pub request_timeout: Duration,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Most records one token may send in a minute; 429 beyond it. Default 600.
    pub records_per_minute: u32,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            base_path: String::new(),
            public_url: None,
            max_body: 1 << 20,
            request_timeout: Duration::from_secs(30),
            trusted_proxies: Vec::new(),
            records_per_minute: 600,
        }
    }
}

impl Server {
    pub(super) fn read(section: Section<'_>) -> Self {
        let default = Self::default();
        let proxy = |text: String| match text.parse() {
            Ok(address) => Some(address),
            Err(_) => {
                section.problem("trusted_proxies", format!("`{text}` is not an IP address"));
                None
            }
        };
        let server = Self {
            listen: section.parsed("listen", listen).unwrap_or(default.listen),
            base_path: section.parsed("base_path", base_path).unwrap_or_default(),
            public_url: section.url("public_url"),
            max_body: section.bytes("max_body", 1024..=(1 << 30)).unwrap_or(default.max_body),
            request_timeout: section.duration("request_timeout", Duration::from_millis(100)).unwrap_or(default.request_timeout),
            trusted_proxies: section.list("trusted_proxies").unwrap_or_default().into_iter().filter_map(proxy).collect(),
            records_per_minute: section
                .integer("records_per_minute", 1..=i64::from(u32::MAX))
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or(default.records_per_minute),
        };
        section.finish();
        server
    }
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not an address and port: write it like 127.0.0.1:8080, or 0.0.0.0:8080 for all interfaces"))
}

fn base_path(text: &str) -> Result<String, String> {
    let path = text.trim_end_matches('/');
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
    match path.is_empty() || (path.starts_with('/') && !path.contains("//") && path.chars().all(fits)) {
        true => Ok(path.to_owned()),
        false => Err(format!("`{text}` is not a path: write it like /board")),
    }
}
