//! How a target is doing, from what its pipes say.

use std::time::Duration;

use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use model::workload::Need;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::error::Fault;
use crate::clock::Clock;

/// How the pipes of a session are doing.
#[derive(Debug)]
pub(super) struct Pipes {
    states: Vec<State>,
    missing: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    need: Need,
    progress: Progress,
    notes: Vec<String>,
    /// Why a kind that only adds words is not followed.
    silence: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    Syncing,
    Live,
    Failed(TargetHealth),
}

impl Pipes {
    /// No pipes yet, and what the target may not read.
    pub(super) fn new(missing: Vec<String>) -> Self {
        Self { states: Vec::new(), missing }
    }

    /// A pipe that has said nothing yet; its place.
    pub(super) fn add(&mut self, need: Need) -> usize {
        self.states.push(State { need, progress: Progress::Syncing, notes: Vec::new(), silence: None });
        self.states.len() - 1
    }

    /// A pipe that is no more.
    pub(super) fn retire(&mut self, pipe: usize) {
        if let Some(state) = self.states.get_mut(pipe) {
            (state.progress, state.silence) = (Progress::Live, None);
            state.notes.clear();
        }
    }

    /// What the target may not read now.
    pub(super) fn missing(&mut self, missing: Vec<String>) {
        self.missing = missing;
    }

    pub(super) fn synced(&mut self, pipe: usize) {
        if let Some(state) = self.states.get_mut(pipe) {
            (state.progress, state.silence) = (Progress::Live, None);
        }
    }

    /// A pipe fails. Nothing that is shown depends on a kind that only adds words.
    pub(super) fn failed(&mut self, pipe: usize, what: &str, fault: &Fault) {
        let Some(state) = self.states.get_mut(pipe) else { return };
        if state.need == Need::Advisory {
            (state.progress, state.silence) = (Progress::Live, Some(format!("cannot {what}: {fault}")));
        } else {
            state.progress = Progress::Failed(of_fault(fault, what));
        }
    }

    pub(super) fn note(&mut self, pipe: usize, notes: Vec<String>) {
        if let Some(state) = self.states.get_mut(pipe) {
            state.notes = notes;
        }
    }

    /// How the target is doing; none while the first lists are on their way. One pipe that fails makes the target fail:
    /// what the others say cannot be trusted without it.
    pub(super) fn overall(&self) -> Option<TargetHealth> {
        let failed = self.states.iter().find_map(|state| match &state.progress {
            Progress::Failed(health) => Some(health.clone()),
            Progress::Syncing | Progress::Live => None,
        });
        if failed.is_some() {
            return failed;
        }
        let live = self.states.iter().all(|state| state.progress == Progress::Live);
        live.then(|| {
            let notes = self.states.iter().flat_map(|state| state.notes.iter().chain(&state.silence));
            TargetHealth::Live { notes: self.missing.iter().chain(notes).cloned().collect() }
        })
    }
}

/// The health that a fault amounts to. `what` was being done.
pub(super) fn of_fault(fault: &Fault, what: &str) -> TargetHealth {
    match fault {
        Fault::Unauthorized(text) => TargetHealth::Forbidden(format!("401: the credentials are not accepted ({text}): are they expired?")),
        Fault::Forbidden(text) => TargetHealth::Forbidden(text.clone()),
        Fault::Unreachable(_) | Fault::Silent(_) | Fault::Malformed(_) => TargetHealth::Unreachable(fault.to_string()),
        Fault::NotFound(_) | Fault::Expired(_) | Fault::Busy { .. } | Fault::Status { .. } => {
            TargetHealth::Unreachable(format!("{fault} ({what})"))
        }
    }
}

/// Tells how a target is doing: when it changes, and now and then that it is still live.
pub(super) struct Teller {
    target: TargetId,
    label: String,
    events: mpsc::Sender<Event>,
    clock: Clock,
    heartbeat: Duration,
    last: Option<(TargetHealth, Instant)>,
    was_live: bool,
}

impl Teller {
    pub(super) fn new(target: TargetId, label: String, events: mpsc::Sender<Event>, clock: Clock, heartbeat: Duration) -> Self {
        Self { target, label, events, clock, heartbeat, last: None, was_live: false }
    }

    /// Whether the target was ever live: then something is known of it.
    pub(super) fn was_live(&self) -> bool {
        self.was_live
    }

    /// Whether the target was last told to be live.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.last, Some((TargetHealth::Live { .. }, _)))
    }

    /// Whether anything was told yet.
    pub(super) fn is_new(&self) -> bool {
        self.last.is_none()
    }

    pub(super) async fn tell(&mut self, health: TargetHealth) {
        let live = matches!(health, TargetHealth::Live { .. });
        self.was_live |= live;
        let now = Instant::now();
        let (same, recent) = match &self.last {
            Some((last, at)) => (*last == health, now.duration_since(*at) < self.heartbeat),
            None => (false, false),
        };
        if same && (recent || !live) {
            return;
        }
        if !same {
            self.log(&health);
        }
        self.last = Some((health.clone(), now));
        let event = Event::Target { target: self.target, health, at: self.clock.now() };
        // Nobody listens any more only when the server stops.
        let _ = self.events.send(event).await;
    }

    fn log(&self, health: &TargetHealth) {
        let target = &self.label;
        match health {
            TargetHealth::Syncing => tracing::info!(target, "syncing"),
            TargetHealth::Live { notes } if notes.is_empty() => tracing::info!(target, "live"),
            TargetHealth::Live { notes } => tracing::warn!(target, notes = notes.join("; "), "live, in part"),
            TargetHealth::Unreachable(cause) => tracing::warn!(target, cause, "unreachable"),
            TargetHealth::Forbidden(text) => tracing::warn!(target, text, "forbidden"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_only_when_all_are_and_failing_when_one_does() {
        let mut pipes = Pipes::new(vec!["may not list pods: no".into()]);
        assert_eq!((pipes.add(Need::Core), pipes.add(Need::Core)), (0, 1));
        pipes.synced(0);
        assert_eq!(pipes.overall(), None);
        pipes.synced(1);
        pipes.note(1, vec!["1 of the pods skipped".into()]);
        let live = TargetHealth::Live { notes: vec!["may not list pods: no".into(), "1 of the pods skipped".into()] };
        assert_eq!(pipes.overall(), Some(live));
        pipes.failed(0, "list pods", &Fault::Status { code: 500, text: "etcd".into() });
        assert_eq!(pipes.overall(), Some(TargetHealth::Unreachable("500: etcd (list pods)".into())));
        pipes.synced(0);
        assert!(matches!(pipes.overall(), Some(TargetHealth::Live { .. })));
    }

    #[test]
    fn what_only_adds_words_does_not_fail_a_target() {
        let mut pipes = Pipes::new(Vec::new());
        let (pods, events) = (pipes.add(Need::Core), pipes.add(Need::Advisory));
        pipes.synced(pods);
        assert_eq!(pipes.overall(), None);
        pipes.failed(events, "list or watch events", &Fault::Status { code: 500, text: "etcd".into() });
        let notes = vec!["cannot list or watch events: 500: etcd".to_owned()];
        assert_eq!(pipes.overall(), Some(TargetHealth::Live { notes }));
        pipes.synced(events);
        assert_eq!(pipes.overall(), Some(TargetHealth::Live { notes: Vec::new() }));
        // A pipe that ended no longer counts.
        let rollouts = pipes.add(Need::Optional);
        assert_eq!(pipes.overall(), None);
        pipes.retire(rollouts);
        assert_eq!(pipes.overall(), Some(TargetHealth::Live { notes: Vec::new() }));
    }

    #[tokio::test(start_paused = true)]
    async fn changes_are_told_at_once_and_life_now_and_then() {
        let (events, mut told) = mpsc::channel(16);
        let mut teller = Teller::new(TargetId(0), "dev/a".into(), events, Clock::system(), Duration::from_secs(10));
        let live = || TargetHealth::Live { notes: Vec::new() };
        teller.tell(live()).await;
        teller.tell(live()).await;
        assert!(told.try_recv().is_ok());
        assert!(told.try_recv().is_err());
        tokio::time::advance(Duration::from_secs(11)).await;
        teller.tell(live()).await;
        assert!(told.try_recv().is_ok());
        teller.tell(TargetHealth::Unreachable("x".into())).await;
        assert!(told.try_recv().is_ok());
        tokio::time::advance(Duration::from_secs(60)).await;
        teller.tell(TargetHealth::Unreachable("x".into())).await;
        assert!(told.try_recv().is_err(), "silence is not news");
    }
}
