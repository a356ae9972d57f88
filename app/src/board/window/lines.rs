//! The lines of the table that are in the document, and how they become others with as few changes as possible. Lives in the
//! browser only.

use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::document;
use model::board::{Cell, Row};
use web_sys::{Element, HtmlCollection};

use super::patch::{patch, reuse};
use super::stay::stay;
use crate::board::cell::cell;
use crate::board::item::Item;
use crate::board::row::{Position, RowContext, heading, index, row};

/// A line of the table as it is in the document.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it shows.
    pub item: Item,
    /// What the board said of it; nothing for a heading.
    pub row: Option<Arc<Row>>,
    /// Where it is.
    pub position: Position,
    /// The columns whose cells are in the document.
    pub cells: Range<usize>,
}

impl Line {
    fn write(&self, context: &RowContext, html: &mut String) {
        match (&self.item, &self.row) {
            (Item::Heading(words), _) => html.push_str(&heading(context.strings, words, self.position).0),
            (Item::Row(_), Some(fresh)) => html.push_str(&row(context, fresh, self.position, &self.cells).0),
            (Item::Row(_), None) => {}
        }
    }
}

/// Lines as HTML.
#[must_use]
pub fn html<'a>(lines: impl IntoIterator<Item = &'a Line>, context: &RowContext) -> String {
    let mut html = String::new();
    for line in lines {
        line.write(context, &mut html);
    }
    html
}

/// What becomes of lines that leave the document where others come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// They go, and what is pressed in them just now with them.
    Go,
    /// Their elements become those that come. That is less for the browser to style, lay out and paint: for somebody who types, and
    /// presses nothing. Where more leave than come, the others are hidden, until [`remove_hidden`] removes them: for the browser that is
    /// as much as all else that a key does.
    AreReused,
}

/// Makes the lines in the document, which are `old`, those that are wanted. Lines that stay are not moved; those that come are
/// parsed at once for each gap. Cells that stay in the document are added to those of the new lines. Whether lines were hidden.
pub fn put(body: &Element, old: &[Line], new: &mut [Line], leaving: Leaving, context: &RowContext) -> bool {
    let stay = stay(old.iter().map(|line| &line.item), new.iter().map(|line| &line.item));
    if stay.iter().all(Option::is_none) && (leaving == Leaving::Go || old.is_empty()) {
        if !(old.is_empty() && new.is_empty()) {
            body.set_inner_html(&html(&*new, context));
        }
        return false;
    }
    for (line, stays) in new.iter_mut().zip(&stay) {
        if let Some(before) = stays.and_then(|place| old.get(place)) {
            line.cells = line.cells.start.min(before.cells.start)..line.cells.end.max(before.cells.end);
        }
    }
    let there: Vec<(Element, &Line)> = rows(body).zip(old).collect();
    let between = |from: usize, to: usize| there.get(from..to).unwrap_or_default();
    let (mut left, mut coming, mut wider, mut hidden) = (0, Vec::new(), Vec::new(), 0);
    for (line, stays) in new.iter().zip(&stay) {
        let Some(place) = *stays else {
            coming.push(line);
            continue;
        };
        let Some((element, before)) = there.get(place) else { break };
        hidden += fill_gap(body, between(left, place), &coming, Some(element), leaving, context);
        coming.clear();
        left = place + 1;
        update(element, before, line, context);
        if line.cells != before.cells {
            wider.push((element.clone(), *before, line));
        }
    }
    hidden += fill_gap(body, between(left, there.len()), &coming, None, leaving, context);
    if !wider.is_empty() {
        fill(&wider, context);
    }
    hidden > 0
}

/// The elements in an element; the one that was given last may be taken out.
pub(super) fn children(element: &Element) -> impl Iterator<Item = Element> {
    std::iter::successors(element.first_element_child(), Element::next_element_sibling)
}

/// The lines in the document, without hidden ones.
pub(super) fn rows(body: &Element) -> impl Iterator<Item = Element> {
    children(body).filter(is_seen)
}

/// Whether this line is not one that is about to be removed.
pub(super) fn is_seen(row: &Element) -> bool {
    !row.has_attribute(HIDDEN)
}

/// Removes lines that are hidden already.
pub(super) fn remove_hidden(body: &Element) {
    let hidden: Vec<Element> = children(body).filter(|row| !is_seen(row)).collect();
    hidden.iter().for_each(Element::remove);
}

/// Puts lines where others were, above one that stays, or at the end. How many of those are hidden.
fn fill_gap(
    body: &Element,
    gone: &[(Element, &Line)],
    coming: &[&Line],
    above: Option<&Element>,
    leaving: Leaving,
    context: &RowContext,
) -> usize {
    let is_row = |line: &Line| line.row.is_some();
    let pairs = match leaving {
        Leaving::Go => 0,
        Leaving::AreReused => gone.iter().zip(coming).take_while(|((_, old), new)| is_row(old) && is_row(new)).count(),
    };
    let ((reused, gone), (replacing, come)) = (gone.split_at(pairs), coming.split_at(pairs));
    if pairs > 0
        && let Some(fresh) = parsed(&html(replacing.iter().copied(), context))
    {
        for ((element, _), fresh) in reused.iter().zip(children(&fresh)) {
            reuse(element, &fresh);
        }
    }
    for (element, _) in gone {
        match leaving {
            Leaving::Go => element.remove(),
            Leaving::AreReused => set(element, HIDDEN, ""),
        }
    }
    if !come.is_empty() {
        let html = html(come.iter().copied(), context);
        // What is inserted is well-formed, and the place is a name that is known.
        drop(match above {
            Some(above) => above.insert_adjacent_html("beforebegin", &html),
            None => body.insert_adjacent_html("beforeend", &html),
        });
    }
    if leaving == Leaving::AreReused { gone.len() } else { 0 }
}

/// Rows are parsed in a body.
fn parsed(html: &str) -> Option<Element> {
    let body = document().create_element("tbody").ok()?;
    body.set_inner_html(html);
    Some(body)
}

/// Brings a line that stays up to date: its position, and the cells that differ, which glow.
fn update(element: &Element, old: &Line, new: &Line, context: &RowContext) {
    if old.position.place != new.position.place {
        set(element, "aria-rowindex", &index(new.position.place).to_string());
    }
    if old.position.selected != new.position.selected {
        match new.position.selected {
            Some(column) => set(element, "data-selected", &column.to_string()),
            // Removing an attribute of a fixed name does not fail.
            None => drop(element.remove_attribute("data-selected")),
        }
    }
    if old.position.pinned != new.position.pinned
        && let Ok(Some(pin)) = element.query_selector("th > [data-pin]")
    {
        set(&pin, "aria-pressed", if new.position.pinned { "true" } else { "false" });
    }
    let (Some(before), Some(now)) = (&old.row, &new.row) else { return };
    if Arc::ptr_eq(before, now) {
        return;
    }
    if before.team != now.team
        && let Ok(Some(team)) = element.query_selector("th > small")
    {
        team.set_text_content(now.team.as_deref());
    }
    let address = context.address(&now.name);
    let cells = element.children();
    for (column, (_, environment)) in context.columns.iter().enumerate() {
        let fresh = now.cells.get(environment);
        if !old.cells.contains(&column) || same(before.cells.get(environment), fresh) {
            continue;
        }
        if let Some(element) = cell_at(&cells, column) {
            replace(&element, &cell(context, &address, column, fresh.map(AsRef::as_ref)).0);
        }
    }
}

/// Puts the cells of more columns into rows, each with what it was and what it is to be: in the places that were left empty, and behind
/// the last cell. All are parsed at once.
fn fill(rows: &[(Element, &Line, &Line)], context: &RowContext) {
    let missing = |old: &Line, new: &Line| {
        let is_missing = |column: &usize| new.cells.contains(column) && !old.cells.contains(column);
        (0..context.columns.len()).filter(is_missing).collect::<Vec<_>>()
    };
    let mut html = String::new();
    for (_, old, new) in rows {
        html.push_str("<tr>");
        if let Some(now) = &new.row {
            let address = context.address(&now.name);
            for column in missing(old, new) {
                let environment = context.columns.iter().nth(column).map(|(_, environment)| environment);
                let fresh = environment.and_then(|environment| now.cells.get(environment));
                html.push_str(&cell(context, &address, column, fresh.map(AsRef::as_ref)).0);
            }
        }
    }
    let Some(body) = parsed(&html) else { return };
    for ((element, old, new), fresh) in rows.iter().zip(children(&body)) {
        let cells = element.children();
        for column in missing(old, new) {
            // What is replaced is a child of the row.
            match (fresh.first_element_child(), cell_at(&cells, column)) {
                (Some(fresh), Some(empty)) => drop(element.replace_child(&fresh, &empty)),
                (Some(fresh), None) => drop(element.append_child(&fresh)),
                (None, _) => {}
            }
        }
    }
}

/// The element of a column among the children of its row, of which the row's name is the first.
pub(super) fn cell_at(children: &HtmlCollection, column: usize) -> Option<Element> {
    children.item(u32::try_from(column + 1).unwrap_or(u32::MAX))
}

/// Makes a cell what its HTML says, and lets it glow.
fn replace(element: &Element, html: &str) {
    // Cells are parsed in a row.
    let Ok(row) = document().create_element("tr") else { return };
    row.set_inner_html(html);
    if let Some(fresh) = row.first_element_child() {
        patch(element, &fresh);
        // Two names for one glow: changing the name starts it again.
        let glow = if element.get_attribute(GLOW).as_deref() == Some("odd") { "even" } else { "odd" };
        set(element, GLOW, glow);
    }
}

/// The attribute of a cell that changed.
pub(super) const GLOW: &str = "data-glow";

/// The attribute of a line that is about to be removed.
const HIDDEN: &str = "data-hidden";

/// Sets an attribute of a fixed, valid name, which does not fail.
pub fn set(element: &Element, name: &str, value: &str) {
    drop(element.set_attribute(name, value));
}

fn same(one: Option<&Arc<Cell>>, other: Option<&Arc<Cell>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one == other,
        (None, None) => true,
        _ => false,
    }
}
