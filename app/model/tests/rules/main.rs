//! The rule book as tables: what the clusters and CI say, and what the row then says.

mod agreement;
mod clusters;
mod details;
mod drafts;
mod flapping;
mod images;
mod order;
mod pairs;
mod pods;
mod records;
mod rollouts;
mod runs;
mod since;
mod statuses;

use model::board::{Cell, Row};
use model::fixture::World;
use model::ids::EnvironmentName;
use model::status::Flag;

/// The row of `cart`, a line for each environment where it is not absent:
/// `dev: rolling 993e5fc 2/5 [canary] | reason`, with ready/wanted pods. `no-record` is left out: most rules are not about records.
fn show(row: &Row, world: &World) -> String {
    let mut lines = Vec::new();
    for environment in &world.index().catalogue().environments {
        let cell = &row.cells[&environment.name];
        if cell.status.as_str() != "absent" || !cell.flags.is_empty() || !cell.reason.is_empty() {
            lines.push(format!("{}: {}", environment.name, show_cell(cell)));
        }
    }
    lines.join("\n")
}

fn show_cell(cell: &Cell) -> String {
    let mut text = cell.status.to_string();
    if let Some(wanted) = &cell.wanted {
        text += &format!(" {wanted} {}/{}", cell.pods.ready, cell.pods.wanted);
    }
    let flags: Vec<_> = cell.flags.iter().filter(|flag| **flag != Flag::NoRecord).map(|flag| flag.as_str()).collect();
    if !flags.is_empty() {
        text += &format!(" [{}]", flags.join(" "));
    }
    if !cell.reason.is_empty() {
        text += &format!(" | {}", cell.reason);
    }
    text
}

/// What the row of `cart` says, line by line.
#[track_caller]
fn check(world: &World, expected: &str) {
    let shown = world.merge("cart").row.map(|row| show(&row, world)).unwrap_or_default();
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown, expected.join("\n"));
}

/// One cell of the row of `cart`.
#[track_caller]
fn cell(world: &World, environment: &str) -> Cell {
    let row = world.merge("cart").row.expect("a row");
    (*row.cells[&EnvironmentName::from(environment)]).clone()
}
