//! Posts deployment records.

use std::time::Duration;

use super::Deployment;
use crate::error::Error;

/// How many records go into one request.
const BATCH: usize = 100;

/// Sends records to `POST {server}/api/v1/records`, as the last step of a pipeline does.
#[derive(Clone, Debug)]
pub struct Publisher {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Publisher {
    /// A publisher for a server, by its base URL, with a bearer token.
    #[must_use]
    pub fn new(server: &str, token: &str) -> Self {
        let url = format!("{}/api/v1/records", server.trim_end_matches('/'));
        Self { client: reqwest::Client::new(), url, token: token.to_owned() }
    }

    /// Sends records, in the order given, in batches. A server that is not there yet, or is busy, is tried again for `patience`.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when it does not answer for that long, [`Error::Refused`] when it does not take them.
    pub async fn publish(&self, records: &[Deployment], patience: Duration) -> Result<(), Error> {
        for batch in records.chunks(BATCH) {
            let attempt = self.send_until_taken(batch);
            match tokio::time::timeout(patience, attempt).await {
                Ok(done) => done?,
                Err(_) => self.send(batch).await?,
            }
        }
        Ok(())
    }

    async fn send_until_taken(&self, batch: &[Deployment]) -> Result<(), Error> {
        let mut pause = Duration::from_millis(50);
        loop {
            match self.send(batch).await {
                Err(Error::Refused { status, url, body }) if status != 429 && status < 500 => {
                    return Err(Error::Refused { status, url, body });
                }
                Err(_) => tokio::time::sleep(pause).await,
                Ok(()) => return Ok(()),
            }
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn send(&self, batch: &[Deployment]) -> Result<(), Error> {
        let unreachable = |source| Error::Unreachable { url: self.url.clone(), source };
        // A pipeline sends one record; a batch is an array.
        let request = self.client.post(&self.url).bearer_auth(&self.token);
        let request = match batch {
            [one] => request.json(one),
            many => request.json(many),
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let body: String = response.text().await.unwrap_or_default().chars().take(300).collect();
        Err(Error::Refused { url: self.url.clone(), status: status.as_u16(), body })
    }
}
