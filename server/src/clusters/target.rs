//! One target: connect, plan, run a session, and begin again when rights, credentials or namespaces changed.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use model::catalogue::Catalogue;
use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use model::workload::Kind;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::connect;
use super::error::Fault;
use super::guard::{Confirmed, first_silence};
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
    /// What was read last, and when it was last confirmed: what is not read any more must be taken back, and what nobody reads
    /// meanwhile grows old.
    pub(super) scopes: BTreeMap<Scope, Confirmed>,
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
            let wait = backoff.failed(asked, self.outside.jitter.draw());
            self.watchfully(sleep(wait)).await;
        }
    }

    async fn session(&mut self, selection: &Arc<Selection>, backoff: &mut Backoff) -> Over {
        let (access, outside, pace) = (self.spec.access.clone(), self.outside.clone(), self.pace);
        let connection = match self.watchfully(connect::connect(&access, &outside, pace)).await {
            Ok(connection) => Arc::new(connection),
            Err(error) => return Over::Failed(TargetHealth::Unreachable(error.to_string())),
        };
        let plan = match self.watchfully(plan::plan(&connection, selection, &Kind::ALL)).await {
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

    /// Does something while nothing is read, and tells when what is known has grown too old meanwhile.
    async fn watchfully<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        if self.teller.is_live() {
            let fault = tokio::select! {
                biased;
                done = &mut work => return done,
                fault = first_silence(&self.scopes, self.pace.freshness) => fault,
            };
            self.teller.tell(of_fault(&fault, "finding out what may be read")).await;
        }
        work.await
    }

    /// A scope is read from now on; when what is known of it, if anything, was last confirmed.
    pub(super) fn reads(&mut self, scope: &Scope) -> Confirmed {
        let confirmed = self.scopes.entry(scope.clone()).or_insert_with(Confirmed::new);
        if self.teller.is_live() {
            confirmed.expect();
        } else if self.teller.was_live() {
            confirmed.doubt();
        }
        confirmed.clone()
    }

    /// Takes back what was read and will not be any more: objects would stay for ever as they were.
    async fn take_back(&mut self, plan: &Plan) -> Result<(), mpsc::error::SendError<Event>> {
        for (scope, confirmed) in std::mem::take(&mut self.scopes) {
            // A scope of the whole cluster that splits up is forgotten too: its parts are listed again at once.
            let covers = |new: &&Scope| new.kind == scope.kind && (new.namespace.is_none() || **new == scope);
            match plan.scopes.iter().find(covers) {
                None => self.withdraw(scope).await?,
                Some(new) => {
                    let known = self.scopes.entry(new.clone()).or_insert_with(|| confirmed.clone());
                    if confirmed.valid() < known.valid() {
                        *known = confirmed;
                    }
                }
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
