//! `[services]` and `[timing]`: the rules of the catalogue.

use std::sync::Arc;
use std::time::Duration;

use app::Link;
use chrono::TimeDelta;
use model::catalogue::{Naming, Timing, VersionRules};

use super::section::Section;

/// `[services]`.
pub(super) fn services(section: Section<'_>) -> (Naming, VersionRules, Arc<[Link]>) {
    let (naming, versions) = (Naming::default(), VersionRules::default());
    let read = (
        Naming {
            service_annotations: section.list("annotations").unwrap_or(naming.service_annotations),
            service_labels: section.list("labels").unwrap_or(naming.service_labels),
            component_label: match section.text("component_label") {
                Some(label) => Some(label).filter(|label| !label.is_empty()),
                None => naming.component_label,
            },
            affixes: section.list("affixes").unwrap_or(naming.affixes),
            team_annotations: section.list("team_annotations").unwrap_or(naming.team_annotations),
            team_labels: section.list("team_labels").unwrap_or(naming.team_labels),
            teams: section.texts("teams"),
            sidecars: section.list("sidecars").unwrap_or(naming.sidecars),
        },
        VersionRules {
            commit_keys: section.list("commit_keys").unwrap_or(versions.commit_keys),
            tag_patterns: section.list("tag_patterns").unwrap_or(versions.tag_patterns),
        },
    );
    for pattern in read.1.tag_patterns.iter().filter(|pattern| pattern.matches("{sha}").count() != 1) {
        section.problem("tag_patterns", format!("`{pattern}` must hold {{sha}} once: it stands for the commit; `*` stands for anything"));
    }
    let links = section.parsed_texts("links", str::parse).into_iter().map(|(name, template)| Link { name: name.into(), template });
    let links = links.collect();
    section.finish();
    (read.0, read.1, links)
}

/// `[timing]`.
pub(super) fn timing(section: Section<'_>) -> Timing {
    let default = Timing::default();
    let least = Duration::ZERO;
    let read = |key: &str, least: Duration, default: TimeDelta| {
        section.duration(key, least).and_then(|duration| TimeDelta::from_std(duration).ok()).unwrap_or(default)
    };
    let timing = Timing {
        recovery_grace: read("recovery_grace", least, default.recovery_grace),
        follow_grace: read("follow_grace", least, default.follow_grace),
        steady: read("steady", least, default.steady),
        unschedulable_grace: read("unschedulable_grace", least, default.unschedulable_grace),
        freshness: read("freshness", Duration::from_secs(5), default.freshness),
        relist: read("relist", Duration::from_secs(60), default.relist),
    };
    section.finish();
    timing
}
