//! Boards of any size, always the same for the same size.

use model::strings::ArcStr;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use model::board::{Board, Cell, Changes, Environment, PodCounts, RecordSummary, Row, Running, Target, TargetState, WorkloadRef};
use model::catalogue::Tier;
use model::ids::{ClusterName, EnvironmentName, ServiceName};
use model::record::Outcome;
use model::status::{Flag, Status};
use model::version::Version;
use model::workload::Kind;

const PEOPLE: [&str; 8] = ["ana", "leo", "ignas", "gauxachs", "eva", "Ana María Muñoz", "deploy-bot", "rosa"];
const TEAMS: [&str; 5] = ["shop", "payments", "search", "platform", "logistics"];

/// The time of the sample.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_165_200, 0).unwrap_or_default()
}

/// A board of so many services and environments, as real ones look: full commits, digests, records, a few red cells.
pub fn board(services: usize, environments: usize) -> Board {
    let columns: Vec<Environment> = (0..environments).map(environment).collect();
    let rows = (0..services).map(|service| (name(service), Some(row(service, &columns)))).collect();
    let empty = Board::empty("8f1c", now());
    empty.advance(Changes { rows, header: Some((columns, 0)) }, now()).unwrap_or(empty)
}

/// The row of a service, after as many deployments to its first environment as `generation` says.
pub fn next_row(board: &Board, service: usize, generation: usize) -> Row {
    let mut row = Row::clone(&board.services[&name(service)]);
    let first = board.environments[0].name.clone();
    row.cells.insert(first, Arc::new(cell(service, 0, generation)));
    row
}

/// The name of a service.
pub fn name(service: usize) -> ServiceName {
    ServiceName::from(format!("{}-service-{service:04}", TEAMS[service % TEAMS.len()]))
}

fn environment(place: usize) -> Environment {
    let target = Target {
        cluster: ClusterName::from(format!("cluster-{place}")),
        state: TargetState::Live,
        since: now() - Duration::hours(5),
        last_heard: Some(now()),
        error: None,
    };
    Environment { name: EnvironmentName::from(format!("env-{place:02}")), tier: Tier::Other, targets: vec![target] }
}

fn row(service: usize, columns: &[Environment]) -> Row {
    let cells: BTreeMap<_, _> =
        columns.iter().enumerate().map(|(place, column)| (column.name.clone(), Arc::new(cell(service, place, 0)))).collect();
    Row::new(name(service), Some(ArcStr::from(TEAMS[service % TEAMS.len()])), cells)
}

fn cell(service: usize, place: usize, generation: usize) -> Cell {
    if (service + place) % 17 == 16 {
        return Cell::absent();
    }
    let status = match (service * 7 + place) % 50 {
        0 => Status::Failing,
        1 | 2 => Status::Rolling,
        3 => Status::Drifted,
        _ => Status::Ready,
    };
    let reason = if status == Status::Ready { "" } else { "ImagePullBackOff: Back-off pulling image: manifest unknown: not found" };
    // Environments two by two have the same version.
    let version = version(service * 1000 + place / 2 + generation * 100);
    let pods = PodCounts { wanted: 3, updated: 3, ready: if status == Status::Ready { 3 } else { 1 } };
    let record = RecordSummary {
        commit: version.commit.clone(),
        version: None,
        by: Some(ArcStr::from(PEOPLE[(service + place) % PEOPLE.len()])),
        at: now() - Duration::minutes((service * 13 + place * 700) as i64 % 40_000),
        outcome: Outcome::Success,
        url: Some(ArcStr::from(format!("https://ci.example.com/job/deploy/{service}{place}"))),
    };
    Cell {
        status,
        reason: reason.to_owned(),
        running: Box::new([Running { version: version.clone(), pods: 3, ready: pods.ready }]),
        wanted: Some(version),
        pods,
        since: Some(record.at),
        record: Some(record),
        agrees_with: Box::new([EnvironmentName::from(format!("env-{:02}", place ^ 1))]),
        flags: if service.is_multiple_of(9) { vec![Flag::Behind] } else { Vec::new() },
        failed_record: None,
        shortages: Box::default(),
        workloads: Box::new([WorkloadRef {
            cluster: ClusterName::from(format!("cluster-{place}")),
            namespace: ArcStr::from(TEAMS[service % TEAMS.len()]),
            kind: Kind::Deployment,
            name: ArcStr::from(name(service).as_str()),
        }]),
    }
}

fn version(seed: usize) -> Version {
    let hex = |seed: usize| format!("{:016x}", (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let commit = format!("{}{}{}", hex(seed), hex(seed ^ 0xffff), &hex(seed + 7)[..8]);
    let digest = format!("sha256:{}{}{}{}", hex(seed + 1), hex(seed + 2), hex(seed + 3), hex(seed + 4));
    Version { label: Some(ArcStr::from(&*commit)), commit: Some(ArcStr::from(commit)), digest: Some(ArcStr::from(digest)), index: None }
}
