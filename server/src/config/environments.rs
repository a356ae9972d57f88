//! `[[environments]]`: the columns, and the clusters behind them.

mod check;
mod read;

use std::path::PathBuf;
use std::time::Duration;

use model::catalogue::Tier;
use url::Url;

pub(super) use self::check::check;
pub(super) use self::read::{Declared, read};

/// `[[environments]]`.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// Its targets; ids in the catalogue count them through all environments in order.
    pub targets: Vec<Target>,
}

/// `[[environments.targets]]`.
#[derive(Clone, Debug)]
pub struct Target {
    /// The cluster's name as shown.
    pub cluster: String,
    /// How to reach it.
    pub access: Access,
    /// Which namespaces.
    pub namespaces: Namespaces,
    /// How to read it.
    pub mode: Mode,
}

/// How to reach a cluster.
#[derive(Clone, Debug)]
pub enum Access {
    /// A context of a kubeconfig; the current one when no name is given.
    Kubeconfig {
        /// The file; `$KUBECONFIG`, then `~/.kube/config`, when none.
        path: Option<PathBuf>,
        /// The context.
        context: Option<String>,
    },
    /// The pod's own service account.
    InCluster,
    /// An address with a token file and a CA.
    Server {
        /// The API server's URL.
        url: Url,
        /// A file that holds the bearer token; read again when it changes.
        token_file: Option<PathBuf>,
        /// A PEM file with the CA; the system's roots when none.
        ca_file: Option<PathBuf>,
    },
}

/// `namespaces = ["shop", "team-*", "!kube-*"]`: names, globs, exclusions. Empty means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces(pub Vec<String>);

/// How to read a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// List and watch.
    Watch {
        /// Whether initial lists are streamed (`sendInitialEvents`), which needs server support.
        streaming: bool,
    },
    /// Plain lists.
    Poll {
        /// How often.
        interval: Duration,
    },
}
