//! Looks at one cell whenever the board says that it changed, and asks again when the server is away.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use model::board::{Board, Cell, Target};
use model::delta::Delta;
use model::details::Details;
use model::ids::{EnvironmentName, ServiceName};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::super::Failure;
use super::super::client::{self, Server};
use super::decide::Sight;

/// A stream that is silent for longer is dead: the server says every 15 s that it lives.
const SILENCE: Duration = Duration::from_secs(45);
/// How long an answer about one cell may take.
const ANSWER: Duration = Duration::from_secs(15);
/// How often to look although the cell does not change: a record may come that the cell does not show.
const LOOK: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The most that one event may hold: a board of ten thousand services is a tenth of it.
const LARGEST_EVENT: usize = 256 << 20;

/// Why there was nothing to look at.
pub(super) enum Error {
    /// It will not be otherwise.
    Final(Failure),
    /// It may be otherwise later: [`Feed::pause`], and ask again.
    Again { failure: Failure, after: Duration },
}

/// One cell, as it changes.
pub(super) struct Feed {
    service: ServiceName,
    environment: EnvironmentName,
    events: Url,
    details: Url,
    /// For the stream, which has no end.
    streaming: Client,
    asking: Client,
    stream: Option<BoxStream<'static, reqwest::Result<Bytes>>>,
    events_read: EventReader,
    /// As far as it was read of this stream. Another one may be of another server, and begins with the whole board.
    board: Option<Board>,
    pause: Duration,
}

impl Feed {
    pub(super) fn new(server: &Server, service: ServiceName, environment: EnvironmentName) -> Result<Self, Failure> {
        let mut details = server.path("/api/v1/services")?;
        // Names are encoded: a service may have a slash.
        let unusable = |()| Failure("--server: an http or https URL is needed".to_owned());
        details.path_segments_mut().map_err(unusable)?.extend([service.as_str(), "environments", environment.as_str()]);
        Ok(Self {
            service,
            environment,
            events: server.path("/api/v1/board/events")?,
            details,
            streaming: client::endless(SILENCE)?,
            asking: client::client(ANSWER)?,
            stream: None,
            events_read: EventReader::default(),
            board: None,
            pause: FIRST_PAUSE,
        })
    }

    /// What there is to see, when it changed, or was not looked at for a while.
    pub(super) async fn next(&mut self) -> Result<Sight, Error> {
        let looked = self.look().await;
        match &looked {
            Err(_) => (self.stream, self.board) = (None, None),
            Ok(_) => self.pause = FIRST_PAUSE,
        }
        looked
    }

    /// Waits before the next try: longer each time.
    pub(super) async fn pause(&mut self) {
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    async fn look(&mut self) -> Result<Sight, Error> {
        if self.stream.is_none() {
            self.open().await?;
        }
        let before = self.board.as_ref().map(|board| self.seen_of(board));
        let begun = Instant::now();
        loop {
            // What was read of an event is kept when the time is over first.
            let event = timeout_at(begun + LOOK, self.event()).await;
            let is_over = event.is_err();
            if let Ok(event) = event {
                self.take(&event?)?;
            }
            let Some(board) = &self.board else {
                if begun.elapsed() > SILENCE {
                    return Err(self.again(format!("{} sends no board", self.events)));
                }
                continue;
            };
            let seen = self.seen_of(board);
            if is_over || before.as_ref() != Some(&seen) {
                let (targets, cell) = seen;
                let Some(targets) = targets else { return Err(Error::Final(self.misplaced(board))) };
                return Ok(Sight { targets, cell, details: self.ask().await? });
            }
        }
    }

    /// The environment's targets, none when there is no such environment; and the cell.
    fn seen_of(&self, board: &Board) -> (Option<Vec<Target>>, Option<Arc<Cell>>) {
        let environment = board.environments.iter().find(|environment| environment.name == self.environment);
        let cell = board.services.get(&self.service).and_then(|row| row.cells.get(&self.environment));
        (environment.map(|environment| environment.targets.clone()), cell.cloned())
    }

    fn misplaced(&self, board: &Board) -> Failure {
        let names: Vec<_> = board.environments.iter().map(|environment| environment.name.as_str()).collect();
        Failure(format!("`{}` is not an environment of the board, which has {}", self.environment, names.join(", ")))
    }

    async fn open(&mut self) -> Result<(), Error> {
        let request = self.streaming.get(self.events.clone()).header(ACCEPT, "text/event-stream");
        let sent = request.send().await;
        let response = self.answered(sent)?;
        let is_stream = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if !response.status().is_success() || !is_stream {
            let said = client::problem(response).await;
            return Err(self.again(said));
        }
        self.events_read = EventReader::default();
        self.stream = Some(response.bytes_stream().boxed());
        Ok(())
    }

    /// The next event of the stream.
    async fn event(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(event) = self.events_read.next() {
                return Ok(event);
            }
            let chunk = match &mut self.stream {
                Some(stream) => stream.next().await,
                None => None,
            };
            match chunk {
                Some(Ok(chunk)) if self.events_read.push(&chunk) => {}
                Some(Ok(_)) => return Err(self.again(format!("{} sends events without end", self.events))),
                Some(Err(error)) => return Err(self.again(client::unreachable(&self.events, &error).to_string())),
                None => return Err(self.again("the server ended its stream".to_owned())),
            }
        }
    }

    fn take(&mut self, event: &Event) -> Result<(), Error> {
        let unreadable = |error: serde_json::Error| format!("{} is not of a relboard of this version: {error}", self.events);
        match event.name.as_str() {
            "board" => self.board = Some(serde_json::from_str(&event.data).map_err(unreadable).map_err(|text| self.again(text))?),
            "delta" => {
                let delta: Delta = serde_json::from_str(&event.data).map_err(unreadable).map_err(|text| self.again(text))?;
                if let Some(board) = &mut self.board {
                    board.apply(&delta);
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn ask(&mut self) -> Result<Option<Details>, Error> {
        let request = self.asking.get(self.details.clone()).header(ACCEPT, "application/json");
        let sent = request.send().await;
        let response = self.answered(sent)?;
        match response.status() {
            StatusCode::OK => match response.json().await {
                Ok(details) => Ok(Some(details)),
                Err(error) => Err(self.again(format!("{} is not of a relboard of this version: {error}", self.details))),
            },
            // Not known, or not any more.
            StatusCode::NOT_FOUND => Ok(None),
            _ => {
                let said = client::problem(response).await;
                Err(self.again(said))
            }
        }
    }

    fn answered(&self, sent: reqwest::Result<Response>) -> Result<Response, Error> {
        sent.map_err(|error| self.again(client::unreachable(&self.events, &error).to_string()))
    }

    fn again(&self, said: String) -> Error {
        Error::Again { failure: Failure(said), after: self.pause }
    }
}

/// An event of a stream.
#[derive(Debug, PartialEq, Eq)]
struct Event {
    name: String,
    data: String,
}

/// Cuts a stream into events, as this server writes them: lines end with `\n`, and data is one line.
#[derive(Debug, Default)]
struct EventReader {
    unread: Vec<u8>,
    /// Up to where there is no end of an event.
    searched: usize,
}

impl EventReader {
    /// Takes in what was read; false when an event does not end.
    fn push(&mut self, bytes: &[u8]) -> bool {
        self.unread.extend_from_slice(bytes);
        self.unread.len() <= LARGEST_EVENT
    }

    /// The next whole event. Comments, which only say that the server lives, are none.
    fn next(&mut self) -> Option<Event> {
        loop {
            let Some(end) = memchr::memmem::find(&self.unread[self.searched..], b"\n\n") else {
                self.searched = self.unread.len().saturating_sub(1);
                return None;
            };
            let block: Vec<u8> = self.unread.drain(..self.searched + end + 2).collect();
            self.searched = 0;
            let block = String::from_utf8_lossy(&block);
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
            let event = Event { name: field("event: "), data: field("data: ") };
            if !event.name.is_empty() {
                return Some(event);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, EventReader};

    #[test]
    fn events_come_in_any_pieces() {
        let stream = b"retry: 1000\n: relboard\n\nevent: board\nid: a-1\ndata: {}\n\n: keep-alive\n\nevent: delta\ndata: {\"a\":1}\nid: a-2\n\nevent: del";
        let event = |name: &str, data: &str| Event { name: name.to_owned(), data: data.to_owned() };
        for size in 1..stream.len() {
            let mut reader = EventReader::default();
            let mut events = Vec::new();
            for piece in stream.chunks(size) {
                assert!(reader.push(piece));
                events.extend(std::iter::from_fn(|| reader.next()));
            }
            assert_eq!(events, [event("board", "{}"), event("delta", "{\"a\":1}")], "pieces of {size}");
        }
    }
}
