//! Labels, of which a fleet has tens of thousands of small sets.

use arcstr::ArcStr;

/// Labels by name. A sorted slice: a tree would take several times the memory for the few that objects have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Box<[(ArcStr, ArcStr)]>);

impl Labels {
    /// The value of a label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ArcStr> {
        let place = self.0.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = &(ArcStr, ArcStr)> {
        self.0.iter()
    }
}

/// Of several values for one name the last counts.
impl FromIterator<(ArcStr, ArcStr)> for Labels {
    fn from_iter<T: IntoIterator<Item = (ArcStr, ArcStr)>>(labels: T) -> Self {
        let mut labels: Vec<_> = labels.into_iter().collect();
        // The sort is stable: of equals, the last is the last.
        labels.reverse();
        labels.sort_by(|(a, _), (b, _)| a.cmp(b));
        labels.dedup_by(|(a, _), (b, _)| a == b);
        Self(labels.into_boxed_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_counts() {
        let pairs = [("b", "1"), ("a", "2"), ("b", "3"), ("c", "4")];
        let labels: Labels = pairs.into_iter().map(|(name, value)| (ArcStr::from(name), ArcStr::from(value))).collect();
        let values: Vec<_> = ["a", "b", "c", "d"].into_iter().map(|name| labels.get(name).map(|value| &**value)).collect();
        assert_eq!(values, [Some("2"), Some("3"), Some("4"), None]);
        assert_eq!(labels.iter().count(), 3);
    }
}
