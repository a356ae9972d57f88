//! What CI says: deployment records.

use arcstr::ArcStr;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{EnvironmentName, ServiceName};
use crate::strings::Strings;

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
    pub commit: Option<ArcStr>,
    /// Who deployed.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub by: Option<ArcStr>,
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// The image reference as written.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub image: Option<ArcStr>,
    /// The image's digest, `sha256:…`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub digest: Option<ArcStr>,
    /// A version people read (`1.4.0`).
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub version: Option<ArcStr>,
    /// The git branch.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub branch: Option<ArcStr>,
    /// The git repository's URL.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub repository: Option<ArcStr>,
    /// The CI run.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub url: Option<ArcStr>,
    /// How it went.
    pub outcome: Outcome,
    /// Fields the record had beyond these: kept, and shown in the details.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub extra: BTreeMap<String, serde_json::Value>,
}

impl Record {
    /// What it claims was deployed, and when: without person, place and whatever else is only shown.
    #[must_use]
    pub fn claim(self) -> Self {
        Self { by: None, branch: None, repository: None, url: None, extra: BTreeMap::new(), ..self }
    }

    /// The same record, with the texts that other records have, too: a commit is deployed to many places, by few people.
    #[must_use]
    pub fn sharing(mut self, strings: &mut Strings) -> Self {
        self.service = ServiceName::from(strings.share(self.service.as_str()));
        self.environment = EnvironmentName::from(strings.share(self.environment.as_str()));
        let texts =
            [&mut self.commit, &mut self.by, &mut self.image, &mut self.digest, &mut self.version, &mut self.branch, &mut self.repository];
        for text in texts.into_iter().flatten() {
            *text = strings.share(text);
        }
        self
    }
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
