//! The guard of a pipe: notices when what is known of its scope has not been confirmed for too long, whatever the pipe does
//! meanwhile: it waits as long as a server asks it to, reads a list that does not end, or a watch that is always cut. What was
//! confirmed when outlives the pipe: a target that is planned anew knows it as well.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::workload::Need;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::error::Fault;
use super::pipe::Said;
use super::scope::Scope;

/// When the server last confirmed what is known: by a whole list, or by a line of a watch.
#[derive(Clone, Debug)]
pub(super) struct Confirmed(Arc<Mutex<Inside>>);

#[derive(Debug)]
struct Inside {
    /// None before the first list: nothing is known that could be wrong.
    last: Option<Instant>,
    /// The guard has told, and the pipe must begin with a new list.
    is_overdue: bool,
}

impl Confirmed {
    /// Nothing is known yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Inside { last: None, is_overdue: false })))
    }

    /// Something may be known from elsewhere, which counts as confirmed now unless it is known when it was.
    pub(super) fn expect(&self) {
        self.with(|inside| {
            inside.last.get_or_insert_with(Instant::now);
        });
    }

    /// What is known is told not to be believed already: only a list helps.
    pub(super) fn doubt(&self) {
        self.with(|inside| inside.is_overdue = true);
    }

    /// A list is complete.
    pub(super) fn by_list(&self) {
        self.with(|inside| *inside = Inside { last: Some(Instant::now()), is_overdue: false });
    }

    /// A line was read; false when it comes too late.
    pub(super) fn by_line(&self) -> bool {
        self.with(|inside| {
            if !inside.is_overdue {
                inside.last = Some(Instant::now());
            }
            !inside.is_overdue
        })
    }

    /// For how long nothing was confirmed.
    pub(super) fn age(&self) -> Duration {
        self.with(|inside| inside.last.map_or(Duration::ZERO, |last| last.elapsed()))
    }

    /// When it was last confirmed, unless that is told to be too long ago or nothing is known.
    pub(super) fn valid(&self) -> Option<Instant> {
        self.with(|inside| inside.last.filter(|_| !inside.is_overdue))
    }

    /// Tells when the bound is over; ends with the pipe.
    pub(super) async fn guard(&self, bound: Duration, scope: &Scope, place: usize, said: &mpsc::Sender<(usize, Said)>) {
        loop {
            sleep_until(self.valid().unwrap_or_else(Instant::now) + bound).await;
            let is_over = self.with(|inside| {
                let is_over = !inside.is_overdue && inside.last.is_some_and(|last| last.elapsed() >= bound);
                inside.is_overdue |= is_over;
                is_over
            });
            if is_over && said.send((place, Said::Failed(silence(scope, bound)))).await.is_err() {
                return;
            }
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Inside) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Waits until the first of what is not read meanwhile is unconfirmed for too long; the fault that this is. For ever when nothing
/// is known. Kinds that only add words do not count, as they do not in [`Pipes`](super::health::Pipes).
pub(super) async fn first_silence(scopes: &BTreeMap<Scope, Confirmed>, bound: Duration) -> Fault {
    let shown = scopes.iter().filter(|(scope, _)| scope.kind.need() != Need::Advisory);
    let first = shown.filter_map(|(scope, confirmed)| Some((confirmed.valid()?, scope))).min();
    let Some((last, scope)) = first else { return std::future::pending().await };
    sleep_until(last + bound).await;
    silence(scope, bound)
}

fn silence(scope: &Scope, bound: Duration) -> Fault {
    Fault::Silent(format!("nothing was heard of {scope} for more than {} s", bound.as_secs()))
}

#[cfg(test)]
mod tests {
    use model::workload::Kind;
    use tokio::time::{advance, timeout};

    use super::*;

    const BOUND: Duration = Duration::from_secs(90);

    #[tokio::test(start_paused = true)]
    async fn the_first_kind_that_is_silent_is_named_unless_it_only_adds_words() {
        let mut scopes = BTreeMap::new();
        for kind in [Kind::Event, Kind::Pod, Kind::Deployment] {
            let confirmed = Confirmed::new();
            confirmed.expect();
            scopes.insert(Scope { kind, namespace: None }, confirmed);
            advance(Duration::from_secs(10)).await;
        }
        let begun = Instant::now();
        assert_eq!(first_silence(&scopes, BOUND).await.to_string(), "nothing was heard of pods for more than 90 s");
        assert_eq!(begun.elapsed().as_secs(), 70);
        // What is told already, and what was never known, is no news.
        scopes.values().for_each(Confirmed::doubt);
        scopes.insert(Scope { kind: Kind::ReplicaSet, namespace: None }, Confirmed::new());
        assert!(timeout(BOUND * 2, first_silence(&scopes, BOUND)).await.is_err());
    }
}
