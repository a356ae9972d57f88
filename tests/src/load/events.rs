//! What a running fleet costs: processor, memory, and the time from a change to a viewer.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::Instant;

use super::measure::{micros, millis, percentile};
use super::served::Served;
use super::world::World;
use super::{Outcome, Stage};

/// Percent of a core, of the server.
const PROCESSOR: f64 = 20.0;
/// In megabytes.
const PEAK: f64 = 300.0;
const STEADY: f64 = 150.0;
/// In milliseconds, at 99 of 100 changes.
const LATENCY: f64 = 300.0;
/// Between two looks at how many changes there are: rollouts take about as long.
const LOOK: Duration = Duration::from_secs(10);
/// So near to the rate that was asked for it counts as reached. The simulator learns by and by how many changes a deployment makes,
/// and at first there are the changes of what was deployed before.
const NEAR: f64 = 0.1;
/// How often it is looked.
const LOOKS: u32 = 12;
/// In so many parts is a rate measured.
const PARTS: u32 = 3;
/// Between two changes that are followed to the viewer.
const PROBE: Duration = Duration::from_millis(200);

/// What events cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Busy {
    /// Of a core, in percent.
    pub(super) processor: f64,
    /// In microseconds of the server's processor time, in the part of [`PARTS`] in which it was least: a machine is not always as fast.
    pub(super) each: f64,
    /// How many there were in a second.
    pub(super) rate: f64,
    /// Resident memory afterwards, in megabytes.
    pub(super) resident: f64,
}

/// Lets the fleet change, follows some of the changes to a viewer, and tells the table.
pub(super) async fn measure(stage: &mut Stage, world: &World, server: &Served) -> Outcome<()> {
    let busy = busy(stage, world, server, stage.plan.rate).await?;
    let usage = server.usage()?;
    let table = &mut stage.table;
    table.at_most(format_args!("Processor of the server at {:.0} events/s", busy.rate), busy.processor, "% of a core", PROCESSOR);
    table.note(format_args!("Processor time an event, the least of {PARTS} parts"), busy.each, "µs");
    table.at_most("Peak memory (RSS), with the cold start", usage.peak()?, "MB", PEAK);
    table.at_most("Steady memory (RSS)", busy.resident, "MB", STEADY);
    world.events(stage.plan.rate, &server.dashboard()).await?;
    let samples = probe(world, server, stage.seconds()).await?;
    world.events(0.0, &server.dashboard()).await?;
    let (p50, p99) = (percentile(&samples, 0.5), percentile(&samples, 0.99));
    let what = format!("Change at an API server → event at a viewer, {} changes, p99 (p50 {p50:.0} ms)", samples.len());
    stage.table.at_most(what, p99, "ms", LATENCY);
    Ok(())
}

/// Lets the fleet change so many times a second, and measures the server.
pub(super) async fn busy(stage: &Stage, world: &World, server: &Served, rate: f64) -> Outcome<Busy> {
    let usage = server.usage()?;
    world.events(rate, &server.dashboard()).await?;
    warm_up(world, rate).await?;
    let begun = Instant::now();
    let (mut processor, mut events, mut each) = (0.0, 0.0, f64::INFINITY);
    for _ in 0..PARTS {
        let before = (usage.processor()?, world.changes().await?);
        tokio::time::sleep(stage.seconds() / PARTS).await;
        let after = (usage.processor()?, world.changes().await?);
        #[expect(clippy::cast_precision_loss, reason = "thousands")]
        let part = (after.0 - before.0, (after.1 - before.1) as f64);
        each = each.min(part.0 / part.1.max(1.0) * 1e6);
        (processor, events) = (processor + part.0, events + part.1);
    }
    let seconds = begun.elapsed().as_secs_f64();
    world.events(0.0, &server.dashboard()).await?;
    let resident = usage.resident()?;
    Ok(Busy { processor: processor / seconds * 100.0, each, rate: events / seconds, resident })
}

/// Lets the fleet change for minutes, and tells the table what memory the server has in each tenth of that time.
pub(super) async fn over_time(stage: &mut Stage, world: &World, server: &Served) -> Outcome<()> {
    let usage = server.usage()?;
    let minutes = stage.plan.minutes;
    world.events(stage.plan.rate, &server.dashboard()).await?;
    let before = world.changes().await?;
    let mut resident = vec![usage.resident()?];
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(minutes * 6)).await;
        resident.push(usage.resident()?);
    }
    world.events(0.0, &server.dashboard()).await?;
    let changes = world.changes().await? - before;
    let most = resident.iter().copied().fold(0.0, f64::max);
    let each = resident.iter().map(|megabytes| format!("{megabytes:.0}")).collect::<Vec<_>>().join(" ");
    stage.table.at_most(
        format_args!("Steady memory (RSS) over {minutes} minutes with {changes} changes, the most of {each}"),
        most,
        "MB",
        STEADY,
    );
    Ok(())
}

/// Waits until there are as many changes as were asked for; for a while, since a small fleet may not have that many.
async fn warm_up(world: &World, wanted: f64) -> Outcome<()> {
    let mut before = world.changes().await?;
    for _ in 0..LOOKS {
        tokio::time::sleep(LOOK).await;
        let now = world.changes().await?;
        #[expect(clippy::cast_precision_loss, reason = "thousands")]
        let rate = (now - before) as f64 / LOOK.as_secs_f64();
        if (rate / wanted - 1.0).abs() <= NEAR {
            break;
        }
        before = now;
    }
    Ok(())
}

/// Changes one thing after the other, and notes how long each takes to a viewer, in milliseconds.
async fn probe(world: &World, server: &Served, time: Duration) -> Outcome<Vec<f64>> {
    let since = server.revision().await?;
    let url = format!("{}/api/v1/board/events?since={since}&whole=apart", server.url());
    let mut stream = reqwest::Client::builder().no_proxy().build()?.get(url).send().await?.error_for_status()?.bytes_stream();
    let watching = tokio::spawn(async move {
        let (mut seen, mut text) = (HashMap::new(), Vec::new());
        while let Some(Ok(chunk)) = stream.next().await {
            let at = micros();
            text.extend_from_slice(&chunk);
            for place in memchr::memmem::find_iter(&text, b"feed") {
                if let Some(commit) = text.get(place..place + 12).and_then(|commit| std::str::from_utf8(commit).ok()) {
                    seen.entry(commit.to_owned()).or_insert(at);
                }
            }
            // The beginning of one may be at the end.
            text.drain(..text.len().saturating_sub(11));
            if seen.contains_key(&commit(u64::from(u32::MAX))[..12]) {
                return seen;
            }
        }
        seen
    });
    let mut sent = HashMap::new();
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(PROBE);
    while begun.elapsed() < time {
        ticks.tick().await;
        let number = sent.len() as u64;
        let commit = commit(number);
        // Any cells, far from one another.
        let cell = usize::try_from(number * 7919)?;
        sent.insert(commit[..12].to_owned(), world.deploy(cell, &commit).await?);
    }
    // The last one ends it.
    world.deploy(1, &commit(u64::from(u32::MAX))).await?;
    let seen = tokio::time::timeout(Duration::from_secs(30), watching).await??;
    let latency = |(commit, at): (&String, &i64)| seen.get(commit).map_or(f64::INFINITY, |seen| millis(seen - at));
    Ok(sent.iter().map(latency).collect())
}

/// A commit that is found in a stream.
pub(super) fn commit(number: u64) -> String {
    format!("feed{number:08x}{number:028x}")
}
