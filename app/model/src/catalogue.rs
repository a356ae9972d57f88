//! The environments in promotion order, and the rules that name services and choose containers.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::ids::{ClusterName, EnvironmentName, TargetId};

/// What the configuration says about the board's shape and rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// The columns, in promotion order.
    pub environments: Vec<EnvironmentSpec>,
    /// All targets; a [`TargetId`] is a place in this list.
    pub targets: Vec<TargetSpec>,
    /// How rows are named.
    pub naming: Naming,
    /// How versions are read.
    pub versions: VersionRules,
    /// Graces and bounds.
    pub timing: Timing,
}

/// One environment.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentSpec {
    /// Its name.
    pub name: EnvironmentName,
    /// Its tier.
    pub tier: Tier,
    /// Other names CI uses for it; compared without case.
    pub aliases: Vec<String>,
    /// Its targets; none for an environment that only CI knows.
    pub targets: Vec<TargetId>,
    /// Whether a cell that runs something else than recorded is `drifted`.
    pub drift: bool,
}

/// One target: a cluster plus a namespace selection (the selection itself is the server's business).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSpec {
    /// The environment, as its place in [`Catalogue::environments`].
    pub environment: usize,
    /// The cluster's name.
    pub cluster: ClusterName,
}

/// The tier of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Where developers try things.
    Development,
    /// Where things are tested.
    Testing,
    /// The last stop before production.
    Staging,
    /// Where the users are.
    Production,
    /// Anything else.
    #[default]
    Other,
}

/// How rows are named (board.md, "Which row").
#[derive(Clone, Debug, PartialEq)]
pub struct Naming {
    /// Annotation that names the service: `relboard.dev/service`.
    pub service_annotations: Vec<String>,
    /// Labels that name the service, first match wins: `app.kubernetes.io/name`, `app`.
    pub service_labels: Vec<String>,
    /// Label that is joined as `name/component` to `app.kubernetes.io/name`.
    pub component_label: Option<String>,
    /// Prefixes and suffixes of workload names that only name an environment (`dev-`, `-pro`).
    pub affixes: Vec<String>,
    /// Annotations, then labels, that name the team.
    pub team_annotations: Vec<String>,
    /// Labels that name the team: `team`, `app.kubernetes.io/part-of`.
    pub team_labels: Vec<String>,
    /// Service to team, when no annotation or label says it.
    pub teams: BTreeMap<String, String>,
    /// Names of containers that are never the main one.
    pub sidecars: Vec<String>,
}

/// How a version is read from labels, annotations and tags (board.md, "Which version").
#[derive(Clone, Debug, PartialEq)]
pub struct VersionRules {
    /// Pod-template annotations or labels that name the commit.
    pub commit_keys: Vec<String>,
    /// Patterns of tags that hold a commit: `{sha}` stands for 7 to 40 hex digits, `*` for anything.
    pub tag_patterns: Vec<String>,
}

/// Graces and bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long fewer ready pods than wanted are only "recovering", without a rollout. Default 30 s.
    pub recovery_grace: Duration,
    /// How long the cluster may take to follow a record before the cell is `drifted` or `missing`. Default 120 s.
    pub follow_grace: Duration,
    /// How long a pod must have been ready before its crashes are forgotten; the larger of this and minReadySeconds. Default 10 s.
    pub steady: Duration,
    /// How long a pod may be unschedulable before the cell is `failing`. Default 60 s.
    pub unschedulable_grace: Duration,
    /// How long a target may be silent before it is stale. Default 90 s.
    pub freshness: Duration,
}

/// Metadata of an object as far as naming needs it.
#[derive(Clone, Copy, Debug)]
pub struct Meta<'a> {
    /// `metadata.name`.
    pub name: &'a str,
    /// `metadata.labels`.
    pub labels: &'a BTreeMap<String, String>,
    /// `metadata.annotations`.
    pub annotations: &'a BTreeMap<String, String>,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            recovery_grace: Duration::seconds(30),
            follow_grace: Duration::seconds(120),
            steady: Duration::seconds(10),
            unschedulable_grace: Duration::seconds(60),
            freshness: Duration::seconds(90),
        }
    }
}

/// A shared name: facts repeat a few thousand names many times.
pub type Text = Arc<str>;
