//! Which rows can stay where they are when others are to be in the document. Pure.

use std::collections::HashMap;

use crate::board::item::Item;

/// For each of the new items, the place among the old ones from which it can stay; nothing for one that is put in anew. As many
/// as possible stay, and those that do are in the same order in both, so that none of them has to be moved: moving a row
/// would take the focus from it, and the click from a pressed pointer.
#[must_use]
pub(super) fn stay<'a>(old: impl IntoIterator<Item = &'a Item>, new: impl IntoIterator<Item = &'a Item>) -> Vec<Option<usize>> {
    let places: HashMap<&Item, usize> = old.into_iter().enumerate().map(|(place, item)| (item, place)).collect();
    let old_places: Vec<Option<usize>> = new.into_iter().map(|item| places.get(item).copied()).collect();
    // The longest ascending subsequence of the old places. Of the ascending ones of each length that were found, `ends` has the
    // one with the smallest end, as (old place, new place), and `before` what precedes an end.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; old_places.len()];
    for (new_place, old_place) in old_places.iter().enumerate() {
        let Some(old_place) = *old_place else { continue };
        let length = ends.partition_point(|(end, _)| *end < old_place);
        before[new_place] = length.checked_sub(1).map(|shorter| ends[shorter].1);
        ends.truncate(ends.len().max(length));
        match ends.get_mut(length) {
            Some(end) => *end = (old_place, new_place),
            None => ends.push((old_place, new_place)),
        }
    }
    let mut stay = vec![None; old_places.len()];
    let mut next = ends.last().map(|(_, new_place)| *new_place);
    while let Some(new_place) = next {
        stay[new_place] = old_places[new_place];
        next = before[new_place];
    }
    stay
}

#[cfg(test)]
mod tests {
    use super::stay;
    use crate::board::item::Item;

    fn check(old: &str, new: &str, stays: &str) {
        let items = |letters: &str| letters.chars().map(|letter| Item::Row(letter.to_string().into())).collect::<Vec<_>>();
        let (old, new) = (items(old), items(new));
        let stay = stay(&old, &new);
        let kept: Vec<_> = stay.iter().flatten().copied().collect();
        assert!(kept.is_sorted(), "{kept:?}");
        let names = stay.iter().zip(&new).filter(|(place, _)| place.is_some()).map(|(place, item)| {
            assert_eq!(place.map(|place| &old[place]), Some(item));
            item.service().map_or("", |service| service.as_str())
        });
        assert_eq!(names.collect::<String>(), stays);
    }

    #[test]
    fn as_many_rows_stay_as_are_in_the_same_order() {
        check("", "abc", "");
        check("abc", "", "");
        check("abcde", "abcde", "abcde");
        check("abcde", "bd", "bd");
        check("bd", "abcde", "bd");
        check("abcde", "eabcd", "abcd");
        check("abcde", "bcdea", "bcde");
        check("abcdef", "xadbcyef", "abcef");
        check("abcd", "dcba", "a");
        check("abc", "xyz", "");
    }
}
