//! Clusters: one supervised task a target, which turns what an API server says into [`Event`]s.
//!
//! `connect → plan → pipes → observe`: a target finds out what it may read, and runs one pipe for each scope (a kind,
//! everywhere or in a namespace). Nothing here writes to a cluster: every request is a GET.

mod check;
mod connect;
mod error;
mod guard;
mod health;
mod namespaces;
pub mod observe;
mod outside;
mod pace;
mod pipe;
mod plan;
mod read;
mod scope;
mod session;
mod target;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use model::catalogue::Catalogue;
use model::event::{Event, TargetHealth};
use model::ids::TargetId;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

pub use self::check::{Report, Right, check};
pub use self::error::ConnectError;
use self::health::Teller;
pub use self::outside::{Connector, Outside};
use self::pace::Pace;
use self::target::Target;
use crate::config::Environment;

/// How long a target rests after an internal error.
const AFTER_PANIC: Duration = Duration::from_secs(5);

/// Follows every target of the environments until `shutdown`; a target's id is its place among the targets of all
/// environments in order. The task ends when all targets have ended. What goes wrong with a target is an
/// [`Event::Target`] of that target, and never touches the others.
#[must_use]
pub fn spawn(
    environments: &[Environment],
    catalogue: Arc<Catalogue>,
    outside: &Outside,
    events: mpsc::Sender<Event>,
    shutdown: CancellationToken,
) -> JoinHandle<()> {
    let [freshness, relist] = [catalogue.timing.freshness, catalogue.timing.relist].map(|time| time.to_std().unwrap_or_default());
    let pace = Pace::new(freshness, relist);
    let (mut tasks, strings) = (JoinSet::new(), observe::Strings::default());
    let targets = environments.iter().flat_map(|environment| environment.targets.iter().map(move |target| (environment, target)));
    for (id, (environment, spec)) in (0..).map(TargetId).zip(targets) {
        let label = format!("{}/{}", environment.name, spec.cluster);
        let target = Target {
            id,
            spec: spec.clone(),
            catalogue: Arc::clone(&catalogue),
            events: events.clone(),
            outside: outside.clone(),
            pace,
            teller: Teller::new(id, label, events.clone(), outside.clock.clone(), pace.heartbeat),
            strings: strings.clone(),
            scopes: BTreeMap::new(),
        };
        tasks.spawn(shutdown.clone().run_until_cancelled_owned(supervise(target)));
    }
    tokio::spawn(async move { while tasks.join_next().await.is_some() {} })
}

/// Runs a target, and begins again after an internal error.
async fn supervise(mut target: Target) {
    loop {
        if AssertUnwindSafe(target.run()).catch_unwind().await.is_ok() {
            return;
        }
        // The panic hook has printed where it was.
        target.teller.tell(TargetHealth::Unreachable("internal error, please report it with the log".to_owned())).await;
        tokio::time::sleep(AFTER_PANIC).await;
    }
}
