//! The status of a cell (board.md, "What a cell says").

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of a cell. Ordered from worst to best, which is also the order in which they apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The target's data is stale: last known content, greyed.
    Unknown,
    /// A pod that should run the wanted version cannot, and it will not fix itself.
    Failing,
    /// A successful record, and no workload.
    Missing,
    /// Everything runs, but not what the newest successful record says.
    Drifted,
    /// Not all wanted pods are updated and ready, and progress is still allowed.
    Rolling,
    /// Scaled to zero, or rollout paused, on purpose.
    Paused,
    /// All wanted pods run the wanted version and are ready, and no old pod is left.
    Ready,
    /// Nothing deployed and no record.
    Absent,
}

impl Status {
    /// All statuses, worst first.
    pub const ALL: [Self; 8] =
        [Self::Unknown, Self::Failing, Self::Missing, Self::Drifted, Self::Rolling, Self::Paused, Self::Ready, Self::Absent];

    /// The word of the API and of the search language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Failing => "failing",
            Self::Missing => "missing",
            Self::Drifted => "drifted",
            Self::Rolling => "rolling",
            Self::Paused => "paused",
            Self::Ready => "ready",
            Self::Absent => "absent",
        }
    }

    /// Red: not all pods are deployed and working in the wanted version.
    #[must_use]
    pub const fn is_red(self) -> bool {
        matches!(self, Self::Failing | Self::Missing | Self::Drifted | Self::Rolling)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A remark on a cell, beside its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// What runs is not what was recorded.
    Drifted,
    /// It runs, and CI never said so.
    NoRecord,
    /// The newest record says that its deployment failed.
    DeployFailed,
    /// Two workloads of one service serve side by side.
    Canary,
    /// Two workloads of one service, one of them idle or waiting.
    BlueGreen,
    /// The environment's clusters want different versions.
    Split,
    /// One tag with two digests.
    MovedTag,
    /// An earlier environment has a newer version.
    Behind,
    /// Promotion is locked by hand.
    Locked,
    /// Promotion is frozen by calendar.
    Frozen,
}

impl Flag {
    /// All flags.
    pub const ALL: [Self; 10] = [
        Self::Drifted,
        Self::NoRecord,
        Self::DeployFailed,
        Self::Canary,
        Self::BlueGreen,
        Self::Split,
        Self::MovedTag,
        Self::Behind,
        Self::Locked,
        Self::Frozen,
    ];

    /// The word of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drifted => "drifted",
            Self::NoRecord => "no-record",
            Self::DeployFailed => "deploy-failed",
            Self::Canary => "canary",
            Self::BlueGreen => "blue-green",
            Self::Split => "split",
            Self::MovedTag => "moved-tag",
            Self::Behind => "behind",
            Self::Locked => "locked",
            Self::Frozen => "frozen",
        }
    }
}
