//! A simulated CI: it posts deployment records, and keeps a JSON document of the latest ones as a Jenkins job would.

mod document;
mod publisher;
mod server;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use publisher::Publisher;
pub use server::{CiConfig, CiFault, CiHandle, CiServer};

/// A deployment record as CI sends it. Fields it does not know are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deployment {
    /// The service.
    pub service: String,
    /// The environment, as CI calls it.
    pub environment: String,
    /// The git commit, 40 hex digits.
    pub commit: String,
    /// Who deployed.
    pub by: String,
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// The image reference.
    pub image: String,
    /// A version people read (`3.19.9`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The git branch.
    pub branch: String,
    /// The git repository's URL.
    pub repository: String,
    /// The CI run.
    pub url: String,
    /// How it went.
    pub outcome: Outcome,
}

/// How a deployment went, as CI sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It began.
    Started,
    /// It was done.
    Success,
    /// It failed.
    Failure,
    /// It was called off.
    Cancelled,
}
