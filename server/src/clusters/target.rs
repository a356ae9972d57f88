//! One target: connect, plan, run the pipes, and begin again when rights, credentials or namespaces changed.

use std::sync::Arc;

use model::catalogue::Catalogue;
use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, interval_at, sleep};

use super::connect::{self, Connection};
use super::error::Fault;
use super::health::{Pipes, Teller, of_fault};
use super::namespaces::Selection;
use super::observe::Observer;
use super::outside::Outside;
use super::pace::{Backoff, Pace};
use super::pipe::{self, Ended, Pipe, Said};
use super::plan::{self, Plan};
use super::scope::Scope;
use crate::config;

/// Reports of pipes that wait for the target's task.
const REPORTS: usize = 256;

/// A target and what its task needs.
pub(super) struct Target {
    pub(super) id: TargetId,
    pub(super) spec: config::Target,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) outside: Outside,
    pub(super) pace: Pace,
    pub(super) teller: Teller,
    /// What was read last: what is not read any more must be taken back.
    pub(super) scopes: Vec<Scope>,
}

/// Why a session ended.
enum Over {
    /// There is nothing to run.
    Failed(TargetHealth),
    /// A request failed.
    Fault(Fault),
    /// Something else may be read now.
    Changed,
    /// Nobody listens any more.
    Closed,
}

impl Target {
    /// Follows the target for ever.
    pub(super) async fn run(&mut self) {
        let selection = Arc::new(Selection::new(&self.spec.namespaces));
        let mut backoff = Backoff::default();
        if self.teller.is_new() {
            self.teller.tell(TargetHealth::Syncing).await;
        }
        loop {
            let asked = match self.session(&selection, &mut backoff).await {
                Over::Closed => return,
                Over::Changed => continue,
                Over::Failed(health) => {
                    self.teller.tell(health).await;
                    None
                }
                Over::Fault(fault) => {
                    if backoff.failures() + 1 >= pipe::patience(&fault) {
                        self.teller.tell(of_fault(&fault, "finding out what may be read")).await;
                    }
                    fault.retry_after()
                }
            };
            sleep(backoff.failed(asked, self.outside.jitter.draw())).await;
        }
    }

    async fn session(&mut self, selection: &Arc<Selection>, backoff: &mut Backoff) -> Over {
        let connection = match connect::connect(&self.spec.access, &self.outside, self.pace).await {
            Ok(connection) => Arc::new(connection),
            Err(error) => return Over::Failed(TargetHealth::Unreachable(error.to_string())),
        };
        let plan = match plan::plan(&connection, selection).await {
            Ok(plan) => plan,
            Err(fault) => return Over::Fault(fault),
        };
        if plan.scopes.is_empty() {
            return Over::Failed(TargetHealth::Forbidden(plan.refusal()));
        }
        if self.take_back(&plan).await.is_err() {
            return Over::Closed;
        }
        self.follow(&connection, selection, plan, backoff).await
    }

    async fn follow(&mut self, connection: &Arc<Connection>, selection: &Arc<Selection>, plan: Plan, backoff: &mut Backoff) -> Over {
        let (said, mut reports) = mpsc::channel(REPORTS);
        let mut running = JoinSet::new();
        for (place, scope) in plan.scopes.iter().enumerate() {
            let pipe = Pipe {
                place,
                target: self.id,
                scope: scope.clone(),
                mode: self.spec.mode,
                connection: Arc::clone(connection),
                outside: self.outside.clone(),
                selection: Arc::clone(selection),
                observer: Observer::new(scope.kind, Arc::clone(&self.catalogue)),
                events: self.events.clone(),
                said: said.clone(),
                state: pipe::State::default(),
            };
            running.spawn(pipe.run());
        }
        drop(said);
        let mut pipes = Pipes::new(plan.scopes.len(), plan.notes());
        let mut replan = interval_at(Instant::now() + self.pace.replan, self.pace.replan);
        loop {
            tokio::select! {
                biased;
                Some((place, said)) = reports.recv() => {
                    let heard = matches!(said, Said::Heard);
                    match said {
                        Said::Heard => {}
                        Said::Synced => pipes.synced(place),
                        Said::Notes(notes) => pipes.note(place, notes),
                        Said::Failed(fault) => {
                            let what = plan.scopes.get(place).map(|scope| format!("list or watch {scope}")).unwrap_or_default();
                            pipes.failed(place, &what, &fault);
                        }
                    }
                    if let Some(health) = pipes.overall() {
                        if !heard && matches!(health, TargetHealth::Live { .. }) {
                            backoff.reset();
                        }
                        self.teller.tell(health).await;
                    }
                }
                Some(ended) = running.join_next() => return over(ended),
                _ = replan.tick(), if plan.provisional => {
                    match plan::plan(connection, selection).await {
                        Ok(new) if new.scopes != plan.scopes && !new.scopes.is_empty() => return Over::Changed,
                        // The pipes notice by themselves what no longer works.
                        Ok(_) | Err(_) => {}
                    }
                }
            }
        }
    }

    /// Takes back what was read and will not be any more: objects would stay for ever as they were.
    async fn take_back(&mut self, plan: &Plan) -> Result<(), mpsc::error::SendError<Event>> {
        let old = std::mem::replace(&mut self.scopes, plan.scopes.clone());
        for scope in old {
            // A scope of the whole cluster that splits up is forgotten too: its parts are listed again at once.
            let is_covered = plan.scopes.iter().any(|new| new.kind == scope.kind && (new.namespace.is_none() || *new == scope));
            if !is_covered {
                let Scope { kind, namespace } = scope;
                self.events.send(Event::Withdrawn { target: self.id, kind, namespace, at: self.outside.clock.now() }).await?;
            }
        }
        Ok(())
    }
}

fn over(ended: Result<Ended, JoinError>) -> Over {
    match ended {
        Ok(Ended::Closed) => Over::Closed,
        Ok(Ended::Refused(fault @ Fault::Unauthorized(_))) => Over::Fault(fault),
        // The next plan says what may be read instead.
        Ok(Ended::Refused(_)) => Over::Changed,
        Err(panic) => Over::Failed(TargetHealth::Unreachable(format!("internal error, please report it: {panic}"))),
    }
}
