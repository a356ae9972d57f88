//! Polls a JSON document that CI publishes: fetch → entries → records → sink.
//!
//! What was delivered is remembered, so that only what changed in the document goes on. An endpoint that is down, slow
//! or not JSON is asked less and less often; what is known of it stays.

mod date;
mod entries;
mod fetch;
mod health;
mod outside;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::entries::{Entry, Read};
use self::fetch::{Fetched, Fetcher};
pub use self::health::{PollState, SourceHealth};
pub use self::outside::{Outside, Sent, Transport};
use super::{Batch, FieldError, Sink, UnknownEnvironments};
use crate::config::{Ci, JsonEndpoint};

/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Polls until `shutdown`. `health` says at any time how it goes.
pub async fn run<S: Sink>(
    ci: Ci,
    endpoint: JsonEndpoint,
    sink: Arc<S>,
    outside: Outside,
    health: watch::Sender<SourceHealth>,
    shutdown: CancellationToken,
) {
    let mut poller = match Poller::new(ci, endpoint, sink, outside) {
        Ok(poller) => poller,
        Err(error) => {
            warn!(error, "the JSON endpoint cannot be polled");
            health.send_modify(|health| health.state = PollState::Failing { error });
            return;
        }
    };
    let _ = shutdown.run_until_cancelled(poller.follow(&health)).await;
}

/// What one look at an endpoint found, for `relboard check`.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many entries the document has.
    pub total: usize,
    /// How many of them are records.
    pub right: usize,
    /// What is wrong with the others.
    pub wrong: Vec<FieldError>,
}

/// Looks at an endpoint once.
///
/// # Errors
/// Why the document cannot be read.
pub async fn check(endpoint: &JsonEndpoint, now: DateTime<Utc>) -> Result<Found, String> {
    match Fetcher::new(endpoint, &Transport::Network)?.fetch().await? {
        Fetched::Unchanged => Err("the endpoint says that nothing changed, though it was asked for the first time".to_owned()),
        Fetched::Document(document) => {
            let Read { entries, wrong, total } = entries::read(&document, endpoint, now)?;
            Ok(Found { total, right: entries.len(), wrong })
        }
    }
}

/// What polling remembers from one look to the next.
struct Poller<S> {
    source: String,
    unknown_environments: UnknownEnvironments,
    endpoint: JsonEndpoint,
    fetcher: Fetcher,
    sink: Arc<S>,
    outside: Outside,
    /// What was accepted, by place in the document.
    delivered: HashMap<String, u64>,
    /// What was wrong the last time, so that each is logged once.
    complaints: Vec<FieldError>,
}

impl<S: Sink> Poller<S> {
    fn new(ci: Ci, endpoint: JsonEndpoint, sink: Arc<S>, outside: Outside) -> Result<Self, String> {
        let fetcher = Fetcher::new(&endpoint, &outside.transport)?;
        let unknown_environments = if ci.create_environments { UnknownEnvironments::Create } else { UnknownEnvironments::Unplaced };
        Ok(Self {
            source: ci.name,
            unknown_environments,
            endpoint,
            fetcher,
            sink,
            outside,
            delivered: HashMap::new(),
            complaints: Vec::new(),
        })
    }

    async fn follow(&mut self, health: &watch::Sender<SourceHealth>) {
        let mut failures = 0u32;
        loop {
            let looked = self.look().await;
            let now = self.outside.clock.now();
            failures = if looked.is_ok() { 0 } else { failures.saturating_add(1) };
            match &looked {
                Err(error) if failures == 1 => {
                    warn!(source = self.source, error, "the JSON endpoint failed; what is known of it stays, and it is asked again");
                }
                Ok(_) if matches!(health.borrow().state, PollState::Failing { .. }) => {
                    info!(source = self.source, "the JSON endpoint works again");
                }
                _ => {}
            }
            health.send_modify(|health| health.note(looked, now));
            tokio::time::sleep(pause(self.endpoint.interval, failures, self.outside.jitter.draw())).await;
        }
    }

    /// One look at the document. Gives how many entries it has and which are wrong; none when it is as it was.
    async fn look(&mut self) -> Result<Option<Looked>, String> {
        let document = match self.fetcher.fetch().await? {
            Fetched::Unchanged => return Ok(None),
            Fetched::Document(document) => document,
        };
        let now = self.outside.clock.now();
        let Read { entries, wrong, total } = entries::read(&document, &self.endpoint, now)?;
        let fresh: Vec<Entry> =
            entries.iter().filter(|entry| self.delivered.get(&entry.pointer) != Some(&entry.fingerprint)).cloned().collect();
        self.complain(&wrong);
        if !fresh.is_empty() {
            for chunk in fresh.chunks(super::record::MAX_RECORDS) {
                let batch = Batch {
                    source: self.source.clone(),
                    records: chunk.iter().map(|entry| entry.record.clone()).collect(),
                    idempotency: None,
                    unknown_environments: self.unknown_environments,
                };
                if let Err(error) = self.sink.accept(batch).await {
                    // Asked again without the ETag, or the same document would count as delivered.
                    self.fetcher.forget();
                    return Err(format!("its records could not be stored: {error}"));
                }
            }
        }
        self.delivered = entries.into_iter().map(|entry| (entry.pointer, entry.fingerprint)).collect();
        Ok(Some(Looked { total, wrong }))
    }

    fn complain(&mut self, wrong: &[FieldError]) {
        for error in wrong.iter().filter(|error| !self.complaints.contains(error)) {
            warn!(source = self.source, pointer = error.pointer, error = error.detail, "an entry of the JSON endpoint is left out");
        }
        self.complaints = wrong.to_vec();
    }
}

/// What a document held.
struct Looked {
    total: usize,
    wrong: Vec<FieldError>,
}

/// The interval, doubled with each failure, with a tenth of jitter so that many pollers do not march in step; `jitter`
/// is between 0 and 1.
fn pause(interval: Duration, failures: u32, jitter: f64) -> Duration {
    let longest = LONGEST_PAUSE.max(interval);
    let pause = interval.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(longest);
    pause.mul_f64(0.95 + 0.1 * jitter.clamp(0.0, 1.0))
}

impl SourceHealth {
    fn note(&mut self, looked: Result<Option<Looked>, String>, now: DateTime<Utc>) {
        match looked {
            Ok(changed) => {
                self.state = PollState::Working;
                self.last_success = Some(now);
                if let Some(Looked { total, wrong }) = changed {
                    self.entries = total;
                    self.wrong_count = wrong.len();
                    self.wrong = wrong.into_iter().take(health::MOST_SHOWN).collect();
                }
            }
            Err(error) => self.state = PollState::Failing { error },
        }
    }
}
