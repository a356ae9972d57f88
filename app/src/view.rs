//! What is looked at, as signals, and its way to the address and back.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use model::ids::{EnvironmentName, ServiceName};
use model::query::{Query, QueryError};

use crate::address::{Density, Mode, Theme, ViewQuery};
use crate::board::group::Grouping;
use crate::board::order::Order;
use crate::board::sort::Sort;
use crate::location::Location;

/// How long after the last key the address, and what depends on [`ViewState::settled`], follow the search.
const ADDRESS_DELAY: Duration = Duration::from_millis(300);

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct ViewState {
    /// The search as typed.
    pub q: RwSignal<String>,
    /// The search as understood.
    pub parsed: Memo<Result<Query, QueryError>>,
    /// The order of the rows.
    pub sort: RwSignal<Sort>,
    /// What rows are grouped by.
    pub group: RwSignal<Grouping>,
    /// The columns somebody chose, in their order; none stands for all of them.
    pub columns: RwSignal<Vec<EnvironmentName>>,
    /// The theme somebody chose in this view.
    pub theme: RwSignal<Option<Theme>>,
    /// How close the rows are.
    pub density: RwSignal<Density>,
    /// The page of rows, from 0, until the table is a window.
    pub page: RwSignal<usize>,
    /// For whom it is shown; another one is another document.
    pub mode: Mode,
    /// The view that links outside the rows lead on from: while somebody types, what it was before. Nobody who types needs a
    /// hundred links to be right at every key; they are before anybody can follow one ([`ViewState::settle`]).
    pub settled: RwSignal<ViewQuery>,
    /// Whether somebody types.
    typing: StoredValue<bool>,
    lang: StoredValue<Option<String>>,
    base: StoredValue<Arc<str>>,
}

impl ViewState {
    /// Reads the address.
    #[must_use]
    pub fn of_address(location: Location, base: Arc<str>) -> Self {
        let query = location.search.with_untracked(|search| ViewQuery::parse(search));
        let q = RwSignal::new(query.q.clone());
        Self {
            settled: RwSignal::new(query.clone().with_page(0)),
            typing: StoredValue::new(false),
            q,
            parsed: Memo::new(move |_| q.with(|q| Query::parse(q))),
            sort: RwSignal::new(query.sort),
            group: RwSignal::new(query.group),
            columns: RwSignal::new(query.columns),
            theme: RwSignal::new(query.theme),
            density: RwSignal::new(query.density),
            page: RwSignal::new(query.page),
            mode: query.mode,
            lang: StoredValue::new(query.lang),
            base: StoredValue::new(base),
        }
    }

    /// Where the server lives.
    #[must_use]
    pub fn base(self) -> Arc<str> {
        self.base.get_value()
    }

    /// The part of the address behind the `?`, with the first page of rows; whoever asks is told of changes.
    #[must_use]
    pub fn query(self) -> ViewQuery {
        ViewQuery {
            q: self.q.get(),
            sort: self.sort.get(),
            group: self.group.get(),
            columns: self.columns.get(),
            density: self.density.get(),
            theme: self.theme.get(),
            lang: self.lang.get_value(),
            page: 0,
            mode: self.mode,
        }
    }

    /// The part of the address behind the `?`, as it is now.
    #[must_use]
    pub fn query_untracked(self) -> ViewQuery {
        untrack(|| self.query())
    }

    /// The order of rows and columns; whoever asks is told of changes.
    #[must_use]
    pub fn order(self) -> Order {
        Order { sort: self.sort.get(), grouping: self.group.get(), chosen: self.columns.get(), ..Order::default() }
    }

    /// Takes in what somebody types.
    pub fn type_in(self, q: String) {
        self.typing.set_value(true);
        self.q.set(q);
    }

    /// Nobody types any more.
    pub fn settle(self) {
        self.typing.set_value(false);
        set_if_new(self.settled, self.query_untracked());
    }

    /// The address of a cell in this view, as it is now.
    #[must_use]
    pub fn details(self, service: &ServiceName, environment: Option<&EnvironmentName>) -> String {
        self.query_untracked().with_page(self.page.get_untracked()).details(&self.base(), service, environment)
    }

    /// The address of the board in this view, as it is now.
    #[must_use]
    pub fn board(self) -> String {
        self.query_untracked().board(&self.base())
    }

    /// A search that does not parse filters nothing out.
    #[must_use]
    pub fn filter(self) -> Query {
        self.parsed.with(|parsed| parsed.clone().unwrap_or_default())
    }

    /// Keeps the address in step with the view, and the view with the address.
    pub fn follow_address(self, location: Location) {
        // Links, and going back and forth.
        Effect::new(move |_| {
            let query = location.search.with(|search| ViewQuery::parse(search));
            set_if_new(self.q, query.q);
            set_if_new(self.sort, query.sort);
            set_if_new(self.group, query.group);
            set_if_new(self.columns, query.columns);
            set_if_new(self.theme, query.theme);
            set_if_new(self.density, query.density);
        });
        // A window has all rows.
        Effect::new(move |_| {
            if self.page.get_untracked() > 0 {
                self.page.set(0);
                location.replace(&format!("{}{}", location.path.get_untracked(), self.query_untracked()));
            }
        });
        // Who follows a link presses first, or leaves the search with the keyboard.
        Effect::new(move |_| {
            let press = window_event_listener(leptos::ev::pointerdown, move |_| self.settle());
            let focus = window_event_listener(leptos::ev::focusin, move |_| self.settle());
            on_cleanup(move || {
                press.remove();
                focus.remove();
            });
        });
        // Typing and choosing: the address is put in place, so that a word is one step back and not ten.
        let pending = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |before: Option<ViewQuery>| {
            let query = self.query();
            if before.is_some_and(|before| before != query) {
                if !self.typing.get_value() {
                    self.settle();
                }
                let wanted = query.clone();
                let put = move || {
                    self.settle();
                    let shown = location.search.with_untracked(|search| ViewQuery::parse(search));
                    if shown != wanted {
                        location.replace(&format!("{}{wanted}", location.path.get_untracked()));
                    }
                };
                let handle = set_timeout_with_handle(put, ADDRESS_DELAY).ok();
                pending.update_value(|pending| {
                    if let Some(old) = std::mem::replace(pending, handle) {
                        old.clear();
                    }
                });
            }
            query
        });
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
