//! What a cell says because of its neighbours: agreement, moved tags, and who is behind.

use crate::agreement;
use crate::board::Cell;
use crate::catalogue::EnvironmentSpec;
use crate::ids::EnvironmentName;
use crate::status::Flag;
use crate::version::{Sameness, Version};

use super::cell::Draft;

/// What only the neighbours of a cell tell.
#[derive(Debug, Default)]
pub(super) struct Beside {
    agrees_with: Box<[EnvironmentName]>,
    /// Which of them have another image of the same tag or commit, as a reason.
    moved: Option<String>,
    is_behind: bool,
}

impl Draft {
    /// Whether its neighbours say the same of both, and both say the same of their neighbours.
    pub(super) fn compares_as(&self, other: &Self) -> bool {
        self.identity == other.identity && self.recorded_at == other.recorded_at
    }
}

impl Beside {
    /// The cell of a draft, complete but for since when it is so.
    pub(super) fn complete(&self, mut cell: Cell) -> Cell {
        cell.agrees_with.clone_from(&self.agrees_with);
        if let Some(reason) = &self.moved {
            cell.flags.push(Flag::MovedTag);
            if cell.reason.is_empty() {
                cell.reason.clone_from(reason);
            }
        }
        if self.is_behind {
            cell.flags.push(Flag::Behind);
        }
        cell.flags.sort_unstable();
        cell.flags.dedup();
        cell
    }
}

/// Compares the drafts of a row with one another.
pub(super) fn compare(drafts: &[&Draft], environments: &[EnvironmentSpec]) -> Vec<Beside> {
    let identities: Vec<Option<&Version>> = drafts.iter().map(|draft| draft.identity.as_ref()).collect();
    let groups = agreement::groups(&identities);
    let names = |places: &[usize]| -> Vec<EnvironmentName> {
        places.iter().filter_map(|place| environments.get(*place)).map(|environment| environment.name.clone()).collect()
    };
    let of_place = |(place, draft): (usize, &&Draft)| {
        let Some(mine) = identities[place] else { return Beside::default() };
        let theirs = |other: &usize| identities[*other].filter(|_| *other != place);
        let is_moved = |other: &usize| theirs(other).is_some_and(|theirs| mine.compare(theirs) == Sameness::MovedTag);
        let moved: Vec<usize> = (0..identities.len()).filter(is_moved).collect();
        let is_ahead = |earlier: usize| {
            let is_newer = drafts[earlier].recorded_at.zip(draft.recorded_at).is_some_and(|(theirs, mine)| theirs > mine);
            is_newer && theirs(&earlier).is_some_and(|theirs| is_moved(&earlier) || mine.contradicts(theirs))
        };
        let moved = (!moved.is_empty()).then(|| {
            let one_tag = moved.iter().filter_map(theirs).all(|theirs| theirs.label == mine.label);
            let what = if one_tag { "same tag" } else { "same commit" };
            let names: Vec<_> = names(&moved).iter().map(ToString::to_string).collect();
            format!("{what}, different image: {}", names.join(", "))
        });
        Beside { agrees_with: names(&groups[place]).into(), moved, is_behind: (0..place).any(is_ahead) }
    };
    drafts.iter().enumerate().map(of_place).collect()
}
