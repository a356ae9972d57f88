//! The pipes of a target from one plan to the next. Kinds that a cluster need not have come and go without the others noticing.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use model::event::{Event, TargetHealth};
use model::workload::{Kind, Need};
use tokio::sync::mpsc::{self, error::SendError};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, interval_at};

use super::connect::Connection;
use super::error::Fault;
use super::health::Pipes;
use super::namespaces::Selection;
use super::observe::Observer;
use super::pace::Backoff;
use super::pipe::{self, Ended, Pipe, Said};
use super::plan::{self, Plan};
use super::scope::Scope;
use super::target::{Over, Target};

/// Reports of pipes that wait for the target's task.
const REPORTS: usize = 256;

/// A plan that is under way, for some kinds.
type Planning = BoxFuture<'static, (Vec<Kind>, Result<Plan, Fault>)>;

/// The pipes of a target, and what they say.
pub(super) struct Session<'a> {
    target: &'a mut Target,
    connection: Arc<Connection>,
    selection: Arc<Selection>,
    plan: Plan,
    /// What each pipe reads, by its place; none of a pipe that ended.
    places: Vec<Option<Scope>>,
    pipes: Pipes,
    running: JoinSet<(usize, Ended)>,
    said: mpsc::Sender<(usize, Said)>,
    reports: mpsc::Receiver<(usize, Said)>,
}

impl<'a> Session<'a> {
    pub(super) fn new(target: &'a mut Target, connection: Arc<Connection>, selection: Arc<Selection>, mut plan: Plan) -> Self {
        let (said, reports) = mpsc::channel(REPORTS);
        let pipes = Pipes::new(plan.notes());
        let scopes = std::mem::take(&mut plan.scopes);
        let running = JoinSet::new();
        let mut session = Self { target, connection, selection, plan, places: Vec::new(), pipes, running, said, reports };
        for scope in scopes {
            session.start(scope);
        }
        session
    }

    /// Follows the target until something must be planned anew.
    pub(super) async fn run(mut self, backoff: &mut Backoff) -> Over {
        let often = self.target.pace.replan;
        let mut replan = interval_at(Instant::now() + often, often);
        // A plan takes many requests, which may be slow. What the pipes say is heard meanwhile.
        let mut planning = None;
        loop {
            tokio::select! {
                biased;
                Some((place, said)) = self.reports.recv() => {
                    let heard = matches!(said, Said::Heard);
                    self.take(place, said);
                    if let Some(health) = self.pipes.overall() {
                        if !heard && matches!(health, TargetHealth::Live { .. }) {
                            backoff.reset();
                        }
                        self.target.teller.tell(health).await;
                    }
                }
                Some(ended) = self.running.join_next() => match ended {
                    Ok((place, Ended::Refused(fault))) if self.may_do_without(place, &fault).await => {
                        if self.lose(place, &fault).await.is_err() {
                            return Over::Closed;
                        }
                    }
                    ended => return over(ended),
                },
                _ = replan.tick(), if planning.is_none() => planning = self.plan_again(),
                (kinds, plan) = planned(&mut planning), if planning.is_some() => {
                    planning = None;
                    match self.look_again(&kinds, plan).await {
                        Ok(true) => {}
                        Ok(false) => return Over::Changed,
                        Err(_) => return Over::Closed,
                    }
                }
            }
        }
    }

    fn start(&mut self, scope: Scope) {
        let confirmed = self.target.reads(&scope);
        let target = &*self.target;
        let place = self.pipes.add(scope.kind.need());
        let pipe = Pipe {
            place,
            target: target.id,
            scope: scope.clone(),
            mode: target.spec.mode,
            connection: Arc::clone(&self.connection),
            outside: target.outside.clone(),
            selection: Arc::clone(&self.selection),
            observer: Observer::sharing(scope.kind, Arc::clone(&target.catalogue), target.strings.clone()),
            events: target.events.clone(),
            said: self.said.clone(),
            state: pipe::State::new(confirmed),
        };
        self.places.push(Some(scope));
        self.running.spawn(async move { (place, pipe.run().await) });
    }

    fn take(&mut self, place: usize, said: Said) {
        // What an ended pipe said last is no news.
        let Some(scope) = self.places.get(place).and_then(Option::as_ref) else { return };
        match said {
            Said::Heard => {}
            Said::Synced => self.pipes.synced(place),
            Said::Notes(notes) => self.pipes.note(place, notes),
            Said::Failed(fault) => self.pipes.failed(place, &format!("list or watch {scope}"), &fault),
        }
    }

    /// Whether a pipe that was refused ends alone: the board is not about its kind, and the kind is really gone when that is
    /// what was said.
    async fn may_do_without(&self, place: usize, fault: &Fault) -> bool {
        let Some(scope) = self.places.get(place).and_then(Option::as_ref) else { return false };
        match fault {
            _ if scope.kind.need() == Need::Core => false,
            Fault::Forbidden(_) => true,
            Fault::NotFound(_) => matches!(plan::is_installed(&self.connection, scope.kind).await, Ok(false)),
            _ => false,
        }
    }

    /// A kind went, or may no longer be read.
    async fn lose(&mut self, place: usize, fault: &Fault) -> Result<(), SendError<Event>> {
        let Some(scope) = self.places.get_mut(place).and_then(Option::take) else { return Ok(()) };
        let kind = scope.kind;
        tracing::info!(target = self.target.id.0, %scope, %fault, "no longer read");
        self.pipes.retire(place);
        self.target.scopes.remove(&scope);
        if let Fault::Forbidden(text) = fault {
            self.plan.refused.retain(|(refused, _)| *refused != kind);
            self.plan.refused.push((kind, text.clone()));
            self.target.withdraw(scope).await?;
        } else {
            self.plan.absent.push(kind);
            self.target.none_of(kind).await?;
        }
        self.pipes.missing(self.plan.notes());
        self.tell().await;
        Ok(())
    }

    /// Begins to look for what was missing; none when nothing was.
    fn plan_again(&self) -> Option<Planning> {
        let missing = |kind: &Kind| {
            let is_refused = self.plan.refused.iter().any(|(refused, _)| refused == kind);
            is_refused || self.plan.absent.contains(kind)
        };
        let optional = Kind::ALL.into_iter().filter(|kind| kind.need() != Need::Core && missing(kind));
        let kinds: Vec<Kind> = if self.plan.provisional { Kind::ALL.to_vec() } else { optional.collect() };
        let (connection, selection) = (Arc::clone(&self.connection), Arc::clone(&self.selection));
        (!kinds.is_empty()).then(|| {
            async move {
                let plan = plan::plan(&connection, &selection, &kinds).await;
                (kinds, plan)
            }
            .boxed()
        })
    }

    /// Takes up what was missing and is there; false when what the board is about must be planned anew.
    async fn look_again(&mut self, kinds: &[Kind], new: Result<Plan, Fault>) -> Result<bool, SendError<Event>> {
        // The pipes notice by themselves what no longer works.
        let Ok(new) = new else { return Ok(true) };
        if self.plan.provisional {
            let core = self.places.iter().flatten().filter(|scope| scope.kind.need() == Need::Core);
            if new.is_of_use() && !new.core().eq(core) {
                return Ok(false);
            }
        }
        for kind in new.absent.iter().filter(|kind| !self.plan.absent.contains(kind)) {
            self.target.none_of(*kind).await?;
        }
        self.plan.absent.retain(|kind| !kinds.contains(kind));
        self.plan.absent.extend(&new.absent);
        self.plan.refused.retain(|(kind, _)| !kinds.contains(kind));
        self.plan.refused.extend(new.refused);
        // Whether namespaces may be listed was asked only for what is refused.
        self.plan.namespaces = new.namespaces;
        for scope in new.scopes {
            let mut of_kind = self.places.iter().flatten().filter(|read| read.kind == scope.kind);
            let is_read = of_kind.any(|read| scope.namespace.is_none() || read.namespace.is_none() || *read == scope);
            if scope.kind.need() != Need::Core && !is_read {
                tracing::info!(target = self.target.id.0, %scope, "read from now on");
                self.start(scope);
            }
        }
        self.pipes.missing(self.plan.notes());
        self.tell().await;
        Ok(true)
    }

    async fn tell(&mut self) {
        if let Some(health) = self.pipes.overall() {
            self.target.teller.tell(health).await;
        }
    }
}

/// The plan that is under way, when it is there.
async fn planned(planning: &mut Option<Planning>) -> (Vec<Kind>, Result<Plan, Fault>) {
    match planning {
        Some(planning) => planning.await,
        None => std::future::pending().await,
    }
}

fn over(ended: Result<(usize, Ended), JoinError>) -> Over {
    match ended {
        Ok((_, Ended::Closed)) => Over::Closed,
        Ok((_, Ended::Refused(fault @ (Fault::Unauthorized(_) | Fault::NotFound(_))))) => Over::Fault(fault),
        // The next plan says what may be read instead.
        Ok((_, Ended::Refused(_))) => Over::Changed,
        Err(panic) => Over::Failed(TargetHealth::Unreachable(format!("internal error, please report it: {panic}"))),
    }
}
