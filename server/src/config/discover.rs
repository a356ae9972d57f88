//! Without `[[environments]]`: an environment of each kubeconfig context, in the usual order of promotion.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::catalogue::Tier;

use super::environments::Declared;
use super::kubeconfig::{Context, Contexts};
use super::{Access, Environment, Mode, Namespaces, Target};

/// The usual names of environments, in promotion order. Names of one line are of one rank.
const USUAL: [&[&str]; 13] = [
    &["local", "sandbox"],
    &["dev", "devel", "develop", "development"],
    &["ci", "build"],
    &["int", "integration"],
    &["test", "testing", "tst"],
    &["qa"],
    &["e2e"],
    &["demo", "training"],
    &["pre", "preprod", "preproduction"],
    &["stage", "staging", "stg"],
    &["uat", "acc", "acceptance"],
    &["canary"],
    &["pro", "prod", "production", "prd", "live"],
];

/// An environment of each context.
pub(super) fn from_contexts(contexts: &Contexts, path: Option<&PathBuf>) -> Vec<Declared> {
    let mut words = BTreeMap::new();
    let mut clusters = BTreeMap::new();
    for context in &contexts.contexts {
        *words.entry(usual(&context.name).map(|(_, word)| word)).or_insert(0) += 1;
        clusters.entry(context.cluster.as_str()).or_insert_with(Vec::new).push(context);
    }
    let mut ranked: Vec<(usize, Declared)> = contexts
        .contexts
        .iter()
        .map(|context| {
            let usual = usual(&context.name);
            // `kind-dev` is `dev`, unless another context would be too.
            let name = match usual {
                Some((_, word)) if words.get(&Some(word.clone())) == Some(&1) => word,
                _ => short(&context.name),
            };
            let rank = usual_rank(&context.name);
            let beside = clusters.get(context.cluster.as_str()).map_or(&[][..], Vec::as_slice);
            (rank, declared(name, context, namespaces(context, beside), path))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    distinct(ranked.into_iter().map(|(_, declared)| declared).collect())
}

/// The pod's own cluster as the only environment.
pub(super) fn in_cluster() -> Declared {
    let target = Target {
        cluster: "in-cluster".to_owned(),
        access: Access::InCluster,
        namespaces: Namespaces::default(),
        mode: Mode::Watch { streaming: false },
    };
    let environment = Environment { name: "cluster".to_owned(), tier: Tier::Other, targets: vec![target] };
    Declared { environment, aliases: Vec::new(), drift: true, places: Vec::new() }
}

fn declared(name: String, context: &Context, namespaces: Namespaces, path: Option<&PathBuf>) -> Declared {
    let target = Target {
        cluster: context.name.clone(),
        access: Access::Kubeconfig { path: path.cloned(), context: Some(context.name.clone()) },
        namespaces,
        mode: Mode::Watch { streaming: false },
    };
    let tier = Tier::of_name(&context.name);
    let environment = Environment { name, tier, targets: vec![target] };
    Declared { environment, aliases: Vec::new(), drift: true, places: Vec::new() }
}

/// A context's namespace is only where kubectl begins, except when several contexts share one cluster and their
/// namespaces tell them apart.
fn namespaces(context: &Context, beside: &[&Context]) -> Namespaces {
    let apart = beside.len() > 1
        && beside.iter().all(|one| one.namespace.is_some() && beside.iter().filter(|other| other.namespace == one.namespace).count() == 1);
    Namespaces(context.namespace.iter().filter(|_| apart).cloned().collect())
}

/// The first usual name in a context's name, and its rank.
fn usual(context: &str) -> Option<(usize, String)> {
    let lower = context.to_ascii_lowercase();
    // From the end: `arn:aws:eks:…:cluster/dev`, `gke_project_region_prod`, `admin@pre`.
    lower.split(|c: char| !c.is_ascii_alphanumeric()).rev().find_map(|word| {
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let rank = USUAL.iter().position(|names| names.contains(&word) || names.contains(&stem))?;
        Some((rank, word.to_owned()))
    })
}

/// Unusual names come last, in the order of the kubeconfig.
fn usual_rank(context: &str) -> usize {
    usual(context).map_or(USUAL.len(), |(rank, _)| rank)
}

/// A context's name without the parts that only clouds read, in characters that a URL and a search may hold.
fn short(context: &str) -> String {
    let last = context.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(context);
    let name: String = last.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    name.chars().take(63).collect()
}

/// Numbers names that came out equal.
fn distinct(mut environments: Vec<Declared>) -> Vec<Declared> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for declared in &mut environments {
        let name = &mut declared.environment.name;
        let count = seen.entry(name.to_ascii_lowercase()).or_insert(0);
        *count += 1;
        if *count > 1 {
            name.push_str(&format!("-{count}"));
        }
    }
    environments
}
