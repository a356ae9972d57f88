//! One viewer that does what a browser does: it keeps a board by what the stream says.

use std::collections::HashMap;

use futures::StreamExt;
use model::board::{Board, Revision};
use model::delta::Delta;
use reqwest::Client;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Outcome;
use super::served::Served;

/// One that reads and keeps.
#[derive(Debug)]
pub(super) struct Keeper {
    last: watch::Sender<Option<Revision>>,
    task: JoinHandle<Outcome<Kept>>,
}

#[derive(Debug)]
struct Kept {
    board: Board,
    /// Which revision brought a commit first, by the commit's first letters.
    brought: HashMap<String, u64>,
}

/// What it had at the end, and what the server had.
#[derive(Debug)]
pub(super) struct Ended {
    kept: Kept,
    served: Value,
}

impl Keeper {
    /// Begins with the whole board.
    pub(super) async fn start(server: &Served) -> Outcome<Self> {
        let board: Board = serde_json::from_str(&server.text("/api/v1/board").await?)?;
        let url = format!("{}/api/v1/board/events?since={}", server.url(), board.revision);
        let (last, _) = watch::channel(None);
        let task = tokio::spawn(keep(board, url, last.subscribe()));
        Ok(Self { last, task })
    }

    /// Waits until it has what the server has. No object must change any more; a grace may still end, and another revision come
    /// while the whole board is fetched.
    pub(super) async fn end_at(self, server: &Served) -> Outcome<Ended> {
        let mut served: Value = serde_json::from_str(&server.text("/api/v1/board").await?)?;
        let revision: Revision = served["revision"].as_str().unwrap_or_default().parse()?;
        self.last.send_replace(Some(revision.clone()));
        let kept = self.task.await??;
        if kept.board.revision != revision {
            served = serde_json::from_str(&server.text("/api/v1/board").await?)?;
        }
        Ok(Ended { kept, served })
    }
}

impl Ended {
    /// The revision that first showed a commit.
    pub(super) fn brought(&self, commit: &str) -> Outcome<u64> {
        Ok(*self.kept.brought.get(commit).ok_or_else(|| format!("{commit} was never on the board"))?)
    }

    /// Whether both are the same, as served.
    pub(super) fn is_same(&self) -> bool {
        serde_json::to_value(&self.kept.board).is_ok_and(|kept| kept["services"] == self.served["services"])
    }

    /// In words.
    pub(super) fn verdict(&self) -> String {
        let (kept, served) = (self.kept.board.revision.to_string(), self.served["revision"].as_str().unwrap_or_default());
        match self.is_same() {
            true => format!("the same at {served}"),
            false if kept == served => format!("another at {served}"),
            false => format!("of {kept}, the server's of {served}"),
        }
    }
}

async fn keep(mut board: Board, url: String, mut last: watch::Receiver<Option<Revision>>) -> Outcome<Kept> {
    let answer = Client::builder().no_proxy().build()?.get(url).send().await?.error_for_status()?;
    let (mut stream, mut text, mut brought) = (answer.bytes_stream(), Vec::new(), HashMap::new());
    loop {
        if last.borrow_and_update().as_ref().is_some_and(|last| board.revision.number >= last.number) {
            return Ok(Kept { board, brought });
        }
        tokio::select! {
            asked = last.changed() => asked?,
            chunk = stream.next() => text.extend_from_slice(&chunk.ok_or("the stream ended")??),
        }
        while let Some(end) = memchr::memmem::find(&text, b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            take(&mut board, &mut brought, std::str::from_utf8(&event)?)?;
        }
    }
}

fn take(board: &mut Board, brought: &mut HashMap<String, u64>, event: &str) -> Outcome<()> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    if field("event: ") != "delta" {
        return Ok(());
    }
    let delta: Delta = serde_json::from_str(field("data: "))?;
    let cells = delta.services.iter().flat_map(|row| row.cells.values());
    for commit in cells.filter_map(|cell| cell.wanted.as_ref()?.commit.as_deref()).filter(|commit| commit.starts_with("feed")) {
        brought.entry(commit.to_owned()).or_insert(delta.revision.number);
    }
    board.apply(&delta);
    Ok(())
}
