//! What the page shows first.
//!
//! A document carries the rows that it shows, and of a large board no others: those follow when the page is alive. Until
//! then the page knows of the rest what the server counted.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::board::Board;
use model::ids::ServiceName;
use model::query::{Context, Query};
use model::slim::{SlimHead, SlimRow};
use serde::{Deserialize, Serialize};

use crate::address::{Density, Mode, ViewQuery};
use crate::board::item::{Heading, Item};
use crate::board::order::Order;
use crate::board::selection::Selection;
use crate::board::summary::Summary;
use crate::wall::ranking::Ranking;

/// How many rows a document has; the others are on other pages, or come when the page is alive.
/// Of a wide table they are fewer: what is not on the screen is not worth waiting for.
const PAGE: RangeInclusive<usize> = 20..=100;

/// About so many cells are in a document, when rows are as high as they can be. Chromium lays out all of them before it paints one,
/// `content-visibility` or not: it takes what is a screen and a half away for near.
const CELLS: usize = 300;

/// How many rows a document has in a view with so many columns: of lower rows, more. A wall may show as many as there can be.
#[must_use]
pub fn page_of(view: &ViewQuery, columns: usize) -> usize {
    match view.mode {
        Mode::Board => (CELLS * Density::Comfortable.height() / view.density.height() / columns.max(1)).clamp(*PAGE.start(), *PAGE.end()),
        Mode::Wall => *PAGE.end(),
    }
}

/// What the page shows first.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// What the table lists: the services that the search shows, in order. One that is not known yet has no name.
    pub shown: Arc<[Item]>,
    /// The place of the first row in the document.
    pub first: usize,
    /// How many rows a document has.
    pub page: usize,
    /// The whole board in numbers.
    pub summary: Summary,
    /// The places whose rows are known, when those are not all.
    pub known: Option<Range<usize>>,
}

/// What a document carries.
#[derive(Debug, Serialize, Deserialize)]
pub struct Snapshot {
    head: SlimHead,
    rows: Vec<SlimRow>,
    /// What else the page has to know when these are not all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<Part>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Part {
    first: usize,
    shown: usize,
    /// The headings between the rows, with their places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headings: Vec<(usize, Heading)>,
    summary: Summary,
}

impl Opening {
    /// What the page at an address shows of a board.
    #[must_use]
    pub fn of(board: &Board, base: &str, address: &str, now: DateTime<Utc>) -> Self {
        let (path, search) = address.split_once('?').unwrap_or((address, ""));
        let view = ViewQuery::parse(search);
        // A search that does not parse filters nothing out.
        let query = Query::parse(&view.q).unwrap_or_default();
        let context = Context { environments: &board.environments, now };
        let matching: BTreeSet<&ServiceName> =
            board.services.values().filter(|row| query.matches(row, context)).map(|row| &row.name).collect();
        let order = Order::of(&view);
        let columns = order.columns(board);
        let rows = page_of(&view, columns.len());
        let summary = Summary::of(board, &columns, |name| matching.contains(name));
        let shown = match view.mode {
            Mode::Board => order.list(board, matching),
            Mode::Wall => {
                let rows = matching.iter().filter_map(|name| board.services.get(*name).cloned());
                Ranking::of(rows, &columns).names().into_iter().map(Item::Row).collect()
            }
        };
        let selected = Selection::of_path(base, path).and_then(|selection| shown.iter().position(|item| item.is_of(&selection.service)));
        // A wall turns pages of its own, the first of which is at hand.
        let asked = if view.mode == Mode::Wall { 0 } else { view.page };
        let page = selected.map_or(asked, |place| place / rows).min(shown.len().saturating_sub(1) / rows);
        Self { first: page * rows, page: rows, shown, summary, known: None }
    }

    /// The headings in the document, with their places.
    fn headings(&self) -> impl Iterator<Item = (usize, Heading)> {
        self.places().filter_map(|place| match &self.shown[place] {
            Item::Heading(heading) => Some((place, heading.clone())),
            Item::Row(_) => None,
        })
    }

    /// The places of the rows in the document.
    #[must_use]
    pub fn places(&self) -> Range<usize> {
        self.first..self.shown.len().min(self.first + self.page)
    }
}

impl Snapshot {
    /// What a document carries of a board: all of it when that is not more than a document has rows.
    #[must_use]
    pub fn of(board: &Board, opening: &Opening) -> Self {
        let slim = |name: &ServiceName| Some(SlimRow::of(board.services.get(name)?, &board.environments));
        let is_part = board.services.size() > opening.page;
        Self {
            head: SlimHead::of(board),
            rows: if is_part {
                opening.shown[opening.places()].iter().filter_map(Item::service).filter_map(slim).collect()
            } else {
                board.services.keys().filter_map(slim).collect()
            },
            part: is_part.then(|| Part {
                first: opening.first,
                shown: opening.shown.len(),
                headings: opening.headings().collect(),
                summary: opening.summary.clone(),
            }),
        }
    }

    /// The board as far as it is here, and what the page at an address shows of it.
    #[must_use]
    pub fn open(self, base: &str, address: &str, now: DateTime<Utc>) -> (Board, Opening) {
        let Self { head, rows, part } = self;
        let rows: Vec<_> = rows.into_iter().map(|row| head.expand(row)).collect();
        let names: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
        let board = head.board(rows);
        let opening = match part {
            None => Opening::of(&board, base, address, now),
            Some(Part { first, shown, headings, summary }) => {
                let known = first..first + names.len() + headings.len();
                let mut lines: Vec<Item> = names.into_iter().map(Item::Row).collect();
                // In their order, so that each is in its place when it is put there.
                for (place, heading) in headings {
                    lines.insert(place.saturating_sub(first).min(lines.len()), Item::Heading(heading));
                }
                let unnamed = || Item::Row(ServiceName::from(""));
                let item = |place: usize| place.checked_sub(first).and_then(|place| lines.get(place)).cloned().unwrap_or_else(unnamed);
                let (_, search) = address.split_once('?').unwrap_or_default();
                let view = ViewQuery::parse(search);
                let page = page_of(&view, Order::of(&view).columns(&board).len());
                Opening { shown: (0..shown).map(item).collect(), first, page, summary, known: Some(known) }
            }
        };
        (board, opening)
    }
}

#[cfg(test)]
mod tests {
    use super::{Opening, Snapshot};
    use crate::address::ViewQuery;
    use model::board::Board;
    use model::ids::ServiceName;
    use model::text::{TIME, parse};

    fn board(services: usize) -> Board {
        let lines = (0..services).map(|number| format!("service-{number:03} dev: 7fc38a2 ready 1/1\n"));
        parse(&format!("environments: dev development\n{}", lines.collect::<String>())).unwrap()
    }

    /// As the browser finds it.
    fn sent(board: &Board, address: &str) -> (Board, Opening) {
        let snapshot = Snapshot::of(board, &Opening::of(board, "", address, TIME));
        let json = serde_json::to_string(&snapshot).unwrap();
        serde_json::from_str::<Snapshot>(&json).unwrap().open("", address, TIME)
    }

    #[test]
    fn a_small_board_is_in_the_document_whatever_is_shown_of_it() {
        for address in ["/", "/?q=service-03&sort=-name", "/services/service-040/dev"] {
            let board = board(100);
            let (there, opening) = sent(&board, address);
            assert_eq!(there.services.size(), 100);
            assert_eq!(opening, Opening::of(&board, "", address, TIME), "{address}");
        }
    }

    #[test]
    fn a_wide_table_has_fewer_rows_in_a_document() {
        let rows = |address: &str| [0, 1, 3, 6, 12, 40].map(|columns| super::page_of(&ViewQuery::parse(address), columns));
        assert_eq!(rows(""), [100, 100, 100, 50, 25, 20]);
        assert_eq!(rows("density=compact"), [100, 100, 100, 62, 31, 20]);
        assert_eq!(rows("density=dense"), [100, 100, 100, 87, 43, 20]);
        assert_eq!(rows("view=wall"), [100; 6]);
    }

    #[test]
    fn of_a_large_board_the_document_has_a_page_and_the_numbers() {
        for (address, first, rows, shown) in [
            ("/", 0, 100, 250),
            ("/?page=3", 200, 50, 250),
            ("/?page=9", 200, 50, 250),
            ("/services/service-150/dev", 100, 100, 250),
            ("/?q=service-19", 0, 10, 10),
            ("/?q=nothing", 0, 0, 0),
        ] {
            let board = board(250);
            let (there, opening) = sent(&board, address);
            let here = Opening::of(&board, "", address, TIME);
            assert_eq!((there.services.size(), opening.first, opening.shown.len()), (rows, first, shown), "{address}");
            assert_eq!(opening.summary, here.summary);
            assert_eq!(opening.known, Some(first..first + rows));
            assert_eq!(opening.shown[opening.places()], here.shown[here.places()]);
            assert!(
                opening.shown.iter().enumerate().all(|(place, item)| here.places().contains(&place) != item.is_of(&ServiceName::from("")))
            );
        }
    }

    #[test]
    fn headings_of_a_large_board_are_in_the_document_and_in_their_places() {
        for address in ["/?group=letter", "/?group=status&page=3", "/?group=letter&sort=-name"] {
            let board = board(250);
            let (_, opening) = sent(&board, address);
            let here = Opening::of(&board, "", address, TIME);
            assert_eq!((opening.shown.len(), opening.first), (251, here.first), "{address}");
            assert_eq!(opening.known, Some(here.places()));
            assert_eq!(opening.shown[opening.places()], here.shown[here.places()], "{address}");
        }
    }
}
