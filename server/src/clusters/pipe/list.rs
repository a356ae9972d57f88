//! Lists: the first one, the one after something was missed, and the one every so often.

use std::time::Duration;

use model::event::Event;
use model::workload::Fact;
use tokio::time::Instant;

use super::super::error::Fault;
use super::super::observe::{Line, Unreadable};
use super::super::pace::Pace;
use super::super::read;
use super::{Passed, Pipe, Said, Stop};
use crate::config::Mode;

/// When a scope that is watched is to be listed anew.
#[derive(Debug, Default)]
pub(super) struct Relist {
    /// None before the first list.
    at: Option<Instant>,
    /// From then on the watch does not go on without it.
    at_last: Option<Instant>,
}

impl Relist {
    /// After a list. A tenth of jitter keeps many scopes from being listed in step; a watch that has just begun by then ends
    /// within the time, too.
    fn after(pace: Pace, jitter: f64) -> Self {
        let (now, in_time) = (Instant::now(), pace.relist.saturating_sub(pace.window + pace.margin));
        let at = now + in_time.mul_f64(0.9 + 0.1 * jitter.clamp(0.0, 1.0));
        Self { at: Some(at), at_last: Some(at + pace.relist) }
    }

    /// Whether it is time.
    pub(super) fn is_due(&self) -> bool {
        self.at.is_some_and(|at| at <= Instant::now())
    }

    /// Whether it has been time for so long that nothing else will do.
    fn is_overdue(&self) -> bool {
        self.at_last.is_some_and(|at| at <= Instant::now())
    }
}

impl Pipe {
    /// Lists as the mode says; a streaming list goes on as a watch.
    pub(super) async fn begin(&mut self, mode: Mode) -> Result<Passed, Stop> {
        match mode {
            Mode::Watch { streaming: true } => self.list_as_stream().await,
            Mode::Watch { streaming: false } | Mode::Poll { .. } => self.list().await.map(Passed::Listed),
        }
    }

    /// Lists a scope although its watch is well: from a version that a history which was lost has reached again, a watch goes on
    /// as if nothing had happened. If it cannot be listed now the watch goes on, and the list is tried again when that ends.
    pub(super) async fn list_anew(&mut self, from: String, mode: Mode) -> Result<Passed, Stop> {
        match self.begin(mode).await {
            // What fails after the list was taken in is the watch, which must not begin before that list.
            Err(Stop::Fault(None, fault)) if self.state.relist.is_due() && !self.state.relist.is_overdue() => {
                tracing::debug!(target = self.target.0, scope = %self.scope, %fault, "could not be listed anew: the watch goes on");
                self.resume(from).await
            }
            passed => passed,
        }
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
        facts.extend(unreadable.iter().filter_map(|one| self.unread(one)));
        for one in unreadable {
            self.skip(one);
        }
        let (kind, namespace) = (self.scope.kind, self.scope.namespace.clone());
        self.send(Event::Listed { target: self.target, kind, namespace, facts, at: self.outside.clock.now() }).await?;
        self.state.confirmed.by_list();
        self.state.relist = Relist::after(self.connection.pace, self.outside.jitter.draw());
        self.notes().await?;
        self.say(Said::Synced).await
    }

    /// Lists by a watch that begins with the state, and goes on with it; falls back to plain lists where the server does not
    /// know that.
    async fn list_as_stream(&mut self) -> Result<Passed, Stop> {
        let window = self.connection.pace.window;
        let opened = Instant::now();
        let mut lines = match read::watch(&self.connection, &self.scope.streaming_list(window)).await {
            Ok(lines) => lines,
            Err(Fault::Status { code: 400 | 422, text }) => return self.list_plainly(&text).await,
            // Perhaps only watches are refused, or held back by a proxy: a plain list tells.
            Err(Fault::Forbidden(text) | Fault::Silent(text)) => return self.list_plainly(&text).await,
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
                Line::Malformed(why) => return self.list_plainly(&why).await,
                Line::Gone { .. } | Line::Bookmark { .. } => {}
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
}
