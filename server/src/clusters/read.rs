//! Lists and watches of a scope, over a connection.

use http_body_util::BodyExt;
use kube::client::Body;
use model::workload::Fact;
use serde::Deserialize;

use super::connect::{Answer, Connection};
use super::error::Fault;
use super::observe::{ComingPage, Observer, Unreadable};
use super::scope::Scope;

/// The longest page of a list. 500 objects of the largest size etcd takes would be more; real ones are a hundredth of that.
const LONGEST_PAGE: usize = 256 << 20;
/// The longest line of a watch: etcd takes objects of 1.5 MiB, JSON may be larger.
const LONGEST_LINE: usize = 16 << 20;
/// Pages of a list; it would begin again and again if a server always gave a next one.
const MOST_PAGES: usize = 10_000;

/// A list that was read in full.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) facts: Vec<Fact>,
    pub(super) unreadable: Vec<Unreadable>,
    /// Where a watch goes on.
    pub(super) version: String,
}

/// Reads a whole list, page by page, as it comes.
pub(super) async fn list(connection: &Connection, scope: &Scope, observer: &mut Observer) -> Result<Listed, Fault> {
    let mut listed = Listed::default();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let body = connection.get(&scope.list(connection.page, token.as_deref()), Answer::Whole).await?;
        let mut page = ComingPage::default();
        connection.chunks(body, LONGEST_PAGE, |chunk| observer.take(&mut page, chunk)).await?;
        let page = observer.finish(page).map_err(|error| not_an_api_server(connection, scope, &error))?;
        listed.facts.extend(page.facts);
        listed.unreadable.extend(page.unreadable);
        listed.version = page.version.unwrap_or(listed.version);
        token = page.next;
        if token.is_none() {
            if listed.version.is_empty() {
                return Err(not_an_api_server(connection, scope, "the list has no resourceVersion"));
            }
            return Ok(listed);
        }
    }
    Err(not_an_api_server(connection, scope, "the list does not end"))
}

/// The newest `resourceVersion` of the server, by a list of one object.
pub(super) async fn newest(connection: &Connection, scope: &Scope) -> Result<Option<u64>, Fault> {
    #[derive(Deserialize)]
    struct List {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata {
        resource_version: String,
    }
    let body = connection.get(&scope.trial(), Answer::Whole).await?;
    let json = connection.text(body, LONGEST_PAGE).await?;
    let list: List = serde_json::from_slice(&json).map_err(|error| not_an_api_server(connection, scope, &error.to_string()))?;
    Ok(list.metadata.resource_version.parse().ok())
}

fn not_an_api_server(connection: &Connection, scope: &Scope, error: &str) -> Fault {
    Fault::Malformed(format!(
        "{} does not answer a list of {scope} as a Kubernetes API server does ({error}): is the address right?",
        connection.server
    ))
}

/// An open watch.
pub(super) struct Lines {
    body: Body,
    buffer: Vec<u8>,
    /// How much of the buffer is known to hold no end of line.
    searched: usize,
    ended: bool,
}

/// Opens a watch: waits for the answer's head.
pub(super) async fn watch(connection: &Connection, path: &str) -> Result<Lines, Fault> {
    let body = connection.get(path, Answer::Stream).await?;
    Ok(Lines { body, buffer: Vec::new(), searched: 0, ended: false })
}

impl Lines {
    /// The next line, as it comes; none at the end. What is left without an end of line counts as a line.
    /// Cancel safe: nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self, connection: &Connection) -> Result<Option<String>, Fault> {
        loop {
            if let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(self.searched + end + 1);
                let line = std::mem::replace(&mut self.buffer, rest);
                self.searched = 0;
                match text(line) {
                    Some(line) => return Ok(Some(line)),
                    None => continue,
                }
            }
            self.searched = self.buffer.len();
            if self.searched > LONGEST_LINE {
                return Err(Fault::Malformed(format!("{} sends a line of more than {} MiB", connection.server, LONGEST_LINE >> 20)));
            }
            if self.ended {
                return Ok(text(std::mem::take(&mut self.buffer)));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => self.buffer.extend(frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Err(Fault::from_request(&error, &connection.server)),
                None => {
                    self.ended = true;
                    self.searched = 0;
                }
            }
        }
    }
}

/// A line without its end; none when it is blank.
fn text(line: Vec<u8>) -> Option<String> {
    let line = String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let trimmed = line.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
