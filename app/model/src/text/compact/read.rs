//! Compact text → board.

use arcstr::ArcStr;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{CompactError, TIME, all_run_wanted, cluster_name};
use crate::board::{Board, Cell, Changes, Environment, PodCounts, RecordSummary, Row, Running, Target, TargetState, WorkloadRef};
use crate::catalogue::Tier;
use crate::ids::{ClusterName, EnvironmentName, ServiceName};
use crate::record::Outcome;
use crate::version::{Version, is_commit};
use crate::workload::Kind;

/// Reads a board, in the state 1 of the epoch `test`.
///
/// # Errors
/// Says which line does not follow the grammar, and why.
pub fn parse(text: &str) -> Result<Board, CompactError> {
    let mut environments: Vec<Environment> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for (place, line) in text.lines().enumerate() {
        read_line(line, &mut environments, &mut rows).map_err(|problem| CompactError { line: place + 1, problem })?;
    }
    for row in &mut rows {
        for environment in &environments {
            row.cells.entry(environment.name.clone()).or_insert_with(|| Arc::new(Cell::absent()));
        }
    }
    let rows = rows.into_iter().map(|row| (row.name.clone(), Some(row))).collect();
    let empty = Board::empty("test", TIME);
    Ok(empty.advance(Changes { rows, header: Some((environments, 0)) }, TIME).unwrap_or(empty))
}

fn read_line(line: &str, environments: &mut Vec<Environment>, rows: &mut Vec<Row>) -> Result<(), String> {
    let words = words(line)?;
    let Some((first, rest)) = words.split_first() else { return Ok(()) };
    if first.text == "environments:" {
        for group in groups(rest) {
            environments.push(read_environment(group)?);
        }
        return Ok(());
    }
    let (team, rest) = match rest.split_first() {
        Some((word, rest)) if word.text.starts_with('@') => (Some(ArcStr::from(&word.text[1..])), rest),
        _ => (None, rest),
    };
    let mut row = Row::new(ServiceName::from(&*first.text), team, BTreeMap::new());
    for group in groups(rest) {
        let (environment, cell) = read_named_cell(&row.name, group)?;
        if !environments.iter().any(|known| known.name == environment) {
            environments.push(new_environment(&environment));
        }
        row.cells.insert(environment, Arc::new(cell));
    }
    rows.push(row);
    Ok(())
}

fn new_environment(name: &EnvironmentName) -> Environment {
    let cluster = ClusterName::from(cluster_name(name));
    let target = Target { cluster, state: TargetState::Live, since: TIME, last_heard: Some(TIME), error: None };
    Environment { name: name.clone(), tier: Tier::Other, targets: vec![target] }
}

fn read_environment(group: &[Word]) -> Result<Environment, String> {
    let (name, rest) = group.split_first().ok_or("an environment without a name")?;
    let mut environment = new_environment(&EnvironmentName::from(&*name.text));
    for word in rest {
        let target = &mut environment.targets[0];
        if word.quoted {
            target.error = Some(word.text.clone());
        } else if let Ok(state) = known::<TargetState>("state", &word.text) {
            target.state = state;
        } else {
            environment.tier = known("tier or state", &word.text)?;
        }
    }
    Ok(environment)
}

fn read_named_cell(service: &ServiceName, group: &[Word]) -> Result<(EnvironmentName, Cell), String> {
    let (first, rest) = group.split_first().ok_or("a cell is missing beside `|`")?;
    let (environment, version) = first.text.split_once(':').ok_or_else(|| format!("`{}` should be `<environment>:`", first.text))?;
    let version = Word { text: version.to_owned(), quoted: false };
    let (version, rest) = match rest.split_first() {
        _ if !version.text.is_empty() => (&version, rest),
        Some((version, rest)) => (version, rest),
        None => return Err(format!("{environment} has no cell")),
    };
    let cell = if version.text == "-" { Cell::absent() } else { read_cell(service, &version.text, rest)? };
    Ok((EnvironmentName::from(environment), cell))
}

fn read_cell(service: &ServiceName, version: &str, words: &[Word]) -> Result<Cell, String> {
    let mut cell = Cell { wanted: read_version(version), ..Cell::absent() };
    let mut words = words.iter();
    let status = words.next().ok_or("a cell without a status")?;
    cell.status = known("status", &status.text)?;
    let (mut runs, mut workloads) = (None::<Vec<Running>>, Vec::new());
    while let Some(word) = words.next() {
        let mut next = || words.next().map(|word| word.text.as_str()).ok_or_else(|| format!("nothing follows `{}`", word.text));
        match word.text.as_str() {
            text if word.quoted => cell.reason = text.to_owned(),
            "by" => record(&mut cell).by = Some(ArcStr::from(next()?)),
            "at" => record(&mut cell).at = known("time", next()?)?,
            "of" => record(&mut cell).commit = Some(ArcStr::from(next()?)),
            "since" => cell.since = Some(known("time", next()?)?),
            "in" => workloads.push(read_workload(service, next()?)?),
            "runs" => {
                let runs = runs.get_or_insert_default();
                let version = next()?;
                if version != "-" {
                    let counts = read_counts(next()?)?;
                    runs.push(Running { version: read_version(version).unwrap_or_default(), pods: counts.wanted, ready: counts.ready });
                }
            }
            text => match (text.strip_prefix('~'), text.strip_prefix('+')) {
                (Some(names), _) => cell.agrees_with = names.split(',').map(EnvironmentName::from).collect(),
                (_, Some(flag)) => cell.flags.push(known("flag", flag)?),
                _ => cell.pods = read_counts(text)?,
            },
        }
    }
    cell.running = runs.map_or_else(|| all_run_wanted(&cell), Vec::into_boxed_slice);
    cell.workloads = workloads.into();
    Ok(cell)
}

/// The cell's record, made when it has none yet.
fn record(cell: &mut Cell) -> &mut RecordSummary {
    let commit = cell.wanted.as_ref().and_then(|version| version.commit.clone());
    cell.record.get_or_insert(RecordSummary { commit, version: None, by: None, at: TIME, outcome: Outcome::Success, url: None })
}

fn read_version(text: &str) -> Option<Version> {
    if text == "?" {
        return None;
    }
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(ArcStr::from(digest))));
    let (commit, label) = match name.split_once('=') {
        Some((commit, label)) => (Some(commit), Some(label)),
        None if is_commit(name) => (Some(name), None),
        None => (None, Some(name).filter(|name| !name.is_empty())),
    };
    Some(Version { commit: commit.map(ArcStr::from), label: label.map(ArcStr::from), digest, index: None })
}

fn read_counts(text: &str) -> Result<PodCounts, String> {
    let numbers: Option<Vec<u32>> = text.split('/').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some([ready, wanted]) => Ok(PodCounts { wanted: *wanted, updated: *wanted, ready: *ready }),
        Some([ready, updated, wanted]) => Ok(PodCounts { wanted: *wanted, updated: *updated, ready: *ready }),
        _ => Err(format!("`{text}` is not known here; pod counts are `2/3` or `2/2/3`")),
    }
}

fn read_workload(service: &ServiceName, text: &str) -> Result<WorkloadRef, String> {
    let (cluster, namespace) = text.split_once('/').ok_or_else(|| format!("`{text}` should be `cluster/namespace`"))?;
    let (cluster, namespace) = (ClusterName::from(cluster), ArcStr::from(namespace));
    Ok(WorkloadRef { cluster, namespace, kind: Kind::Deployment, name: ArcStr::from(service.as_str()) })
}

/// A word of the API: a status, a flag, a tier, a state, a time.
fn known<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|_| format!("`{text}` is no {what}"))
}

struct Word {
    text: String,
    quoted: bool,
}

/// Splits at white space; `"…"` is one word, in which `\"` and `\\` stand for themselves.
fn words(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    while let Some(first) = letters.next() {
        if first.is_whitespace() {
            continue;
        }
        let quoted = first == '"';
        let mut text = if quoted { String::new() } else { String::from(first) };
        if quoted {
            loop {
                match letters.next().ok_or("a quote is not closed")? {
                    '"' => break,
                    '\\' => text.extend(letters.next()),
                    letter => text.push(letter),
                }
            }
        } else {
            text.extend(std::iter::from_fn(|| letters.next_if(|letter| !letter.is_whitespace())));
        }
        words.push(Word { text, quoted });
    }
    Ok(words)
}

/// The parts between words that are `|`.
fn groups(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    words.split(|word| word.text == "|" && !word.quoted).filter(|_| !words.is_empty())
}
