//! What the parts of the page share, and what moves them.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use model::ids::ServiceName;

use super::order::Order;
use super::pointed;
use super::rehearsal;
use super::selection::Selection;
use super::window::Window;
use crate::i18n::{Language, Strings};
use crate::live::clock::Clock;
use crate::live::connection::Connection;
use crate::live::source::{self, Sink};
use crate::live::state::Live;
use crate::location::Location;
use crate::pins::Pins;
use crate::start::Start;
use crate::ui::copy::Toast;
use crate::ui::icon;
use crate::ui::keyboard;
use crate::view::ViewState;

/// What the parts of the page share.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The board.
    pub live: Live,
    /// Which rows are in the document.
    pub window: Window,
    /// What is looked at.
    pub view: ViewState,
    /// The address of the document.
    pub location: Location,
    /// The cell whose details are open.
    pub selection: Memo<Option<Selection>>,
    /// When it is.
    pub clock: Clock,
    /// The connection to the server.
    pub connection: RwSignal<Connection>,
    /// The search box, once it is in the document.
    pub search: NodeRef<html::Input>,
    /// What was just done.
    pub toast: Toast,
    /// What is pinned.
    pub pins: Pins,
    /// The language.
    pub language: Language,
    /// What the page says.
    pub strings: &'static Strings,
}

impl Page {
    /// Makes the page's state, for as long as the document is there.
    #[must_use]
    pub fn new(start: &Start) -> Self {
        let location = Location::new(&start.address, start.base.clone());
        let view = ViewState::of_address(location, start.base.clone());
        let base = start.base.clone();
        let (query, order) = untrack(|| (view.filter(), view.order()));
        let live = Live::new(Arc::clone(&start.board), &start.opening, query, order);
        let selection = Memo::new(move |_| location.path.with(|path| Selection::of_path(&base, path)));
        Self {
            live,
            window: Window::new(live, &start.opening),
            view,
            location,
            selection,
            clock: Clock::start(start.now),
            connection: RwSignal::new(Connection::Rendered(start.board.generated_at.max(start.now))),
            search: NodeRef::new(),
            toast: Toast::new(start.language.strings()),
            pins: Pins::new(&start.base),
            language: start.language,
            strings: start.language.strings(),
        }
    }

    /// Copies the full commit of what a cell of the table shows; whether there is one.
    pub fn copy(self, cell: &web_sys::Element) -> bool {
        let full = pointed::full_version(self, cell);
        let is_there = full.is_some();
        full.into_iter().for_each(|full| self.toast.copy(full.to_string()));
        is_there
    }

    /// Pins a service, or takes its pin away, and says so.
    pub fn pin(self, service: &ServiceName) {
        let words = if self.pins.toggle(service) { self.strings.was_pinned } else { self.strings.was_unpinned };
        self.toast.say(words(service.as_str()));
    }

    /// Takes in what somebody types into the search box.
    pub fn type_in(self, q: String) {
        self.window.is_typed_in();
        self.view.type_in(q);
    }

    /// Everything that moves: effects run in the browser only, once the page is hydrated. In parts, each for a task of its own.
    #[must_use]
    pub const fn movements() -> [fn(Self); 4] {
        [Self::follow_reader, Self::follow_choice, Self::follow_screen, Self::follow_server]
    }

    fn follow_reader(self) {
        keyboard::listen(self);
        self.location.listen();
        self.view.follow_address(self.location);
    }

    fn follow_choice(self) {
        let Self { live, window, view, clock, pins, .. } = self;
        // Before what is shown becomes another: rows of the new search are put into the document once, and no more than needed.
        Effect::new(move |before: Option<()>| {
            view.q.track();
            view.sort.track();
            view.group.track();
            if before.is_some() {
                window.hurry();
                window.to_top();
            }
        });
        Effect::new(move |_| live.filter(view.filter(), clock.now()));
        pins.come_alive();
        Effect::new(move |_| live.arrange(Order { pinned: pins.get(), ..view.order() }));
    }

    fn follow_screen(self) {
        let Self { window, view, .. } = self;
        window.come_alive(self);
        Effect::new(move |before: Option<()>| {
            view.density.track();
            if before.is_some() {
                window.resized();
            }
        });
        Effect::new(move |_| pointed::follow(self));
        rehearsal::come_alive(self);
    }

    fn follow_server(self) {
        let Self { live, view, clock, connection, .. } = self;
        let (heard, served) = (RwSignal::new(clock.now_untracked()), RwSignal::new(None));
        Effect::new(move |_| source::follow(&view.base(), Sink { live, connection, clock, heard, served }));
        let failing = Memo::new(move |_| live.summary.with(|summary| summary.shown_failing));
        Effect::new(move |_| icon::tell(&view.base(), failing.get()));
    }
}
