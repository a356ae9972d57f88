//! The board as rows for a CSV writer.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::board::{Board, Cell, Row};
use crate::ids::EnvironmentName;

/// The columns of [`csv_rows`].
pub const CSV_HEADER: [&str; 16] = [
    "service",
    "team",
    "environment",
    "status",
    "reason",
    "commit",
    "label",
    "digest",
    "wanted",
    "updated",
    "ready",
    "by",
    "at",
    "since",
    "flags",
    "clusters",
];

/// The rows for a CSV writer: [`CSV_HEADER`], then a line a cell in promotion order, absent ones too. What is not known is empty,
/// times are RFC 3339 UTC, several flags or clusters are separated by spaces. The writer does the quoting.
///
/// A spreadsheet runs a text that begins with `=`, `+`, `-`, `@`, a tab or a line end as a formula; such a text gets a `'` in front
/// (OWASP, "CSV Injection"), which no name, commit, digest or time of a well-meant board begins with.
pub fn csv_rows<'a>(board: &'a Board, rows: impl IntoIterator<Item = &'a Row>) -> impl Iterator<Item = Vec<String>> {
    let header = CSV_HEADER.map(str::to_owned).to_vec();
    let cells = rows.into_iter().flat_map(|row| {
        let cell = |name: &'a EnvironmentName| row.cells.get(name).map(|cell| line(row, name, cell));
        board.environments.iter().filter_map(move |environment| cell(&environment.name))
    });
    std::iter::once(header).chain(cells)
}

fn line(row: &Row, environment: &EnvironmentName, cell: &Cell) -> Vec<String> {
    let version = cell.version().unwrap_or_default();
    let mut clusters: Vec<&str> = cell.workloads.iter().map(|workload| workload.cluster.as_str()).collect();
    clusters.dedup();
    let flags: Vec<&str> = cell.flags.iter().map(|flag| flag.as_str()).collect();
    let by = cell.record.as_ref().and_then(|record| record.by.as_deref());
    vec![
        harmless(row.name.as_str()),
        harmless(row.team.as_deref().unwrap_or_default()),
        harmless(environment.as_str()),
        cell.status.as_str().to_owned(),
        harmless(&cell.reason),
        harmless(version.commit.as_deref().unwrap_or_default()),
        harmless(version.label.as_deref().unwrap_or_default()),
        harmless(version.digest.as_deref().unwrap_or_default()),
        cell.pods.wanted.to_string(),
        cell.pods.updated.to_string(),
        cell.pods.ready.to_string(),
        harmless(by.unwrap_or_default()),
        time(cell.record.as_ref().map(|record| record.at)),
        time(cell.since),
        flags.join(" "),
        harmless(&clusters.join(" ")),
    ]
}

fn time(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(String::new, |time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn harmless(text: &str) -> String {
    let quote = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("{quote}{text}")
}
