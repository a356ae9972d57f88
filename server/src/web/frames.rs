//! What is sent of a board, written once for all who get the same.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use model::board::{Board, Revision};
use model::slim::{SlimHead, SlimRow};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A published board with what its readers get.
#[derive(Debug)]
pub(super) struct Frame {
    board: Arc<Board>,
    /// The revision before it, and the event that leads from there to here.
    step: Option<(u64, Bytes)>,
    whole: OnceLock<Bytes>,
    json: OnceLock<Bytes>,
    lines: OnceLock<Bytes>,
}

/// What leads a client to the newest board.
#[derive(Debug)]
pub(super) enum News {
    /// It is there already.
    None,
    /// An event with the changes.
    Step(Bytes),
    /// Only the whole board does.
    Whole,
}

impl Frame {
    fn new(board: Arc<Board>, step: Option<(u64, Bytes)>) -> Self {
        Self { board, step, whole: OnceLock::new(), json: OnceLock::new(), lines: OnceLock::new() }
    }

    /// The board.
    pub(super) fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// The board as JSON.
    pub(super) fn json(&self) -> Bytes {
        self.json.get_or_init(|| serde_json::to_vec(&*self.board).unwrap_or_default().into()).clone()
    }

    /// The event with the whole board.
    pub(super) fn whole(&self) -> Bytes {
        self.whole.get_or_init(|| event("board", &self.board.revision, &self.json())).clone()
    }

    /// The event that says that there is another board, without it.
    pub(super) fn apart(&self) -> Bytes {
        event("whole", &self.board.revision, b"{}")
    }

    /// The board as the page loads it: a line for its head, and one for each row.
    pub(super) fn lines(&self) -> Bytes {
        let write = || {
            let mut lines = json(&SlimHead::of(&self.board));
            for row in self.board.services.values() {
                lines.push(b'\n');
                lines.extend(json(&SlimRow::of(row, &self.board.environments)));
            }
            lines.into()
        };
        self.lines.get_or_init(write).clone()
    }

    /// What leads from a revision to this one.
    pub(super) fn since(&self, revision: &Revision) -> News {
        if *revision == self.board.revision {
            return News::None;
        }
        match &self.step {
            Some((number, bytes)) if *number == revision.number && revision.epoch == self.board.revision.epoch => News::Step(bytes.clone()),
            _ => step(&self.board, revision).map_or(News::Whole, News::Step),
        }
    }
}

/// Makes a frame of each board that is published, until no more can come.
pub(super) fn spawn(mut boards: watch::Receiver<Arc<Board>>) -> (watch::Receiver<Arc<Frame>>, JoinHandle<()>) {
    let first = Frame::new(Arc::clone(&boards.borrow_and_update()), None);
    let (sender, frames) = watch::channel(Arc::new(first));
    let task = tokio::spawn(async move {
        while boards.changed().await.is_ok() {
            let board = Arc::clone(&boards.borrow_and_update());
            let before = sender.borrow().board.revision.clone();
            let step = step(&board, &before).map(|bytes| (before.number, bytes));
            sender.send_replace(Arc::new(Frame::new(board, step)));
        }
    });
    (frames, task)
}

fn step(board: &Board, since: &Revision) -> Option<Bytes> {
    let delta = board.since(since)?;
    Some(event("delta", &board.revision, &json(&delta)))
}

/// Types of the model always serialise: their keys are text.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// A server-sent event. JSON without spaces has no line break, so one `data:` line is enough.
fn event(name: &str, id: &Revision, data: &[u8]) -> Bytes {
    let mut text = format!("id: {id}\nevent: {name}\ndata: ").into_bytes();
    text.extend_from_slice(data);
    text.extend_from_slice(b"\n\n");
    text.into()
}
