//! The guard of a pipe: notices when what is known of its scope has not been confirmed for too long, whatever the pipe does
//! meanwhile: it waits as long as a server asks it to, reads a list that does not end, or a watch that is always cut.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::error::Fault;
use super::pipe::Said;

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
    /// What is known, if anything, was confirmed now.
    pub(super) fn new(is_known: bool) -> Self {
        Self(Arc::new(Mutex::new(Inside { last: is_known.then(Instant::now), is_overdue: false })))
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

    /// Tells when the bound is over; ends with the pipe.
    pub(super) async fn guard(&self, bound: Duration, what: &str, place: usize, said: &mpsc::Sender<(usize, Said)>) {
        loop {
            let last = self.with(|inside| inside.last.filter(|_| !inside.is_overdue));
            sleep_until(last.unwrap_or_else(Instant::now) + bound).await;
            let is_over = self.with(|inside| {
                let is_over = !inside.is_overdue && inside.last.is_some_and(|last| last.elapsed() >= bound);
                inside.is_overdue |= is_over;
                is_over
            });
            if is_over {
                let text = format!("nothing was heard of {what} for more than {} s", bound.as_secs());
                if said.send((place, Said::Failed(Fault::Silent(text)))).await.is_err() {
                    return;
                }
            }
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Inside) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
