//! What is sent of a board, written once for all who get the same.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use model::board::{Board, Revision};
use model::delta::Delta;
use model::slim::{SlimHead, SlimRow};
use model::strings::ArcStr;
use serde::Serialize;
use tokio::sync::{OnceCell, watch};
use tokio::task::{JoinHandle, spawn_blocking};

use super::coding::Coding;

/// How long a frame is left to its readers before the next one: about what it costs to send it to one of them. Thousands get
/// fewer states a second, each with more in it, and are all still in time; for some hundreds nothing changes.
const FOR_EACH_READER: Duration = Duration::from_micros(40);
/// A step of more rows than this, and of more than an eighth of the board, is as well taken with the whole board.
const LONG_STEP: usize = 100;
/// Readers that are behind by up to this power of two share what leads them here.
const LAGS: usize = 24;

/// A published board with what its readers get.
#[derive(Debug)]
pub(super) struct Frame {
    board: Arc<Board>,
    /// The revision of the frame before it, and what leads from there to here: looked for and written when the first reader asks, since
    /// there may be none, and while a server starts it would be the whole board again and again.
    step: Option<(u64, OnceLock<Option<Step>>)>,
    /// What leads here from 1, 2, 4, 8 … revisions before. Whoever has a newer state than such a step begins at may take it
    /// all the same, so that these serve every reader, however slow.
    merged: [OnceLock<Option<Step>>; LAGS],
    whole: OnceLock<Bytes>,
    json: OnceLock<Bytes>,
    /// The lines as they are sent, by coding: packed once for all pages that load them, after a start of the server for instance.
    packed: [OnceCell<Bytes>; Coding::ALL.len()],
    lines: OnceLock<Bytes>,
}

/// What leads a client to the newest board.
#[derive(Debug)]
pub(super) enum News<'a> {
    /// It is there already.
    None,
    /// The changes.
    Step(&'a Step),
    /// Only the whole board does.
    Whole,
}

/// The changes from one revision to another.
#[derive(Debug)]
pub(super) struct Step {
    delta: Delta,
    event: OnceLock<Bytes>,
    /// Whether they are much of the board: a reader that takes them at once stands still meanwhile, and one who loads the board reads
    /// it in slices.
    pub(super) is_long: bool,
}

impl Step {
    /// What leads from a number of the board's own epoch to the board; nothing when rows that went since are forgotten.
    fn new(board: &Board, since: u64) -> Option<Self> {
        let delta = board.since(&Revision { epoch: ArcStr::clone(&board.revision.epoch), number: since })?;
        let is_long = delta.services.len() > LONG_STEP.max(board.services.size() / 8);
        Some(Self { delta, event: OnceLock::new(), is_long })
    }

    /// The event with them.
    pub(super) fn event(&self) -> Bytes {
        self.event.get_or_init(|| event("delta", &self.delta.revision, &self.delta)).clone()
    }
}

impl Frame {
    /// A frame that comes after that of a revision, if any.
    fn new(board: Arc<Board>, before: Option<u64>) -> Self {
        let merged = [const { OnceLock::new() }; LAGS];
        let step = before.map(|before| (before, OnceLock::new()));
        let packed = [const { OnceCell::const_new() }; Coding::ALL.len()];
        Self { board, step, merged, whole: OnceLock::new(), json: OnceLock::new(), packed, lines: OnceLock::new() }
    }

    /// The board.
    pub(super) fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// The board as JSON.
    pub(super) fn json(&self) -> Bytes {
        self.json.get_or_init(|| json(&*self.board).into()).clone()
    }

    /// The event with the whole board.
    pub(super) fn whole(&self) -> Bytes {
        self.whole.get_or_init(|| event("board", &self.board.revision, &*self.board)).clone()
    }

    /// The event that says that there is another board, without it.
    pub(super) fn apart(&self) -> Bytes {
        event("whole", &self.board.revision, &Empty {})
    }

    /// The board as the page loads it: a line for its head, and one for each row.
    pub(super) fn lines(&self) -> Bytes {
        self.lines.get_or_init(|| lines(&self.board).into()).clone()
    }

    /// The same, packed; nothing where that does not work, which is logged.
    pub(super) async fn packed_lines(&self, coding: Coding) -> Option<Bytes> {
        let pack = async || {
            let board = Arc::clone(&self.board);
            let packed = spawn_blocking(move || coding.pack(&lines(&board))).await??;
            Ok::<_, io::Error>(packed.into())
        };
        let packed = self.packed[coding as usize].get_or_try_init(pack).await;
        packed.inspect_err(|error| tracing::warn!(coding = coding.name(), %error, "the board is sent unpacked")).cloned().ok()
    }

    /// What leads from a revision to this one.
    pub(super) fn since(&self, revision: &Revision) -> News<'_> {
        let Revision { epoch, number } = &self.board.revision;
        if revision == &self.board.revision {
            return News::None;
        }
        if revision.epoch != *epoch || revision.number > *number {
            return News::Whole;
        }
        match &self.step {
            Some((before, step)) if *before == revision.number => step.get_or_init(|| Step::new(&self.board, *before)).as_ref(),
            _ => self.merged(number - revision.number),
        }
        .map_or(News::Whole, News::Step)
    }

    /// The changes for those who are behind by so many revisions, or by fewer.
    fn merged(&self, behind: u64) -> Option<&Step> {
        let behind = behind.checked_next_power_of_two()?;
        let step = self.merged.get(behind.trailing_zeros() as usize)?;
        step.get_or_init(|| Step::new(&self.board, self.board.revision.number.saturating_sub(behind))).as_ref()
    }
}

/// Makes a frame of the newest board, again and again, until no more can come.
pub(super) fn spawn(mut boards: watch::Receiver<Arc<Board>>) -> (watch::Receiver<Arc<Frame>>, JoinHandle<()>) {
    let first = Frame::new(Arc::clone(&boards.borrow_and_update()), None);
    let (sender, frames) = watch::channel(Arc::new(first));
    let task = tokio::spawn(async move {
        while boards.changed().await.is_ok() {
            let board = Arc::clone(&boards.borrow_and_update());
            let before = sender.borrow().board.revision.number;
            sender.send_replace(Arc::new(Frame::new(board, Some(before))));
            let readers = u32::try_from(sender.receiver_count()).unwrap_or(u32::MAX);
            tokio::time::sleep(FOR_EACH_READER.saturating_mul(readers)).await;
        }
    });
    (frames, task)
}

/// A line for the head of a board, and one for each row.
fn lines(board: &Board) -> Vec<u8> {
    let mut lines = json(&SlimHead::of(board));
    for row in board.services.values() {
        lines.push(b'\n');
        write(&mut lines, &SlimRow::of(row, &board.environments));
    }
    lines.shrink_to_fit();
    lines
}

/// An object without fields.
#[derive(Serialize)]
struct Empty {}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = Vec::new();
    write(&mut text, value);
    // It stays for a while, and was made room for by doubling.
    text.shrink_to_fit();
    text
}

fn write(text: &mut Vec<u8>, value: &impl Serialize) {
    // Types of the model always serialise, as their keys are text; and memory takes whatever is written.
    let _ = serde_json::to_writer(text, value);
}

/// A server-sent event. JSON without spaces has no line break, so one `data:` line is enough.
fn event(name: &str, id: &Revision, data: &impl Serialize) -> Bytes {
    let mut text = format!("id: {id}\nevent: {name}\ndata: ").into_bytes();
    write(&mut text, data);
    text.extend_from_slice(b"\n\n");
    text.shrink_to_fit();
    text.into()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::board::{Cell, Changes, Row};

    use super::*;

    /// Forty states of a board in which rows come, change and go.
    fn states() -> Vec<Board> {
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut states = vec![Board::empty("8f1c", now)];
        for number in 1..40_u32 {
            let name = model::ids::ServiceName::from(format!("service-{}", number % 7).as_str());
            let cell = Cell { reason: number.to_string(), ..Cell::absent() };
            let row = Row::new(name.clone(), None, BTreeMap::from([("dev".into(), Arc::new(cell))]));
            let rows = vec![(name, (number % 5 != 0).then_some(row))];
            let next = states.last().unwrap().advance(Changes { rows, header: None }, now);
            states.extend(next);
        }
        states
    }

    #[test]
    fn who_is_from_before_what_is_forgotten_needs_the_whole() {
        let states = states();
        let last = Board { forgotten: 20, ..states.last().unwrap().clone() };
        let before = last.revision.number - 1;
        let frame = Frame::new(Arc::new(last), Some(before));
        for state in &states[..states.len() - 1] {
            match frame.since(&state.revision) {
                News::Step(step) => assert!(state.revision.number >= 20 && !step.event().is_empty(), "from {}", state.revision),
                News::Whole => assert_ne!(state.revision.number, before),
                News::None => panic!("{} is not there yet", state.revision),
            }
        }
    }

    #[test]
    fn every_reader_gets_here_and_all_share_a_few_events() {
        let states = states();
        let (last, before) = (states.last().unwrap(), &states[states.len() - 3]);
        let frame = Frame::new(Arc::new(last.clone()), Some(before.revision.number));
        let mut written = BTreeSet::new();
        for state in &states[..states.len() - 1] {
            let News::Step(step) = frame.since(&state.revision) else { panic!("nothing leads on from {}", state.revision) };
            let event = step.event();
            written.insert(event.as_ptr());
            let data = std::str::from_utf8(&event).unwrap().split_once("data: ").unwrap().1;
            let mut mine = state.clone();
            mine.apply(&serde_json::from_str::<Delta>(data).unwrap());
            assert_eq!(serde_json::to_value(&mine).unwrap(), serde_json::to_value(last).unwrap(), "from {}", state.revision);
        }
        assert!(states.len() > 30 && written.len() <= 7, "{} events for {} revisions", written.len(), states.len());
        assert!(matches!(frame.since(&last.revision), News::None));
        for (epoch, number) in [("0ld0", 3), ("8f1c", last.revision.number + 1)] {
            assert!(matches!(frame.since(&Revision { epoch: ArcStr::from(epoch), number }), News::Whole), "{epoch}-{number}");
        }
    }

    #[test]
    fn a_long_step_is_written_when_somebody_takes_it() {
        let check = |rows: usize, is_long: bool| {
            let now = chrono::DateTime::UNIX_EPOCH;
            let row = |place: usize| {
                let name = model::ids::ServiceName::from(format!("service-{place}").as_str());
                let cells = BTreeMap::from([("dev".into(), Arc::new(Cell::absent()))]);
                (name.clone(), Some(Row::new(name, None, cells)))
            };
            let first = Board::empty("8f1c", now);
            let board = first.advance(Changes { rows: (0..rows).map(row).collect(), header: None }, now).unwrap();
            let frame = Frame::new(Arc::new(board), Some(first.revision.number));
            let News::Step(step) = frame.since(&first.revision) else { panic!("nothing leads to {rows} rows") };
            assert_eq!((step.is_long, step.event.get()), (is_long, None), "{rows} rows");
            assert!(step.event().len() > rows * 10 && step.event.get().is_some(), "{rows} rows");
        };
        check(LONG_STEP, false);
        check(LONG_STEP + 1, true);
    }
}
