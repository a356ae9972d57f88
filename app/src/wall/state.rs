//! The wall's state: the board, the page that is shown, and what it takes to write it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::board::Row;

use super::html::{self, Scene};
use super::paint::Painter;
use super::ranking::{Fit, Ranking};
use super::round::{Now, Round, Turn};
use super::{Parts, awake, keys, update};
use crate::board::item::Item;
use crate::board::order::Order;
use crate::i18n::Strings;
use crate::live::clock::Clock;
use crate::live::connection::Connection;
use crate::live::source::{self, Sink};
use crate::live::state::Live;
use crate::location::Location;
use crate::start::Start;
use crate::ui::icon;
use crate::view::ViewState;

/// How long a page is shown.
pub const TURN: Duration = Duration::from_secs(15);

/// Changes are shown at most this often: nobody on the other side of the room sees more.
const PACE: Duration = Duration::from_millis(250);

/// The wall's state.
#[derive(Clone, Copy, Debug)]
pub struct Wall {
    /// The board.
    pub live: Live,
    /// What is looked at.
    pub view: ViewState,
    /// When it is.
    pub clock: Clock,
    /// The connection to the server.
    pub connection: RwSignal<Connection>,
    /// When the server was last heard, UTC.
    pub heard: RwSignal<DateTime<Utc>>,
    /// Which version of the page the server has.
    pub served: RwSignal<Option<String>>,
    /// How often a page was turned.
    pub turns: RwSignal<u32>,
    /// How much fits on the screen.
    pub fit: RwSignal<Fit>,
    /// Whether pages stay until somebody says otherwise.
    pub held: RwSignal<bool>,
    /// What the page says.
    pub strings: &'static Strings,
    /// The round through the pages.
    round: StoredValue<Round>,
    /// The version of this page.
    version: StoredValue<Arc<str>>,
}

impl Wall {
    /// Makes the wall's state, for as long as the document is there.
    #[must_use]
    pub fn new(start: &Start) -> Self {
        let location = Location::new(&start.address, start.base.clone());
        let view = ViewState::of_address(location, start.base.clone());
        // Neither sorted nor grouped: what is urgent comes first.
        let query = untrack(|| view.filter());
        let order = Order { chosen: view.columns.get_untracked(), ..Order::default() };
        Self {
            live: Live::new(Arc::clone(&start.board), &start.opening, query, order),
            view,
            clock: Clock::start(start.now),
            connection: RwSignal::new(Connection::Rendered(start.board.generated_at.max(start.now))),
            heard: RwSignal::new(start.now),
            served: RwSignal::new(None),
            turns: RwSignal::new(0),
            fit: RwSignal::new(Fit::USUAL),
            held: RwSignal::new(false),
            strings: start.language.strings(),
            round: StoredValue::new(Round::starting(view.page.get_untracked())),
            version: StoredValue::new(Arc::clone(&start.version)),
        }
    }

    /// The version of this page.
    #[must_use]
    pub fn version(self) -> Arc<str> {
        self.version.get_value()
    }

    /// Everything that moves: effects run in the browser only, once the page is hydrated.
    pub fn come_alive(self, parts: Parts) {
        let Self { live, view, clock, connection, heard, served, .. } = self;
        Effect::new(move |_| live.filter(view.filter(), clock.now()));
        Effect::new(move |_| source::follow(&view.base(), Sink { live, connection, clock, heard, served }));
        let failing = Memo::new(move |_| live.summary.with(|summary| summary.shown_failing));
        Effect::new(move |_| icon::tell(&view.base(), failing.get()));
        Painter::start(self, parts);
        self.turn_pages(parts);
        keys::listen(self);
        awake::keep();
        update::follow(self);
    }

    /// Tells at most every [`PACE`] that there is something new.
    #[must_use]
    pub fn news(self) -> RwSignal<u32> {
        let (news, awaited) = (RwSignal::new(0), StoredValue::new(false));
        Effect::new(move |_| {
            self.live.follow();
            self.live.environments.track();
            self.live.shown.track();
            if !awaited.get_value() {
                awaited.set_value(true);
                let tell = move || {
                    awaited.set_value(false);
                    news.update(|news| *news += 1);
                };
                set_timeout(tell, PACE);
            }
        });
        news
    }

    /// Turns the page.
    pub fn turn(self, to: Turn) {
        // Until all of a large board is here there is nothing to turn to.
        if self.live.known.get_untracked().is_none() {
            let (ranking, fit, columns) = untrack(|| (self.ranking(), self.fit.get(), self.live.columns.get().len()));
            self.round.update_value(|round| round.turn(to, Now { ranking: &ranking, fit, columns }));
        }
        self.turns.update(|turns| *turns = turns.wrapping_add(1));
    }

    /// Shows the next page when this one was shown for long enough.
    fn turn_pages(self, parts: Parts) {
        // A page that was left by hand does not turn any more.
        let turn = StoredValue::new(0_u32);
        Effect::new(move |before: Option<()>| {
            self.turns.track();
            turn.update_value(|turn| *turn = turn.wrapping_add(1));
            if let Some(progress) = parts.progress.get_untracked().filter(|_| before.is_some()) {
                // Another name of the same movement begins it anew.
                let name = if progress.get_attribute("data-turn").as_deref() == Some("even") { "odd" } else { "even" };
                drop(progress.set_attribute("data-turn", name));
            }
            if !self.held.get() {
                let this = turn.get_value();
                let next = move || {
                    if turn.get_value() == this {
                        self.turn(Turn::Next);
                    }
                };
                set_timeout(next, TURN);
            }
        });
    }

    /// What is shown now, with its rows as text; those that `before` had otherwise glow.
    #[must_use]
    pub fn written(self) -> (Scene, Vec<String>) {
        let scene = self.scene(self.clock.now());
        let rows = scene.sheet.rows.iter().filter_map(|name| Some(scene.row(&*self.live.row(name)?, None).into_string())).collect();
        (scene, rows)
    }

    /// What is shown at a time, UTC; whoever asks is told of other pages, and of another connection.
    #[must_use]
    pub fn scene(self, now: DateTime<Utc>) -> Scene {
        let columns = self.live.columns.get_untracked();
        self.turns.track();
        let (ranking, fit) = (self.ranking(), self.fit.get());
        let look = |round: &mut Round| round.sheet(Now { ranking: &ranking, fit, columns: columns.len() });
        let sheet = self.round.try_update_value(look).unwrap_or_default();
        Scene {
            q: self.view.q.get_untracked(),
            columns,
            environments: self.live.environments.get_untracked(),
            ranking,
            sheet,
            connection: self.connection.get(),
            heard: self.heard.get(),
            now,
            time: time_of_day(now),
            strings: self.strings,
        }
    }

    /// The rows that the search shows, in the order of now.
    fn ranking(self) -> Ranking {
        let rows = self.live.shown.with_untracked(|shown| {
            let rows = shown.iter().filter_map(Item::service).filter_map(|name| self.live.row(name));
            rows.collect::<Vec<Arc<Row>>>()
        });
        Ranking::of(rows, &self.live.columns.get_untracked())
    }
}

/// The time of day: the server's clock, in the time zone of the screen.
fn time_of_day(now: DateTime<Utc>) -> String {
    if cfg!(feature = "hydrate") { html::local(now, js_sys::Date::new_0().get_timezone_offset()) } else { html::utc(now) }
}
