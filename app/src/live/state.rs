//! The board as the page holds it: the model's board, and the signals made from it.
//!
//! No row has signals of its own: whoever shows rows asks for them at each state ([`Live::follow`]) and compares. What did
//! not change is the same `Arc`, so a board of any size costs what is shown of it.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::board::{Board, Cell, Environment, Revision, Row};
use model::delta::Delta;
use model::ids::{EnvironmentName, ServiceName};
use model::query::{Context, Query};
use model::status::Status;
use wasm_bindgen_futures::spawn_local;

use super::clock::since;
use super::haystacks::Haystacks;
use super::turn::Turn;
use crate::board::columns::Columns;
use crate::board::item::Item;
use crate::board::order::Order;
use crate::board::selection::Selection;
use crate::board::summary::{Count, Summary};
use crate::opening::Opening;

/// How long after a change the numbers are counted, and after a key that changes them again.
const COUNT_DELAY: Duration = Duration::from_millis(250);

/// How long somebody who types keeps them from being counted, in milliseconds.
const LONGEST_WAIT: f64 = 3000.0;

/// The board as the page holds it.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    board: StoredValue<Arc<Board>>,
    query: StoredValue<Query>,
    order: StoredValue<Order>,
    /// What the search reads.
    haystacks: StoredValue<Haystacks>,
    /// The services that the search shows, in the order of their names.
    matching: StoredValue<Arc<[Item]>>,
    /// What the table lists: the services that the search shows, in order.
    pub shown: RwSignal<Arc<[Item]>>,
    /// The places whose rows are known, as long as those are not all: until the rest of a large board is here, the page
    /// shows what the server chose.
    pub known: RwSignal<Option<Range<usize>>>,
    /// The columns. When they change, all rows are made anew.
    pub columns: RwSignal<Columns>,
    /// The columns with the state of their targets.
    pub environments: RwSignal<Vec<Environment>>,
    /// How many records name an environment that is no column.
    pub unplaced_records: RwSignal<u64>,
    /// The board in numbers.
    pub summary: RwSignal<Summary>,
    /// Set when [`Live::summary`] is older than the board.
    outdated: StoredValue<bool>,
    /// How often the board was counted.
    counts: StoredValue<u64>,
    /// When somebody searched last, in milliseconds since 1970.
    searched: StoredValue<f64>,
    /// Counts the states of the board, for those who look at something that has no signal.
    news: RwSignal<u64>,
}

impl Live {
    /// Makes the signals of a board that opens like this.
    #[must_use]
    pub fn new(board: Arc<Board>, opening: &Opening, query: Query, order: Order) -> Self {
        Self {
            query: StoredValue::new(query),
            haystacks: StoredValue::default(),
            matching: StoredValue::new(by_name(&opening.shown)),
            shown: RwSignal::new(Arc::clone(&opening.shown)),
            known: RwSignal::new(opening.known.clone()),
            columns: RwSignal::new(order.columns(&board)),
            order: StoredValue::new(order),
            environments: RwSignal::new(board.environments.clone()),
            unplaced_records: RwSignal::new(board.unplaced_records),
            summary: RwSignal::new(opening.summary.clone()),
            outdated: StoredValue::new(false),
            counts: StoredValue::new(0),
            searched: StoredValue::new(0.0),
            news: RwSignal::new(0),
            board: StoredValue::new(board),
        }
    }

    /// The state the browser has.
    #[must_use]
    pub fn revision(self) -> Revision {
        self.board.with_value(|board| board.revision.clone())
    }

    /// Whoever calls this is told of every state of the board.
    pub fn follow(self) {
        self.news.track();
    }

    /// The row of a service, as it is now.
    #[must_use]
    pub fn row(self, service: &ServiceName) -> Option<Arc<Row>> {
        self.board.with_value(|board| board.services.get(service).cloned())
    }

    /// The cell of a service in an environment; whoever asks is told of changes of the board.
    #[must_use]
    pub fn cell(self, service: &ServiceName, environment: &EnvironmentName) -> Option<Arc<Cell>> {
        self.news.track();
        self.board.with_value(|board| board.services.get(service)?.cells.get(environment).cloned())
    }

    /// The environment that a selection means: without one, the first column that has the service.
    #[must_use]
    pub fn environment_of(self, selection: &Selection) -> Option<EnvironmentName> {
        let present = |name: &&EnvironmentName| self.cell(&selection.service, name).is_some_and(|cell| cell.status != Status::Absent);
        let columns = self.columns.get_untracked();
        let mut names = columns.iter().map(|(_, name)| name);
        let first = || untrack(|| names.clone().find(present).or_else(|| names.next()).cloned());
        selection.environment.clone().or_else(first)
    }

    /// Takes in what changed.
    pub fn apply(self, delta: &Delta, now: DateTime<Utc>) {
        let are_current = self.board.with_value(|board| self.haystacks.with_value(|haystacks| haystacks.are_of(board)));
        self.board.update_value(|board| Arc::make_mut(board).apply(delta));
        let board = self.board.get_value();
        if are_current {
            self.haystacks.update_value(|haystacks| haystacks.apply(delta, &board));
        }
        if self.take_in_columns(now) {
            return;
        }
        let changed = self.matching.try_update_value(|matching| {
            let rows = delta.services.iter().map(|row| (&row.name, self.matches(&board, &row.name, now)));
            keep(matching, rows.chain(delta.removed.iter().map(|name| (name, false))))
        });
        if changed == Some(true) || self.order.with_value(Order::depends_on_cells) {
            self.reorder();
        }
        self.outdate();
        self.news.update(|news| *news += 1);
    }

    /// Takes in a whole board, of another run of the server perhaps, with what its search reads: only what differs changes on
    /// the page.
    pub fn replace(self, board: Board, mut haystacks: Haystacks, now: DateTime<Utc>) {
        let board = Arc::new(board);
        haystacks.begin(&board);
        self.haystacks.set_value(haystacks);
        self.known.set(None);
        self.board.set_value(board);
        if self.take_in_columns(now) {
            return;
        }
        self.refilter(now);
        self.news.update(|news| *news += 1);
    }

    /// Shows the rows that match.
    pub fn filter(self, query: Query, now: DateTime<Utc>) {
        if self.query.with_value(|old| *old != query) {
            self.query.set_value(query);
        } else if !query.depends_on_time() {
            return;
        }
        self.refilter(now);
    }

    /// Puts rows and columns in another order.
    pub fn arrange(self, order: Order) {
        let columns = self.board.with_value(|board| order.columns(board));
        self.order.set_value(order);
        if self.columns.with_untracked(|old| *old != columns) {
            self.columns.set(columns);
            self.outdate();
        }
        self.reorder();
    }

    /// Takes in the columns. Other columns make all rows anew, and leave nothing else to be done: then it says so.
    fn take_in_columns(self, now: DateTime<Utc>) -> bool {
        let board = self.board.get_value();
        if self.environments.with_untracked(|environments| *environments != board.environments) {
            self.environments.set(board.environments.clone());
        }
        if self.unplaced_records.get_untracked() != board.unplaced_records {
            self.unplaced_records.set(board.unplaced_records);
        }
        let fresh = self.order.with_value(|order| order.columns(&board));
        let others = self.columns.with_untracked(|columns| *columns != fresh);
        if others {
            self.columns.set(fresh);
            self.refilter(now);
            self.news.update(|news| *news += 1);
        }
        others
    }

    /// Looks at every row once more: the age of things is something to search for.
    fn refilter(self, now: DateTime<Utc>) {
        if self.known.with_untracked(Option::is_some) {
            return;
        }
        let board = self.board.get_value();
        self.matching.set_value(self.query.with_value(|query| self.search(&board, query, now)));
        self.reorder();
        self.outdate();
    }

    /// Does what [`Live::filter`] does for searches, one after the other, with a part of the rows, and shows nothing.
    pub fn rehearse(self, searches: &[&str], part: usize, now: DateTime<Utc>) {
        let board = self.board.get_value();
        let context = Context { environments: &board.environments, now };
        let queries: Vec<_> = searches.iter().filter_map(|search| Query::parse(search).ok()).collect();
        let matching = self.haystacks.try_update_value(|haystacks| haystacks.in_part(part, &board, &queries, context)).unwrap_or_default();
        drop(self.order.with_value(|order| order.of_found(&board, &matching)));
    }

    /// The services that a query shows, in the order of their names.
    fn search(self, board: &Arc<Board>, query: &Query, now: DateTime<Utc>) -> Arc<[Item]> {
        let context = Context { environments: &board.environments, now };
        self.haystacks.try_update_value(|haystacks| haystacks.matching(board, query, context)).unwrap_or_default()
    }

    fn matches(self, board: &Board, name: &ServiceName, now: DateTime<Utc>) -> bool {
        let context = Context { environments: &board.environments, now };
        let row = board.services.get(name);
        row.is_some_and(|row| self.query.with_value(|query| query.matches(row, context)))
    }

    fn reorder(self) {
        if self.known.with_untracked(Option::is_some) {
            return;
        }
        let list = |board: &Arc<Board>| self.matching.with_value(|matching| self.order.with_value(|order| order.of_found(board, matching)));
        let shown = self.board.with_value(list);
        if self.shown.with_untracked(|old| !Arc::ptr_eq(old, &shown) && *old != shown) {
            self.shown.set(shown);
        }
    }

    /// The numbers are counted once for a burst of changes, when nobody types: they are not what one waits for.
    fn outdate(self) {
        if cfg!(feature = "hydrate") {
            self.outdate_since(js_sys::Date::now());
        }
    }

    fn outdate_since(self, outdated: f64) {
        if !self.outdated.get_value() {
            self.outdated.set_value(true);
            self.summarise_later(outdated);
        }
    }

    /// Somebody searches, whether that changes what is shown or not.
    pub fn note_search(self) {
        self.searched.set_value(js_sys::Date::now());
    }

    /// How long nobody searched.
    #[must_use]
    pub fn since_search(self) -> Duration {
        since(self.searched.get_value())
    }

    fn summarise_later(self, outdated: f64) {
        set_timeout(move || if self.may_wait(outdated) { self.summarise_later(outdated) } else { self.summarise(outdated) }, COUNT_DELAY);
    }

    /// Whether numbers that are out of date since then may wait, for somebody types.
    fn may_wait(self, outdated: f64) -> bool {
        self.since_search() < COUNT_DELAY && js_sys::Date::now() - outdated < LONGEST_WAIT
    }

    /// Counts what the board is now, in turns; a count that begins later ends this one, and somebody who types puts it off.
    fn summarise(self, outdated: f64) {
        self.outdated.set_value(false);
        self.counts.update_value(|counts| *counts += 1);
        let number = self.counts.get_value();
        let (board, matching, columns) = (self.board.get_value(), self.matching.get_value(), self.columns.get_untracked());
        spawn_local(async move {
            let (mut count, mut matching, mut turn) =
                (Count::begin(&columns), matching.iter().filter_map(Item::service).peekable(), Turn::begin());
            for (name, row) in &board.services {
                count.row(row, matching.next_if(|shown| *shown == name).is_some());
                if turn.pass().await {
                    if self.counts.get_value() != number {
                        return;
                    }
                    if self.may_wait(outdated) {
                        return self.outdate_since(outdated);
                    }
                }
            }
            let summary = count.end();
            if self.summary.with_untracked(|old| *old != summary) {
                self.summary.set(summary);
            }
        });
    }
}

/// The services among some items, in the order of their names.
fn by_name(items: &[Item]) -> Arc<[Item]> {
    let mut names: Vec<&ServiceName> = items.iter().filter_map(Item::service).collect();
    names.sort_unstable();
    names.into_iter().cloned().map(Item::Row).collect()
}

/// Has services in a list that is sorted by name, or not; whether that changed it.
fn keep<'a>(list: &mut Arc<[Item]>, services: impl Iterator<Item = (&'a ServiceName, bool)>) -> bool {
    let mut changed: Option<Vec<Item>> = None;
    for (name, is_in) in services {
        let place = changed.as_deref().unwrap_or(list).binary_search_by(|item| item.service().cmp(&Some(name)));
        match place {
            Ok(place) if !is_in => drop(changed.get_or_insert_with(|| list.to_vec()).remove(place)),
            Err(place) if is_in => changed.get_or_insert_with(|| list.to_vec()).insert(place, Item::Row(name.clone())),
            _ => {}
        }
    }
    let is_changed = changed.is_some();
    if let Some(changed) = changed {
        *list = changed.into();
    }
    is_changed
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{by_name, keep};
    use crate::board::item::Item;
    use model::ids::ServiceName;

    #[test]
    fn services_come_and_go_in_their_order() {
        for (old, changes, new) in [
            ("b d", "", None),
            ("b d", "+b -c", None),
            ("b d", "+c", Some("b c d")),
            ("b d", "+e +a", Some("a b d e")),
            ("b d", "-d -b", Some("")),
            ("b d", "-b +b", Some("b d")),
            ("", "+z +y", Some("y z")),
        ] {
            let rows = |names: &str| -> Vec<Item> { names.split_whitespace().map(|name| Item::Row(name.into())).collect() };
            let mut list = by_name(&rows(old));
            let before = Arc::clone(&list);
            let changes: Vec<(ServiceName, bool)> =
                changes.split_whitespace().map(|change| (change[1..].into(), change.starts_with('+'))).collect();
            let is_changed = keep(&mut list, changes.iter().map(|(name, is_in)| (name, *is_in)));
            assert_eq!((is_changed, &*list), (new.is_some(), rows(new.unwrap_or(old)).as_slice()), "{old} {changes:?}");
            assert_eq!(Arc::ptr_eq(&list, &before), !is_changed, "{old} {changes:?}");
        }
    }
}
