//! `[[ci]]`: who may send records, and which documents of deployments are polled.

mod read;

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

pub(super) use self::read::read;

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
