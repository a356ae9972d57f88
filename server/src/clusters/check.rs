//! What `relboard check` says of a target.

use model::strings::ArcStr;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use model::catalogue::Catalogue;
use model::workload::{Kind, Need};
use serde::Deserialize;

use super::connect::{self, Answer, Connection};
use super::error::Fault;
use super::namespaces::Selection;
use super::observe::Observer;
use super::outside::Outside;
use super::pace::Pace;
use super::plan::{self, Plan};
use super::read;
use super::scope::Scope;
use crate::clock::Clock;
use crate::config::{Mode, Target};

/// What a target may read, found out by trying (a `SelfSubjectAccessReview` would be a write).
#[derive(Clone, Debug)]
pub struct Report {
    /// The cluster's name as shown.
    pub cluster: String,
    /// The API server's URL; none when not even that could be found out.
    pub server: Option<String>,
    /// The API server's version (`v1.36.2`); none when it could not be read.
    pub version: Option<String>,
    /// What may be listed and watched, by kind and scope.
    pub rights: Vec<Right>,
    /// What is wrong, and what to do about it; empty when nothing is.
    pub problems: Vec<String>,
    /// What is not read, and that the board can do without.
    pub remarks: Vec<String>,
}

/// Whether a kind may be listed and watched in a scope. An error is the API server's own text.
#[derive(Clone, Debug)]
pub struct Right {
    /// Which kind.
    pub kind: Kind,
    /// The namespace; all when none.
    pub namespace: Option<ArcStr>,
    /// How many objects of the selection there are, or why they may not be listed.
    pub list: Result<usize, String>,
    /// Whether it may be watched.
    pub watch: Result<(), String>,
}

/// Where to find what to grant.
const RIGHTS: &str = "the rights that are needed are in deploy/kubernetes/clusterrole.yaml";
/// Scopes that are checked at a time.
const AT_A_TIME: usize = 4;

impl Report {
    /// Whether everything that is needed can be read.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.problems.is_empty()
    }

    fn failed(cluster: &str, problem: String) -> Self {
        Self { cluster: cluster.to_owned(), server: None, version: None, rights: Vec::new(), problems: vec![problem], remarks: Vec::new() }
    }
}

/// As text of several lines, for a terminal.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cluster)?;
        if let Some(server) = &self.server {
            write!(f, "  {server}")?;
        }
        if let Some(version) = &self.version {
            write!(f, "  Kubernetes {version}")?;
        }
        writeln!(f)?;
        for right in &self.rights {
            let place = right.namespace.as_deref().map_or_else(|| "all namespaces".to_owned(), |name| format!("namespace {name}"));
            let list = right.list.as_ref().map_or_else(|_| "list: no".to_owned(), |count| format!("list: {count}"));
            let watch = if right.watch.is_ok() { "watch: yes" } else { "watch: no" };
            writeln!(f, "  {:<24} {place:<24} {list:<12} {watch}", right.kind.plural())?;
        }
        for remark in &self.remarks {
            writeln!(f, "  - {remark}")?;
        }
        for problem in &self.problems {
            writeln!(f, "  ! {problem}")?;
        }
        Ok(())
    }
}

/// Reaches a target and finds out what may be read there.
pub async fn check(target: &Target) -> Report {
    let selection = Selection::new(&target.namespaces);
    let pace = Pace::new(Duration::from_secs(90), Duration::from_secs(600));
    let connection = match connect::connect(&target.access, &Outside::real(Clock::system()), pace).await {
        Ok(connection) => connection,
        Err(error) => return Report::failed(&target.cluster, error.to_string()),
    };
    let mut report = Report::failed(&target.cluster, String::new());
    report.problems.clear();
    report.server = Some(connection.server.to_string());
    report.version = version(&connection).await;
    let plan = match plan::plan(&connection, &selection, &Kind::ALL).await {
        Ok(plan) => plan,
        Err(fault) => {
            report.problems.push(fault.to_string());
            return report;
        }
    };
    report.problems.extend(hints(&plan));
    report.remarks.extend(remarks(&plan));
    let rights: Vec<_> = plan.scopes.into_iter().map(|scope| right(&connection, &selection, scope, target.mode)).collect();
    let rights: Vec<_> = futures::stream::iter(rights).buffered(AT_A_TIME).collect().await;
    for (right, skipped) in rights {
        report.problems.extend(skipped);
        let scope = Scope { kind: right.kind, namespace: right.namespace.clone() };
        if let Err(text) = &right.list {
            report.problems.push(format!("cannot list {scope}: {text}"));
        } else if let Err(text) = &right.watch {
            report.problems.push(format!("may not watch {scope}, so it is listed every 30 s: {text}"));
        }
        report.rights.push(right);
    }
    report
}

fn hints(plan: &Plan) -> Vec<String> {
    let core = plan.refused.iter().filter(|(kind, _)| kind.need() == Need::Core);
    let mut problems: Vec<_> = core.map(not_listed).chain(plan.namespaces.clone()).collect();
    if !plan.is_of_use() && problems.is_empty() {
        problems.push(plan.refusal());
    } else if !problems.is_empty() {
        problems.push(RIGHTS.to_owned());
    }
    problems
}

/// Kinds that are not read, and what is not shown therefore.
fn remarks(plan: &Plan) -> Vec<String> {
    let refused: Vec<_> = plan.refused.iter().filter(|(kind, _)| kind.need() != Need::Core).collect();
    let mut remarks: Vec<_> = refused.iter().map(|refused| format!("not read: {}", not_listed(refused))).collect();
    if !remarks.is_empty() {
        remarks.push(RIGHTS.to_owned());
    }
    remarks.extend(plan.absent.iter().map(|kind| format!("not read: this cluster has no {} of {}", kind.plural(), kind.api_version())));
    remarks
}

fn not_listed((kind, text): &(Kind, String)) -> String {
    format!("may not list {}: {text}", kind.plural())
}

async fn version(connection: &Connection) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Version {
        git_version: String,
    }
    let body = connection.get("/version", Answer::Whole).await.ok()?;
    let text = connection.text(body, 64 * 1024).await.ok()?;
    serde_json::from_slice::<Version>(&text).ok().map(|version| version.git_version)
}

/// Lists a scope and opens a watch from there, which is closed as soon as it is answered. Also what was skipped.
async fn right(connection: &Connection, selection: &Selection, scope: Scope, mode: Mode) -> (Right, Option<String>) {
    // The rules only name things, which is not shown here.
    let mut observer = Observer::new(scope.kind, Arc::new(Catalogue::new([])));
    let listed = read::list(connection, &scope, &mut observer).await;
    let watch = match (&listed, mode) {
        (Ok(listed), Mode::Watch { .. }) => {
            let watch = scope.watch(&listed.version, Duration::from_secs(1));
            read::watch(connection, &watch).await.map(drop).map_err(|fault: Fault| fault.to_string())
        }
        _ => Ok(()),
    };
    let skipped = listed.as_ref().ok().and_then(|listed| {
        let first = listed.unreadable.first()?;
        Some(format!("{} {scope} cannot be read and are skipped, such as {first}", listed.unreadable.len()))
    });
    let list = listed
        .map(|listed| listed.facts.iter().filter(|fact| selection.matches(&fact.name().namespace)).count())
        .map_err(|fault| fault.to_string());
    (Right { kind: scope.kind, namespace: scope.namespace, list, watch }, skipped)
}
