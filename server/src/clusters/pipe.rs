//! One scope, followed for ever: list, then watch from there, or list again and again.
//!
//! This is a loop of its own over kube's client instead of kube's `watcher`, since that decodes lists as a whole (one
//! unreadable object fails them all), keeps bookmarks to itself (a quiet cluster would give no sign of life), hides
//! `Retry-After`, and trusts a `resourceVersion` of the future, from which a watch is silent for ever.

mod list;
mod tell;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::event::Event;
use model::ids::TargetId;
use model::workload::Need;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use self::list::Relist;
use super::connect::Connection;
use super::error::Fault;
use super::guard::Confirmed;
use super::namespaces::Selection;
use super::observe::{Line, Observer, Unreadable};
use super::outside::Outside;
use super::pace::Backoff;
use super::read::{self, Lines};
use super::scope::Scope;
use crate::config::Mode;

/// So many watches in a row that could not be opened, while lists can be read, show that watches do not get through.
const UNOPENED: u32 = 5;

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
#[derive(Debug)]
pub(super) struct State {
    /// Objects that could not be read when they were last seen, with what is wrong.
    unreadable: BTreeMap<String, String>,
    /// The scope can be listed but not watched.
    unwatchable: Option<Unwatchable>,
    /// How many watches in a row could not be opened.
    unopened: u32,
    /// The last watch ended in a way that may have been the server's own end: is it still the same history?
    in_doubt: bool,
    /// When the server last confirmed what is known.
    confirmed: Confirmed,
    /// When the scope is to be listed anew.
    relist: Relist,
    /// When a sign of life was last passed on.
    heard: Option<Instant>,
}

/// Why a scope is listed again and again instead, and when a watch is tried again: a right may come back.
#[derive(Debug)]
struct Unwatchable {
    why: String,
    again: Instant,
}

impl State {
    /// A pipe's state at its beginning. Something of the scope may be known already, from a pipe before.
    pub(super) fn new(confirmed: Confirmed) -> Self {
        Self {
            unreadable: BTreeMap::new(),
            unwatchable: None,
            unopened: 0,
            in_doubt: false,
            confirmed,
            relist: Relist::default(),
            heard: None,
        }
    }
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

/// What a line did.
enum Taken {
    /// It brought the watch to a version, if it has one.
    To(Option<String>),
    /// It could not be read, and something is missed now.
    Lost,
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
    /// Follows the scope until something must be planned anew, and tells when it is not heard of for too long.
    pub(super) async fn run(self) -> Ended {
        let (confirmed, said, place) = (self.state.confirmed.clone(), self.said.clone(), self.place);
        let (bound, scope) = (self.connection.pace.freshness, self.scope.clone());
        tokio::select! {
            biased;
            ended = self.work() => ended,
            () = confirmed.guard(bound, &scope, place, &said) => Ended::Closed,
        }
    }

    async fn work(mut self) -> Ended {
        let mut failures = Backoff::default();
        let mut relists = Backoff::default();
        let mut version: Option<String> = None;
        loop {
            let mode = self.mode_now();
            let passed = match version.take() {
                Some(version) if self.state.relist.is_due() => self.list_anew(version, mode).await,
                Some(version) => self.resume(version).await,
                None => self.begin(mode).await,
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
                            // One that is cut again and again before it says anything tells nothing.
                            let is_mute = quiet && self.state.confirmed.age() > self.connection.pace.window;
                            version = Some(at).filter(|_| !is_mute);
                            self.state.in_doubt = true;
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
            let wait = match self.mode_now() {
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
        if version.is_some() {
            self.state.unopened += 1;
            self.state.in_doubt = true;
            // Listing was allowed, so only watching is not. Or it does not get through, as with proxies that wait for the end
            // of an answer.
            let is_refused = matches!(fault, Fault::Forbidden(_)) && failures >= 3;
            if is_refused || self.state.unopened >= UNOPENED || self.state.unwatchable.is_some() {
                let why = if is_refused { "may not be watched".to_owned() } else { format!("cannot be watched ({fault})") };
                self.state.unwatchable = Some(Unwatchable { why, again: Instant::now() + self.connection.pace.replan });
                *version = None;
                return self.notes().await.err().map(|_| Ended::Closed);
            }
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

    /// How the scope is read now: by lists, while it cannot be watched.
    fn mode_now(&self) -> Mode {
        match &self.state.unwatchable {
            Some(unwatchable) if Instant::now() < unwatchable.again => Mode::Poll { interval: self.connection.pace.poll },
            _ => self.mode,
        }
    }

    /// Follows changes from a version, if the server has not lost the history it is of: an etcd that was restored, or a cluster
    /// made anew. From a version of its future a watch says nothing; and once it comes, what was before is missed for ever.
    async fn resume(&mut self, from: String) -> Result<Passed, Stop> {
        if std::mem::take(&mut self.state.in_doubt) {
            let newest = read::newest(&self.connection, &self.scope).await?;
            let is_lost = newest.zip(from.parse().ok()).is_some_and(|(newest, from): (u64, u64)| newest < from);
            if is_lost {
                return Ok(Passed::Expired);
            }
        }
        self.watch(from).await
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
        self.state.unopened = 0;
        if self.state.unwatchable.take().is_some() {
            self.notes().await?;
        }
        self.heard().await?;
        let (mut version, mut quiet) = (from, true);
        while let Some(line) = self.line(&mut lines, opened).await? {
            quiet = false;
            if matches!(line, Line::Error { code: 410, .. }) || !self.state.confirmed.by_line() {
                return Ok(Passed::Expired);
            }
            self.heard().await?;
            match self.take(line).await? {
                Taken::To(at) => version = at.unwrap_or(version),
                Taken::Lost => return Ok(Passed::Expired),
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

    /// Takes in a line.
    async fn take(&mut self, line: Line) -> Result<Taken, Stop> {
        match line {
            Line::Seen { fact: Ok(fact), version } => {
                if fact.is_used() && self.selection.matches(&fact.name().namespace) {
                    if !self.state.unreadable.is_empty() {
                        self.readable(&fact.name().to_string()).await?;
                    }
                    self.send(Event::Seen { target: self.target, fact, at: self.outside.clock.now() }).await?;
                }
                Ok(Taken::To(version))
            }
            Line::Gone { name: Ok(name), version } => {
                if self.selection.matches(&name.namespace) {
                    self.readable(&name.to_string()).await?;
                    self.send(Event::Gone { target: self.target, kind: self.scope.kind, name, at: self.outside.clock.now() }).await?;
                }
                Ok(Taken::To(version))
            }
            Line::Seen { fact: Err(one @ Unreadable { name: Some(_), .. }), version } => {
                if let Some(fact) = self.unread(&one) {
                    self.send(Event::Seen { target: self.target, fact, at: self.outside.clock.now() }).await?;
                }
                self.skip(one);
                self.notes().await?;
                Ok(Taken::To(version))
            }
            Line::Bookmark { version, .. } => Ok(Taken::To(version)),
            Line::Error { code, text } => Err(Fault::from_status(code, &text, None).into()),
            // Something has changed, and nobody knows what: only a new list tells.
            Line::Seen { fact: Err(Unreadable { why, .. }), .. }
            | Line::Gone { name: Err(Unreadable { why, .. }), .. }
            | Line::Malformed(why) => {
                tracing::debug!(target = self.target.0, scope = %self.scope, why, "a line that cannot be read");
                Ok(Taken::Lost)
            }
        }
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
