//! Recorded errors, raw streams, cuts and silences, through the real client.

mod answers;
mod objects;
mod rights;
mod watches;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use model::catalogue::Catalogue;
use model::event::{Event, TargetHealth};
use model::workload::{Fact, Kind};
use server::config::{Access, Mode};

use super::client::Client;
use super::recording::{bytes, file, list};
use super::scenarios::catalogue;
use super::server::{Reply, Request, Server};

const WATCH: Mode = Mode::Watch { streaming: false };

/// A target that must be noticed to be silent soon.
fn impatient() -> Arc<Catalogue> {
    let mut catalogue = (*catalogue()).clone();
    catalogue.timing.freshness = TimeDelta::seconds(7);
    Arc::new(catalogue)
}

fn empty(kind: Kind) -> Reply {
    Reply::json(list(kind, "100", std::iter::empty()))
}

/// A watch that a bookmark shows to be alive, and that never ends.
fn quiet(kind: Kind) -> Reply {
    let bookmark = format!(r#"{{"type":"BOOKMARK","object":{{"kind":"{kind}","metadata":{{"resourceVersion":"100"}}}}}}"#);
    Reply::Silent(vec![bookmark])
}

/// Answers deployments as told, and everything else as an empty cluster would.
async fn server(deployments: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request: &Request| match request.kind() {
        Some(Kind::Deployment) if !request.is_trial() => deployments(request, count.fetch_add(1, Ordering::Relaxed)),
        Some(kind) if request.is_watch() => quiet(kind),
        // The newest version of the server: nothing that is watched is of its future.
        Some(kind) if request.is_trial() => Reply::json(list(kind, "999999999", std::iter::empty())),
        Some(kind) => empty(kind),
        None => Reply::error(404, "404 page not found\n"),
    })
    .await
}

fn access(server: &Server) -> Access {
    Access::Server { url: format!("http://{}", server.address).parse().unwrap(), token_file: None, ca_file: None }
}

fn is_live(health: &TargetHealth) -> bool {
    matches!(health, TargetHealth::Live { .. })
}

fn is_bad(health: &TargetHealth) -> bool {
    matches!(health, TargetHealth::Unreachable(_) | TargetHealth::Forbidden(_))
}

/// The requests for deployments, trials left out.
fn asked(server: &Server) -> Vec<Request> {
    server.requests().into_iter().filter(|request| request.kind() == Some(Kind::Deployment) && !request.is_trial()).collect()
}

async fn wait_for(what: &str, passes: impl Fn() -> bool) {
    let waiting = async {
        while !passes() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(super::client::DEADLINE, waiting).await.is_ok(), "{what}");
}
