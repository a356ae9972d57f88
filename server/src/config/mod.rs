//! The configuration: a struct per concern, read once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use model::catalogue::Tier;
use secrecy::SecretString;
use url::Url;

/// Everything `relboard.toml` and `RELBOARD_…` say.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[server]`.
    pub server: Server,
    /// `[store]`.
    pub store: Store,
    /// `[[environments]]`, in promotion order.
    pub environments: Vec<Environment>,
    /// `[services]`, `[timing]` and the environments as the rules see them.
    pub catalogue: std::sync::Arc<model::catalogue::Catalogue>,
    /// `[[ci]]`.
    pub ci: Vec<Ci>,
}

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
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Most records one token may send in a minute; 429 beyond it. Default 600.
    pub records_per_minute: u32,
}

/// `[store]`.
#[derive(Clone, Debug)]
pub struct Store {
    /// `sqlite://relboard.db` by default.
    pub url: SecretString,
}

/// `[[environments]]`.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// Its targets; ids in the catalogue count them through all environments in order.
    pub targets: Vec<Target>,
}

/// `[[environments.targets]]`.
#[derive(Clone, Debug)]
pub struct Target {
    /// The cluster's name as shown.
    pub cluster: String,
    /// How to reach it.
    pub access: Access,
    /// Which namespaces.
    pub namespaces: Namespaces,
    /// How to read it.
    pub mode: Mode,
}

/// How to reach a cluster.
#[derive(Clone, Debug)]
pub enum Access {
    /// A context of a kubeconfig; the current one when no name is given.
    Kubeconfig {
        /// The file; `$KUBECONFIG`, then `~/.kube/config`, when none.
        path: Option<PathBuf>,
        /// The context.
        context: Option<String>,
    },
    /// The pod's own service account.
    InCluster,
    /// An address with a token file and a CA.
    Server {
        /// The API server's URL.
        url: Url,
        /// A file that holds the bearer token; read again when it changes.
        token_file: Option<PathBuf>,
        /// A PEM file with the CA; the system's roots when none.
        ca_file: Option<PathBuf>,
    },
}

/// `namespaces = ["shop", "team-*", "!kube-*"]`: names, globs, exclusions. Empty means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces(pub Vec<String>);

/// How to read a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// List and watch.
    Watch {
        /// Whether initial lists are streamed (`sendInitialEvents`), which needs server support.
        streaming: bool,
    },
    /// Plain lists.
    Poll {
        /// How often.
        interval: Duration,
    },
}

/// `[[ci]]`.
#[derive(Clone, Debug)]
pub struct Ci {
    /// Its name, shown with its records.
    pub name: String,
    /// Bearer token with which it may `POST /api/v1/records`.
    pub token: Option<SecretString>,
    /// A JSON endpoint that it publishes.
    pub json: Option<JsonEndpoint>,
}

/// `[ci.json]`: a JSON document of deployments that is polled.
#[derive(Clone, Debug)]
pub struct JsonEndpoint {
    /// Where.
    pub url: Url,
    /// How often. Default 30 s.
    pub interval: Duration,
    /// Longest time an answer may take. Default 10 s.
    pub timeout: Duration,
    /// Value of the `Authorization` header.
    pub authorization: Option<SecretString>,
    /// Where the fields are.
    pub fields: JsonFields,
}

/// Where the fields are in a JSON document.
#[derive(Clone, Debug, Default)]
pub struct JsonFields {}
