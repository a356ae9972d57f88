//! Agreement: which environments have the same version (board.md, "Agreement").

use crate::version::{Sameness, Version};

/// Partitions environments by *the same version*. `versions` are in promotion order, none where an environment has none.
/// Answers, for each of them, the places of the others in its group, in promotion order.
///
/// Sameness is not transitive: of three versions two may share a digest and two a tag. So that the groups do not depend
/// on chance, each version joins, in promotion order, the first group *all* of whose members are the same as it; and
/// digests are compared before anything weaker, since those that know their digests come first.
#[must_use]
pub fn groups(versions: &[Option<&Version>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let present = || versions.iter().enumerate().filter_map(|(at, version)| Some((at, (*version)?)));
    let same = |a: usize, b: &Version| versions[a].is_some_and(|a| a.compare(b) == Sameness::Same);
    let (known, vague): (Vec<_>, Vec<_>) = present().partition(|(_, version)| version.digest.is_some());
    for (at, version) in known.into_iter().chain(vague) {
        match groups.iter_mut().find(|group| group.iter().all(|member| same(*member, version))) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    let mut others = vec![Vec::new(); versions.len()];
    for mut group in groups {
        group.sort_unstable();
        for at in &group {
            others[*at] = group.iter().copied().filter(|other| other != at).collect();
        }
    }
    others
}
