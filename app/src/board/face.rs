//! What a cell says, before it is markup. Pure.

use model::strings::ArcStr;

use chrono::{DateTime, Utc};
use model::board::{Cell, RecordSummary, Running};
use model::ids::EnvironmentName;
use model::status::{Flag, Status};
use model::version::{Sameness, Version};

use super::hue;

/// The places of the environments that have this cell's version, its own included, ascending.
#[must_use]
pub fn agreement(cell: &Cell, own: usize, environments: &[EnvironmentName]) -> Vec<usize> {
    let mut places = Vec::new();
    agreement_into(cell, own, environments, &mut places);
    places
}

/// Like [`agreement`], into memory that is there already.
pub fn agreement_into(cell: &Cell, own: usize, environments: &[EnvironmentName], places: &mut Vec<usize>) {
    let agrees = |(place, name): (usize, &EnvironmentName)| (place == own || cell.agrees_with.contains(name)).then_some(place);
    places.clear();
    places.extend(environments.iter().enumerate().filter_map(agrees));
}

/// The hue of a cell with this agreement, among so many environments; none for one that is not ready, and for a version that is
/// nowhere else.
#[must_use]
pub fn hue(cell: &Cell, agreement: &[usize], environments: usize) -> Option<usize> {
    (cell.status == Status::Ready && agreement.len() > 1).then(|| hue::of(agreement, environments))
}

/// A dot for each environment, filled where the version is the same: `●●○`. Of more than anybody tells apart, how many: `●11 ○19`.
#[must_use]
pub fn dots(agreement: &[usize], environments: usize) -> String {
    if environments > MOST_DOTS {
        return format!("●{} ○{}", agreement.len(), environments - agreement.len());
    }
    (0..environments).map(|place| if agreement.contains(&place) { '●' } else { '○' }).collect()
}

/// More dots than these have no room in a cell.
const MOST_DOTS: usize = 12;

/// The version people look for: the wanted one, else what runs most.
#[must_use]
pub fn version(cell: &Cell) -> Option<&Version> {
    cell.wanted.as_ref().or_else(|| cell.running.first().map(|running| &running.version))
}

/// What still runs beside the wanted version, most pods first.
#[must_use]
pub fn previous(cell: &Cell) -> Option<&Running> {
    let wanted = cell.wanted.as_ref()?;
    cell.running.iter().find(|running| running.version.compare(wanted) != Sameness::Same)
}

/// The version's other name, when its short form does not say it already.
#[must_use]
pub fn label(version: &Version) -> Option<&str> {
    let label = version.label.as_deref()?;
    (!label.contains(version.short()) && !version.short().contains(label)).then_some(label)
}

/// The other name of what a cell shows: of its version; else the one that CI gave the same commit.
#[must_use]
pub fn other_name(cell: &Cell) -> Option<&str> {
    let version = version(cell)?;
    let recorded = || {
        let record = cell.record.as_ref()?;
        let same = record.commit.is_some() && record.commit == version.commit;
        record.version.as_deref().filter(|name| same && *name != version.short())
    };
    label(version).or_else(recorded)
}

/// What the copy button copies: the full commit, else the digest, else the label.
#[must_use]
pub fn full(version: &Version) -> Option<&ArcStr> {
    version.commit.as_ref().or(version.digest.as_ref()).or(version.label.as_ref())
}

/// What a record says was deployed, short.
#[must_use]
pub fn recorded(record: &RecordSummary) -> &str {
    match (record.commit.as_deref(), record.version.as_deref()) {
        (Some(commit), _) => commit.get(..7).unwrap_or(commit),
        (None, Some(version)) => version,
        (None, None) => "?",
    }
}

/// The version that CI recorded a moment ago and the cluster does not want yet.
#[must_use]
pub fn awaited(cell: &Cell) -> Option<&str> {
    let record = cell.record.as_ref().filter(|_| cell.status == Status::Rolling)?;
    let wanted = cell.wanted.as_ref()?;
    let claimed = Version { commit: record.commit.clone(), label: record.version.clone(), ..Version::default() };
    let comparable = (wanted.commit.is_some() && claimed.commit.is_some()) || (wanted.label.is_some() && claimed.commit.is_none());
    (comparable && wanted.compare(&claimed) != Sameness::Same).then(|| recorded(record))
}

/// What a reason says first: Kubernetes' own word when there is one (`CrashLoopBackOff`), else the words up to the
/// first stop. All of it is in the details.
#[must_use]
pub fn headline(reason: &str) -> &str {
    let word = |part: &&str| part.starts_with(|first: char| first.is_ascii_uppercase()) && !part.contains(' ');
    let first = reason.split([':', ';', ',']).next().unwrap_or_default();
    reason.split(": ").map(|part| part.split(" (").next().unwrap_or(part)).find(word).unwrap_or(first)
}

/// When: of the record; without one, of the rollout.
#[must_use]
pub fn when(cell: &Cell) -> Option<DateTime<Utc>> {
    cell.record.as_ref().map(|record| record.at).or(cell.since)
}

/// The remarks that the status does not make already, most urgent first.
pub fn flags(cell: &Cell) -> impl Iterator<Item = Flag> + '_ {
    let said = move |flag: &Flag| *flag == Flag::Drifted && cell.status == Status::Drifted;
    cell.flags.iter().copied().filter(move |flag| !said(flag))
}

#[cfg(test)]
mod tests {
    use super::{agreement, awaited, dots, flags, headline, hue, label, other_name, previous, recorded, version, when};
    use chrono::{DateTime, Utc};
    use model::board::{Cell, PodCounts, RecordSummary, Running};
    use model::ids::EnvironmentName;
    use model::record::Outcome;
    use model::status::{Flag, Status};
    use model::version::Version;

    const OLD: &str = "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa";
    const NEW: &str = "993e5fcb69e35dc2c3ba4b9bac4d1bd28d7e24aa";

    fn commit(commit: &str) -> Version {
        Version { commit: Some(commit.into()), label: Some(commit.into()), ..Version::default() }
    }

    fn cell(status: Status, agrees_with: &[&str]) -> Cell {
        Cell {
            status,
            reason: String::new(),
            wanted: Some(commit(NEW)),
            running: Box::new([Running { version: commit(OLD), pods: 3, ready: 3 }, Running { version: commit(NEW), pods: 2, ready: 1 }]),
            pods: PodCounts { wanted: 5, updated: 2, ready: 1 },
            record: None,
            agrees_with: agrees_with.iter().map(|&name| name.into()).collect(),
            flags: vec![Flag::Drifted, Flag::Behind],
            since: Some(DateTime::<Utc>::UNIX_EPOCH),
            failed_record: None,
            shortages: Box::default(),
            workloads: Box::default(),
        }
    }

    fn environments() -> Vec<EnvironmentName> {
        ["dev", "pre", "pro"].map(EnvironmentName::from).to_vec()
    }

    #[test]
    fn a_ready_cell_is_coloured_by_the_set_that_agrees() {
        let cell = cell(Status::Ready, &["pro"]);
        let places = agreement(&cell, 1, &environments());
        assert_eq!(places, [1, 2]);
        assert_eq!(dots(&places, 3), "○●●");
        assert_eq!(dots(&places, 12), "○●●○○○○○○○○○");
        assert_eq!(dots(&places, 13), "●2 ○11");
        assert_eq!(hue(&cell, &places, 3), Some(2));
    }

    #[test]
    fn agreement_is_by_name_whatever_the_order() {
        let agree = |names: &[&str], own| agreement(&cell(Status::Ready, names), own, &environments());
        for names in [["dev", "pro"], ["pro", "dev"], ["pro", "pre"]] {
            let mut expected = names.map(|name| environments().iter().position(|column| column.as_str() == name).unwrap()).to_vec();
            expected.extend((!expected.contains(&1)).then_some(1));
            expected.sort_unstable();
            assert_eq!(agree(&names, 1), expected, "{names:?}");
        }
        assert_eq!(agree(&["nowhere", "pro"], 0), [0, 2], "of columns only");
    }

    #[test]
    fn a_version_alone_is_neutral_and_so_is_a_cell_in_trouble() {
        let hue_of = |cell: &Cell| hue(cell, &agreement(cell, 1, &environments()), 3);
        assert_eq!(hue_of(&cell(Status::Ready, &[])), None);
        assert_eq!(hue_of(&cell(Status::Rolling, &["pro"])), None);
    }

    #[test]
    fn a_rolling_cell_has_both_sides() {
        let cell = cell(Status::Rolling, &[]);
        assert_eq!(version(&cell), Some(&commit(NEW)));
        assert_eq!(previous(&cell).map(|running| &running.version), Some(&commit(OLD)));
    }

    #[test]
    fn a_label_that_only_repeats_the_commit_is_left_out() {
        assert_eq!(label(&commit(NEW)), None);
        let tagged = Version { label: Some("v1.4.0".into()), ..commit(NEW) };
        assert_eq!(label(&tagged), Some("v1.4.0"));
        let unknown = Version { commit: None, label: Some("v1.4.0".into()), ..Version::default() };
        assert_eq!(label(&unknown), None);
    }

    #[test]
    fn ci_may_name_the_commit_that_runs() {
        let mut cell = cell(Status::Ready, &[]);
        let record = |commit: &str| RecordSummary {
            commit: Some(commit.into()),
            version: Some("v1.4.0".into()),
            by: None,
            at: DateTime::UNIX_EPOCH,
            outcome: Outcome::Success,
            url: None,
        };
        cell.record = Some(record(NEW));
        assert_eq!(other_name(&cell), Some("v1.4.0"));
        cell.record = Some(record(OLD));
        assert_eq!(other_name(&cell), None, "it names another commit");
    }

    #[test]
    fn the_record_says_who_and_when_before_the_rollout_does() {
        let mut cell = cell(Status::Ready, &[]);
        assert_eq!(when(&cell), Some(DateTime::UNIX_EPOCH));
        let at = DateTime::<Utc>::UNIX_EPOCH + chrono::Duration::hours(1);
        let record = RecordSummary { commit: Some(OLD.into()), version: None, by: None, at, outcome: Outcome::Success, url: None };
        assert_eq!(recorded(&record), "7fc38a2");
        cell.record = Some(record);
        assert_eq!(when(&cell), Some(at));
    }

    #[test]
    fn a_version_that_was_recorded_a_moment_ago_is_awaited() {
        let record = |commit: &str| RecordSummary {
            commit: Some(commit.into()),
            version: None,
            by: None,
            at: DateTime::UNIX_EPOCH,
            outcome: Outcome::Success,
            url: None,
        };
        let mut cell = cell(Status::Rolling, &[]);
        assert_eq!(awaited(&cell), None, "nothing was recorded");
        cell.record = Some(record(OLD));
        assert_eq!(awaited(&cell), Some("7fc38a2"));
        cell.record = Some(record(NEW));
        assert_eq!(awaited(&cell), None, "the cluster wants it already");
        cell.record = Some(record(OLD));
        cell.status = Status::Drifted;
        assert_eq!(awaited(&cell), None, "nobody waits any more");
    }

    #[test]
    fn a_headline_is_kubernetes_word_or_the_first_words() {
        for (reason, expected) in [
            ("ImagePullBackOff: registry.example.com/a:b: not found", "ImagePullBackOff"),
            ("CrashLoopBackOff (7 restarts): exit 1", "CrashLoopBackOff"),
            ("init container migrate: CrashLoopBackOff: exit 1", "CrashLoopBackOff"),
            ("dev-cluster is unreachable: Connection refused; last heard 09:00", "dev-cluster is unreachable"),
            ("not recovering, 2 of 3 pods ready since 09:00: pod x is not ready", "not recovering"),
            ("scaled to 0", "scaled to 0"),
            ("", ""),
        ] {
            assert_eq!(headline(reason), expected);
        }
    }

    #[test]
    fn a_flag_that_repeats_the_status_is_left_out() {
        assert_eq!(flags(&cell(Status::Drifted, &[])).collect::<Vec<_>>(), [Flag::Behind]);
        assert_eq!(flags(&cell(Status::Unknown, &[])).collect::<Vec<_>>(), [Flag::Drifted, Flag::Behind]);
    }
}
