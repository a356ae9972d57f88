//! The process behind [`World`](super::World).

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::future::try_join_all;
use sim::ci::Publisher;
use sim::scenario::{self, Players, Scenario, ScenarioConfig, Stage};
use sim::{Cluster, ClusterHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Contents, Dashboard, Deploy, Events, Fleet, Namespace, Number};
use crate::load::Outcome;
use crate::load::process::told;

/// Longer than a server takes to start.
const PATIENCE: Duration = Duration::from_secs(60);

struct Shared {
    config: ScenarioConfig,
    scenario: Scenario,
    clusters: Vec<ClusterHandle>,
    /// Service and environment of every cell that has a workload.
    cells: Vec<(usize, usize)>,
    /// What happens now, until it is dropped.
    playing: Mutex<Option<DropGuard>>,
}

type Failed = (StatusCode, String);

/// Plays a fleet until its standard input ends. Prints `control http://…` when everything is there.
///
/// # Errors
/// When clusters cannot be started, or a file cannot be written.
#[expect(clippy::print_stdout, reason = "so it is found")]
pub async fn play(fleet: Fleet, kubeconfig: PathBuf, environments: PathBuf) -> Outcome<()> {
    let config = ScenarioConfig {
        seed: 1,
        services: fleet.services,
        environments: scenario::environment_names(fleet.environments),
        clusters: Some(fleet.clusters),
        pods: Some(fleet.pods),
        // The rate is that of the objects that a dashboard watches.
        rate: Some(0.0),
        stage: Stage::Plain,
        ..ScenarioConfig::default()
    };
    let scenario = Scenario::new(config.clone(), sim::clock::now());
    let configs = (0..scenario.clusters().len()).map(|number| scenario.cluster(number));
    let clusters = try_join_all(configs.map(Cluster::start)).await?;
    std::fs::write(&kubeconfig, sim::kubeconfig_for(&clusters.iter().collect::<Vec<_>>()))?;
    std::fs::write(environments, scenario::configuration(&scenario, &kubeconfig))?;
    let cells = cells(&scenario, &clusters);
    let shared = Shared { config, scenario, clusters, cells, playing: Mutex::new(None) };
    let router = Router::new()
        .route("/", get(contents))
        .route("/records", post(records))
        .route("/events", post(events))
        .route("/changes", post(changes))
        .route("/cells", get(names))
        .route("/deploy", post(deploy))
        .with_state(Arc::new(shared));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("control http://{}", listener.local_addr()?);
    let mut input = told();
    tokio::select! {
        served = axum::serve(listener, router) => Ok(served?),
        // The clusters' connections stay open otherwise.
        () = async { while input.recv().await.is_some() {} } => std::process::exit(0),
    }
}

fn cells(scenario: &Scenario, clusters: &[ClusterHandle]) -> Vec<(usize, usize)> {
    let there = |service: usize, environment: usize| {
        let home = &scenario.homes()[environment];
        clusters[home.cluster].rollout(&home.namespace, &scenario.fleet().services[service].name).is_some()
    };
    let all =
        (0..scenario.fleet().services.len()).flat_map(|service| (0..scenario.homes().len()).map(move |environment| (service, environment)));
    all.filter(|(service, environment)| there(*service, *environment)).collect()
}

async fn contents(State(shared): State<Arc<Shared>>) -> Json<Contents> {
    let namespace = |home: &scenario::Home| {
        let cluster = &shared.clusters[home.cluster];
        Namespace { name: home.namespace.clone(), url: cluster.url(), token: cluster.token().to_owned() }
    };
    let pods = shared.scenario.homes().iter().map(|home| shared.clusters[home.cluster].pods(&home.namespace).len()).sum();
    Json(Contents { namespaces: shared.scenario.homes().iter().map(namespace).collect(), cells: shared.cells.len(), pods })
}

async fn records(State(shared): State<Arc<Shared>>, Json(to): Json<Dashboard>) -> Result<Json<Number>, Failed> {
    let records = shared.scenario.history();
    publisher(&to).publish(records, PATIENCE).await.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    Ok(Json(Number { number: i64::try_from(records.len()).unwrap_or(i64::MAX) }))
}

async fn events(State(shared): State<Arc<Shared>>, Json(wanted): Json<Events>) -> Json<()> {
    let mut playing = shared.playing.lock().unwrap_or_else(PoisonError::into_inner);
    // What was playing ends here.
    *playing = None;
    if wanted.per_second > 0.0 {
        let config = ScenarioConfig { rate: Some(wanted.per_second), ..shared.config.clone() };
        let scenario = Scenario::new(config, sim::clock::now());
        let players = Players { clusters: shared.clusters.clone(), publisher: Some(publisher(&wanted.dashboard)), ci: None };
        let stop = CancellationToken::new();
        tokio::spawn(scenario::run(scenario.without_history(), players, stop.clone()));
        *playing = Some(stop.drop_guard());
    }
    Json(())
}

async fn changes(State(shared): State<Arc<Shared>>) -> Json<Number> {
    let changes: u64 = shared.clusters.iter().map(ClusterHandle::resource_version).sum();
    Json(Number { number: i64::try_from(changes).unwrap_or(i64::MAX) })
}

/// Service and environment of each cell that [`Deploy`] counts.
async fn names(State(shared): State<Arc<Shared>>) -> Json<Vec<(String, String)>> {
    let name = |(service, environment): &(usize, usize)| {
        (shared.scenario.fleet().services[*service].name.clone(), shared.config.environments[*environment].clone())
    };
    Json(shared.cells.iter().map(name).collect())
}

async fn deploy(State(shared): State<Arc<Shared>>, Json(wanted): Json<Deploy>) -> Result<Json<Number>, Failed> {
    let (service, environment) = shared.cells[wanted.cell % shared.cells.len()];
    let (home, fleet) = (&shared.scenario.homes()[environment], shared.scenario.fleet());
    let image = fleet.image(service, &wanted.commit);
    let at = sim::clock::now().timestamp_micros();
    let done = shared.clusters[home.cluster].set_image(&home.namespace, &fleet.services[service].name, &image);
    done.map_err(|error| (StatusCode::NOT_FOUND, error.to_string()))?;
    Ok(Json(Number { number: at }))
}

fn publisher(to: &Dashboard) -> Publisher {
    Publisher::new(&to.url, &to.token)
}
