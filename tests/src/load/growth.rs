//! How time and memory grow with the fleet.

use super::cold::{self, Start};
use super::events::{self, Busy};
use super::served::Served;
use super::world::{Fleet, World};
use super::{Outcome, Stage};

/// What is not the fleet's: a ratio may be that much above the fleet's own.
const TOLERANCE: f64 = 1.15;
/// Changes a second, the same for all: what a publication costs is shared by all changes in it, and a small fleet does not have
/// as many changes as a large one.
const RATE: f64 = 100.0;

/// Measures the full fleet at the rate that all have in common.
pub(super) async fn full(stage: &Stage, world: &World, server: &Served) -> Outcome<Busy> {
    events::busy(stage, world, server, RATE).await
}

/// Measures smaller fleets, and tells the table how it goes on to the full one.
pub(super) async fn measure(stage: &mut Stage, fleet: &Fleet, start: &Start, busy: &Busy) -> Outcome<()> {
    let mut steps = Vec::new();
    for divide in [16, 4] {
        let fleet = Fleet { services: fleet.services / divide, pods: fleet.pods / divide, ..*fleet };
        let world = stage.world(fleet).await?;
        std::fs::remove_file(stage.folder().join("relboard.db"))?;
        cold::fill(stage, &world).await?;
        let (server, measured) = cold::again(stage, &world).await?;
        let busy = events::busy(stage, &world, &server, RATE).await?;
        server.stop().await?;
        steps.push((measured.start, busy, world.about()));
        world.stop().await?;
    }
    steps.push((*start, *busy, stage.table.title().to_owned()));
    for ((start, busy, about), times) in steps.iter().zip([1, 4, 16]) {
        stage.table.note(format_args!("{times}× ({about}): cold start"), start.seconds, "s");
        stage.table.note(format_args!("{times}×: processor time of the cold start"), start.processor, "s");
        stage.table.note(format_args!("{times}×: memory"), busy.resident, "MB");
        stage.table.note(format_args!("{times}×: processor time an event, at {:.0}/s", busy.rate), busy.each, "µs");
    }
    let grows = |of: fn(&(Start, Busy, String)) -> f64| of(&steps[2]) / of(&steps[0]);
    let lines = [
        ("Cold start from 1× to 16×", grows(|(start, ..)| start.seconds), 16.0),
        ("Processor time of the cold start from 1× to 16×", grows(|(start, ..)| start.processor), 16.0),
        ("Memory from 1× to 16×", grows(|(_, busy, _)| busy.resident), 16.0),
        ("Processor time an event, from 1× to 16× the services", grows(|(_, busy, _)| busy.each), 1.0),
    ];
    for (what, ratio, limit) in lines {
        let target = format!("≤ ×{limit}, measured to {:.0} %", (TOLERANCE - 1.0) * 100.0);
        stage.table.holds(what, format_args!("×{ratio:.2}"), target, ratio <= limit * TOLERANCE);
    }
    Ok(())
}
