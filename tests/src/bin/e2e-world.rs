//! Simulated clusters for the browser tests and the measurements, told over HTTP what to change.
//!
//! It stands beside the server under test, in a process of its own: the server reaches the clusters through a kubeconfig as
//! it would reach real ones. It prints `control http://…` when it is ready, and ends when its standard input does, so that it
//! cannot outlive the tests.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use clap::Parser;
use serde::{Deserialize, Serialize};
use sim::{Cluster, ClusterConfig, ClusterHandle, Pace, Workload};

/// Simulated clusters that are told over HTTP what to change.
#[derive(Parser)]
struct Arguments {
    /// Where to write the kubeconfig, which has a context for each cluster.
    #[arg(long)]
    kubeconfig: PathBuf,
    /// How long rollouts take.
    #[arg(long, value_enum, default_value_t = Speed::Recorded)]
    speed: Speed,
    /// The names of the clusters.
    #[arg(required = true)]
    clusters: Vec<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Speed {
    /// Seconds, as recorded from a real control plane.
    Recorded,
    /// Some tens of milliseconds.
    Fast,
}

type Clusters = BTreeMap<String, ClusterHandle>;

/// What `POST /clusters/{cluster}/deployments/{name}` asks for.
#[derive(Deserialize)]
struct Deployment {
    image: String,
    replicas: u32,
}

/// When the API server had a change.
#[derive(Serialize)]
struct Changed {
    /// In milliseconds since 1970, with fractions.
    at: f64,
}

/// What `POST /clusters/{cluster}/fault` asks for.
#[derive(Deserialize)]
struct Ordered {
    fault: Fault,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fault {
    /// Connections are refused, and open ones are cut.
    Cut,
    /// Connections are accepted, and nothing is said.
    Hang,
    /// All is well.
    None,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let pace = match arguments.speed {
        Speed::Recorded => Pace::recorded(),
        Speed::Fast => Pace::fast(),
    };
    let mut clusters = Vec::new();
    for (seed, name) in (1..).zip(&arguments.clusters) {
        clusters.push(Cluster::start(ClusterConfig::new(name).seed(seed).pace(pace.clone())).await?);
    }
    let kubeconfig = sim::kubeconfig_for(&clusters.iter().collect::<Vec<_>>());
    tokio::fs::write(&arguments.kubeconfig, kubeconfig).await?;

    let clusters: Clusters = clusters.into_iter().map(|cluster| (cluster.name().to_owned(), cluster)).collect();
    let router = Router::new()
        .route("/clusters/{cluster}/deployments/{name}", post(deploy))
        .route("/clusters/{cluster}/fault", post(fault))
        .with_state(clusters);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("control http://{}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(end_of_input()).await?;
    Ok(())
}

/// Ends when standard input does. A thread of its own reads it: nothing else can be asked to wait for it.
async fn end_of_input() {
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // What is said, and how it ends, does not matter.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}

fn find<'a>(clusters: &'a Clusters, name: &str) -> Result<&'a ClusterHandle, (StatusCode, String)> {
    clusters.get(name).ok_or_else(|| (StatusCode::NOT_FOUND, format!("there is no cluster {name}")))
}

/// Makes a Deployment in namespace `shop`, or changes it.
async fn deploy(
    State(clusters): State<Clusters>,
    Path((cluster, name)): Path<(String, String)>,
    Json(deployment): Json<Deployment>,
) -> Result<Json<Changed>, (StatusCode, String)> {
    let cluster = find(&clusters, &cluster)?;
    let at = sim::clock::now();
    cluster.apply(Workload::deployment("shop", &name, &deployment.image).replicas(deployment.replicas));
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit into 53 bits until the year 2255")]
    Ok(Json(Changed { at: at.timestamp_micros() as f64 / 1000.0 }))
}

async fn fault(
    State(clusters): State<Clusters>,
    Path(cluster): Path<String>,
    Json(ordered): Json<Ordered>,
) -> Result<Json<()>, (StatusCode, String)> {
    let faults = find(&clusters, &cluster)?.faults();
    match ordered.fault {
        Fault::Cut => faults.refuse().await,
        Fault::Hang => faults.hang().await,
        Fault::None => faults.heal().await,
    }
    Ok(Json(()))
}
