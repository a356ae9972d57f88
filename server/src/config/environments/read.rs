//! `[[environments]]` and their targets, from the file.

use std::collections::BTreeSet;
use std::time::Duration;

use model::catalogue::{Column, Tier};
use model::ids::{ClusterName, EnvironmentName};

use super::{Access, Environment, Mode, Namespaces, Target};
use crate::config::kubeconfig::Kubeconfigs;
use crate::config::problem::{Origin, nearest};
use crate::config::section::Section;

/// An environment, and what only the catalogue needs of it.
#[derive(Clone, Debug)]
pub(in crate::config) struct Declared {
    pub(in crate::config) environment: Environment,
    pub(in crate::config) aliases: Vec<String>,
    pub(in crate::config) drift: bool,
    /// Where each target was said.
    pub(in crate::config) places: Vec<(Origin, String)>,
}

impl Declared {
    /// The environment as the catalogue sees it.
    pub(in crate::config) fn column(&self) -> Column {
        Column {
            name: EnvironmentName::from(self.environment.name.as_str()),
            tier: self.environment.tier,
            aliases: self.aliases.clone(),
            clusters: self.environment.targets.iter().map(|target| ClusterName::from(target.cluster.as_str())).collect(),
            drift: self.drift,
        }
    }
}

/// All environments, in the order of the file.
pub(in crate::config) fn read(sections: Vec<Section<'_>>, kubeconfigs: &Kubeconfigs) -> Vec<Declared> {
    let mut names = BTreeSet::new();
    sections.into_iter().map(|section| environment(section, &mut names, kubeconfigs)).collect()
}

fn environment(section: Section<'_>, names: &mut BTreeSet<String>, kubeconfigs: &Kubeconfigs) -> Declared {
    let name = section.parsed("name", name);
    if name.is_none() && !section.has("name") {
        section.problem("", "has no name: add name = \"…\"");
    }
    let name = name.unwrap_or_default();
    let aliases = section.list("aliases").unwrap_or_default();
    let mut claim = |key: &str, word: &str| {
        // Names are compared without case, as those of records are.
        if !word.is_empty() && !names.insert(word.to_ascii_lowercase()) {
            section.problem(key, format!("`{word}` is already the name or an alias of an environment: each must be different"));
        }
    };
    claim("name", &name);
    aliases.iter().for_each(|alias| claim("aliases", alias));

    let tier = section.parsed("tier", tier).unwrap_or_else(|| Tier::of_name(&name));
    let drift = section.boolean("drift").unwrap_or(true);
    let records_only = section.boolean("records_only").unwrap_or(false);
    let targets = section.sections("targets");
    match (records_only, targets.is_empty()) {
        (false, true) => section.problem(
            "",
            format!(
                "environment `{name}` has no target: add [[environments.targets]] with a `context`, or records_only = true \
                 if only CI knows it"
            ),
        ),
        (true, false) => section.problem("records_only", format!("environment `{name}` has targets: remove one or the other")),
        _ => {}
    }
    let read = |section: Section<'_>| {
        let place = section.place();
        Some((place, target(section, kubeconfigs)?))
    };
    let (places, targets) = targets.into_iter().filter_map(read).unzip();
    section.finish();
    Declared { environment: Environment { name, tier, targets }, aliases, drift, places }
}

fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !text.is_empty() && text.len() <= 63 && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{text}` is no name of an environment: up to 63 letters, digits, `-`, `_` and `.`")),
    }
}

fn tier(text: &str) -> Result<Tier, String> {
    const TIERS: [(&str, Tier); 5] = [
        ("development", Tier::Development),
        ("testing", Tier::Testing),
        ("staging", Tier::Staging),
        ("production", Tier::Production),
        ("other", Tier::Other),
    ];
    let words = || TIERS.iter().map(|(word, _)| *word);
    TIERS.iter().find(|(word, _)| *word == text).map(|(_, tier)| *tier).ok_or_else(|| match nearest(text, words()) {
        Some(near) => format!("`{text}` is no tier: did you mean `{near}`?"),
        None => format!("`{text}` is no tier: one of development, testing, staging, production, other"),
    })
}

fn target(section: Section<'_>, kubeconfigs: &Kubeconfigs) -> Option<Target> {
    let access = access(&section, kubeconfigs);
    let namespaces = Namespaces(section.list("namespaces").unwrap_or_default());
    for pattern in &namespaces.0 {
        if let Err(message) = namespace(pattern) {
            section.problem("namespaces", message);
        }
    }
    let mode = mode(&section);
    let cluster = section.text("cluster");
    section.finish();
    let access = access?;
    let cluster = cluster.unwrap_or_else(|| kubeconfigs.cluster_name(&access));
    Some(Target { cluster, access, namespaces, mode })
}

/// Exactly one way to the cluster.
fn access(section: &Section<'_>, kubeconfigs: &Kubeconfigs) -> Option<Access> {
    let context = section.text("context");
    let path = section.path("kubeconfig");
    let in_cluster = section.boolean("in_cluster").unwrap_or(false);
    let server = section.url("server");
    let token_file = section.file("token_file");
    let ca_file = section.file("ca_file");
    let by_kubeconfig = context.is_some() || path.is_some();
    if [by_kubeconfig, in_cluster, section.has("server")].iter().filter(|way| **way).count() > 1 {
        section.problem("", "says more than one way to its cluster: keep one of `context`, `in_cluster` and `server`");
        return None;
    }
    if !section.has("server") {
        for key in ["token_file", "ca_file"].into_iter().filter(|key| section.has(key)) {
            section.problem(key, "belongs to `server`, which is not given");
        }
    }
    if in_cluster {
        Some(Access::InCluster)
    } else if by_kubeconfig {
        let path = path.or_else(|| kubeconfigs.default_path());
        match kubeconfigs.check(path.as_deref(), context.as_deref()) {
            Ok(()) => Some(Access::Kubeconfig { path, context }),
            Err(message) => {
                section.problem(if context.is_some() { "context" } else { "kubeconfig" }, message);
                None
            }
        }
    } else if section.has("server") {
        Some(Access::Server { url: server?, token_file, ca_file })
    } else {
        section
            .problem("", "says not which cluster: add `context = \"…\"` of a kubeconfig, `in_cluster = true` or `server = \"https://…\"`");
        None
    }
}

/// A namespace, with `*` for anything and `!` to exclude.
fn namespace(pattern: &str) -> Result<(), String> {
    let glob = pattern.strip_prefix('!').unwrap_or(pattern);
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '*');
    match !glob.is_empty() && glob.len() <= 63 && glob.chars().all(fits) {
        true => Ok(()),
        false => Err(format!(
            "`{pattern}` is no namespace: lower-case letters, digits and `-`, with `*` for anything and `!` in front to exclude"
        )),
    }
}

fn mode(section: &Section<'_>) -> Mode {
    let mode = section.text("mode");
    let interval = section.duration("interval", Duration::from_secs(1));
    let streaming = section.boolean("streaming");
    match mode.as_deref() {
        Some("poll") => {
            if streaming.is_some() {
                section.problem("streaming", "belongs to mode = \"watch\"");
            }
            Mode::Poll { interval: interval.unwrap_or(Duration::from_secs(30)) }
        }
        None | Some("watch") => {
            if section.has("interval") {
                section.problem("interval", "belongs to mode = \"poll\": a watch hears of changes by itself");
            }
            Mode::Watch { streaming: streaming.unwrap_or(false) }
        }
        Some(other) => {
            section.problem("mode", format!("`{other}` is no mode: `watch` or `poll`"));
            Mode::Watch { streaming: false }
        }
    }
}
