//! Board → compact text.

use std::fmt::Display;

use chrono::{DateTime, SecondsFormat, Utc};

use super::all_run_wanted;
use crate::board::{Board, Cell, Environment, PodCounts, Row};
use crate::status::Status;
use crate::version::{Version, is_commit};

/// The board in the language of [`parse`](super::parse), which gives the same board again as far as the language goes.
#[must_use]
pub fn compact(board: &Board) -> String {
    let environments: Vec<String> = board.environments.iter().map(environment).collect();
    let mut lines = vec![format!("environments: {}", environments.join(" | "))];
    lines.extend(board.services.values().map(|row| line(board, row)));
    lines.join("\n")
}

fn environment(environment: &Environment) -> String {
    let mut words = vec![environment.name.to_string(), environment.tier.as_str().to_owned()];
    for target in &environment.targets {
        words.push(target.state.as_str().to_owned());
        words.extend(target.error.as_deref().map(quoted));
    }
    words.join(" ")
}

fn line(board: &Board, row: &Row) -> String {
    let cells = board.environments.iter().filter_map(|environment| Some((&environment.name, row.cells.get(&environment.name)?)));
    let cells: Vec<String> = cells.map(|(name, cell)| format!("{name}: {}", cell_text(cell))).collect();
    let team = row.team.as_ref().map_or_else(String::new, |team| format!(" @{team}"));
    format!("{}{team}  {}", row.name, cells.join(" | "))
}

fn cell_text(cell: &Cell) -> String {
    if cell.status == Status::Absent {
        return "-".to_owned();
    }
    let mut words = vec![cell.wanted.as_ref().map_or_else(|| "?".to_owned(), version), cell.status.to_string()];
    if cell.pods != PodCounts::default() {
        words.push(format!("{}/{}/{}", cell.pods.ready, cell.pods.updated, cell.pods.wanted));
    }
    if cell.running != all_run_wanted(cell) {
        words.extend(cell.running.iter().map(|running| format!("runs {} {}/{}", version(&running.version), running.ready, running.pods)));
        words.extend(cell.running.is_empty().then(|| "runs -".to_owned()));
    }
    if let Some(record) = &cell.record {
        words.push(format!("at {}", time(record.at)));
        words.extend(record.by.as_deref().map(|by| format!("by {}", quoted(by))));
        words.extend(record.commit.as_ref().map(|commit| format!("of {commit}")));
    }
    words.extend(cell.since.map(|since| format!("since {}", time(since))));
    if !cell.agrees_with.is_empty() {
        words.push(format!("~{}", join(&cell.agrees_with)));
    }
    words.extend(cell.flags.iter().map(|flag| format!("+{}", flag.as_str())));
    words.extend(cell.workloads.iter().map(|workload| format!("in {}/{}", workload.cluster, workload.namespace)));
    words.extend(Some(&cell.reason).filter(|reason| !reason.is_empty()).map(|reason| quoted(reason)));
    words.join(" ")
}

fn version(version: &Version) -> String {
    if *version == Version::default() {
        return "?".to_owned();
    }
    let digest = version.digest.as_ref().map_or_else(String::new, |digest| format!("@{digest}"));
    let name = match (&version.commit, &version.label) {
        (Some(commit), None) if is_commit(commit) => commit.to_string(),
        (Some(commit), label) => format!("{commit}={}", label.as_deref().unwrap_or_default()),
        (None, label) => label.as_deref().unwrap_or_default().to_owned(),
    };
    format!("{name}{digest}")
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn join(names: &[impl Display]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
