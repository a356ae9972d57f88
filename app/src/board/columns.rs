//! The columns of the table. Pure.

use std::sync::Arc;

use model::board::Environment;
use model::ids::EnvironmentName;

/// The columns of the table: which environments are shown, and in which order.
///
/// Colours and dots are about all environments in promotion order, so that they mean the same in every view. A view that
/// hides environments, or has them in another order, is another [`Columns::chosen`] of the same environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    environments: Arc<[EnvironmentName]>,
    chosen: Arc<[usize]>,
}

impl Columns {
    /// All environments, in promotion order.
    #[must_use]
    pub fn all(environments: &[Environment]) -> Self {
        Self {
            environments: environments.iter().map(|environment| environment.name.clone()).collect(),
            chosen: (0..environments.len()).collect(),
        }
    }

    /// Some of the environments, by their places in promotion order, in the order in which they are to be shown.
    #[must_use]
    pub fn chosen(&self, places: impl IntoIterator<Item = usize>) -> Self {
        let chosen = places.into_iter().filter(|place| *place < self.environments.len()).collect();
        Self { environments: Arc::clone(&self.environments), chosen }
    }

    /// Every environment, in promotion order.
    #[must_use]
    pub fn environments(&self) -> &[EnvironmentName] {
        &self.environments
    }

    /// The environments that are shown, in the order of the columns: the place of each in promotion order, and its name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, &EnvironmentName)> + Clone {
        self.chosen.iter().map(|place| (*place, &self.environments[*place]))
    }

    /// The column of an environment, from 0.
    #[must_use]
    pub fn position(&self, environment: &EnvironmentName) -> Option<usize> {
        self.iter().position(|(_, name)| name == environment)
    }

    /// How many columns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether there is no column.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn columns_are_chosen_among_the_environments_and_ordered() {
        let board = model::text::parse("environments: dev | pre | pro").unwrap();
        let all = Columns::all(&board.environments);
        let names = |columns: &Columns| columns.iter().map(|(place, name)| format!("{place} {name}")).collect::<Vec<_>>();
        assert_eq!(names(&all), ["0 dev", "1 pre", "2 pro"]);
        let some = all.chosen([2, 0, 7]);
        assert_eq!(names(&some), ["2 pro", "0 dev"], "what is not there is not shown");
        assert_eq!((some.len(), some.position(&"dev".into()), some.position(&"pre".into())), (2, Some(1), None));
        assert_eq!(some.environments(), all.environments(), "what agrees is counted among all of them");
    }
}
