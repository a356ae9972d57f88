//! In which order the table lists what it shows: sorted, in groups, what is pinned first. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::board::Board;
use model::ids::{EnvironmentName, ServiceName};

use super::choice;
use super::columns::Columns;
use super::group::{Grouping, arrange};
use super::item::{Heading, Item};
use super::sort::Sort;
use crate::address::ViewQuery;

/// In which order the table lists what it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// What rows are compared by.
    pub sort: Sort,
    /// What they are grouped by.
    pub grouping: Grouping,
    /// The columns somebody chose: what they do not show does not count.
    pub chosen: Vec<EnvironmentName>,
    /// The services that come first.
    pub pinned: BTreeSet<ServiceName>,
}

impl Order {
    /// The order of a view in which nothing is pinned.
    #[must_use]
    pub fn of(view: &ViewQuery) -> Self {
        Self { sort: view.sort.clone(), grouping: view.group, chosen: view.columns.clone(), pinned: BTreeSet::new() }
    }

    /// Whether a change of a cell can change the list.
    #[must_use]
    pub fn depends_on_cells(&self) -> bool {
        self.sort.depends_on_cells() || self.grouping != Grouping::None
    }

    /// The columns of a board.
    #[must_use]
    pub fn columns(&self, board: &Board) -> Columns {
        let all = Columns::all(&board.environments);
        let chosen = choice::shown(all.environments(), &self.chosen);
        all.chosen(chosen)
    }

    /// The list of what was found in a board, by name. Where that is the order, it is the list.
    #[must_use]
    pub fn of_found(&self, board: &Board, found: &Arc<[Item]>) -> Arc<[Item]> {
        if self.sort == Sort::default() && self.grouping == Grouping::None && self.pinned.is_empty() {
            Arc::clone(found)
        } else {
            self.list(board, found.iter().filter_map(Item::service))
        }
    }

    /// The list of some services of a board; they must come sorted by name.
    #[must_use]
    pub fn list<'a>(&self, board: &Board, names: impl IntoIterator<Item = &'a ServiceName>) -> Arc<[Item]> {
        let columns: Vec<EnvironmentName> = self.columns(board).iter().map(|(_, name)| name.clone()).collect();
        let sections = arrange(board, self.sort.order(board, names), self.grouping, &columns, &self.pinned);
        let items = sections.into_iter().flat_map(|section| {
            let heading = (self.grouping != Grouping::None).then_some(Heading {
                group: section.group,
                rows: section.services.len(),
                failing: section.failing,
                rolling: section.rolling,
            });
            heading.map(Item::Heading).into_iter().chain(section.services.into_iter().map(Item::Row))
        });
        items.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Order;
    use crate::address::ViewQuery;
    use crate::board::item::Item;

    #[test]
    fn headings_stand_above_their_rows() {
        let board = model::text::parse(
            "environments: dev | pre\n\
             a @shop dev: 7fc38a2 ready 1/1 | pre: 7fc38a2 failing 0/1\n\
             b @core dev: 7fc38a2 rolling 0/1 | pre: -\n\
             c @shop dev: 7fc38a2 ready 1/1 | pre: 7fc38a2 ready 1/1",
        )
        .unwrap();
        for (address, pinned, expected) in [
            ("", "", "a b c"),
            ("", "c", "c a b"),
            ("group=team", "", "[1 0 1] b [2 1 0] a c"),
            ("group=team&sort=-name&env=dev", "", "[1 0 1] b [2 0 0] c a"),
            ("group=team", "a", "[1 1 0] a [1 0 1] b [1 0 0] c"),
        ] {
            let mut order = Order::of(&ViewQuery::parse(address));
            order.pinned = pinned.split_whitespace().map(Into::into).collect();
            let line = |item: &Item| match item {
                Item::Row(name) => name.to_string(),
                Item::Heading(heading) => format!("[{} {} {}]", heading.rows, heading.failing, heading.rolling),
            };
            let list = order.list(&board, board.services.keys());
            assert_eq!(list.iter().map(line).collect::<Vec<_>>().join(" "), expected, "{address} {pinned}");
            let found: Arc<[Item]> = board.services.keys().cloned().map(Item::Row).collect();
            assert_eq!(order.of_found(&board, &found), list, "{address} {pinned}");
        }
    }
}
