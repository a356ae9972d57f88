//! `relboard sim`: the simulator alone, for load tests and for trying a configuration.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use sim::ci::{CiConfig, CiServer, Publisher};
use sim::scenario::{self, Players, Scenario, ScenarioConfig, Stage, Trouble};
use sim::{Cluster, ClusterHandle};
use url::Url;

use super::serve::until_stopped;
use super::{Answer, Failure, print};

const EXAMPLES: &str = "\
Examples:
  relboard sim                                          three clusters of forty services
  relboard sim --clusters 10 --services 600 --pods 5000 --rate 200
  relboard sim --clusters 10 --environments 12 --config sim.toml   several environments in a cluster, by namespace
  relboard sim --clusters 6 --services 400 --rate 1500             a day of 5 events a second in five minutes
  relboard sim --faults away,expire,throttle            something goes wrong every half minute
  relboard sim --records http://127.0.0.1:8080 --token T   and its CI tells a dashboard

Then, in another terminal: relboard serve --kubeconfig relboard-sim.kubeconfig, or --config with what --config wrote";

/// Run simulated clusters alone, for load tests and for trying a configuration
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How many clusters
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    clusters: u16,
    /// How many environments; those that share a cluster have a namespace each [default: one in each cluster]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    environments: Option<u16>,
    /// How many services
    #[arg(long, value_name = "N", default_value_t = 40)]
    services: usize,
    /// How many pods in each cluster [default: two to six for each service]
    #[arg(long, value_name = "N")]
    pods: Option<usize>,
    /// How many changes of objects a second, in all clusters together; about, over some minutes
    #[arg(long, value_name = "EVENTS_PER_SECOND", default_value_t = 5.0)]
    rate: f64,
    /// What goes wrong every half minute, somewhere, for some seconds
    #[arg(long, value_name = "FAULT", value_delimiter = ',', help = faults_help())]
    faults: Vec<Trouble>,
    /// Another seed is another fleet
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The kubeconfig to write
    #[arg(long, value_name = "FILE", default_value = "relboard-sim.kubeconfig")]
    kubeconfig: PathBuf,
    /// Write a configuration with these environments, for `relboard serve --config`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The port of the first cluster; the next ones follow [default: free ones]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// The dashboard that the simulated CI posts its records to
    #[arg(long, value_name = "URL", requires = "token")]
    records: Option<Url>,
    /// The token for that
    #[arg(long, value_name = "TOKEN", env = "RELBOARD_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

fn faults_help() -> String {
    format!("What goes wrong every half minute, somewhere, for some seconds: {}", Trouble::names().join(", "))
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    let environments = scenario::environment_names(args.environments.unwrap_or(args.clusters).into());
    let config = ScenarioConfig {
        seed: args.seed,
        services: args.services,
        environments,
        clusters: Some(args.clusters.into()),
        pods: args.pods,
        rate: Some(args.rate),
        stage: Stage::Plain,
        ..ScenarioConfig::default()
    };
    let scenario = Scenario::new(config, crate::clock::now());
    let clusters = start(&scenario, args.port).await?;
    let ci = CiServer::start(CiConfig::default()).await?;
    let path = &args.kubeconfig;
    write(path, "--kubeconfig", &sim::kubeconfig_for(&clusters.iter().collect::<Vec<_>>()))?;
    let serve = match &args.config {
        Some(config) => {
            write(config, "--config", &scenario::configuration(&scenario, path))?;
            format!("--config {}", config.display())
        }
        None => format!("--kubeconfig {}", path.display()),
    };
    for cluster in &clusters {
        print(&format!("{:<8} {}\n", cluster.name(), cluster.url()))?;
    }
    print(&format!("ci       {}\n\nrelboard serve {serve}\n", ci.document_url()))?;

    let stop = until_stopped();
    let publisher = args.records.zip(args.token).map(|(url, token)| Publisher::new(url.as_str(), &token));
    let trouble = tokio::spawn(scenario::trouble(clusters.clone(), args.faults, args.seed, stop.clone()));
    scenario::run(scenario, Players { clusters, publisher, ci: Some(ci) }, stop).await;
    // It ends with the token; a panic in it was reported where it happened.
    let _ = trouble.await;
    Ok(Answer::Yes)
}

fn write(path: &Path, option: &str, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure(format!("cannot write {}: {error}; choose another file with {option}", path.display())))
}

async fn start(scenario: &Scenario, port: Option<u16>) -> Result<Vec<ClusterHandle>, Failure> {
    let mut configs = Vec::new();
    for number in 0..scenario.clusters().len() {
        let mut config = scenario.cluster(number);
        if let Some(port) = port {
            let offset = u16::try_from(number).unwrap_or(u16::MAX);
            let port = port.checked_add(offset).ok_or_else(|| Failure("--port: there are not that many ports above it".to_owned()))?;
            config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        }
        configs.push(config);
    }
    Ok(try_join_all(configs.into_iter().map(Cluster::start)).await?)
}
