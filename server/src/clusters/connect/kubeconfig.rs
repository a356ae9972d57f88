//! Kubeconfigs, with errors that name the file and what is in it.

use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{
    AuthInfo, Cluster, Context, ExecInteractiveMode, KubeConfigOptions, Kubeconfig, KubeconfigError, NamedAuthInfo, NamedCluster,
    NamedContext,
};
use url::Url;

use super::super::error::ConnectError;
use super::proxy;

/// The settings of a context; of the current one when no name is given.
pub(super) fn load(path: Option<&Path>, context: Option<&str>) -> Result<Config, ConnectError> {
    let (kubeconfig, files) = read(path)?;
    let context = match context.or(kubeconfig.current_context.as_deref().filter(|name| !name.is_empty())) {
        Some(context) => context.to_owned(),
        None => return Err(ConnectError(format!("{files} has no current context: name one with `context`; {}", contexts(&kubeconfig)))),
    };
    if !kubeconfig.contexts.iter().any(|known| known.name == context) {
        return Err(ConnectError(format!("context `{context}` does not exist in {files}; {}", contexts(&kubeconfig))));
    }
    settings(kubeconfig, &context, &format!("context `{context}` of {files}"))
}

/// The settings of an address.
pub(super) fn from_server(url: &Url, token_file: Option<&Path>, ca_file: Option<&Path>) -> Result<Config, ConnectError> {
    const NAME: &str = "server";
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let cluster = Cluster { server: Some(url.to_string()), certificate_authority: ca_file.map(text), ..Cluster::default() };
    let user = AuthInfo { token_file: token_file.map(text), ..AuthInfo::default() };
    let context = Context { cluster: NAME.to_owned(), user: Some(NAME.to_owned()), ..Context::default() };
    let kubeconfig = Kubeconfig {
        clusters: vec![NamedCluster { name: NAME.to_owned(), cluster: Some(cluster), ..NamedCluster::default() }],
        auth_infos: vec![NamedAuthInfo { name: NAME.to_owned(), auth_info: Some(user), ..NamedAuthInfo::default() }],
        contexts: vec![NamedContext { name: NAME.to_owned(), context: Some(context), ..NamedContext::default() }],
        ..Kubeconfig::default()
    };
    let mut shown = url.clone();
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    settings(kubeconfig, NAME, &format!("server `{shown}`"))
}

/// Reads a kubeconfig: the file, or `$KUBECONFIG` (several files are merged), or `~/.kube/config`.
fn read(path: Option<&Path>) -> Result<(Kubeconfig, String), ConnectError> {
    let paths = match path {
        Some(path) => vec![path.to_owned()],
        None => usual_paths()?,
    };
    let label = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let mut merged: Option<Kubeconfig> = None;
    for path in &paths {
        let next = Kubeconfig::read_from(path).map_err(|error| unreadable(path, &error))?;
        merged = Some(match merged {
            Some(merged) => merged.merge(next).map_err(|error| unreadable(path, &error))?,
            None => next,
        });
    }
    Ok((merged.unwrap_or_default(), label))
}

fn usual_paths() -> Result<Vec<PathBuf>, ConnectError> {
    // Like kubectl: files of $KUBECONFIG that do not exist are passed over.
    if let Some(value) = std::env::var_os("KUBECONFIG").filter(|value| !value.is_empty()) {
        let named: Vec<PathBuf> = std::env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect();
        let there: Vec<PathBuf> = named.iter().filter(|path| path.exists()).cloned().collect();
        return if there.is_empty() {
            let names = named.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
            Err(ConnectError(format!("no kubeconfig: $KUBECONFIG names {names}, which does not exist")))
        } else {
            Ok(there)
        };
    }
    let home = std::env::home_dir().ok_or_else(|| ConnectError("no kubeconfig: neither $KUBECONFIG nor $HOME is set".to_owned()))?;
    let path = home.join(".kube/config");
    if path.exists() {
        Ok(vec![path])
    } else {
        Err(ConnectError(format!("no kubeconfig: {} does not exist and $KUBECONFIG is not set", path.display())))
    }
}

/// Names the file and the cause. The parser's own text quotes the file, in which there may be a token: only the place is given.
fn unreadable(path: &Path, error: &KubeconfigError) -> ConnectError {
    let path = path.display();
    ConnectError(match error {
        KubeconfigError::ReadConfig(error, _) => format!("cannot read the kubeconfig {path}: {error}"),
        KubeconfigError::Parse(error) => match error.location() {
            Some(place) => {
                format!("the kubeconfig {path} is not valid at line {}, column {}", place.line(), place.column())
            }
            None => format!("the kubeconfig {path} is not valid YAML"),
        },
        other => format!("the kubeconfig {path}: {other}"),
    })
}

fn contexts(kubeconfig: &Kubeconfig) -> String {
    if kubeconfig.contexts.is_empty() {
        return "it has no contexts".to_owned();
    }
    let names = kubeconfig.contexts.iter().map(|context| format!("`{}`", context.name)).collect::<Vec<_>>();
    format!("there are {}", names.join(", "))
}

fn settings(mut kubeconfig: Kubeconfig, context: &str, what: &str) -> Result<Config, ConnectError> {
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|user| user.auth_info.as_mut()) {
        if let Some(exec) = &mut user.exec {
            // Nobody sits at the server's terminal.
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    }
    let cluster_name = kubeconfig.contexts.iter().find(|known| known.name == context).and_then(|known| known.context.as_ref());
    let explicit_proxy = cluster_name
        .and_then(|known| kubeconfig.clusters.iter().find(|cluster| cluster.name == known.cluster))
        .and_then(|named| named.cluster.as_ref()?.proxy_url.as_ref())
        .is_some_and(|url| !url.is_empty());
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    // Nothing in it awaits; kube made it async for its other ways in.
    let config = futures::executor::block_on(Config::from_custom_kubeconfig(kubeconfig, &options));
    let mut config = config.map_err(|error| ConnectError(format!("{what}: {error}")))?;
    if !explicit_proxy && config.proxy_url.is_some() && proxy::bypassed(&config.cluster_url, proxy::no_proxy().as_deref()) {
        config.proxy_url = None;
    }
    Ok(config)
}
