//! A number that is waited for. Unlike tokio's `watch` it wakes those who wait in the order in which they came, so that a
//! simulation can be replayed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// The number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signal(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    value: AtomicU64,
    changed: Notify,
}

/// Somebody who waits for another number.
#[derive(Debug)]
pub(crate) struct Listener {
    signal: Signal,
    seen: u64,
}

impl Signal {
    /// Changes the number.
    pub(crate) fn set(&self, value: u64) {
        if self.0.value.swap(value, Ordering::AcqRel) != value {
            self.0.changed.notify_waiters();
        }
    }

    /// Waits from now on.
    pub(crate) fn listen(&self) -> Listener {
        Listener { signal: self.clone(), seen: self.value() }
    }

    fn value(&self) -> u64 {
        self.0.value.load(Ordering::Acquire)
    }
}

impl Listener {
    /// Takes note of the number as it is.
    pub(crate) fn mark(&mut self) {
        self.seen = self.signal.value();
    }

    /// Waits until the number is another one. Cancel safe.
    pub(crate) async fn changed(&mut self) {
        loop {
            let mut changed = std::pin::pin!(self.signal.0.changed.notified());
            changed.as_mut().enable();
            if self.signal.value() != self.seen {
                break;
            }
            changed.await;
        }
        self.mark();
    }
}
