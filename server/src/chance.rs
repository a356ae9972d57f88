//! The one place where the server rolls dice for the waiting times of its retries.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Spreads waiting times, so that many clients of a server that comes back do not all ask at once.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// Real dice.
    #[must_use]
    pub fn random() -> Self {
        Self(Arc::new(rand::random))
    }

    /// The same numbers for the same seed, in the order in which they are drawn: simulations can be replayed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let dice = Mutex::new(StdRng::seed_from_u64(seed));
        Self(Arc::new(move || dice.lock().unwrap_or_else(PoisonError::into_inner).random()))
    }

    /// A number from 0 up to 1.
    #[must_use]
    pub fn draw(&self) -> f64 {
        (self.0)()
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
    }
}
