//! One scope, followed for ever: list, then watch from there, or list again and again.
//!
//! This is a loop of its own over kube's client instead of kube's `watcher`, since that decodes lists as a whole (one
//! unreadable object fails them all), keeps bookmarks to itself (a quiet cluster would give no sign of life), hides
//! `Retry-After`, and trusts a `resourceVersion` of the future, from which a watch is silent for ever.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::event::Event;
use model::ids::TargetId;
use model::workload::{Fact, Need};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use super::connect::Connection;
use super::error::Fault;
use super::namespaces::Selection;
use super::observe::{Line, Observer, Unreadable};
use super::outside::Outside;
use super::pace::Backoff;
use super::read::{self, Lines};
use super::scope::Scope;
use crate::config::Mode;

/// How often a scope that may be listed but not watched is listed.
const WITHOUT_WATCH: Duration = Duration::from_secs(30);
/// How many unreadable objects are remembered by name.
const MOST_UNREADABLE: usize = 1000;

/// What a pipe tells its target.
#[derive(Debug)]
pub(super) enum Said {
    /// The list is complete.
    Synced,
    /// Data, a bookmark, or an answer.
    Heard,
    /// It fails, and tries again.
    Failed(Fault),
    /// What there is to note, as a whole: objects that could not be read, a watch that is not allowed.
    Notes(Vec<String>),
}

/// Why a pipe ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The credentials or the rights are no longer what they were, or the kind is gone: connect and plan anew.
    Refused(Fault),
    /// Nobody listens any more.
    Closed,
}

/// One scope, followed for ever.
pub(super) struct Pipe {
    pub(super) place: usize,
    pub(super) target: TargetId,
    pub(super) scope: Scope,
    pub(super) mode: Mode,
    pub(super) connection: Arc<Connection>,
    pub(super) outside: Outside,
    pub(super) selection: Arc<Selection>,
    pub(super) observer: Observer,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) said: mpsc::Sender<(usize, Said)>,
    pub(super) state: State,
}

/// What a pipe remembers.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Objects that could not be read when they were last seen, with what is wrong.
    unreadable: BTreeMap<String, String>,
    /// The scope may be listed but not watched.
    unwatchable: bool,
    /// When a sign of life was last passed on.
    heard: Option<Instant>,
}

/// How a pass ended that did not fail.
enum Passed {
    /// The list is complete; a watch goes on from its `resourceVersion`.
    Listed(String),
    /// The watch ended in its time.
    Watched(String),
    /// The watch ended before its time, without a word if `quiet`.
    Cut { version: String, quiet: bool },
    /// Only a new list helps.
    Expired,
}

enum Stop {
    /// With the `resourceVersion` a watch can be tried from again.
    Fault(Option<String>, Fault),
    Closed,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(None, fault)
    }
}

impl Pipe {
    /// Follows the scope until something must be planned anew.
    pub(super) async fn run(mut self) -> Ended {
        let mut failures = Backoff::default();
        let mut relists = Backoff::default();
        let mut version: Option<String> = None;
        loop {
            let passed = match (version.take(), self.mode) {
                (Some(version), _) => self.watch(version).await,
                (None, Mode::Watch { streaming: true }) => self.list_as_stream().await,
                (None, _) => self.list().await.map(Passed::Listed),
            };
            let wait = match passed {
                Ok(passed) => {
                    failures.reset();
                    match passed {
                        Passed::Listed(at) => {
                            version = Some(at);
                            Duration::ZERO
                        }
                        Passed::Watched(at) => {
                            relists.reset();
                            version = Some(at);
                            Duration::ZERO
                        }
                        Passed::Cut { version: at, quiet } => {
                            if !quiet {
                                relists.reset();
                            }
                            version = Some(at);
                            relists.failed(None, self.outside.jitter.draw())
                        }
                        Passed::Expired => relists.failed(None, self.outside.jitter.draw()),
                    }
                }
                Err(Stop::Closed) => return Ended::Closed,
                Err(Stop::Fault(from, fault)) => {
                    let wait = failures.failed(fault.retry_after(), self.outside.jitter.draw());
                    version = from;
                    match self.failed(fault, failures.failures(), &mut version).await {
                        Some(ended) => return ended,
                        None => wait,
                    }
                }
            };
            let wait = match self.mode {
                Mode::Poll { interval } if version.take().is_some() => interval,
                _ => wait,
            };
            if !wait.is_zero() {
                sleep(wait).await;
            }
        }
    }

    /// What follows from a fault. A first failure is tried again before anything is said of it: connections break and servers
    /// restart (one that just started answers 403 until it has loaded its rules).
    async fn failed(&mut self, fault: Fault, failures: u32, version: &mut Option<String>) -> Option<Ended> {
        if matches!((&fault, &version), (Fault::Forbidden(_), Some(_))) && failures >= 3 {
            // Listing was allowed, so only watching is not.
            self.mode = Mode::Poll { interval: WITHOUT_WATCH };
            self.state.unwatchable = true;
            *version = None;
            return self.notes().await.err().map(|_| Ended::Closed);
        }
        if failures < patience(&fault) {
            return None;
        }
        // A kind that a cluster need not have may go with its definition.
        let is_gone = matches!(fault, Fault::NotFound(_)) && self.scope.kind.need() != Need::Core;
        if is_gone || matches!(fault, Fault::Forbidden(_) | Fault::Unauthorized(_)) {
            return Some(Ended::Refused(fault));
        }
        // What was missed meanwhile is unknown, even whether it is the same cluster that comes back.
        *version = None;
        self.say(Said::Failed(fault)).await.err().map(|_| Ended::Closed)
    }

    async fn list(&mut self) -> Result<String, Stop> {
        let listed = read::list(&self.connection, &self.scope, &mut self.observer).await?;
        self.listed(listed.facts, listed.unreadable).await?;
        Ok(listed.version)
    }

    async fn listed(&mut self, mut facts: Vec<Fact>, unreadable: Vec<Unreadable>) -> Result<(), Stop> {
        facts.retain(|fact| self.selection.matches(&fact.name().namespace));
        facts.shrink_to_fit();
        self.state.unreadable.clear();
        for one in unreadable {
            self.skip(one);
        }
        let (kind, namespace) = (self.scope.kind, self.scope.namespace.clone());
        self.send(Event::Listed { target: self.target, kind, namespace, facts, at: self.outside.clock.now() }).await?;
        self.notes().await?;
        self.say(Said::Synced).await
    }

    /// Follows changes from a version.
    async fn watch(&mut self, from: String) -> Result<Passed, Stop> {
        let opened = Instant::now();
        match read::watch(&self.connection, &self.scope.watch(&from, self.connection.pace.window)).await {
            Ok(lines) => self.follow(lines, opened, from).await,
            Err(Fault::Expired(_)) => Ok(Passed::Expired),
            Err(fault) => Err(Stop::Fault(Some(from), fault)),
        }
    }

    /// Follows changes until the watch ends.
    async fn follow(&mut self, mut lines: Lines, opened: Instant, from: String) -> Result<Passed, Stop> {
        let window = self.connection.pace.window;
        self.heard().await?;
        let (mut version, mut quiet) = (from, true);
        while let Some(line) = self.line(&mut lines, opened).await? {
            quiet = false;
            self.heard().await?;
            match line {
                Line::Error { code: 410, .. } => return Ok(Passed::Expired),
                line => version = self.take(line).await?.unwrap_or(version),
            }
        }
        if opened.elapsed() + Duration::from_secs(1) < window {
            Ok(Passed::Cut { version, quiet })
        } else if quiet {
            // Not even a bookmark, which a server sends before it ends a watch: the version may be of the future
            // (a cluster restored or made anew), and such a watch says nothing for ever.
            Ok(Passed::Expired)
        } else {
            Ok(Passed::Watched(version))
        }
    }

    /// Lists by a watch that begins with the state, and goes on with it; falls back to plain lists where the server does not
    /// know that.
    async fn list_as_stream(&mut self) -> Result<Passed, Stop> {
        let window = self.connection.pace.window;
        let opened = Instant::now();
        let mut lines = match read::watch(&self.connection, &self.scope.streaming_list(window)).await {
            Ok(lines) => lines,
            Err(Fault::Status { code: 400 | 422, text }) => return self.list_plainly(&text).await,
            Err(fault) => return Err(fault.into()),
        };
        let (mut facts, mut unreadable) = (Vec::new(), Vec::new());
        while let Some(line) = self.line(&mut lines, opened).await? {
            match line {
                Line::Seen { fact: Ok(fact), .. } => facts.push(fact),
                Line::Seen { fact: Err(one), .. } => unreadable.push(one),
                Line::Bookmark { version: Some(version), ends_initial: true } => {
                    self.listed(facts, unreadable).await?;
                    return self.follow(lines, opened, version).await;
                }
                Line::Error { code, text } => return Err(Fault::from_status(code, &text, None).into()),
                Line::Gone { .. } | Line::Bookmark { .. } | Line::Malformed(_) => {}
            }
        }
        if opened.elapsed() + Duration::from_secs(1) < window {
            return Err(Fault::Unreachable(format!("{} cut a streaming list", self.connection.server)).into());
        }
        self.list_plainly("no bookmark ends the initial events").await
    }

    async fn list_plainly(&mut self, why: &str) -> Result<Passed, Stop> {
        tracing::info!(target = self.target.0, scope = %self.scope, why, "streaming lists are not supported here: plain lists");
        self.mode = Mode::Watch { streaming: false };
        self.list().await.map(Passed::Listed)
    }

    /// The next line of a watch; none when it ended, was cut, or should have ended long ago.
    async fn line(&mut self, lines: &mut Lines, opened: Instant) -> Result<Option<Line>, Stop> {
        let pace = self.connection.pace;
        match timeout_at(opened + pace.window + pace.margin, lines.next(&self.connection)).await {
            Ok(Ok(Some(line))) => Ok(Some(self.observer.line(&line))),
            Ok(Err(fault @ Fault::Malformed(_))) => Err(fault.into()),
            // A connection that broke is opened again, which tells whether the server is there.
            Ok(Ok(None) | Err(_)) | Err(_) => Ok(None),
        }
    }

    /// Takes in a line, and gives the version it brings the watch to.
    async fn take(&mut self, line: Line) -> Result<Option<String>, Stop> {
        match line {
            Line::Seen { fact: Ok(fact), version } => {
                if fact.is_used() && self.selection.matches(&fact.name().namespace) {
                    if !self.state.unreadable.is_empty() {
                        self.readable(&fact.name().to_string()).await?;
                    }
                    self.send(Event::Seen { target: self.target, fact, at: self.outside.clock.now() }).await?;
                }
                Ok(version)
            }
            Line::Gone { name: Ok(name), version } => {
                if self.selection.matches(&name.namespace) {
                    self.readable(&name.to_string()).await?;
                    self.send(Event::Gone { target: self.target, kind: self.scope.kind, name, at: self.outside.clock.now() }).await?;
                }
                Ok(version)
            }
            Line::Seen { fact: Err(one), version } | Line::Gone { name: Err(one), version } => {
                self.skip(one);
                self.notes().await?;
                Ok(version)
            }
            Line::Bookmark { version, .. } => Ok(version),
            Line::Error { code, text } => Err(Fault::from_status(code, &text, None).into()),
            Line::Malformed(why) => {
                self.skip(Unreadable { name: None, why });
                self.notes().await?;
                Ok(None)
            }
        }
    }

    fn skip(&mut self, one: Unreadable) {
        let selected = one.name.as_ref().is_none_or(|name| self.selection.matches(&name.namespace));
        if selected && self.state.unreadable.len() < MOST_UNREADABLE {
            let key = one.name.as_ref().map(ToString::to_string).unwrap_or_default();
            tracing::debug!(target = self.target.0, scope = %self.scope, object = key, why = one.why, "skipped an unreadable object");
            self.state.unreadable.insert(key, one.why);
        }
    }

    async fn readable(&mut self, name: &str) -> Result<(), Stop> {
        if self.state.unreadable.remove(name).is_some() { self.notes().await } else { Ok(()) }
    }

    async fn notes(&mut self) -> Result<(), Stop> {
        let mut notes = Vec::new();
        if self.state.unwatchable {
            notes.push(format!("may not watch {}: lists them every {} s", self.scope, WITHOUT_WATCH.as_secs()));
        }
        if let Some((name, why)) = self.state.unreadable.first_key_value() {
            let name = if name.is_empty() { "one without a name" } else { name };
            notes.push(format!("{} {} skipped, could not be read: {name}: {why}", self.state.unreadable.len(), self.scope.kind.plural()));
        }
        self.say(Said::Notes(notes)).await
    }

    /// Passes on a sign of life, now and then.
    async fn heard(&mut self) -> Result<(), Stop> {
        let often = self.connection.pace.heartbeat / 4;
        if self.state.heard.is_some_and(|last| last.elapsed() < often) {
            return Ok(());
        }
        self.state.heard = Some(Instant::now());
        self.say(Said::Heard).await
    }

    async fn say(&self, said: Said) -> Result<(), Stop> {
        self.said.send((self.place, said)).await.map_err(|_| Stop::Closed)
    }

    async fn send(&self, event: Event) -> Result<(), Stop> {
        self.events.send(event).await.map_err(|_| Stop::Closed)
    }
}

/// How many times in a row a fault must happen before it is told.
pub(super) fn patience(fault: &Fault) -> u32 {
    match fault {
        Fault::Silent(_) | Fault::Malformed(_) => 1,
        Fault::Unreachable(_) | Fault::Unauthorized(_) | Fault::NotFound(_) | Fault::Expired(_) | Fault::Status { .. } => 2,
        Fault::Busy { .. } => 3,
        Fault::Forbidden(_) => 4,
    }
}
