//! A row as HTML: one service in every environment. Server and browser write it with the same functions.

use std::ops::Range;

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use model::board::Row;
use model::ids::ServiceName;
use model::status::Status;

use super::cell::{cell, is_long};
use super::columns::Columns;
use super::group::Group;
use super::item::Heading;
use crate::address::{ViewQuery, escape};
use crate::i18n::Strings;

/// What rows are written with, beside what the board says.
#[derive(Clone, Debug)]
pub struct RowContext {
    /// The columns.
    pub columns: Columns,
    /// What the page says.
    pub strings: &'static Strings,
    /// What ages are counted to, UTC.
    pub now: DateTime<Utc>,
    /// The part of a link before the service.
    before: String,
    /// The part of a link behind the service, for each column.
    behind: Vec<String>,
    /// The view, as the end of a link.
    view: String,
}

/// Where a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its place among all that the table lists, from 0.
    pub place: usize,
    /// Whether somebody pinned it.
    pub pinned: bool,
    /// Whether its details are open: of which column, from 1; 0, when the whole row is meant or its environment is not shown.
    pub selected: Option<usize>,
}

impl RowContext {
    /// What rows are written with in a view, on a server that lives under `base`.
    #[must_use]
    pub fn new(columns: Columns, strings: &'static Strings, now: DateTime<Utc>, base: &str, view: &ViewQuery) -> Self {
        let view = view.to_string();
        let behind = columns.iter().map(|(_, name)| format!("/{}{view}", escape(name.as_str()))).collect();
        Self { columns, strings, now, before: format!("{base}/services/"), behind, view }
    }

    /// The address of a service's details, as far as it is that of all its cells.
    #[must_use]
    pub fn address(&self, service: &ServiceName) -> String {
        format!("{}{}", self.before, escape(service.as_str()))
    }

    /// What follows [`RowContext::address`] in the address of a cell's details.
    #[must_use]
    pub fn behind(&self, column: usize) -> &str {
        self.behind.get(column).map_or("", String::as_str)
    }
}

/// So many characters of a service's name have room in the narrowest first column.
const NAME: usize = 18;

/// So many of its team's.
const TEAM: usize = 22;

/// The element of a row, with the cells of some columns. Those before them are left empty: they are not on the screen, and are no cells
/// for those who read with their ears. Those behind them are not there.
#[must_use]
pub fn row(context: &RowContext, row: &Row, position: Position, cells: &Range<usize>) -> Markup {
    let address = context.address(&row.name);
    let is_cut = is_long(row.name.as_str(), NAME);
    html! {
        tr role="row" aria-rowindex=(index(position.place)) data-selected=[position.selected] {
            th role="rowheader" scope="row" {
                a.cut[is_cut] href={ (address) (context.view) } title=[is_cut.then_some(row.name.as_str())] { (row.name.as_str()) }
                small class=[row.team.as_deref().is_some_and(|team| is_long(team, TEAM)).then_some("cut")] { @if let Some(team) = &row.team { (team) } }
                button.pin type="button" tabindex="-1" data-pin=(row.name.as_str()) aria-pressed=(position.pinned) aria-label={ (context.strings.pin) " " (row.name.as_str()) } {}
            }
            @for (column, (_, environment)) in context.columns.iter().enumerate().take(cells.end) {
                @if cells.contains(&column) {
                    (cell(context, &address, column, row.cells.get(environment).map(AsRef::as_ref)))
                } @else {
                    td role="none" {}
                }
            }
        }
    }
}

/// The element of a heading between rows.
#[must_use]
pub fn heading(strings: &Strings, heading: &Heading, position: Position) -> Markup {
    let status = heading.group.status().map(strings.status);
    let words = match &heading.group {
        Group::Pinned => strings.pinned,
        Group::Named(name) => name,
        Group::Status(_) | Group::Unnamed => status.unwrap_or(strings.others),
    };
    // A group of a status says it already.
    let counted = [(Status::Failing, heading.failing), (Status::Rolling, heading.rolling)];
    let counted = counted.into_iter().filter(|(_, count)| *count > 0 && status.is_none());
    html! {
        tr.heading role="row" aria-rowindex=(index(position.place)) {
            th role="rowheader" scope="rowgroup" {
                (words) " "
                small { (heading.rows) }
                @for (status, count) in counted {
                    " " span data-tone=(status.as_str()) { ((strings.count)(status, count)) }
                }
            }
        }
    }
}

/// `aria-rowindex` of a place: it counts from 1, and the header is the first.
#[must_use]
pub const fn index(place: usize) -> usize {
    place + 2
}

#[cfg(test)]
mod tests {
    use super::{Position, RowContext, heading, row};
    use crate::address::ViewQuery;
    use crate::board::columns::Columns;
    use crate::board::group::Group;
    use crate::board::item::Heading;
    use crate::i18n::Language;
    use model::status::Status;
    use model::text::{TIME, parse};

    const FIRST: Position = Position { place: 0, pinned: false, selected: None };

    /// The row of `a` with these columns.
    fn written(board: &str, columns: &[usize], position: Position) -> String {
        let board = parse(board).unwrap();
        let columns = Columns::all(&board.environments).chosen(columns.iter().copied());
        let view = ViewQuery { q: "by:ana".into(), ..ViewQuery::default() };
        let context = RowContext::new(columns, Language::English.strings(), TIME, "/base", &view);
        row(&context, &board.services["a"], position, &(0..3)).0
    }

    const BOARD: &str = "environments: dev | eu@west | pro\n\
         a @<shop>  dev: 7fc38a2 ready 1/1 ~pro | eu@west: 993e5fc ready 1/1 | pro: 7fc38a2 ready 1/1 ~dev";

    #[test]
    fn columns_are_written_as_they_were_chosen_and_mean_the_same() {
        let all = written(BOARD, &[0, 1, 2], FIRST);
        let some = written(BOARD, &[2, 0], FIRST);
        let cells =
            |html: &str| html.split("<td").skip(1).map(|cell| cell[cell.find("data-env").unwrap()..].to_owned()).collect::<Vec<_>>();
        let (all, some) = (cells(&all), cells(&some));
        assert_eq!(some.iter().map(|cell| cell.trim_end_matches("</tr>")).collect::<Vec<_>>(), [all[2].trim_end_matches("</tr>"), &all[0]]);
        assert!(some[1].contains("data-env=\"dev\" data-status=\"ready\" data-hue=\"3\"") && some[1].contains("●○●"), "{}", some[1]);
    }

    #[test]
    fn links_keep_the_view_and_nothing_becomes_markup() {
        let html = written(BOARD, &[0, 1, 2], Position { place: 7, pinned: true, selected: Some(2) });
        assert!(html.starts_with("<tr role=\"row\" aria-rowindex=\"9\" data-selected=\"2\">"), "{html}");
        assert!(html.contains("href=\"/base/services/a?q=by:ana\">a</a><small>&lt;shop&gt;</small>"), "{html}");
        assert!(html.contains("data-pin=\"a\" aria-pressed=\"true\" aria-label=\"Pin a\""), "{html}");
        assert!(html.contains("href=\"/base/services/a/eu@west?q=by:ana\""), "{html}");
    }

    #[test]
    fn texts_that_may_have_to_be_cut_off_are_marked() {
        let board = BOARD
            .replace("a @<shop>", "a-service-of-long-name @a-team-of-a-longer-name")
            .replace("dev: 7fc38a2 ready 1/1", "dev: 7fc38a2 ready 1/1 by a-person-of-name");
        let board = parse(&board).unwrap();
        let context = RowContext::new(Columns::all(&board.environments), Language::English.strings(), TIME, "", &ViewQuery::default());
        let html = row(&context, &board.services["a-service-of-long-name"], FIRST, &(0..3)).0;
        for text in ["a-service-of-long-name</a>", "a-team-of-a-longer-name</small>", "a-person-of-name</span>"] {
            let before = html.split(text).next().unwrap_or_default();
            let tag = &before[before.rfind('<').unwrap_or_default()..];
            assert!(tag.contains("cut\""), "{text}: {tag} {html}");
        }
        assert!(!written(BOARD, &[0, 1, 2], FIRST).contains("cut"));
    }

    #[test]
    fn what_is_not_on_the_screen_is_left_empty_or_out() {
        let board = parse(BOARD).unwrap();
        let columns = Columns::all(&board.environments);
        let context = RowContext::new(columns, Language::English.strings(), TIME, "", &ViewQuery::default());
        let html = row(&context, &board.services["a"], FIRST, &(1..2)).0;
        assert_eq!(html.matches("<td").count(), 2, "{html}");
        assert_eq!(html.matches("<td role=\"none\"></td>").count(), 1, "{html}");
        assert!(html.contains("<td role=\"cell\" aria-colindex=\"3\" data-env=\"eu@west\""), "{html}");
    }

    #[test]
    fn a_heading_is_a_row_like_any_other() {
        let written = |group: Group, language: Language| {
            let heading_of = Heading { group, rows: 12, failing: 1, rolling: 0 };
            heading(language.strings(), &heading_of, Position { place: 3, ..FIRST }).0
        };
        let html = written(Group::Named("a & b".into()), Language::English);
        assert!(html.starts_with("<tr class=\"heading\" role=\"row\" aria-rowindex=\"5\">"), "{html}");
        assert!(html.contains("a &amp; b <small>12</small> <span data-tone=\"failing\">1 failing</span></th>"), "{html}");
        let worst = Group::Status(crate::board::sort::urgency(Status::Unknown));
        for (group, english, spanish) in
            [(Group::Pinned, "pinned", "fijados"), (Group::Unnamed, "others", "otros"), (worst, "unknown", "desconocido")]
        {
            assert!(written(group.clone(), Language::English).contains(&format!(">{english} <small>")));
            assert!(written(group, Language::Spanish).contains(&format!(">{spanish} <small>")));
        }
    }
}
