//! A client of the stream, like the browser: it keeps a board up to date.

use futures::StreamExt;
use futures::stream::BoxStream;
use model::board::{Board, Cell};
use model::delta::Delta;
use model::status::Status;
use reqwest::{Client, StatusCode};

use crate::PATIENCE;

/// A client of the stream.
pub struct Follower {
    body: BoxStream<'static, reqwest::Result<Vec<u8>>>,
    unread: Vec<u8>,
    board: Option<Board>,
    deltas: Vec<Delta>,
    boards: usize,
}

impl Follower {
    pub(crate) async fn open(client: &Client, url: &str, has: Option<&Board>) -> Self {
        let mut request = client.get(format!("{url}/api/v1/board/events"));
        if let Some(board) = has {
            request = request.header("last-event-id", board.revision.to_string());
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let body = answer.bytes_stream().map(|chunk| chunk.map(|chunk| chunk.to_vec())).boxed();
        Self { body, unread: Vec::new(), board: has.cloned(), deltas: Vec::new(), boards: 0 }
    }

    /// The board as far as it was read.
    ///
    /// # Panics
    /// When nothing was read.
    #[must_use]
    pub fn board(&self) -> &Board {
        self.board.as_ref().expect("a board was read")
    }

    /// The deltas that were read since the last time.
    pub fn take_deltas(&mut self) -> Vec<Delta> {
        std::mem::take(&mut self.deltas)
    }

    /// How many whole boards were read.
    #[must_use]
    pub fn boards(&self) -> usize {
        self.boards
    }

    /// Reads until the board is as wanted.
    ///
    /// # Panics
    /// When it never is, or the stream ends.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Board) -> bool) -> &Board {
        let found = tokio::time::timeout(PATIENCE, async {
            while !self.board.as_ref().is_some_and(&wanted) {
                assert!(self.read().await, "the stream ended before: {what}");
            }
        });
        if found.await.is_err() {
            panic!("never: {what}\n{:#?}", self.board);
        }
        self.board()
    }

    /// Reads until a cell has a status.
    pub async fn until_status(&mut self, service: &str, environment: &str, status: Status) -> Cell {
        let what = format!("{service} in {environment} is {status}");
        let board = self.until(&what, |board| cell(board, service, environment).is_some_and(|cell| cell.status == status)).await;
        cell(board, service, environment).expect("it was just there").clone()
    }

    /// Reads to the end of the stream.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn end(&mut self) {
        tokio::time::timeout(PATIENCE, async { while self.read().await {} }).await.expect("the stream ends");
    }

    /// Reads the next event; false at the end.
    async fn read(&mut self) -> bool {
        loop {
            if let Some(end) = self.unread.windows(2).position(|bytes| bytes == b"\n\n") {
                let block: Vec<u8> = self.unread.drain(..end + 2).collect();
                if self.take(&String::from_utf8(block).expect("UTF-8")) {
                    return true;
                }
                continue;
            }
            match self.body.next().await {
                Some(Ok(chunk)) => self.unread.extend(chunk),
                // Cut, or over.
                Some(Err(_)) | None => return false,
            }
        }
    }

    fn take(&mut self, block: &str) -> bool {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        match field("event: ") {
            "board" => {
                self.board = Some(serde_json::from_str(field("data: ")).expect("a board"));
                self.boards += 1;
            }
            "delta" => {
                let delta: Delta = serde_json::from_str(field("data: ")).expect("a delta");
                self.board.as_mut().expect("a delta comes after a board").apply(&delta);
                self.deltas.push(delta);
            }
            _ => return false,
        }
        assert_eq!(field("id: "), self.board().revision.to_string());
        true
    }
}

/// A cell of a board.
#[must_use]
pub fn cell<'a>(board: &'a Board, service: &str, environment: &str) -> Option<&'a Cell> {
    board.services.get(service)?.cells.get(environment).map(AsRef::as_ref)
}
