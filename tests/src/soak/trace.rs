//! What happened, in the order in which it did.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

/// What happened, in the order in which it did.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    begun: Option<Instant>,
    lines: Vec<String>,
}

impl Trace {
    /// Sets the time to zero.
    pub(super) fn begin(&self) {
        self.with(|inside| inside.begun = Some(Instant::now()));
    }

    /// Notes something that happens now.
    pub(super) fn note(&self, what: impl AsRef<str>) {
        self.with(|inside| {
            let at = inside.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
            inside.lines.push(format!("{at:>9.3} {}", what.as_ref()));
        });
    }

    /// All lines.
    pub(super) fn take(&self) -> Vec<String> {
        self.with(|inside| std::mem::take(&mut inside.lines))
    }

    fn with<T>(&self, change: impl FnOnce(&mut Inside) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
