//! The simulated clusters of a fleet: a process of their own, told over HTTP what to do.

mod told;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Client;
use serde::{Deserialize, Serialize};

pub use self::told::play;
use super::Outcome;
use super::process::Process;

/// How large a fleet is.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Fleet {
    /// Clusters.
    #[arg(long)]
    pub(super) clusters: usize,
    /// Environments, which are dealt to the clusters.
    #[arg(long)]
    pub(super) environments: usize,
    /// Services, most of which are in every environment.
    #[arg(long)]
    pub(super) services: usize,
    /// Pods in each cluster.
    #[arg(long)]
    pub(super) pods: usize,
}

/// What there is in a world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Contents {
    pub(super) namespaces: Vec<Namespace>,
    /// How many places have a workload.
    pub(super) cells: usize,
    pub(super) pods: usize,
}

/// A namespace, which is an environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Namespace {
    pub(super) name: String,
    /// Of its API server.
    pub(super) url: String,
    pub(super) token: String,
}

/// Where records are posted to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Dashboard {
    pub(super) url: String,
    pub(super) token: String,
}

/// So many changes a second from now on; none when 0. Their records are posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Events {
    pub(super) per_second: f64,
    pub(super) dashboard: Dashboard,
}

/// Somebody deploys a commit to one of the cells that have a workload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Deploy {
    pub(super) cell: usize,
    pub(super) commit: String,
}

/// A number.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Number {
    pub(super) number: i64,
}

/// The process.
#[derive(Debug)]
pub(super) struct World {
    process: Process,
    client: Client,
    control: String,
    fleet: Fleet,
    contents: Contents,
    /// The environments, as a configuration of the server.
    pub(super) environments: PathBuf,
}

impl Fleet {
    /// 10 clusters of 5,000 pods, 2,000 services × 12 environments; or a part of that.
    pub(super) fn full(divide: u32) -> Self {
        let divide = divide as usize;
        // Some services are not everywhere. The pods are as many as promised all the same.
        Self { clusters: 10, environments: 12, services: 2000 / divide, pods: 5300 / divide }
    }

    fn arguments(&self, kubeconfig: &Path, environments: &Path) -> Vec<OsString> {
        let Self { clusters, environments: columns, services, pods } = self;
        let mut arguments: Vec<OsString> = vec!["world".into()];
        for (name, number) in [("--clusters", clusters), ("--environments", columns), ("--services", services), ("--pods", pods)] {
            arguments.extend([name.into(), number.to_string().into()]);
        }
        arguments.extend(["--kubeconfig".into(), kubeconfig.into(), "--config".into(), environments.into()]);
        arguments
    }
}

impl World {
    /// Starts it. Nothing changes yet.
    pub(super) async fn start(fleet: Fleet, folder: &Path) -> Outcome<Self> {
        let (kubeconfig, environments) = (folder.join("kubeconfig"), folder.join("environments.toml"));
        let mut process = Process::part(fleet.arguments(&kubeconfig, &environments))?;
        let control = process.says("control ").await?;
        let client = Client::builder().no_proxy().build()?;
        let contents = client.get(&control).send().await?.json().await?;
        Ok(Self { process, client, control, fleet, contents, environments })
    }

    /// What it is, in words.
    pub(super) fn about(&self) -> String {
        let (Fleet { clusters, environments, services, .. }, Contents { pods, cells, .. }) = (self.fleet, &self.contents);
        format!(
            "{clusters} clusters, {pods} pods; {services} services × {environments} environments, {cells} of their cells with a workload"
        )
    }

    /// What there is in it.
    pub(super) fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Posts the records of everything that runs. Answers how many they are.
    pub(super) async fn post_records(&self, dashboard: &Dashboard) -> Outcome<i64> {
        Ok(self.ask::<Number>("records", dashboard).await?.number)
    }

    /// Changes so much from now on.
    pub(super) async fn events(&self, per_second: f64, dashboard: &Dashboard) -> Outcome<()> {
        self.ask("events", &Events { per_second, dashboard: dashboard.clone() }).await
    }

    /// How many changes there were.
    pub(super) async fn changes(&self) -> Outcome<i64> {
        Ok(self.ask::<Number>("changes", &()).await?.number)
    }

    /// Deploys, and answers when the API server had the change, in microseconds since 1970.
    pub(super) async fn deploy(&self, cell: usize, commit: &str) -> Outcome<i64> {
        Ok(self.ask::<Number>("deploy", &Deploy { cell, commit: commit.to_owned() }).await?.number)
    }

    async fn ask<T: for<'de> Deserialize<'de>>(&self, what: &str, body: &impl Serialize) -> Outcome<T> {
        let request = self.client.post(format!("{}/{what}", self.control)).json(body).timeout(Duration::from_secs(300));
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Ends it.
    pub(super) async fn stop(self) -> Outcome<()> {
        self.process.stop().await
    }
}
