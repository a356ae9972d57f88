//! The environments in promotion order, and the rules that name services and choose containers.

use arcstr::ArcStr;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::ids::{ClusterName, EnvironmentName, TargetId};
pub use crate::naming::{Meta, Naming};

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
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an environment comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The configuration names it.
    #[default]
    Configuration,
    /// Only CI's records name it.
    Records,
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

impl Tier {
    /// The word of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Testing => "testing",
            Self::Staging => "staging",
            Self::Production => "production",
            Self::Other => "other",
        }
    }
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
    /// How often a kind that is watched is listed anew: what no watch can tell is wrong for no longer. Default 10 min.
    pub relist: Duration,
}

/// A column to make a [`Catalogue`] of.
#[derive(Clone, Debug)]
pub struct Column {
    /// The environment's name.
    pub name: EnvironmentName,
    /// Its tier.
    pub tier: Tier,
    /// Other names CI uses for it.
    pub aliases: Vec<String>,
    /// The clusters of its targets, in order.
    pub clusters: Vec<ClusterName>,
    /// Whether a cell that runs something else than recorded is `drifted`.
    pub drift: bool,
}

impl Column {
    /// A column of targets in these clusters, without aliases, of the tier its name says, where drift is shown.
    #[must_use]
    pub fn new(name: &str, clusters: &[&str]) -> Self {
        Self {
            name: EnvironmentName::from(name),
            tier: Tier::of_name(name),
            aliases: Vec::new(),
            clusters: clusters.iter().map(|cluster| ClusterName::from(*cluster)).collect(),
            drift: true,
        }
    }
}

impl Catalogue {
    /// A catalogue of these columns with the default rules. Targets are counted through all columns in order.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        let mut catalogue = Self {
            environments: Vec::new(),
            targets: Vec::new(),
            naming: Naming::default(),
            versions: VersionRules::default(),
            timing: Timing::default(),
        };
        for Column { name, tier, aliases, clusters, drift } in columns {
            let environment = catalogue.environments.len();
            let targets = clusters.into_iter().map(|cluster| {
                catalogue.targets.push(TargetSpec { environment, cluster });
                TargetId(u16::try_from(catalogue.targets.len() - 1).unwrap_or(u16::MAX))
            });
            let targets = targets.collect();
            catalogue.environments.push(EnvironmentSpec { name, tier, aliases, targets, drift, origin: Origin::Configuration });
        }
        catalogue
    }

    /// The environment of a name as CI writes it, as a place in [`Catalogue::environments`]: names first, then aliases,
    /// both compared without case.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<usize> {
        let by_name = self.environments.iter().position(|environment| environment.name.as_str().eq_ignore_ascii_case(name));
        by_name.or_else(|| {
            let is_alias = |spec: &EnvironmentSpec| spec.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name));
            self.environments.iter().position(is_alias)
        })
    }

    /// One target.
    #[must_use]
    pub fn target(&self, target: TargetId) -> Option<&TargetSpec> {
        self.targets.get(usize::from(target.0))
    }
}

impl Tier {
    /// The tier that an environment's usual names mean (`dev`, `qa`, `pre`, `pro` …); `other` for all else.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let is = |words: &[&str]| name.split(|c: char| !c.is_ascii_alphabetic()).any(|part| words.contains(&part));
        if is(&["dev", "devel", "develop", "development", "sandbox", "local"]) {
            Self::Development
        } else if is(&["int", "integration", "test", "testing", "tst", "qa", "e2e"]) {
            Self::Testing
        } else if is(&["pre", "preprod", "preproduction", "stage", "staging", "stg", "uat", "acc", "acceptance"]) {
            Self::Staging
        } else if is(&["pro", "prod", "production", "prd", "live"]) {
            Self::Production
        } else {
            Self::Other
        }
    }
}

impl Default for VersionRules {
    fn default() -> Self {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            commit_keys: all(&["org.opencontainers.image.revision", "app.kubernetes.io/version"]),
            tag_patterns: all(&["{sha}", "*-{sha}", "*_{sha}", "*.{sha}"]),
        }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            recovery_grace: Duration::seconds(30),
            follow_grace: Duration::seconds(120),
            steady: Duration::seconds(10),
            unschedulable_grace: Duration::seconds(60),
            freshness: Duration::seconds(90),
            relist: Duration::minutes(10),
        }
    }
}

/// A shared name: facts repeat a few thousand names many times.
pub type Text = ArcStr;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_by_any_of_their_names() {
        let mut catalogue = Catalogue::new([Column::new("dev", &["a"]), Column::new("pre", &["b"]), Column::new("pro", &["c", "d"])]);
        catalogue.environments[2].aliases = vec!["production".into(), "DEV".into()];
        assert_eq!(catalogue.environment("DEV"), Some(0), "a name wins over an alias");
        assert_eq!(catalogue.environment("Production"), Some(2));
        assert_eq!(catalogue.environment("qa"), None);
        assert_eq!(catalogue.environments[2].targets, [TargetId(2), TargetId(3)]);
        assert_eq!(catalogue.target(TargetId(3)).unwrap().cluster.as_str(), "d");
        assert_eq!(catalogue.target(TargetId(3)).unwrap().environment, 2);
    }

    #[test]
    fn tiers() {
        let tier = |name| Tier::of_name(name);
        assert_eq!(
            [tier("dev"), tier("QA-2"), tier("pre"), tier("eu-prod-1"), tier("moon")],
            [Tier::Development, Tier::Testing, Tier::Staging, Tier::Production, Tier::Other]
        );
    }
}
