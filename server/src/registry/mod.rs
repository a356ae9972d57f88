//! Image registries: which commit an image was built from, and which digests are of one multi-platform image.
//!
//! A task for each registry asks for one image after the other, by digest, at a measured pace. Nothing waits for it: what
//! it is to ask for it finds out from time to time, so that no queue can grow, and what it learns is an event like others.

mod ask;
mod health;
mod labels;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use model::image::ImageAt;
use model::published::Published;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use self::ask::{Asker, Fault};
pub use self::health::{RegistryHealth, RegistryState};
use crate::config::Registry;

/// How often to look for images that nobody asked for yet.
const LOOK: Duration = Duration::from_secs(3);
/// The pause after the first failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// When to ask again for an image that the registry does not have.
const ASK_AGAIN: TimeDelta = TimeDelta::hours(1);
/// When to ask again for an image that the registry does not let us read.
const KNOCK_AGAIN: TimeDelta = TimeDelta::minutes(5);

/// What a registry says of an image.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This, for good.
    Published(Published),
    /// Nothing: it is not there, or may not be read. That may change.
    Nothing {
        /// After how long to ask again.
        ask_again: TimeDelta,
    },
}

/// The server is stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server is stopping")]
pub struct Stopping;

/// Says what to ask for, and takes answers in. The hub implements it, so that registries know neither store nor board.
pub trait Images: Send + Sync + 'static {
    /// The images of which nothing is known yet.
    ///
    /// # Errors
    /// When the server is stopping.
    fn unasked(&self) -> impl Future<Output = Result<Vec<ImageAt>, Stopping>> + Send;

    /// Takes an answer in.
    ///
    /// # Errors
    /// When the server is stopping.
    fn answered(&self, image: &ImageAt, answer: Answer) -> impl Future<Output = Result<(), Stopping>> + Send;
}

/// Asks a registry until `shutdown`. `health` says at any time how it goes.
pub async fn run<I: Images>(registry: Registry, images: Arc<I>, health: watch::Sender<RegistryHealth>, shutdown: CancellationToken) {
    let asker = match Asker::new(registry) {
        Ok(asker) => asker,
        Err(error) => {
            warn!(error, "the registry cannot be asked");
            health.send_modify(|health| health.state = RegistryState::Failing { error });
            return;
        }
    };
    let _ = shutdown.run_until_cancelled(follow(asker, &*images, &health)).await;
}

/// Asks a registry whether it lets us in, for `relboard check`.
///
/// # Errors
/// Why it does not.
pub async fn check(registry: &Registry) -> Result<(), String> {
    Asker::new(registry.clone())?.hello().await.map_err(|fault| fault.to_string())
}

async fn follow(mut asker: Asker, images: &impl Images, health: &watch::Sender<RegistryHealth>) -> Stopping {
    let mut failures = 0;
    loop {
        let unasked = match images.unasked().await {
            Ok(unasked) => unasked,
            Err(stopping) => return stopping,
        };
        let ours: Vec<_> = unasked.into_iter().filter(|image| asker.is_of(image)).collect();
        for image in &ours {
            let asked = asker.ask(image).await;
            note(health, asked.as_ref().err());
            let answer = match asked {
                Ok(published) => Answer::Published(published),
                Err(Fault::Refused(_)) => Answer::Nothing { ask_again: ASK_AGAIN },
                Err(Fault::Denied(_)) => Answer::Nothing { ask_again: KNOCK_AGAIN },
                Err(Fault::Failed(_)) => {
                    failures += 1;
                    sleep(pause(failures)).await;
                    // What is to be asked for may be otherwise by now.
                    break;
                }
            };
            failures = 0;
            if let Err(stopping) = images.answered(image, answer).await {
                return stopping;
            }
        }
        sleep(LOOK).await;
    }
}

/// Counts what was asked, and logs when it begins to fail and when it works again.
fn note(health: &watch::Sender<RegistryHealth>, fault: Option<&Fault>) {
    let RegistryHealth { host: registry, state, asked, refused, failed, .. } = health.borrow().clone();
    let was_failing = matches!(state, RegistryState::Failing { .. });
    let failing = match fault {
        Some(Fault::Failed(error)) => Some(error),
        // Who is let in to some images is not let in to others: that is no trouble of the registry.
        Some(Fault::Denied(error)) => Some(error).filter(|_| asked == refused + failed),
        Some(Fault::Refused(_)) | None => None,
    };
    match (failing, fault) {
        (Some(error), _) if !was_failing => {
            warn!(registry, error, "the registry does not say what images are; it is asked again, and the board goes on without it");
        }
        (None, _) if was_failing => info!(registry, "the registry answers again"),
        (None, Some(fault)) => debug!(registry, %fault, "the registry says nothing of an image"),
        _ => {}
    }
    health.send_modify(|health| {
        health.asked += 1;
        health.refused += u64::from(matches!(fault, Some(Fault::Refused(_) | Fault::Denied(_))));
        health.failed += u64::from(matches!(fault, Some(Fault::Failed(_))));
        if let Some(fault) = fault {
            health.last_error = Some(fault.to_string());
        }
        health.state = match failing {
            Some(error) => RegistryState::Failing { error: error.clone() },
            None => RegistryState::Working,
        };
    });
}

fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_PAUSE)
}
