//! Rows in groups: which group a service is in, and in which order groups come. Pure.

use model::strings::ArcStr;
use std::collections::BTreeSet;

use model::board::{Board, Cell, Row};
use model::ids::{EnvironmentName, ServiceName};
use model::status::Status;
use serde::{Deserialize, Serialize};

use super::sort;

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Nothing: one list.
    #[default]
    None,
    /// The team.
    Team,
    /// The Kubernetes namespace.
    Namespace,
    /// The worst status.
    Status,
    /// The first letter of the name.
    Letter,
}

/// The rows of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The group.
    pub group: Group,
    /// The services in it, in their order.
    pub services: Vec<ServiceName>,
    /// How many of them fail, or are missing, in some column that is shown.
    pub failing: usize,
    /// How many of them are rolling in some column that is shown.
    pub rolling: usize,
}

/// A group. Their order is that of the table; what has no team, namespace or letter comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Group {
    /// What somebody pinned; of no other group then.
    Pinned,
    /// A team, a namespace, a letter.
    Named(ArcStr),
    /// A status, by its place in the order of urgency.
    Status(u8),
    /// What has no name of that kind.
    Unnamed,
}

impl Grouping {
    /// Every grouping, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::None, Self::Team, Self::Namespace, Self::Status, Self::Letter];

    /// The word in the address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Team => "team",
            Self::Namespace => "namespace",
            Self::Status => "status",
            Self::Letter => "letter",
        }
    }

    /// The grouping a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grouping| grouping.as_str() == word)
    }

    /// The next one, and after the last the first.
    #[must_use]
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|grouping| *grouping == self).unwrap_or_default();
        Self::ALL[(place + 1) % Self::ALL.len()]
    }

    /// The group of a row, by what is shown of it.
    fn of(self, row: &Row, columns: &[&EnvironmentName]) -> Group {
        let named = |name: Option<ArcStr>| name.map_or(Group::Unnamed, Group::Named);
        match self {
            Self::None => Group::Unnamed,
            Self::Team => named(row.team.clone()),
            // A service has a namespace in each environment: the first in promotion order stands for all of them.
            Self::Namespace => named(cells(row, columns).find_map(|cell| Some(ArcStr::clone(&cell.workloads.first()?.namespace)))),
            Self::Status => Group::Status(cells(row, columns).map(|cell| sort::urgency(cell.status)).min().unwrap_or(u8::MAX)),
            Self::Letter => named(letter(row.name.as_str())),
        }
    }
}

impl Group {
    /// The status it stands for.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        let Self::Status(place) = self else { return None };
        sort::BY_URGENCY.get(usize::from(*place)).copied()
    }
}

/// Rows in the order in which they come, put into groups; what is pinned comes first. Without a grouping all of them are
/// one, and nothing is counted.
#[must_use]
pub fn arrange(
    board: &Board,
    names: Vec<ServiceName>,
    grouping: Grouping,
    columns: &[EnvironmentName],
    pinned: &BTreeSet<ServiceName>,
) -> Vec<Section> {
    if grouping == Grouping::None {
        // Stable: what is pinned, and what is not, stays in order.
        let mut services = names;
        if !pinned.is_empty() {
            services.sort_by_key(|name| !pinned.contains(name));
        }
        return vec![Section { group: Group::Unnamed, services, failing: 0, rolling: 0 }];
    }
    // In promotion order, in whatever order they are shown.
    let columns: Vec<&EnvironmentName> =
        board.environments.iter().map(|environment| &environment.name).filter(|name| columns.contains(name)).collect();
    let group = |name: &ServiceName| match board.services.get(name) {
        _ if pinned.contains(name) => Group::Pinned,
        Some(row) => grouping.of(row, &columns),
        None => Group::Unnamed,
    };
    let mut sections: Vec<Section> = Vec::new();
    for name in names {
        let group = group(&name);
        let has = |is: fn(Status) -> bool| {
            let row = board.services.get(&name);
            usize::from(row.is_some_and(|row| cells(row, &columns).any(|cell| is(cell.status))))
        };
        let failing = has(|status| matches!(status, Status::Failing | Status::Missing));
        let rolling = has(|status| status == Status::Rolling);
        // Groups are kept in order, and within a group the order stays.
        match sections.binary_search_by(|section| section.group.cmp(&group)) {
            Ok(place) => {
                let section = &mut sections[place];
                section.services.push(name);
                section.failing += failing;
                section.rolling += rolling;
            }
            Err(place) => sections.insert(place, Section { group, services: vec![name], failing, rolling }),
        }
    }
    sections
}

fn cells<'a>(row: &'a Row, columns: &[&EnvironmentName]) -> impl Iterator<Item = &'a Cell> {
    columns.iter().filter_map(|name| row.cells.get(*name).map(AsRef::as_ref))
}

/// The first letter of a name, as a capital; none when it begins with none.
fn letter(name: &str) -> Option<ArcStr> {
    let first = name.chars().next().filter(|first| first.is_alphabetic())?;
    Some(first.to_ascii_uppercase().to_string().into())
}

#[cfg(test)]
mod tests {
    use super::{Group, Grouping, Section, arrange};
    use model::ids::{EnvironmentName, ServiceName};

    const BOARD: &str = "environments: dev | pre\n\
        Ana @shop   dev: 7fc38a2 ready 1/1 | pre: 7fc38a2 failing 0/1\n\
        bob @core   dev: 7fc38a2 rolling 0/1 | pre: -\n\
        bea         dev: 7fc38a2 ready 1/1 | pre: 7fc38a2 ready 1/1\n\
        cid @shop   dev: - | pre: 7fc38a2 missing\n\
        1st @core   dev: 7fc38a2 unknown 1/1 | pre: 7fc38a2 paused 0/0\n";

    /// The lines as text: `[group failing rolling]`, then names.
    fn check(grouping: Grouping, columns: &[&str], pinned: &[&str], sort: &str, expected: &str) {
        let board = model::text::parse(BOARD).unwrap();
        let columns: Vec<EnvironmentName> = columns.iter().map(|name| EnvironmentName::from(*name)).collect();
        let pinned = pinned.iter().map(|name| ServiceName::from(*name)).collect();
        let names = sort.parse::<super::sort::Sort>().unwrap().order(&board, board.services.keys());
        let line = |section: Section| {
            let status = section.group.status().map(|status| status.as_str().to_owned());
            let group = match &section.group {
                Group::Named(name) => name.to_string(),
                other => status.unwrap_or_else(|| format!("{other:?}")),
            };
            let names: Vec<_> = section.services.iter().map(ServiceName::as_str).collect();
            let heading = format!("[{group} {} {}]", section.failing, section.rolling);
            format!("{} {}", if grouping == Grouping::None { "all" } else { &heading }, names.join(" "))
        };
        let sections = arrange(&board, names, grouping, &columns, &pinned);
        assert_eq!(sections.into_iter().map(line).collect::<Vec<_>>().join(" "), expected, "{grouping:?} of {columns:?} by {sort}");
    }

    #[test]
    fn rows_come_in_groups_and_groups_in_order() {
        let all = ["dev", "pre"];
        check(Grouping::None, &all, &[], "name", "all 1st Ana bea bob cid");
        check(Grouping::Team, &all, &[], "name", "[core 0 1] 1st bob [shop 2 0] Ana cid [Unnamed 0 0] bea");
        check(Grouping::Team, &all, &[], "-name", "[core 0 1] bob 1st [shop 2 0] cid Ana [Unnamed 0 0] bea");
        check(Grouping::Letter, &all, &[], "name", "[A 1 0] Ana [B 0 1] bea bob [C 1 0] cid [Unnamed 0 0] 1st");
        check(
            Grouping::Status,
            &all,
            &[],
            "name",
            "[failing 1 0] Ana [missing 1 0] cid [rolling 0 1] bob [unknown 0 0] 1st [ready 0 0] bea",
        );
    }

    #[test]
    fn what_is_hidden_does_not_count() {
        check(Grouping::Status, &["dev"], &[], "name", "[rolling 0 1] bob [unknown 0 0] 1st [ready 0 0] Ana bea [absent 0 0] cid");
    }

    #[test]
    fn what_is_pinned_comes_first_and_is_in_no_other_group() {
        check(Grouping::None, &["dev"], &["cid", "bea", "gone"], "name", "all bea cid 1st Ana bob");
        check(Grouping::None, &["dev"], &["cid", "bea"], "-name", "all cid bea bob Ana 1st");
        check(Grouping::Team, &["pre"], &["cid"], "name", "[Pinned 1 0] cid [core 0 0] 1st bob [shop 1 0] Ana [Unnamed 0 0] bea");
    }

    #[test]
    fn a_namespace_is_the_first_in_promotion_order() {
        let mut board = model::text::parse(BOARD).unwrap();
        let mut put = |service: &str, environment: &str, namespace: &str| {
            let row = std::sync::Arc::make_mut(board.services.get_mut(service).unwrap());
            let cell = std::sync::Arc::make_mut(row.cells.get_mut(environment).unwrap());
            cell.workloads = Box::new([model::board::WorkloadRef {
                cluster: "c".into(),
                namespace: namespace.into(),
                kind: model::workload::Kind::Deployment,
                name: service.into(),
            }]);
        };
        put("Ana", "dev", "shop-dev");
        put("Ana", "pre", "shop");
        put("cid", "pre", "shop");
        let group = |columns: &[&str]| {
            let columns: Vec<EnvironmentName> = columns.iter().map(|name| EnvironmentName::from(*name)).collect();
            arrange(&board, vec!["Ana".into(), "cid".into()], Grouping::Namespace, &columns, &Default::default()).len()
        };
        assert_eq!(group(&["pre", "dev"]), 2, "shop-dev and shop");
        assert_eq!(group(&["pre"]), 1, "both are in shop");
    }

    #[test]
    fn groupings_follow_one_another() {
        let mut grouping = Grouping::None;
        for expected in ["team", "namespace", "status", "letter", "none"] {
            grouping = grouping.next();
            assert_eq!(grouping.as_str(), expected);
            assert_eq!(Grouping::from_word(expected), Some(grouping));
        }
        assert_eq!(Grouping::from_word("colour"), None);
    }
}
