//! Which environments are columns, and in which order. Pure.
//!
//! Somebody's choice is a list of names, as in the address. No choice, and one that names no environment of the board, is
//! all of them in promotion order. Colours and dots are those of all environments, whichever are shown: they mean the same
//! in every view.

use model::ids::EnvironmentName;

/// Where a column is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the first.
    Left,
    /// Towards the last.
    Right,
}

/// The places among `all` of the columns that are shown, in their order.
#[must_use]
pub fn shown(all: &[EnvironmentName], chosen: &[EnvironmentName]) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(all.len());
    for place in chosen.iter().filter_map(|name| all.iter().position(|known| known == name)) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    if places.is_empty() { (0..all.len()).collect() } else { places }
}

/// The choice without a column that was shown, or with one that was not: it comes behind the one that it follows in
/// promotion order.
#[must_use]
pub fn toggled(all: &[EnvironmentName], chosen: &[EnvironmentName], name: &EnvironmentName) -> Vec<EnvironmentName> {
    let mut places = shown(all, chosen);
    let Some(place) = all.iter().position(|known| known == name) else { return chosen.to_vec() };
    match places.iter().position(|shown| *shown == place) {
        Some(index) => drop(places.remove(index)),
        None => {
            let before = (0..place).rev().find_map(|before| places.iter().position(|shown| *shown == before));
            places.insert(before.map_or(0, |index| index + 1), place);
        }
    }
    choice(all, &places)
}

/// The choice with a column in its neighbour's place; at the edge it stays.
#[must_use]
pub fn moved(all: &[EnvironmentName], chosen: &[EnvironmentName], name: &EnvironmentName, way: Way) -> Vec<EnvironmentName> {
    let mut places = shown(all, chosen);
    let index = places.iter().position(|place| all[*place] == *name);
    let other = index.and_then(|index| match way {
        Way::Left => index.checked_sub(1),
        Way::Right => Some(index + 1).filter(|other| *other < places.len()),
    });
    if let (Some(index), Some(other)) = (index, other) {
        places.swap(index, other);
    }
    choice(all, &places)
}

/// Columns as a choice: none when it is all of them in promotion order.
fn choice(all: &[EnvironmentName], places: &[usize]) -> Vec<EnvironmentName> {
    if places.iter().copied().eq(0..all.len()) { Vec::new() } else { places.iter().map(|place| all[*place].clone()).collect() }
}

#[cfg(test)]
mod tests {
    use super::{Way, moved, shown, toggled};
    use model::ids::EnvironmentName;

    fn names(text: &str) -> Vec<EnvironmentName> {
        text.split_whitespace().map(EnvironmentName::from).collect()
    }

    fn text(names: &[EnvironmentName]) -> String {
        names.iter().map(EnvironmentName::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_choice_names_columns_and_their_order() {
        let all = names("dev int pre pro");
        for (chosen, expected) in [
            ("", vec![0, 1, 2, 3]),
            ("pro pre", vec![3, 2]),
            ("pro moon pro dev", vec![3, 0]),
            ("moon", vec![0, 1, 2, 3]),
            ("DEV", vec![0, 1, 2, 3]),
        ] {
            assert_eq!(shown(&all, &names(chosen)), expected, "{chosen}");
        }
        assert_eq!(shown(&[], &names("dev")), Vec::<usize>::new());
    }

    #[test]
    fn hiding_and_showing_a_column() {
        let all = names("dev int pre pro");
        for (chosen, name, expected) in [
            ("", "int", "dev pre pro"),
            ("dev pre pro", "int", ""),
            ("pro pre", "int", "int pro pre"),
            ("pro dev", "int", "pro dev int"),
            ("pro dev", "pre", "pro dev pre"),
            ("pro dev", "moon", "pro dev"),
            ("pro", "pro", ""),
        ] {
            assert_eq!(text(&toggled(&all, &names(chosen), &name.into())), expected, "{name} of {chosen:?}");
        }
    }

    #[test]
    fn a_column_changes_places_with_its_neighbour() {
        let all = names("dev pre pro");
        for (chosen, name, way, expected) in [
            ("", "dev", Way::Right, "pre dev pro"),
            ("pre dev pro", "dev", Way::Left, ""),
            ("", "dev", Way::Left, ""),
            ("", "pro", Way::Right, ""),
            ("pro dev", "dev", Way::Left, "dev pro"),
            ("pro dev", "pre", Way::Left, "pro dev"),
        ] {
            assert_eq!(text(&moved(&all, &names(chosen), &name.into(), way)), expected, "{name} of {chosen:?}");
        }
    }
}
