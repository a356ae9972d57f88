//! The cold start: from the start of the process to the complete board, beside a plain reading of the same lists.

use std::time::{Duration, Instant};

use super::served::Served;
use super::world::World;
use super::{Outcome, Stage, plain};

/// Beyond the plain reading, in seconds.
const BEYOND: f64 = 20.0;
/// How often a start is measured. The least counts: what else the machine does, or the machine it runs on, only adds to it.
const STARTS: usize = 3;

/// What a start cost: the least of [`STARTS`] for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// To the complete board, in seconds.
    pub(super) seconds: f64,
    /// Of the server's processor time, in seconds.
    pub(super) processor: f64,
    /// Plain reading of the same lists, in seconds.
    pub(super) plain: f64,
}

impl Start {
    fn least(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            processor: self.processor.min(other.processor),
            plain: self.plain.min(other.plain),
        }
    }
}

/// Fills the store, as of a server that ran before; then measures a start, and tells the table.
pub(super) async fn start(stage: &mut Stage, world: &World) -> Outcome<(Served, Start)> {
    let records = fill(stage, world).await?;
    let (server, start) = again(stage, world).await?;
    let cells = world.contents().cells;
    let table = &mut stage.table;
    table.note("Records in the store", records, "");
    table.note(format_args!("Plain HTTP reading of the same lists ({:.0} MB of JSON)", start.megabytes), start.start.plain, "s");
    table.note(format_args!("Cold start to the complete board ({cells} cells), the least of {STARTS}"), start.start.seconds, "s");
    table.at_most("Cold start beyond the plain reading", start.start.seconds - start.start.plain, "s", BEYOND);
    table.note(format_args!("Processor time of the cold start, the least of {STARTS}"), start.start.processor, "s");
    Ok((server, start.start))
}

/// Lets a server take in the records of everything that runs, and ends it.
pub(super) async fn fill(stage: &Stage, world: &World) -> Outcome<f64> {
    let server = stage.server(world).await?;
    server.answers().await?;
    let records = world.post_records(&server.dashboard()).await?;
    server.complete(world.contents().cells).await?;
    server.stop().await?;
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    Ok(records as f64)
}

/// A measured start.
pub(super) struct Measured {
    pub(super) start: Start,
    pub(super) megabytes: f64,
}

/// Measures starts on what is stored, and keeps the last server.
pub(super) async fn again(stage: &Stage, world: &World) -> Outcome<(Served, Measured)> {
    let (mut last, mut measured) = once(stage, world).await?;
    for _ in 1..STARTS {
        last.stop().await?;
        let (server, Measured { start, .. }) = once(stage, world).await?;
        measured.start = measured.start.least(start);
        last = server;
    }
    Ok((last, measured))
}

async fn once(stage: &Stage, world: &World) -> Outcome<(Served, Measured)> {
    let contents = world.contents();
    let (plain, megabytes) = plain::read(&contents.namespaces).await?;
    let begun = Instant::now();
    let server = stage.server(world).await?;
    server.answers().await?;
    server.complete(contents.cells).await?;
    let seconds = begun.elapsed().as_secs_f64();
    // What a start still does when the board is complete, such as writing history, belongs to it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let start = Start { seconds, processor: server.usage()?.processor()?, plain: plain.as_secs_f64() };
    Ok((server, Measured { start, megabytes }))
}
