//! From files, variables and flags to a [`Config`], or to everything that is wrong with them.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::catalogue::Catalogue;

use super::environments::Declared;
use super::kubeconfig::Kubeconfigs;
use super::problem::{Collector, Files, Origin, Problems};
use super::section::{Context, Section};
use super::{Config, Server, Store, ci, discover, environments, registries, rules, tree, views};

/// The file that is read when none is named, if it is there.
const DEFAULT_FILE: &str = "relboard.toml";

/// Where a configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config`: must be there. Without it, `relboard.toml` in the working folder is read if it is there.
    pub file: Option<PathBuf>,
    /// `--kubeconfig`: for targets that name no other.
    pub kubeconfig: Option<PathBuf>,
    /// `--listen`: over what the file says.
    pub listen: Option<SocketAddr>,
    /// The environment's variables.
    pub variables: Vec<(String, String)>,
}

impl Sources {
    /// The variables of this process, and nothing else.
    #[must_use]
    pub fn of_process() -> Self {
        // A variable that is not UTF-8 is not ours.
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { variables: variables.collect(), ..Self::default() }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The file that is read; it may be missing when none was named.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE))
    }
}

/// Loads the configuration.
///
/// # Errors
/// Everything that is wrong with it, each with file, line and key.
pub fn load(sources: &Sources) -> Result<Config, Problems> {
    load_noting(sources).0
}

/// Loads the configuration, and says which files it was read from, even if it is wrong.
pub(super) fn load_noting(sources: &Sources) -> (Result<Config, Problems>, Files) {
    let problems = Collector::default();
    let path = sources.path();
    let (path, text) = match (problems.read(&path), &sources.file) {
        (Ok(text), _) => (Some(path), text),
        (Err(error), None) if error.kind() == ErrorKind::NotFound => (None, String::new()),
        (Err(error), _) => {
            problems.add(&Origin::Nowhere, "", format!("{} cannot be read: {error}", path.display()));
            let files = problems.files();
            return (problems.finish(Config::default()), files);
        }
    };
    let config = read(&text, path.as_deref(), sources, &problems);
    let files = problems.files();
    (problems.finish(Config { files: files.clone(), ..config }), files)
}

fn read(text: &str, path: Option<&Path>, sources: &Sources, problems: &Collector) -> Config {
    let shown = path.unwrap_or(Path::new(DEFAULT_FILE));
    let mut table = tree::parse(text, shown, problems);
    if !problems.is_empty() {
        // What comes after would be of a file that nobody wrote.
        return Config::default();
    }
    tree::overlay(&mut table, &sources.variables, problems);

    let folder = shown.parent().unwrap_or(Path::new(""));
    let home = sources.variable("HOME").map(Path::new);
    let context = Context { problems, folder, home };
    let origin = path.map_or(Origin::Nowhere, |path| Origin::File { path: path.to_owned(), line: 1 });
    let kubeconfigs = Kubeconfigs::new(sources.kubeconfig.clone());

    let root = Section::root(&table, origin, &context);
    let mut server = Server::read(root.section("server"));
    if let Some(listen) = sources.listen {
        server.listen = listen;
    }
    let store = Store::read(root.section("store"));
    let ci = ci::read(root.sections("ci"));
    let docker_config = registries::default_docker_config(|name| sources.variable(name).map(PathBuf::from));
    let registries = registries::read(root.section("registries"), docker_config);
    let (naming, versions, links) = rules::services(root.section("services"));
    let timing = rules::timing(root.section("timing"));
    let mut declared = environments::read(root.sections("environments"), &kubeconfigs);
    if !root.has("environments") {
        match discovered(sources, &kubeconfigs) {
            Ok(found) => declared = found,
            // Records alone make a board too.
            Err(_) if !ci.is_empty() => {}
            Err(message) => problems.add(&Origin::Nowhere, "", message),
        }
    }
    environments::check(&declared, timing.freshness, problems);
    let views = views::read(root.sections("views"), &known_environments(&declared, &ci));
    root.finish();

    let catalogue = Catalogue { naming, versions, timing, ..Catalogue::new(declared.iter().map(Declared::column)) };
    let environments = declared.into_iter().map(|declared| declared.environment).collect();
    Config {
        server,
        store,
        environments,
        catalogue: Arc::new(catalogue),
        ci,
        registries,
        views,
        links,
        sources: Some(sources.clone()),
        ..Config::default()
    }
}

/// The environments that views may name: a CI may make more of them than are configured.
fn known_environments(declared: &[Declared], ci: &[super::Ci]) -> views::Known {
    if ci.iter().any(|ci| ci.create_environments) {
        return views::Known::Any;
    }
    views::Known::Only(declared.iter().map(|declared| declared.column().name).collect())
}

/// The environments when the configuration names none.
fn discovered(sources: &Sources, kubeconfigs: &Kubeconfigs) -> Result<Vec<Declared>, String> {
    let named = sources.kubeconfig.as_ref();
    let contexts = kubeconfigs.contexts(named.map(PathBuf::as_path));
    let in_cluster = sources.variable("KUBERNETES_SERVICE_HOST").is_some();
    match contexts {
        Ok(contexts) if !contexts.contexts.is_empty() => Ok(discover::from_contexts(&contexts, named)),
        _ if in_cluster && named.is_none() => Ok(vec![discover::in_cluster()]),
        Ok(_) => Err(no_clusters("the kubeconfig has no contexts")),
        Err(cause) => Err(no_clusters(&cause)),
    }
}

fn no_clusters(cause: &str) -> String {
    format!(
        "no clusters to show: no [[environments]] are configured, and {cause}. Write a relboard.toml (see relboard.example.toml), \
         give --kubeconfig, or try `relboard demo`"
    )
}
