//! One target: connect, plan, run a session, and begin again when rights, credentials or namespaces changed.

use std::sync::Arc;

use model::catalogue::Catalogue;
use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use model::workload::Kind;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::connect;
use super::error::Fault;
use super::health::{Teller, of_fault};
use super::namespaces::Selection;
use super::observe::Strings;
use super::outside::Outside;
use super::pace::{Backoff, Pace};
use super::pipe;
use super::plan::{self, Plan};
use super::scope::Scope;
use super::session::Session;
use crate::config;

/// A target and what its task needs.
pub(super) struct Target {
    pub(super) id: TargetId,
    pub(super) spec: config::Target,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) outside: Outside,
    pub(super) pace: Pace,
    pub(super) teller: Teller,
    /// Shared by all targets: environments run the same images.
    pub(super) strings: Strings,
    /// What was read last: what is not read any more must be taken back.
    pub(super) scopes: Vec<Scope>,
}

/// Why a session ended.
pub(super) enum Over {
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
        let plan = match plan::plan(&connection, selection, &Kind::ALL).await {
            Ok(plan) => plan,
            Err(fault) => return Over::Fault(fault),
        };
        if !plan.is_of_use() {
            return Over::Failed(TargetHealth::Forbidden(plan.refusal()));
        }
        if self.take_back(&plan).await.is_err() {
            return Over::Closed;
        }
        Session::new(self, connection, Arc::clone(selection), plan).run(backoff).await
    }

    /// Takes back what was read and will not be any more: objects would stay for ever as they were.
    async fn take_back(&mut self, plan: &Plan) -> Result<(), mpsc::error::SendError<Event>> {
        let old = std::mem::replace(&mut self.scopes, plan.scopes.clone());
        for scope in old {
            // A scope of the whole cluster that splits up is forgotten too: its parts are listed again at once.
            let is_covered = plan.scopes.iter().any(|new| new.kind == scope.kind && (new.namespace.is_none() || *new == scope));
            if !is_covered {
                self.withdraw(scope).await?;
            }
        }
        for kind in &plan.absent {
            self.none_of(*kind).await?;
        }
        Ok(())
    }

    /// A scope may no longer be read: what was known of it is forgotten, which is not the same as gone.
    pub(super) async fn withdraw(&self, Scope { kind, namespace }: Scope) -> Result<(), mpsc::error::SendError<Event>> {
        self.events.send(Event::Withdrawn { target: self.id, kind, namespace, at: self.outside.clock.now() }).await
    }

    /// The API server does not have the kind: there are no objects of it.
    pub(super) async fn none_of(&self, kind: Kind) -> Result<(), mpsc::error::SendError<Event>> {
        self.events.send(Event::Listed { target: self.id, kind, namespace: None, facts: Vec::new(), at: self.outside.clock.now() }).await
    }
}
