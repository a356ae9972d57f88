//! The server that is measured: `relboard serve`, as it is installed.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::board::Revision;
use reqwest::Client;

use super::Outcome;
use super::measure::until;
use super::process::{Process, Usage};
use super::world::{Dashboard, World};

const TOKEN: &str = "load-t0ken";
/// Within this a server must have done whatever it is waited for.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two looks at whether it is done: seldom enough to cost nothing.
const LOOK: Duration = Duration::from_millis(100);

/// A running server.
#[derive(Debug)]
pub(super) struct Served {
    process: Process,
    client: Client,
    url: String,
}

impl Served {
    /// Starts it on the clusters of a world, with what was stored in the folder before.
    pub(super) async fn start(program: Option<&Path>, world: &World, folder: &Path) -> Outcome<Self> {
        let program = match program {
            Some(program) => program.to_owned(),
            None => std::env::current_exe()?.with_file_name("relboard"),
        };
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let config = configuration(world, folder)?;
        let arguments = ["serve", "--log", "warn,kube_client=off", "--listen", &address.to_string(), "--config"].map(PathBuf::from);
        let process = Process::start(&program, arguments.into_iter().chain([config]))?;
        Ok(Self { process, client: Client::builder().no_proxy().build()?, url: format!("http://{address}") })
    }

    /// Its URL, without a trailing slash.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Where records are posted.
    pub(super) fn dashboard(&self) -> Dashboard {
        Dashboard { url: self.url.clone(), token: TOKEN.to_owned() }
    }

    /// What it uses.
    pub(super) fn usage(&self) -> Outcome<Usage> {
        self.process.usage()
    }

    /// Waits until it answers.
    pub(super) async fn answers(&self) -> Outcome<()> {
        let alive = async || self.text("/livez").await.ok();
        until("the server answers", Duration::from_millis(20), PATIENCE, alive).await.map(|_| ())
    }

    /// Waits until every cell with a workload says how it is doing, by what the clusters said.
    pub(super) async fn complete(&self, cells: usize) -> Outcome<()> {
        let is_complete = async || {
            self.text("/readyz").await.ok()?;
            let numbers = self.numbers().await.ok()?;
            let known = |key: &&String| {
                key.starts_with("relboard_cells")
                    && !["absent", "unknown", "missing"].iter().any(|word| key.contains(&format!("\"{word}\"")))
            };
            let said: f64 = numbers.iter().filter(|(key, _)| known(key)).map(|(_, number)| number).sum();
            #[expect(clippy::cast_precision_loss, reason = "thousands")]
            (said >= cells as f64).then_some(())
        };
        until("the board is complete", LOOK, PATIENCE, is_complete).await
    }

    /// Its metrics.
    pub(super) async fn numbers(&self) -> Outcome<BTreeMap<String, f64>> {
        let text = self.text("/metrics").await?;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Ok(lines.filter_map(|line| line.rsplit_once(' ').and_then(|(key, number)| Some((key.to_owned(), number.parse().ok()?)))).collect())
    }

    /// The newest revision.
    pub(super) async fn revision(&self) -> Outcome<Revision> {
        let answer = self.client.get(format!("{}/api/v1/board?q=service:-&format=json", self.url)).send().await?;
        let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).ok_or("the board has no ETag")?;
        // "<revision>-<hash>", in quotes.
        let (revision, _) = tag.trim_matches('"').rsplit_once('-').ok_or("an ETag without a revision")?;
        Ok(revision.parse()?)
    }

    /// Asks for a path; an answer that is no success is an error.
    pub(super) async fn text(&self, path: &str) -> Outcome<String> {
        Ok(self.client.get(format!("{}{path}", self.url)).send().await?.error_for_status()?.text().await?)
    }

    /// Ends it.
    pub(super) async fn stop(self) -> Outcome<()> {
        self.process.terminate().await
    }
}

/// Writes the configuration.
fn configuration(world: &World, folder: &Path) -> Outcome<PathBuf> {
    let path = folder.join("relboard.toml");
    let environments = std::fs::read_to_string(&world.environments)?;
    let store = folder.join("relboard.db");
    // A fleet's whole past is told at once.
    let head = format!(
        "[server]\nrecords_per_minute = 1000000\n[store]\nurl = \"sqlite://{}\"\n[[ci]]\nname = \"load\"\ntoken = \"{TOKEN}\"\n\n",
        store.display()
    );
    std::fs::write(&path, head + &environments)?;
    Ok(path)
}
