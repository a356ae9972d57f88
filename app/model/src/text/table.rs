//! The board as an aligned text table.

use chrono::{DateTime, Utc};

use super::{age, one_line};
use crate::board::{Board, Cell, Environment, Row, Target, TargetState};
use crate::ids::EnvironmentName;
use crate::status::Status;

/// The rows as an aligned text table: a header, then one line a service, `-` where it is absent, a red status in capitals.
/// After an empty line: the clusters that are not live, which is also the reason of what is unknown, and the reason of every red cell.
/// Each is on a line of its own.
#[must_use]
pub fn table<'a>(board: &Board, rows: impl IntoIterator<Item = &'a Row>, now: DateTime<Utc>) -> String {
    let mut lines = vec![header(board)];
    let mut notes: Vec<String> = board.environments.iter().flat_map(|environment| target_notes(environment, now)).collect();
    for row in rows {
        let mut line = vec![one_line(row.name.as_str())];
        for environment in &board.environments {
            let cell = row.cells.get(&environment.name);
            line.push(cell.map_or_else(|| "-".to_owned(), |cell| cell_text(cell, now)));
            notes.extend(cell.and_then(|cell| cell_note(row, &environment.name, cell)));
        }
        lines.push(line);
    }
    let mut text = align(&lines);
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        text.push_str(&note);
        text.push('\n');
    }
    text
}

fn header(board: &Board) -> Vec<String> {
    let mut header = vec!["SERVICE".to_owned()];
    header.extend(board.environments.iter().map(|environment| {
        let name = one_line(environment.name.as_str());
        let worst = environment.targets.iter().map(|target| target.state).filter(|state| *state != TargetState::Live).max();
        worst.map_or_else(|| name.clone(), |state| format!("{name} ({})", state.as_str()))
    }));
    header
}

fn target_notes(environment: &Environment, now: DateTime<Utc>) -> impl Iterator<Item = String> {
    let troubled = |target: &&Target| target.state != TargetState::Live || target.error.is_some();
    environment.targets.iter().filter(troubled).map(move |target| {
        let cause = target.error.as_deref().map_or_else(String::new, |error| format!(": {error}"));
        let (state, since) = (target.state.as_str(), age(now - target.since));
        one_line(&format!("{}: cluster {} is {state} ({since}){cause}", environment.name, target.cluster))
    })
}

fn cell_note(row: &Row, environment: &EnvironmentName, cell: &Cell) -> Option<String> {
    (cell.status.is_red() && !cell.reason.is_empty())
        .then(|| one_line(&format!("{} in {environment}: {}: {}", row.name, status_text(cell.status), cell.reason)))
}

fn cell_text(cell: &Cell, now: DateTime<Utc>) -> String {
    if cell.status == Status::Absent {
        return "-".to_owned();
    }
    let mut words = vec![version_text(cell), status_text(cell.status)];
    if cell.pods.wanted > 0 || !cell.workloads.is_empty() {
        words.push(format!("{}/{}", cell.pods.ready, cell.pods.wanted));
    }
    words.extend(cell.record.as_ref().and_then(|record| record.by.as_deref()).map(str::to_owned));
    words.extend(cell.when().map(|when| age(now - when)));
    if !cell.flags.is_empty() {
        let flags: Vec<&str> = cell.flags.iter().map(|flag| flag.as_str()).collect();
        words.push(format!("({})", flags.join(", ")));
    }
    one_line(&words.join(" "))
}

/// The version, and before it the one it takes the place of.
fn version_text(cell: &Cell) -> String {
    let Some(version) = cell.version() else { return "?".to_owned() };
    let old = cell.running.iter().map(|running| running.version.short()).find(|old| *old != version.short());
    match old {
        Some(old) if cell.status == Status::Rolling => format!("{old} → {version}"),
        _ => version.to_string(),
    }
}

fn status_text(status: Status) -> String {
    if status.is_red() { status.as_str().to_uppercase() } else { status.as_str().to_owned() }
}

/// Columns as wide as their widest text, two spaces between them, none at the end of a line.
fn align(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let padded: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}
