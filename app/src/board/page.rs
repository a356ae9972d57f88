//! The page: bar, strip, table, and the details beside it.

use std::sync::Arc;

use leptos::prelude::*;
use model::ids::ServiceName;

use super::aside::DetailsAside;
use super::empty::Empty;
use super::filters::Filters;
use super::legend::Legend;
use super::menu::ViewMenu;
use super::order::Order;
use super::pages::Pages;
use super::pointed;
use super::saved::SavedViews;
use super::search::SearchBox;
use super::selection::Selection;
use super::table::BoardTable;
use super::window::Window;
use crate::i18n::{Language, Strings};
use crate::live::clock::Clock;
use crate::live::connection::Connection;
use crate::live::source::{self, Sink};
use crate::live::state::Live;
use crate::location::Location;
use crate::pins::Pins;
use crate::start::{Start, Written};
use crate::ui::connection::ConnectionNotice;
use crate::ui::copy::{Toast, ToastNote};
use crate::ui::help::Help;
use crate::ui::icon;
use crate::ui::keyboard;
use crate::ui::language::LanguageLink;
use crate::ui::theme::ThemeButton;
use crate::ui::wall::WallLink;
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

    /// Everything that moves: effects run in the browser only, once the page is hydrated.
    pub fn come_alive(self) {
        let Self { live, window, view, location, clock, connection, pins, .. } = self;
        location.listen();
        view.follow_address(location);
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
        window.come_alive(self);
        Effect::new(move |before: Option<()>| {
            view.density.track();
            if before.is_some() {
                window.resized();
            }
        });
        let (heard, served) = (RwSignal::new(clock.now_untracked()), RwSignal::new(None));
        Effect::new(move |_| source::follow(&view.base(), Sink { live, connection, clock, heard, served }));
        Effect::new(move |_| pointed::follow(self));
        let failing = Memo::new(move |_| live.summary.with(|summary| summary.shown_failing));
        Effect::new(move |_| icon::tell(&view.base(), failing.get()));
    }
}

/// The board's page, with the details of a cell beside it.
#[component]
pub fn BoardPage(
    /// What its parts share.
    page: Page,
    /// The details that the server wrote for the address.
    panel: Option<String>,
    /// What else the server wrote.
    written: Written,
) -> impl IntoView {
    let search = NodeRef::new();
    keyboard::listen(page, search);
    let strings = page.strings;
    view! {
        <div class="app">
            <a class="skip" href="#board" rel="external">
                {strings.skip_to_board}
            </a>
            <header class="bar">
                <a class="brand" href=move || page.view.base().to_string() + "/">
                    <Logo />
                    "Relboard"
                </a>
                <SearchBox page input=search />
                <nav class="tools" aria-label="Relboard">
                    <LanguageLink page />
                    <ViewMenu page />
                    <WallLink view=page.view />
                    <ThemeButton view=page.view />
                    <Help content=written.help />
                    <ConnectionNotice connection=page.connection />
                </nav>
            </header>
            <section class="strip" aria-label=strings.legend>
                <SavedViews page content=written.views />
                <Filters page />
                <Legend page />
            </section>
            <main class="main" id="board">
                <h1 class="sr">{strings.caption}</h1>
                <div
                    class="board"
                    tabindex="0"
                    role="region"
                    aria-label=strings.board
                    node_ref=page.window.board
                    on:scroll=move |_| page.window.look()
                >
                    <BoardTable page />
                    <Empty page />
                    <Pages page />
                </div>
                <DetailsAside page content=panel />
            </main>
            <noscript>
                <p class="notice">{strings.without_script}</p>
            </noscript>
            <ToastNote toast=page.toast />
        </div>
    }
}

/// Six cells of a board.
#[component]
fn Logo() -> impl IntoView {
    view! {
        <svg viewBox="0 0 20 20" aria-hidden="true">
            <rect class="hue-0" x="1" y="2" width="8" height="4" rx="1.2" />
            <rect class="hue-0" x="11" y="2" width="8" height="4" rx="1.2" />
            <rect class="hue-1" x="1" y="8" width="8" height="4" rx="1.2" />
            <rect class="red" x="11" y="8" width="8" height="4" rx="1.2" />
            <rect class="hue-2" x="1" y="14" width="8" height="4" rx="1.2" />
            <rect class="hue-2" x="11" y="14" width="8" height="4" rx="1.2" />
        </svg>
    }
}
