//! Simulated clusters, and the folder with everything that points to them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sim::kubeconfig::kubeconfig_with_tokens;
use sim::{Cluster, ClusterConfig, ClusterHandle};
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::server::Server;

/// How long tasks may take to notice that they are to end.
const END: Duration = Duration::from_secs(10);

/// Simulated clusters, an environment each. Must be dropped last: it makes sure that no task is left running.
#[derive(Debug)]
pub struct Fleet {
    clusters: Vec<ClusterHandle>,
    folder: TempDir,
}

impl Fleet {
    /// Starts the clusters. Their kubeconfig has a context for each, with the token of its first user.
    ///
    /// # Panics
    /// When one cannot be started.
    pub async fn start(configs: impl IntoIterator<Item = ClusterConfig>) -> Self {
        let mut clusters = Vec::new();
        for config in configs {
            clusters.push(Cluster::start(config).await.expect("a simulated cluster starts"));
        }
        let folder = tempfile::tempdir().expect("a folder for the test");
        let fleet = Self { clusters, folder };
        let with_tokens: Vec<_> = fleet.clusters.iter().map(|cluster| (cluster, cluster.token())).collect();
        fleet.write("kubeconfig", &kubeconfig_with_tokens(&with_tokens));
        fleet
    }

    /// One of the clusters.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> &ClusterHandle {
        self.clusters.iter().find(|cluster| cluster.name() == name).expect("a cluster of that name")
    }

    /// The folder: `kubeconfig`, `relboard.toml`, `board.db`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("the file is written");
        path
    }

    /// Starts a server with an environment for each cluster. Another one started later takes over its store.
    pub async fn serve(&self) -> Server {
        self.serve_with("").await
    }

    /// Starts a server with more in its `relboard.toml`: keys of the last environment's only target first, tables after them.
    pub async fn serve_with(&self, more: &str) -> Server {
        Server::start(self.config_with(more)).await
    }

    /// The configuration of [`Fleet::serve_with`].
    ///
    /// # Panics
    /// When it is wrong.
    #[must_use]
    pub fn config_with(&self, more: &str) -> server::config::Config {
        let mut text = format!("[store]\nurl = \"sqlite://{}\"\n", self.folder.path().join("board.db").display());
        let _ = write!(text, "[[ci]]\nname = \"jenkins\"\ntoken = \"{}\"\n", crate::TOKEN);
        for cluster in &self.clusters {
            let name = cluster.name();
            let _ = write!(text, "[[environments]]\nname = \"{name}\"\n[[environments.targets]]\ncontext = \"{name}\"\n");
        }
        text.push_str(more);
        let sources = server::config::Sources {
            file: Some(self.write("relboard.toml", &text)),
            kubeconfig: Some(self.folder.path().join("kubeconfig")),
            ..server::config::Sources::default()
        };
        server::config::load(&sources).unwrap_or_else(|problems| panic!("{problems}"))
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.clusters.clear();
        if std::thread::panicking() {
            return;
        }
        let metrics = Handle::current().metrics();
        let ended = async {
            while metrics.num_alive_tasks() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let ended = tokio::task::block_in_place(|| Handle::current().block_on(async { tokio::time::timeout(END, ended).await }));
        assert!(ended.is_ok(), "{} tasks are left running", metrics.num_alive_tasks());
    }
}
