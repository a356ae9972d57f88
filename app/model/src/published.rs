//! What a registry says of an image.

use arcstr::ArcStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a registry says of an image, by its digest: a digest does not change, and so neither does this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Published {
    /// The digest of an image, or of a multi-platform index: `sha256:…`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub digest: ArcStr,
    /// The digests of an index's images, one for each platform.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub platforms: Vec<ArcStr>,
    /// The git commit it was built from, 7 to 40 lower-case hex digits.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub commit: Option<ArcStr>,
    /// A version people read.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub version: Option<ArcStr>,
    /// Where its source is: an `http` or `https` URL.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub source: Option<ArcStr>,
    /// When it was built, UTC.
    pub created: Option<DateTime<Utc>>,
}
