//! What the kubeconfig says, as far as choosing contexts needs it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use kube::config::Kubeconfig;

use super::Access;
use super::problem::{listed, nearest};

/// A context of a kubeconfig.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) name: String,
    /// The cluster entry it points to.
    pub(super) cluster: String,
    pub(super) namespace: Option<String>,
}

/// The contexts of a kubeconfig.
#[derive(Clone, Debug)]
pub(super) struct Contexts {
    pub(super) contexts: Vec<Context>,
    pub(super) current: Option<String>,
}

/// Every kubeconfig that the configuration names, read once.
#[derive(Debug, Default)]
pub(super) struct Kubeconfigs {
    default_path: Option<PathBuf>,
    read: RefCell<BTreeMap<Option<PathBuf>, Read>>,
}

/// The contexts, or why they cannot be read.
type Read = Result<Rc<Contexts>, String>;

impl Kubeconfigs {
    /// `default_path` is what `--kubeconfig` says.
    pub(super) fn new(default_path: Option<PathBuf>) -> Self {
        Self { default_path, read: RefCell::default() }
    }

    pub(super) fn default_path(&self) -> Option<PathBuf> {
        self.default_path.clone()
    }

    /// The contexts of a file; without one, of the usual places (`$KUBECONFIG`, `~/.kube/config`).
    pub(super) fn contexts(&self, path: Option<&Path>) -> Read {
        let key = path.map(Path::to_owned);
        if let Some(known) = self.read.borrow().get(&key) {
            return known.clone();
        }
        let read = read(path).map(Rc::new);
        self.read.borrow_mut().insert(key, read.clone());
        read
    }

    /// Whether the context is there; the current one must be set when none is named.
    pub(super) fn check(&self, path: Option<&Path>, context: Option<&str>) -> Result<(), String> {
        let contexts = self.contexts(path)?;
        let place = place(path);
        let names = || contexts.contexts.iter().map(|context| context.name.as_str());
        match (context, contexts.current.as_deref()) {
            (Some(name), _) | (None, Some(name)) if names().any(|known| known == name) => Ok(()),
            (Some(name), _) | (None, Some(name)) => Err(match (contexts.contexts.is_empty(), nearest(name, names())) {
                (true, _) => format!("no context `{name}`: {place} has no contexts"),
                (_, Some(near)) => format!("no context `{name}` in {place}: did you mean `{near}`? It has {}", listed(names())),
                (_, None) => format!("no context `{name}` in {place}: it has {}", listed(names())),
            }),
            (None, None) => Err(format!("{place} has no current context: add `context = \"…\"`; it has {}", listed(names()))),
        }
    }

    /// The name under which a cluster is shown when none is configured.
    pub(super) fn cluster_name(&self, access: &Access) -> String {
        match access {
            Access::InCluster => "in-cluster".to_owned(),
            Access::Kubeconfig { context: Some(context), .. } => context.clone(),
            Access::Kubeconfig { path, context: None } => {
                let contexts = self.contexts(path.as_deref());
                contexts.ok().and_then(|contexts| contexts.current.clone()).unwrap_or_else(|| "current-context".to_owned())
            }
            Access::Server { url, .. } => url.host_str().unwrap_or("server").to_owned(),
        }
    }
}

fn place(path: Option<&Path>) -> String {
    path.map_or_else(|| "the kubeconfig".to_owned(), |path| path.display().to_string())
}

fn read(path: Option<&Path>) -> Result<Contexts, String> {
    let config = match path {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let config = config.map_err(|error| format!("{} cannot be read: {}", place(path), with_causes(&error)))?;
    let contexts = config.contexts.into_iter().filter_map(|named| {
        let context = named.context?;
        Some(Context { name: named.name, cluster: context.cluster, namespace: context.namespace.filter(|name| !name.is_empty()) })
    });
    Ok(Contexts { contexts: contexts.collect(), current: config.current_context.filter(|name| !name.is_empty()) })
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        cause = error.source();
    }
    text
}
