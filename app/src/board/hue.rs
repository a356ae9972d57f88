//! The colour of a set of environments that agree (board.md, "Agreement").
//!
//! It depends on the set only, never on the service, so that a colour means the same wherever it stands.
//! The style sheet gives each number a hue (`--hue-0` …), steadiest first.

/// How many hues the style sheet has.
pub const HUES: usize = 8;

/// The hue of the environments at these places (ascending, at least two) among `columns` in promotion order.
///
/// All environments are hue 0. Runs of neighbours come next, short ones first: they are what promotion leaves
/// behind. Sets with gaps take what follows. Beyond [`HUES`] sets hues repeat; the dots tell them apart.
#[must_use]
pub fn of(places: &[usize], columns: usize) -> usize {
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else { return 0 };
    let length = places.len();
    if length == columns {
        return 0;
    }
    // There are `columns - n + 1` runs of n neighbours, and no run shorter than two.
    let runs_shorter_than = |length: usize| (2..length).map(|n| columns + 1 - n).sum::<usize>();
    let rank = if last - first + 1 == length {
        runs_shorter_than(length) + first
    } else {
        // The set with the smallest sum that has a gap is {0, 2}.
        runs_shorter_than(columns) + places.iter().sum::<usize>() - 2
    };
    1 + rank % (HUES - 1)
}

#[cfg(test)]
mod tests {
    use super::{HUES, of};

    /// All sets of at least two of so many places.
    fn sets(columns: usize) -> Vec<Vec<usize>> {
        (0_usize..1 << columns)
            .map(|mask| (0..columns).filter(|place| mask & (1 << place) != 0).collect::<Vec<_>>())
            .filter(|set| set.len() > 1)
            .collect()
    }

    #[test]
    fn three_environments_have_the_documented_hues() {
        assert_eq!(of(&[0, 1, 2], 3), 0, "all agree");
        assert_eq!(of(&[0, 1], 3), 1, "dev = pre");
        assert_eq!(of(&[1, 2], 3), 2, "pre = pro");
        assert_eq!(of(&[0, 2], 3), 3, "dev = pro");
    }

    #[test]
    fn only_all_of_them_are_the_first_hue() {
        for columns in 2..=9 {
            for set in sets(columns) {
                let hue = of(&set, columns);
                assert!(hue < HUES);
                assert_eq!(hue == 0, set.len() == columns, "{set:?} of {columns}");
            }
        }
    }

    #[test]
    fn neighbouring_pairs_differ_from_one_another() {
        for columns in 3..=HUES {
            let mut hues: Vec<_> = (0..columns - 1).map(|first| of(&[first, first + 1], columns)).collect();
            hues.dedup();
            assert_eq!(hues, (1..columns).map(|n| 1 + (n - 1) % (HUES - 1)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn two_groups_of_one_row_differ_up_to_four_environments() {
        for columns in 2..=4 {
            for (one, other) in sets(columns).iter().flat_map(|one| sets(columns).into_iter().map(move |other| (one.clone(), other))) {
                if one.iter().all(|place| !other.contains(place)) {
                    assert_ne!(of(&one, columns), of(&other, columns), "{one:?} {other:?} of {columns}");
                }
            }
        }
    }

    #[test]
    fn forty_environments_are_no_trouble() {
        let all: Vec<_> = (0..40).collect();
        assert_eq!(of(&all, 40), 0);
        assert!((1..HUES).contains(&of(&all[..39], 40)));
        assert!((1..HUES).contains(&of(&[0, 39], 40)));
    }
}
