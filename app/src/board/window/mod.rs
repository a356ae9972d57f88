//! Which rows are in the document.
//!
//! The server writes a page of them. In the browser the table is a window: the rows on the screen and a few beyond it are in
//! the document, and two spacers, above and below, are as tall as all the others together. On paper all rows are there.

mod focus;
pub mod heights;
mod screen;

use std::ops::Range;

use leptos::html;
use leptos::prelude::*;
use model::ids::ServiceName;
use web_sys::HtmlElement;

use self::heights::{Beyond, Heights};
use super::selection::Selection;
use crate::live::rows::RowState;
use crate::live::state::Live;
use crate::opening::{Opening, PAGE};

/// Which rows are in the document.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    live: Live,
    /// The rows in the document.
    pub rows: RwSignal<Vec<RowState>>,
    /// How they are chosen.
    pub extent: RwSignal<Extent>,
    /// The place of the first of them.
    first: StoredValue<usize>,
    heights: StoredValue<Heights>,
    /// How wide the rows were when they were measured.
    width: StoredValue<i32>,
    /// Counts what was learned of the heights.
    learned: RwSignal<u32>,
    /// The stretch of the rows that is on the screen: from and to, counted from the top of the first row.
    screen: RwSignal<(f64, f64)>,
    /// What is put into the document beside the rows on the screen.
    beyond: RwSignal<Beyond>,
    /// Set while the pointer is down: what it is about to click stays where it is.
    pressed: StoredValue<bool>,
    /// The row to bring into view, as long as it is only guessed where it is.
    aim: StoredValue<Option<ServiceName>>,
    /// The cell, by place and column, that gets the focus as soon as it is in the document.
    pending: StoredValue<Option<(usize, usize)>>,
    /// The cell that had the focus when its row left the document.
    left: StoredValue<Option<(ServiceName, usize)>>,
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
            rows: RwSignal::new(live.rows(opening.places())),
            extent: RwSignal::new(Extent::Page(opening.first / PAGE)),
            first: StoredValue::new(opening.first),
            heights: StoredValue::new(Heights::unknown()),
            width: StoredValue::new(0),
            learned: RwSignal::new(0),
            screen: RwSignal::new((0.0, 0.0)),
            beyond: RwSignal::new(Beyond::SomeRows),
            pressed: StoredValue::new(false),
            aim: StoredValue::new(None),
            pending: StoredValue::new(None),
            left: StoredValue::new(None),
            board: NodeRef::new(),
            above: NodeRef::new(),
            body: NodeRef::new(),
            below: NodeRef::new(),
        }
    }

    /// Makes a window of the page that the server wrote. Called once; it begins in the browser.
    pub fn come_alive(self, selection: Memo<Option<Selection>>) {
        Effect::new(move |_| self.open());
        let places = Memo::new(move |_| self.places());
        Effect::new(move |_| {
            if let Some(places) = places.get() {
                self.arrange(&places);
            }
        });
        // What is opened is seen, whether by a link or by going back.
        let is_open = Memo::new(move |_| places.with(Option::is_some));
        Effect::new(move |_| {
            if let Some(selection) = selection.get().filter(|_| is_open.get()) {
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

    /// Puts the rows at these places into the document.
    fn arrange(self, places: &Range<usize>) {
        self.live.shown.track();
        self.live.columns.track();
        self.learned.track();
        let rows = self.live.rows(places.clone());
        self.first.set_value(places.start);
        self.space(places);
        let same = self.rows.with_untracked(|old| old.len() == rows.len() && old.iter().zip(&rows).all(|(old, new)| old.is(new)));
        if !same {
            self.take_leave(&rows);
            self.rows.set(rows);
        }
        self.measure_later();
    }

    /// Makes the spacers as tall as what is not in the document.
    fn space(self, places: &Range<usize>) {
        let shown = self.live.shown.get_untracked();
        let (above, below) = self.heights.with_value(|heights| {
            let top = |place| heights.top(&shown, place);
            (top(places.start), top(shown.len()) - top(places.end))
        });
        for (spacer, height) in [(self.above, above), (self.below, below)] {
            if let Some(spacer) = spacer.get_untracked() {
                // A length of CSS is never refused.
                drop(HtmlElement::style(&spacer).set_property("height", &format!("{height}px")));
            }
        }
    }
}
