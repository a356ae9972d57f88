//! Thousands of viewers: what each costs, when the last of them has a change, and what those cost who do not read.

use std::time::Duration;

use tokio::time::Instant;

use super::events::commit;
use super::keeper::Keeper;
use super::measure::{millis, percentile, until};
use super::process::Process;
use super::served::Served;
use super::viewers::Seen;
use super::world::World;
use super::{Outcome, Stage};

/// In kB.
const EACH: f64 = 25.0;
/// From a change to the last viewer, in milliseconds, at 99 of 100 changes.
const LAST: f64 = 1000.0;
/// Viewers that do not read.
const IDLERS: usize = 200;
/// The number of the first commit that is deployed while they look: those that were deployed before are on the board, and come again
/// whenever their cells change.
const FIRST: u64 = 1_000_000;
/// How many changes those miss.
const MISSED: i64 = 4000;
/// How much memory may grow while they do, in megabytes: that of the process itself, and 50 kB for each of them.
const GROWS: f64 = 15.0;
/// Between two changes that are followed.
const PROBE: Duration = Duration::from_millis(500);
/// How long rollouts go on when nobody deploys any more.
const SETTLED: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(180);

/// Lets many look, and tells the table.
pub(super) async fn measure(stage: &mut Stage, world: &World, server: &Served) -> Outcome<()> {
    settled(world, server).await?;
    readers(stage, world, server).await?;
    settled(world, server).await?;
    idlers(stage, world, server).await
}

/// Waits until nothing changes any more.
async fn settled(world: &World, server: &Served) -> Outcome<()> {
    world.events(0.0, &server.dashboard()).await?;
    let mut before = (-1, Instant::now());
    let is_quiet = async || {
        let changes = world.changes().await.ok()?;
        if changes != before.0 {
            before = (changes, Instant::now());
        }
        (before.1.elapsed() > SETTLED).then_some(())
    };
    until("the rollouts are over", Duration::from_millis(500), PATIENCE, is_quiet).await
}

async fn start(server: &Served, readers: usize, idlers: usize) -> Outcome<Process> {
    let address = server.url().trim_start_matches("http://");
    let since = server.revision().await?.to_string();
    let (readers, idlers) = (readers.to_string(), idlers.to_string());
    let arguments = ["viewers", "--address", address, "--since", &since, "--readers", &readers, "--idlers", &idlers];
    let mut process = Process::part(arguments)?;
    process.says("connected").await?;
    Ok(process)
}

async fn readers(stage: &mut Stage, world: &World, server: &Served) -> Outcome<()> {
    let (count, rate, dashboard) = (stage.plan.viewers, stage.plan.viewers_rate, server.dashboard());
    let usage = server.usage()?;
    let keeper = Keeper::start(server).await?;
    // The whole board that it asked for is forgotten with the next one.
    world.deploy(0, &commit(0)).await?;
    settled(world, server).await?;
    let alone = usage.resident()?;
    let mut viewers = start(server, count, 0).await?;
    world.events(rate, &dashboard).await?;
    let before = (usage.processor()?, world.changes().await?);
    let mut sent = Vec::new();
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(PROBE);
    while begun.elapsed() < stage.seconds() {
        ticks.tick().await;
        let commit = commit(FIRST + sent.len() as u64);
        let cell = sent.len() * 7919 + 1;
        sent.push((commit.clone(), world.deploy(cell, &commit).await?));
    }
    let (seconds, after) = (begun.elapsed().as_secs_f64(), (usage.processor()?, world.changes().await?));
    let crowded = usage.resident()?;
    settled(world, server).await?;
    let (last, board) = (server.revision().await?, keeper.end_at(server).await?);
    let numbers: Vec<u64> = sent.iter().map(|(commit, _)| board.brought(commit)).collect::<Result<_, _>>()?;
    let all: Vec<String> = numbers.iter().chain([&last.number]).map(u64::to_string).collect();
    viewers.tell(&format!("finish {}", all.join(","))).await?;
    let seen: Seen = serde_json::from_str(&tokio::time::timeout(PATIENCE, viewers.says("seen ")).await??)?;
    viewers.stop().await?;
    let samples: Vec<f64> = sent.iter().zip(&seen.last).map(|((_, at), last)| millis(last - at)).collect();
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let (viewers, rate) = (count as f64, (after.1 - before.1) as f64 / seconds);
    let table = &mut stage.table;
    table.at_most(
        format_args!("{count} viewers, server memory (RSS) for each, at {rate:.0} events/s"),
        (crowded - alone) * 1000.0 / viewers,
        "kB",
        EACH,
    );
    let what = format!("{count} viewers, change → last viewer, {} changes, p99 (p50 {:.0} ms)", samples.len(), percentile(&samples, 0.5));
    table.at_most(what, percentile(&samples, 0.99), "ms", LAST);
    let measured = format!("all at revision {}; {} wrong", last.number, seen.wholes);
    table.holds(format_args!("{count} viewers, each reaches every published state"), measured, "all; 0 wrong", seen.wholes == 0);
    table.holds("A viewer's board, kept by deltas alone, is the server's", board.verdict(), "the same", board.is_same());
    #[expect(clippy::cast_precision_loss, reason = "shares")]
    let (events, states) = (seen.events as f64, (seen.events + seen.coalesced) as f64);
    table.note(format_args!("{count} viewers, published states that came alone"), events / states * 100.0, "%");
    table.note(format_args!("{count} viewers, processor of the server"), (after.0 - before.0) / seconds * 100.0, "% of a core");
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    table.note(format_args!("{count} viewers, sent"), seen.bytes as f64 / 1e6 / seconds, "MB/s");
    Ok(())
}

async fn idlers(stage: &mut Stage, world: &World, server: &Served) -> Outcome<()> {
    let usage = server.usage()?;
    let mut viewers = start(server, 0, IDLERS).await?;
    world.events(stage.plan.rate, &server.dashboard()).await?;
    let first = world.changes().await?;
    // What the connections themselves hold back is full by then.
    let missed = async |wanted: i64| {
        let ask = async || world.changes().await.ok().filter(|changes| changes - first >= wanted);
        until("changes come", Duration::from_millis(200), PATIENCE, ask).await
    };
    missed(MISSED / 4).await?;
    let before = usage.resident()?;
    let changes = missed(MISSED).await? - first;
    let grown = usage.resident()? - before;
    settled(world, server).await?;
    let last = server.revision().await?.number;
    viewers.tell("read").await?;
    viewers.tell(&format!("finish {last}")).await?;
    let seen: Seen = serde_json::from_str(&tokio::time::timeout(PATIENCE, viewers.says("seen ")).await??)?;
    viewers.stop().await?;
    let table = &mut stage.table;
    table.at_most(format_args!("{IDLERS} viewers that do not read, server memory over {changes} changes"), grown, "MB more", GROWS);
    let measured = format!("all at revision {last}; {} states came with later ones", seen.coalesced);
    table.holds("They read again: each reaches the newest state", measured, "all", seen.wholes == 0 && seen.coalesced > 0);
    Ok(())
}
