//! Clusters: one supervised task a target, which turns what an API server says into [`Event`]s.
//!
//! Nothing here writes to a cluster: every request is a GET.

mod check;

use std::sync::Arc;

use model::catalogue::Catalogue;
use model::event::Event;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use self::check::{Report, Right, check};
use crate::config::Environment;

/// Follows every target of the environments until `shutdown`; a target's id is its place among the targets of all
/// environments in order. The task ends when all targets have ended. What goes wrong with a target is an
/// [`Event::Target`] of that target, and never touches the others.
#[must_use]
pub fn spawn(
    _environments: &[Environment],
    _catalogue: Arc<Catalogue>,
    _events: mpsc::Sender<Event>,
    _shutdown: CancellationToken,
) -> JoinHandle<()> {
    unimplemented!()
}
