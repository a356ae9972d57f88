//! What of a target may be read: everywhere where that is allowed, else namespace by namespace.

mod trial;

use model::strings::ArcStr;

use futures::StreamExt;
use futures::future::join_all;
use model::workload::{Kind, Need};

use super::connect::{Answer, Connection};
use super::error::Fault;
use super::namespaces::Selection;
use super::scope::Scope;
pub(super) use trial::is_installed;
use trial::{Trial, trial};

/// Requests at a time while rights are tried out.
const AT_A_TIME: usize = 8;
const LONGEST: usize = 64 << 20;

/// What may be read, and what may not.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// A pipe each.
    pub(super) scopes: Vec<Scope>,
    /// Kinds that may not be listed, here or there, with the API server's text.
    pub(super) refused: Vec<(Kind, String)>,
    /// Kinds that this API server does not have.
    pub(super) absent: Vec<Kind>,
    /// Why the namespaces are not known.
    pub(super) namespaces: Option<String>,
    /// Whether rights or namespaces that appear later change the plan.
    pub(super) provisional: bool,
}

impl Plan {
    /// What is missing, one by one.
    pub(super) fn notes(&self) -> Vec<String> {
        let kinds = self.refused.iter().map(|(kind, text)| format!("may not list {}: {text}", kind.plural()));
        kinds.chain(self.namespaces.clone()).collect()
    }

    /// Whether anything can be read that the board is about.
    pub(super) fn is_of_use(&self) -> bool {
        self.core().next().is_some()
    }

    /// The scopes of the kinds that the board is about.
    pub(super) fn core(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().filter(|scope| scope.kind.need() == Need::Core)
    }

    /// Why nothing at all may be read: the first refusal in full, the others by name.
    pub(super) fn refusal(&self) -> String {
        let mut core = self.refused.iter().filter(|(kind, _)| kind.need() == Need::Core);
        let Some((kind, text)) = core.next() else {
            return self.namespaces.clone().unwrap_or_else(|| "no namespace matches the selection".to_owned());
        };
        let others: Vec<_> = core.map(|(kind, _)| kind.plural()).collect();
        let others = if others.is_empty() { String::new() } else { format!("; nor {}", others.join(", ")) };
        let namespaces = self.namespaces.as_ref().map(|text| format!("; {text}")).unwrap_or_default();
        format!("may not list {}: {text}{others}{namespaces}", kind.plural())
    }
}

/// Finds out by lists of one object what may be read of some kinds. A fault that is no refusal is the target's.
pub(super) async fn plan(connection: &Connection, selection: &Selection, kinds: &[Kind]) -> Result<Plan, Fault> {
    let exact = selection.exact();
    let mut plan = Plan::default();
    let mut refused: Vec<(Kind, Option<String>)> = Vec::new();
    match &exact {
        Some(_) => refused.extend(kinds.iter().map(|kind| (*kind, None))),
        None => {
            let scope = |kind: &Kind| Scope { kind: *kind, namespace: None };
            let trials = join_all(kinds.iter().map(|kind| trial(connection, scope(kind)))).await;
            for (kind, outcome) in kinds.iter().zip(trials) {
                match outcome? {
                    Trial::Allowed => plan.scopes.push(scope(kind)),
                    Trial::Refused(text) => refused.push((*kind, Some(text))),
                    Trial::Absent => plan.absent.push(*kind),
                }
            }
        }
    }
    if refused.is_empty() {
        return Ok(plan);
    }
    plan.provisional = exact.is_none();
    let namespaces = match exact {
        Some(names) => names.into_iter().map(ArcStr::from).collect(),
        None => namespaces(connection, selection, &mut plan.namespaces).await?,
    };
    for (kind, text) in refused {
        let scopes: Vec<Scope> = namespaces.iter().map(|name| Scope { kind, namespace: Some(ArcStr::clone(name)) }).collect();
        let trials: Vec<_> = scopes.iter().map(|scope| trial(connection, scope.clone())).collect();
        let outcomes: Vec<_> = futures::stream::iter(trials).buffered(AT_A_TIME).collect().await;
        let before = plan.scopes.len();
        let mut texts = Vec::new();
        let mut is_absent = false;
        for (scope, outcome) in scopes.into_iter().zip(outcomes) {
            match outcome? {
                Trial::Allowed => plan.scopes.push(scope),
                Trial::Refused(text) => texts.push(text),
                Trial::Absent => is_absent = true,
            }
        }
        if is_absent {
            plan.absent.push(kind);
            continue;
        }
        // Where every namespace can be read, that the whole cluster cannot be is nothing to note.
        if texts.is_empty() && plan.scopes.len() == before {
            texts.extend(text);
        }
        plan.provisional |= !texts.is_empty();
        plan.refused.extend(summary(texts).map(|text| (kind, text)));
    }
    Ok(plan)
}

fn summary(mut texts: Vec<String>) -> Option<String> {
    let more = texts.len().saturating_sub(1);
    let first = (!texts.is_empty()).then(|| texts.swap_remove(0))?;
    let more = if more > 0 { format!(" (and {more} more namespaces)") } else { String::new() };
    Some(format!("{first}{more}"))
}

/// The namespaces of the selection: those that exist, or those that are named in full where they may not be listed.
async fn namespaces(connection: &Connection, selection: &Selection, missing: &mut Option<String>) -> Result<Vec<ArcStr>, Fault> {
    #[derive(serde::Deserialize)]
    struct List {
        items: Option<Vec<Item>>,
    }
    #[derive(serde::Deserialize)]
    struct Item {
        metadata: Metadata,
    }
    #[derive(serde::Deserialize)]
    struct Metadata {
        name: String,
    }
    match connection.get("/api/v1/namespaces", Answer::Whole).await {
        Ok(body) => {
            let text = connection.text(body, LONGEST).await?;
            let list: List = serde_json::from_slice(&text)
                .map_err(|error| Fault::Malformed(format!("{} does not answer a list of namespaces: {error}", connection.server)))?;
            let names = list.items.unwrap_or_default().into_iter().map(|item| item.metadata.name);
            Ok(names.filter(|name| selection.matches(name)).map(ArcStr::from).collect())
        }
        Err(Fault::Forbidden(text)) => {
            let named: Vec<ArcStr> = selection.named().map(ArcStr::from).collect();
            let hint = if named.is_empty() { ": name those that may be read under `namespaces`" } else { "" };
            *missing = Some(format!("may not list namespaces: {text}{hint}"));
            Ok(named)
        }
        Err(fault) => Err(fault),
    }
}
