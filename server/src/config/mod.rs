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
    /// Records and history older than this are forgotten, the newest of each cell excepted. Default 400 days.
    pub keep: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self { url: SecretString::from("sqlite://relboard.db"), keep: Duration::from_secs(400 * 24 * 60 * 60) }
    }
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
    /// Whether an environment that its records name and that is not configured becomes a column by itself.
    /// Default: yes for a source with a JSON endpoint, else no.
    pub create_environments: bool,
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
    /// Longest answer, in bytes. Default 8 MiB.
    pub max_bytes: usize,
    /// Value of the `Authorization` header.
    pub authorization: Option<SecretString>,
    /// Where the entries are: a JSON pointer in which `*` stands for any key or index (`/*/*`).
    pub entries: String,
    /// Where the fields of an entry are.
    pub fields: JsonFields,
    /// Time zone of dates that have no offset. Default UTC.
    pub time_zone: chrono_tz::Tz,
    /// How dates are written (`%d/%m/%Y %H:%M`), when they are neither RFC 3339, nor `YYYY-MM-DD HH:MM:SS`,
    /// nor seconds or milliseconds since 1970.
    pub date_format: Option<String>,
}

/// Where the fields of an entry are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonFields {
    /// The service.
    pub service: Locator,
    /// The environment.
    pub environment: Locator,
    /// When. Required: a document that says what is deployed, but not since when, would be news at each start.
    pub at: Locator,
    /// The optional fields, by their name in a deployment record: `commit`, `by`, `image` …
    pub others: Vec<(&'static str, Locator)>,
}

/// Where a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locator {
    /// `$1`: the key or index that the first `*` of `entries` stood for.
    Key(usize),
    /// `/commit`: a JSON pointer inside the entry; empty for the entry itself.
    Pointer(String),
    /// `=dev`: always this.
    Constant(String),
}
