//! `relboard demo`: the dashboard over a simulated shop, through the very same HTTP, kube client and records as over a real one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::SavedView;
use app::address::ViewQuery;
use futures::future::try_join_all;
use model::catalogue::{Catalogue, Column, Tier};
use secrecy::SecretString;
use sim::ci::{CiConfig, CiServer, Publisher};
use sim::scenario::{self, Players, Scenario, ScenarioConfig};
use sim::{Cluster, ClusterHandle};
use tempfile::TempDir;

use super::serve::{listen, until_stopped, url};
use super::{Answer, Failure, print};
use crate::config::{Access, Ci, Config, Environment, Mode, Namespaces, Server, Store, Target};

const ABOUT: &str = "\
Three simulated clusters, dev, pre and pro, run forty services; a simulated CI deploys to them and posts its records. All
of it is in this process and reached through HTTP on loopback, as real ones would be. Nothing is kept when it ends.

Watch for: a rollout that is always under way, payments that cannot be pulled in pro, pricing that has drifted there,
a canary of recommendations, a paused media-service, and pre going away for some seconds every three minutes.";

/// Show the dashboard over a simulated shop
#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT)]
pub(super) struct Args {
    /// Where to listen
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Another seed is another shop
    #[arg(long, value_name = "N", default_value_t = ScenarioConfig::default().seed)]
    seed: u64,
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    // First, so that a port in use is said at once.
    let listener = listen(args.listen).await?;
    let address = listener.local_addr()?;
    let scenario = Scenario::new(ScenarioConfig { seed: args.seed, ..ScenarioConfig::default() }, crate::clock::now());
    let ci = CiServer::start(CiConfig::default()).await?;
    let configs = (0..scenario.clusters().len()).map(|number| scenario.cluster(number));
    let clusters = try_join_all(configs.map(Cluster::start)).await?;
    let folder = tempfile::Builder::new().prefix("relboard-demo-").tempdir()?;
    let token = format!("demo-{:x}", rand::random::<u64>());
    let config = configuration(&folder, address, &clusters, &token)?;

    let stop = until_stopped();
    let publisher = Publisher::new(&format!("http://{}", reachable(address)), &token);
    let players = Players { clusters, publisher: Some(publisher), ci: Some(ci) };
    let play = tokio::spawn(scenario::run(scenario, players, stop.child_token()));
    print(&format!("Relboard's demo is at {}\n", url(address, "")))?;
    let served = crate::run(config, listener, stop.clone()).await;
    stop.cancel();
    // It ends with the token; a panic in it was reported where it happened.
    let _ = play.await;
    served?;
    Ok(Answer::Yes)
}

fn configuration(folder: &TempDir, listen: SocketAddr, clusters: &[ClusterHandle], token: &str) -> Result<Config, Failure> {
    let kubeconfig = folder.path().join("kubeconfig");
    std::fs::write(&kubeconfig, sim::kubeconfig_for(&clusters.iter().collect::<Vec<_>>()))?;
    let columns = clusters.iter().map(|cluster| Column::new(cluster.name(), &[cluster.name()]));
    Ok(Config {
        // The simulated CI tells the whole past at once.
        server: Server { listen, records_per_minute: 100_000, ..Server::default() },
        store: Store { url: store_url(folder.path()), ..Store::default() },
        environments: clusters.iter().map(|cluster| environment(cluster, &kubeconfig)).collect(),
        catalogue: Arc::new(Catalogue::new(columns)),
        ci: vec![Ci { name: "jenkins".to_owned(), token: Some(SecretString::from(token)), create_environments: false, json: None }],
        views: views(),
        ..Config::default()
    })
}

/// What there is to see.
fn views() -> Arc<[SavedView]> {
    let view = |(name, query): (&str, &str)| SavedView { name: name.into(), query: ViewQuery::parse(query) };
    [("Trouble", "q=is:red&sort=pro:status"), ("Teams", "group=team"), ("Latest in production", "sort=pro:time&env=pro,pre")]
        .map(view)
        .into()
}

fn environment(cluster: &ClusterHandle, kubeconfig: &Path) -> Environment {
    let access = Access::Kubeconfig { path: Some(PathBuf::from(kubeconfig)), context: Some(cluster.name().to_owned()) };
    let target =
        Target { cluster: cluster.name().to_owned(), access, namespaces: Namespaces::default(), mode: Mode::Watch { streaming: false } };
    Environment { name: cluster.name().to_owned(), tier: Tier::of_name(cluster.name()), targets: vec![target] }
}

fn store_url(folder: &Path) -> SecretString {
    SecretString::from(format!("sqlite://{}", folder.join("demo.db").display()))
}

/// How this process reaches itself when it listens on every address.
fn reachable(address: SocketAddr) -> SocketAddr {
    match (address.ip().is_unspecified(), address.is_ipv4()) {
        (false, _) => address,
        (true, true) => SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, address.port())),
        (true, false) => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, address.port())),
    }
}
