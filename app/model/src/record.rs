//! What CI says: deployment records.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{EnvironmentName, ServiceName};

/// CI's claim that a version of a service was deployed to an environment (api.md, "A deployment record").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Record {
    /// The service.
    pub service: ServiceName,
    /// The environment, as CI calls it.
    pub environment: EnvironmentName,
    /// The git commit, 7 to 40 lower-case hex digits.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub commit: Option<Arc<str>>,
    /// Who deployed.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub by: Option<Arc<str>>,
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// The image reference as written.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub image: Option<Arc<str>>,
    /// The image's digest, `sha256:…`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub digest: Option<Arc<str>>,
    /// A version people read (`1.4.0`).
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub version: Option<Arc<str>>,
    /// The git branch.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub branch: Option<Arc<str>>,
    /// The git repository's URL.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub repository: Option<Arc<str>>,
    /// The CI run.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub url: Option<Arc<str>>,
    /// How it went.
    pub outcome: Outcome,
    /// Fields the record had beyond these: kept, and shown in the details.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// How a deployment went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It began.
    Started,
    /// It was done, as far as CI knows.
    #[default]
    Success,
    /// It failed.
    Failure,
    /// It was called off.
    Cancelled,
}

impl Outcome {
    /// The word of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
        }
    }
}
