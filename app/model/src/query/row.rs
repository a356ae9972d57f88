//! Whether a row matches.

use super::fold::Needle;
use super::term::{Environments, Is, Test, Word};
use super::{Context, Query};
use crate::board::{Cell, RecordSummary, Row};
use crate::ids::EnvironmentName;
use crate::status::{Flag, Status};
use crate::version::Version;

impl Query {
    /// Whether the row is to be shown.
    #[must_use]
    pub fn matches(&self, row: &Row, context: Context<'_>) -> bool {
        // Terms that a cell has to meet, by their places: there are at most 64 (`parse::MAX_TERMS`).
        let mut open = 0_u64;
        let mut looks_at_cells = false;
        let mut chooses_cells = false;
        for (place, term) in self.terms.iter().enumerate() {
            let holds = match &term.test {
                Test::Environment(_) => {
                    chooses_cells = true;
                    continue;
                }
                test => holds_for_row(test, row),
            };
            match holds {
                Some(true) if term.negated => return false,
                Some(true) => {}
                Some(false) if term.negated => {}
                Some(false) => return false,
                None if term.negated => looks_at_cells = true,
                None => open |= 1 << place,
            }
        }
        let needs_cell = chooses_cells || open != 0;
        (!needs_cell && !looks_at_cells) || self.matches_cells(row, context, open, needs_cell, looks_at_cells)
    }

    /// Whether one of the cells meets the open terms, and when `looks_at_all` none of them a negated one.
    fn matches_cells(&self, row: &Row, context: Context<'_>, open: u64, needs_cell: bool, looks_at_all: bool) -> bool {
        let mut found = !needs_cell;
        for (name, cell) in row.cells.iter().filter(|(name, _)| self.chooses(name)) {
            let here = Here { name, cell, context };
            let mut all = open != 0 || cell.status != Status::Absent;
            for (place, term) in self.terms.iter().enumerate() {
                if term.negated {
                    if here.meets(&term.test) {
                        return false;
                    }
                } else if !found && all && open & (1 << place) != 0 {
                    all = here.meets(&term.test);
                }
            }
            found |= all;
            if found && !looks_at_all {
                return true;
            }
        }
        found
    }

    fn chooses(&self, name: &EnvironmentName) -> bool {
        self.terms.iter().all(|term| match &term.test {
            Test::Environment(names) => names.iter().any(|needle| needle.is(name.as_str())) != term.negated,
            _ => true,
        })
    }
}

/// Whether the test holds for all cells of the row, or for none; nothing, when that depends on the cell.
fn holds_for_row(test: &Test, row: &Row) -> Option<bool> {
    match test {
        Test::Service(needles) => Some(any_part(needles, row.name.as_str())),
        Test::Team(needles) => Some(row.team.as_ref().is_some_and(|team| any_part(needles, team))),
        Test::Agree(sets) => Some(sets.iter().any(|set| agree(set, row))),
        Test::Differ(sets) => Some(sets.iter().any(|set| differ(set, row))),
        Test::Words(words) => words
            .iter()
            .any(|word| word.needle.is_part_of(row.name.as_str()) || row.team.as_ref().is_some_and(|team| word.needle.is_part_of(team)))
            .then_some(true),
        _ => None,
    }
}

/// One cell, and where it is.
#[derive(Clone, Copy)]
struct Here<'a> {
    name: &'a EnvironmentName,
    cell: &'a Cell,
    context: Context<'a>,
}

impl Here<'_> {
    /// Whether a test that depends on the cell holds for it; false for the others, which were decided before.
    fn meets(self, test: &Test) -> bool {
        let cell = self.cell;
        match test {
            Test::Words(words) => words.iter().any(|word| self.has_word(word)),
            Test::Status(statuses) => statuses.contains(&cell.status),
            Test::Is(words) => words.iter().any(|word| is(cell, *word)),
            Test::By(needles) => records(cell).filter_map(|record| record.by.as_ref()).any(|by| any_part(needles, by)),
            Test::Commit(commits) => commits.iter().any(|commit| has_commit(cell, commit)),
            Test::Tag(needles) => labels(cell).any(|label| any_part(needles, label)),
            Test::Namespace(needles) => cell.workloads.iter().any(|workload| any_part(needles, &workload.namespace)),
            Test::Cluster(needles) => self.is_in_cluster(needles),
            Test::Age(ages) => cell.when().is_some_and(|when| ages.iter().any(|age| age.holds(self.context.now - when))),
            Test::Service(_) | Test::Team(_) | Test::Environment(_) | Test::Agree(_) | Test::Differ(_) => false,
        }
    }

    fn has_word(self, word: &Word) -> bool {
        let (cell, needle) = (self.cell, &word.needle);
        if needle.begins(cell.status.as_str()) {
            return true;
        }
        if cell.status == Status::Absent {
            return false;
        }
        word.date.is_some_and(|(from, to)| cell.when().is_some_and(|when| from <= when && when < to))
            || word.commit.as_ref().is_some_and(|commit| has_commit(cell, commit))
            || word.digest.as_ref().is_some_and(|digits| has_digest(cell, digits))
            || cell.flags.iter().any(|flag| needle.begins(flag.as_str()))
            || needle.is_part_of(self.name.as_str())
            || records(cell).filter_map(|record| record.by.as_ref()).any(|by| needle.is_part_of(by))
            || needle.is_part_of(&cell.reason)
            || labels(cell).any(|label| !(word.commit.is_some() && is_commit_of(cell, label)) && needle.is_part_of(label))
    }

    fn is_in_cluster(self, needles: &[Needle]) -> bool {
        if !self.cell.workloads.is_empty() {
            return self.cell.workloads.iter().any(|workload| any_part(needles, workload.cluster.as_str()));
        }
        let environment = self.context.environments.iter().find(|environment| environment.name == *self.name);
        let mut targets = environment.into_iter().flat_map(|environment| &environment.targets);
        self.cell.status != Status::Absent && targets.any(|target| any_part(needles, target.cluster.as_str()))
    }
}

fn is(cell: &Cell, word: Is) -> bool {
    match word {
        Is::Red => cell.status.is_red(),
        Is::Stale => cell.status == Status::Unknown,
        Is::Drifted => cell.status == Status::Drifted || cell.flags.contains(&Flag::Drifted),
        Is::Status(status) => cell.status == status,
        Is::Flag(flag) => cell.flags.contains(&flag),
    }
}

fn agree(set: &Environments, row: &Row) -> bool {
    let Some((first, others)) = set.0.split_first() else { return false };
    cell(row, first).is_some_and(|cell| cell.wanted.is_some() && others.iter().all(|other| agrees(first, cell, other)))
}

/// Of those that have a version: whether two are not the same. Sameness within a set is transitive, so one is held against the rest.
fn differ(set: &Environments, row: &Row) -> bool {
    let mut versioned = set
        .0
        .iter()
        .filter_map(|name| Some((name, cell(row, name)?)))
        .filter(|(_, cell)| cell.status != Status::Absent && cell.wanted.is_some());
    let Some((first, cell)) = versioned.next() else { return false };
    versioned.any(|(other, _)| !agrees(first, cell, other))
}

fn agrees(name: &Needle, cell: &Cell, other: &Needle) -> bool {
    name.folded() == other.folded() || cell.agrees_with.iter().any(|agreeing| other.is(agreeing.as_str()))
}

fn cell<'a>(row: &'a Row, name: &Needle) -> Option<&'a Cell> {
    row.cells.iter().find(|(environment, _)| name.is(environment.as_str())).map(|(_, cell)| &**cell)
}

/// What is wanted, and what runs beside it.
pub(super) fn versions(cell: &Cell) -> impl Iterator<Item = &Version> {
    let is_other = |version: &&Version| cell.wanted.as_ref() != Some(*version);
    cell.wanted.iter().chain(cell.running.iter().map(|running| &running.version).filter(is_other))
}

pub(super) fn records(cell: &Cell) -> impl Iterator<Item = &RecordSummary> {
    cell.record.iter().chain(cell.failed_record.as_deref())
}

pub(super) fn labels(cell: &Cell) -> impl Iterator<Item = &str> {
    let of_versions = versions(cell).filter_map(|version| version.label.as_deref());
    let of_records = records(cell).filter_map(|record| record.version.as_deref());
    of_versions.chain(of_records)
}

/// A label that only repeats a commit: commits are looked for by their beginning.
fn is_commit_of(cell: &Cell, label: &str) -> bool {
    versions(cell).any(|version| version.commit.as_deref() == Some(label))
}

/// An abbreviated commit is the full one it begins, whichever of the two was asked for.
fn has_commit(cell: &Cell, asked: &str) -> bool {
    let of_versions = versions(cell).filter_map(|version| version.commit.as_deref());
    let of_records = records(cell).filter_map(|record| record.commit.as_deref());
    of_versions.chain(of_records).any(|commit| commit.starts_with(asked) || (commit.len() >= 7 && asked.starts_with(commit)))
}

fn has_digest(cell: &Cell, digits: &str) -> bool {
    let mut digests = versions(cell).filter_map(|version| version.digest.as_deref());
    digests.any(|digest| digest.strip_prefix("sha256:").is_some_and(|digest| digest.starts_with(digits)))
}

fn any_part(needles: &[Needle], text: &str) -> bool {
    needles.iter().any(|needle| needle.is_part_of(text))
}
