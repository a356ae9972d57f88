//! The stream of changes from the server. Lives in the browser only.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::delta::Delta;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{EventSource, MessageEvent};

use super::clock::Clock;
use super::connection::Connection;
use super::state::Live;
use crate::api::{self, LoadError};

/// The first and the longest wait before a stream that the server refused is opened again.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// A server that is silent for longer is not there any more, whatever the connection says: it says something every 15 s.
const SILENCE: Duration = Duration::from_secs(45);

/// How often silence is looked for.
const LISTENING: Duration = Duration::from_secs(10);

/// A board that differs as a whole again and again, while its server starts, is loaded no sooner again than after so many
/// milliseconds.
const LOADS: f64 = 2000.0;

/// A page that is older than this may be loaded anew.
const SETTLED: Duration = Duration::from_secs(60);

/// What the stream feeds.
#[derive(Clone, Copy)]
pub struct Sink {
    /// The board.
    pub live: Live,
    /// The connection notice.
    pub connection: RwSignal<Connection>,
    /// When it is.
    pub clock: Clock,
    /// When the server was last heard, UTC, in the ticks of the clock.
    pub heard: RwSignal<DateTime<Utc>>,
    /// Which version of the page the server has; set whenever it says so.
    pub served: RwSignal<Option<String>>,
}

/// Follows the board from the state the page has. Called once, in an effect; it goes on as long as the page.
pub fn follow(base: &str, sink: Sink) {
    let follower = Rc::new(Follower {
        url: format!("{base}/api/v1/board/events"),
        whole: format!("{base}/board.ndjson"),
        sink,
        source: RefCell::new(None),
        handlers: RefCell::new(Vec::new()),
        wait: Cell::new(RETRY.0),
        started: js_sys::Date::now(),
        heard: Cell::new(js_sys::Date::now()),
        loaded: Cell::new(f64::NEG_INFINITY),
    });
    follower.listen();
    follower.open();
    set_interval(move || follower.notice_silence(), LISTENING);
}

/// What is done with an event, by the event's name.
type Handler = (&'static str, Closure<dyn Fn(MessageEvent)>);

struct Follower {
    url: String,
    /// Where the whole board is.
    whole: String,
    sink: Sink,
    source: RefCell<Option<EventSource>>,
    /// Made once and given to every stream, so that a page that runs for weeks does not grow.
    handlers: RefCell<Vec<Handler>>,
    wait: Cell<Duration>,
    /// When the page was loaded, in milliseconds since 1970.
    started: f64,
    /// When the server was last heard, or given up, in milliseconds since 1970.
    heard: Cell<f64>,
    /// When the whole board was asked for, in milliseconds since 1970.
    loaded: Cell<f64>,
}

impl Follower {
    fn listen(self: &Rc<Self>) {
        let on = |name, action: fn(&Rc<Self>, &MessageEvent)| {
            let this = Rc::clone(self);
            (name, Closure::new(move |event: MessageEvent| action(&this, &event)))
        };
        *self.handlers.borrow_mut() = vec![
            on("open", Self::opened),
            on("version", Self::version),
            on("whole", Self::whole),
            on("delta", Self::delta),
            on("error", Self::broken),
        ];
    }

    fn open(self: &Rc<Self>) {
        if self.sink.live.known.with_untracked(Option::is_some) {
            self.load();
            return;
        }
        let url = format!("{}?whole=apart&since={}", self.url, self.sink.live.revision());
        let Ok(source) = EventSource::new(&url) else {
            self.open_later();
            return;
        };
        for (name, handler) in self.handlers.borrow().iter() {
            // Adding a listener of a fixed name does not fail.
            drop(source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref()));
        }
        self.close();
        self.source.replace(Some(source));
    }

    fn opened(self: &Rc<Self>, _: &MessageEvent) {
        self.wait.set(RETRY.0);
        self.hear();
        self.sink.connection.set(Connection::Live);
    }

    /// Which version of the page the server has: its word when there is nothing else to say.
    fn version(self: &Rc<Self>, event: &MessageEvent) {
        self.hear();
        self.sink.served.set(event.data().as_string());
    }

    fn hear(&self) {
        self.heard.set(js_sys::Date::now());
        let now = self.sink.clock.now_untracked();
        if self.sink.heard.get_untracked() != now {
            self.sink.heard.set(now);
        }
    }

    /// A connection may end without a word: a cable that was pulled, a proxy that forgot.
    fn notice_silence(self: &Rc<Self>) {
        let silent = js_sys::Date::now() - self.heard.get() > SILENCE.as_secs_f64() * 1000.0;
        let open = self.source.borrow().as_ref().is_some_and(|source| source.ready_state() != EventSource::CLOSED);
        if silent && open {
            self.sink.connection.set(Connection::Paused);
            self.close();
            // The next attempt gets as long.
            self.heard.set(js_sys::Date::now());
            self.open_later();
        }
    }

    /// No changes lead from what the page has to the newest board, which is of another run of the server, or they are too many.
    fn whole(self: &Rc<Self>, _: &MessageEvent) {
        self.close();
        let wait = (self.loaded.get() + LOADS - js_sys::Date::now()).clamp(0.0, LOADS);
        let this = Rc::clone(self);
        set_timeout(move || this.load(), Duration::from_secs_f64(wait / 1000.0));
    }

    /// Loads the whole board, and follows it from there.
    fn load(self: &Rc<Self>) {
        self.loaded.set(js_sys::Date::now());
        let this = Rc::clone(self);
        spawn_local(async move {
            match api::board(&this.whole).await {
                Ok((board, haystacks)) => {
                    this.sink.live.replace(board, haystacks, this.sink.clock.now_untracked());
                    this.open();
                }
                Err(LoadError::Unreadable(error)) => this.unreadable(&error),
                Err(LoadError::Unreachable(_)) => {
                    this.sink.connection.set(Connection::Paused);
                    this.open_later();
                }
            }
        });
    }

    fn close(&self) {
        if let Some(source) = self.source.take() {
            source.close();
        }
    }

    fn delta(self: &Rc<Self>, event: &MessageEvent) {
        self.hear();
        match parse::<Delta>(event) {
            Ok(delta) => self.sink.live.apply(&delta, self.sink.clock.now_untracked()),
            Err(error) => self.unreadable(&error),
        }
    }

    /// The server speaks another version of the language: the page it serves now understands it. A page that was
    /// just loaded is not loaded again; it says that it does not follow.
    fn unreadable(&self, error: &str) {
        leptos::logging::error!("The server sent what this page does not understand: {error}");
        if js_sys::Date::now() - self.started > SETTLED.as_secs_f64() * 1000.0 {
            // Never into the browser's own page about a server that is not there.
            api::go_when_answered(api::here());
        } else {
            self.sink.connection.set(Connection::Paused);
        }
    }

    /// A stream that was cut is opened again by the browser; one that was refused is not.
    fn broken(self: &Rc<Self>, _: &MessageEvent) {
        self.sink.connection.set(Connection::Paused);
        let refused = self.source.borrow().as_ref().is_none_or(|source| source.ready_state() == EventSource::CLOSED);
        if refused {
            self.open_later();
        }
    }

    fn open_later(self: &Rc<Self>) {
        let wait = self.wait.get();
        self.wait.set((wait * 2).min(RETRY.1));
        // Pages that lost their server together do not come back together.
        let this = Rc::clone(self);
        set_timeout(move || this.open(), wait.mul_f64(0.5 + js_sys::Math::random()));
    }
}

fn parse<T: serde::de::DeserializeOwned>(event: &MessageEvent) -> Result<T, String> {
    let text = event.data().as_string().ok_or("an event without text")?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
