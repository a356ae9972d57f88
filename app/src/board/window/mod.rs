//! Which rows are in the document.
//!
//! The server writes a page of them. In the browser the table is a window: the rows on the screen and a few beyond it are in
//! the document, and two spacers, above and below, are as tall as all the others together. On paper all rows are there. A row has
//! the cells of the columns that are on the screen, and for a while those that it had before; before them are empty elements, behind
//! them nothing.
//!
//! The rows are HTML that server and browser write with the same functions ([`super::row`]), and nobody's but the window's:
//! leptos makes the `<tbody>` and does not look into it. Whatever changes (the board, the search, the order, the columns, what
//! the screen shows, the selection), [`Window::arrange`] makes the list of the [`Line`]s that should be there, and
//! [`lines::put`] brings the document in line with it.

pub mod focus;
pub mod heights;
pub mod lines;
mod narrow;
mod patch;
mod screen;
mod slices;
mod stay;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use js_sys::Date;
use leptos::html;
use leptos::prelude::*;
use model::ids::ServiceName;
use web_sys::HtmlElement;

use self::heights::{Beyond, Heights};
pub use self::lines::set;
use self::lines::{Leaving, Line};
use self::slices::Slice;
use super::columns::Columns;
use super::item::Item;
use super::page::Page;
use super::row::{Position, RowContext, heading};
use crate::live::state::Live;
use crate::opening::Opening;
use crate::ui::ago;

/// This many columns beyond the screen are in the document, on either side.
const COLUMNS_BEYOND: usize = 1;

/// Which rows are in the document.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    live: Live,
    /// How many rows a page has.
    pub page: usize,
    /// The lines in the document.
    lines: StoredValue<Vec<Line>>,
    /// The columns of those lines.
    columns: StoredValue<Columns>,
    /// What the table listed when they were put there.
    listed: StoredValue<Arc<[Item]>>,
    /// How they are chosen.
    pub extent: RwSignal<Extent>,
    /// The place of the first of them.
    first: StoredValue<usize>,
    heights: StoredValue<Heights>,
    /// How tall the spacers are, above and below.
    spaces: StoredValue<[Option<f64>; 2]>,
    /// How wide the rows were when they were measured.
    width: StoredValue<i32>,
    /// Counts what was learned of the heights.
    learned: RwSignal<u32>,
    /// Counts the parts of a screen that come one after the other.
    part: RwSignal<u32>,
    /// How many new cells such a part has.
    most: StoredValue<usize>,
    /// Counts what was put into the document with something left to come: the newest goes on.
    left_over: StoredValue<u32>,
    /// The stretch of the rows that is on the screen: from and to, counted from the top of the first row.
    screen: RwSignal<(f64, f64)>,
    /// The columns that are on the screen: from, and up to but without.
    across: RwSignal<(usize, usize)>,
    /// When it saw something else on the screen last, in milliseconds since 1970.
    moved: StoredValue<f64>,
    /// What is put into the document beside the rows on the screen.
    beyond: RwSignal<Beyond>,
    /// Whether something was above the screen when somebody typed.
    was_scrolled: StoredValue<Option<bool>>,
    /// The row to bring into view, as long as it is only guessed where it is.
    aim: StoredValue<Option<ServiceName>>,
    /// The cell, by place and column, that gets the focus as soon as it is in the document.
    pending: StoredValue<Option<(usize, usize)>>,
    /// The cell that had the focus when its row left the document.
    left: StoredValue<Option<(Item, usize)>>,
    /// What scrolls, where the page itself does not.
    pub board: NodeRef<html::Div>,
    /// As tall as the rows above.
    pub above: NodeRef<html::Tbody>,
    /// Holds the rows.
    pub body: NodeRef<html::Tbody>,
    /// As tall as the rows below.
    pub below: NodeRef<html::Tbody>,
}

/// How the rows in the document are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// A page of them, by its number from 0: what the server writes.
    Page(usize),
    /// What is on the screen.
    Screen,
    /// All of them: on paper.
    All,
}

impl Window {
    /// The page of rows that is in the document.
    #[must_use]
    pub fn new(live: Live, opening: &Opening) -> Self {
        Self {
            live,
            page: opening.page,
            lines: StoredValue::new(Vec::new()),
            columns: StoredValue::new(live.columns.get_untracked()),
            listed: StoredValue::new(Arc::default()),
            extent: RwSignal::new(Extent::Page(opening.first / opening.page)),
            first: StoredValue::new(opening.first),
            heights: StoredValue::new(Heights::unknown()),
            spaces: StoredValue::new([None; 2]),
            width: StoredValue::new(0),
            learned: RwSignal::new(0),
            part: RwSignal::new(0),
            most: StoredValue::new(slices::LEAST),
            left_over: StoredValue::new(0),
            screen: RwSignal::new((0.0, 0.0)),
            across: RwSignal::new((0, usize::MAX)),
            moved: StoredValue::new(0.0),
            was_scrolled: StoredValue::new(None),
            beyond: RwSignal::new(Beyond::SomeRows),
            aim: StoredValue::new(None),
            pending: StoredValue::new(None),
            left: StoredValue::new(None),
            board: NodeRef::new(),
            above: NodeRef::new(),
            body: NodeRef::new(),
            below: NodeRef::new(),
        }
    }

    /// The page of rows that the server writes; in the browser it is in the document already.
    #[must_use]
    pub fn written(self, page: Page) -> String {
        let first = self.first.get_value();
        let lines = untrack(|| self.wanted(page, first..first + self.page));
        let html = if cfg!(feature = "ssr") { untrack(|| lines::html(&lines, &self.context(page))) } else { String::new() };
        self.lines.set_value(lines);
        html
    }

    /// The heading of the first row of a page, where that is on a page before. Only the server writes it, for those who read pages.
    #[must_use]
    pub fn heading_above(self, page: Page) -> String {
        if !cfg!(feature = "ssr") {
            return String::new();
        }
        let (shown, first) = (self.live.shown.get_untracked(), self.first.get_value());
        let above = if matches!(shown.get(first), Some(Item::Row(_))) { &shown[..first] } else { &[] };
        let headings = above.iter().enumerate().rev();
        let mut found = headings.filter_map(|(place, item)| match item {
            Item::Heading(words) => Some(heading(page.strings, words, Position { place, pinned: false, selected: None }).0),
            Item::Row(_) => None,
        });
        found.next().unwrap_or_default()
    }

    /// Makes a window of the page that the server wrote. Called once; it begins in the browser.
    pub fn come_alive(self, page: Page) {
        Effect::new(move |_| self.open());
        let places = Memo::new(move |_| self.places());
        Effect::new(move |_| {
            if let Some(places) = places.get() {
                self.arrange(page, places);
            }
        });
        Effect::new(move |_| self.narrow_later(self.across.get()));
        Effect::new(move |before: Option<()>| {
            let now = page.clock.now();
            if let Some(body) = self.body.get_untracked().filter(|_| before.is_some()) {
                ago::refresh(&body, now, &page.strings.ages);
            }
        });
        // What is opened is seen, whether by a link or by going back.
        let is_open = Memo::new(move |_| places.with(Option::is_some));
        Effect::new(move |_| {
            if let Some(selection) = page.selection.get().filter(|_| is_open.get()) {
                self.show(&selection.service);
            }
        });
    }

    /// The places of the rows to have in the document; nothing as long as they are those that the server wrote.
    fn places(self) -> Option<Range<usize>> {
        let shown = self.live.shown.get();
        let places = match self.extent.get() {
            Extent::Page(_) => return None,
            Extent::Screen => {
                self.learned.track();
                let (from, to) = self.screen.get();
                self.heights.with_value(|heights| heights.places(&shown, from, to, self.beyond.get()))
            }
            Extent::All => 0..shown.len(),
        };
        // Of a large board the rows that are not known yet are room that is left for them.
        Some(match self.live.known.get() {
            None => places,
            Some(known) => places.start.clamp(known.start, known.end)..places.end.clamp(known.start, known.end),
        })
    }

    /// Whether the table lists what it listed when this was asked last: then others are in the document because somebody scrolled.
    fn is_listed(self) -> bool {
        let shown = self.live.shown.get_untracked();
        let is_same = self.listed.with_value(|listed| Arc::ptr_eq(listed, &shown));
        self.listed.set_value(shown);
        is_same
    }

    /// The places of the rows that are on the screen.
    fn on_screen(self) -> Range<usize> {
        let (shown, (from, to)) = (self.live.shown.get_untracked(), self.screen.get_untracked());
        self.heights.with_value(|heights| heights.places(&shown, from, to, Beyond::Nothing))
    }

    /// Puts the lines at these places into the document, as they should be now; whoever calls this is told of all that changes
    /// them.
    fn arrange(self, page: Page, places: Range<usize>) {
        self.learned.track();
        self.part.track();
        let new = self.wanted(page, places.clone());
        let began = Date::now();
        let columns = self.live.columns.get_untracked();
        let others = self.columns.with_value(|old| *old != columns);
        let is_listed = self.is_listed();
        let is_scrolled = is_listed && !others;
        let beyond = self.beyond.get();
        // The frame that answers a key.
        let is_answer = beyond == Beyond::Nothing && !is_listed;
        let most = self.most.get_value();
        let Slice { lines: mut new, places, cells, is_all } = self.lines.with_value(|old| match (self.extent.get(), beyond) {
            (Extent::Screen, Beyond::Nothing) if is_answer => slices::answer(old, new, places),
            (Extent::Screen, Beyond::Nothing) => slices::next(old, new, places, most),
            (Extent::Screen, Beyond::SomeRows) if is_scrolled => slices::near(old, new, places, &self.on_screen(), most),
            _ => Slice { lines: new, places, cells: 0, is_all: true },
        });
        self.first.set_value(places.start);
        self.space(&places);
        let Some(body) = self.body.get_untracked() else { return };
        let old = if others { Vec::new() } else { self.lines.get_value() };
        let focused = self.take_leave(&new);
        // Who types presses nothing; a press is on a row that is still there when the pointer is let go.
        let leaving = if beyond == Beyond::Nothing { Leaving::AreReused } else { Leaving::Go };
        let hides = lines::put(&body, &old, &mut new, leaving, &untrack(|| self.context(page)));
        self.lines.set_value(new);
        self.columns.set_value(columns);
        self.give_back(focused);
        if others {
            // They have other widths, perhaps.
            self.resized();
        }
        self.measure_later();
        // A frame of scrolling has other work to do, and so has the one that answers a key.
        let cells = if beyond == Beyond::Nothing && !is_answer { cells } else { 0 };
        if hides || cells > 0 || !is_all {
            self.follow_up(Date::now() - began, cells, is_all);
        }
    }

    /// Does what [`Window::arrange`] does with other rows, beside the document.
    pub fn rehearse(self, page: Page) {
        let lines = self.lines.get_value();
        let (Ok(body), Some([first, second, third, fourth])) = (document().create_element("tbody"), lines.first_chunk()) else { return };
        let mut there = Vec::new();
        for (wanted, is_answer) in [(vec![first, second], false), (vec![third, fourth], true), (vec![second, first], false), (vec![], true)]
        {
            let wanted = wanted.into_iter().cloned().collect();
            let Slice { lines: mut new, .. } =
                if is_answer { slices::answer(&there, wanted, 0..0) } else { slices::next(&there, wanted, 0..0, usize::MAX) };
            lines::put(&body, &there, &mut new, Leaving::AreReused, &self.context(page));
            lines::remove_hidden(&body);
            there = new;
        }
    }

    /// Once a part of the screen is painted: removes what it hid, takes in how long it took, beside what it took until now, and puts the
    /// next one there.
    fn follow_up(self, took: f64, cells: usize, is_all: bool) {
        self.left_over.update_value(|left_over| *left_over += 1);
        let left_over = self.left_over.get_value();
        request_animation_frame(move || {
            let began = Date::now();
            let painted = move || {
                // What was just painted is on the screen before this.
                set_timeout(move || self.remove_hidden(), Duration::ZERO);
                let took = took + Date::now() - began;
                if cells > 0 {
                    self.most.update_value(|most| *most = slices::most(*most, cells, took));
                }
                if !is_all {
                    self.go_on(left_over, slices::pause(took));
                }
            };
            set_timeout(painted, Duration::ZERO);
        });
    }

    /// Puts the next part there, when that is what is left, and nobody typed for so long.
    fn go_on(self, left_over: u32, pause: Duration) {
        if self.left_over.get_value() != left_over {
            return;
        }
        let wait = pause.saturating_sub(self.live.since_search());
        if wait.is_zero() {
            self.part.update(|part| *part += 1);
        } else {
            set_timeout(move || self.go_on(left_over, pause), wait);
        }
    }

    fn remove_hidden(self) {
        if let Some(body) = self.body.get_untracked() {
            lines::remove_hidden(&body);
        }
    }

    /// The lines at these places, as they should be now. A row that is not known is none.
    fn wanted(self, page: Page, places: Range<usize>) -> Vec<Line> {
        self.live.follow();
        let (shown, columns, selection) = (self.live.shown.get(), self.live.columns.get(), page.selection.get());
        let pinned = page.pins.get();
        let cells = self.cells(columns.len());
        let line = |place: usize| {
            let item = shown.get(place)?.clone();
            let row = item.service().map(|service| self.live.row(service));
            if row == Some(None) {
                return None;
            }
            let selected = selection.as_ref().filter(|selection| item.is_of(&selection.service)).map(|selection| {
                let column = selection.environment.as_ref().and_then(|environment| columns.position(environment));
                column.map_or(0, |column| column + 1)
            });
            let pinned = item.service().is_some_and(|service| pinned.contains(service));
            Some(Line { item, row: row.flatten(), position: Position { place, pinned, selected }, cells: cells.clone() })
        };
        places.filter_map(line).collect()
    }

    /// The columns, of so many, whose cells are to be in the document.
    fn cells(self, columns: usize) -> Range<usize> {
        if self.extent.get() != Extent::Screen {
            return 0..columns;
        }
        let (from, to) = self.across.get();
        let more = if self.beyond.get() == Beyond::Nothing { 0 } else { COLUMNS_BEYOND };
        from.saturating_sub(more).min(columns)..to.saturating_add(more).min(columns)
    }

    /// What rows are written with in the view of now.
    fn context(self, page: Page) -> RowContext {
        let view = page.view.query().with_page(page.view.page.get());
        RowContext::new(self.live.columns.get(), page.strings, page.clock.now(), &page.view.base(), &view)
    }

    /// Makes the spacers as tall as what is not in the document.
    fn space(self, places: &Range<usize>) {
        let shown = self.live.shown.get_untracked();
        let (above, below) = self.heights.with_value(|heights| {
            let top = |place| heights.top(&shown, place);
            (top(places.start), top(shown.len()) - top(places.end))
        });
        let old = self.spaces.get_value();
        for (place, spacer, height) in [(0, self.above, above), (1, self.below, below)] {
            if old[place] != Some(height)
                && let Some(spacer) = spacer.get_untracked()
            {
                // A length of CSS is never refused.
                drop(HtmlElement::style(&spacer).set_property("height", &pixels(height)));
                self.spaces.update_value(|spaces| spaces[place] = Some(height));
            }
        }
    }
}

/// A length of CSS. The browser writes the number: what writes one in Rust weighs more than the rest of the window.
fn pixels(length: f64) -> String {
    let number = js_sys::Number::from(length).to_string_with_radix(10);
    format!("{}px", number.map(String::from).unwrap_or_default())
}
