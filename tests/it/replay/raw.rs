//! Raw streams of a real server over a socket, cut anywhere: in the head, between chunks, in the middle of a line.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use model::event::{Event, TargetHealth};
use model::workload::{Fact, Kind};
use server::config::Mode;

use super::client::Client;
use super::recording::{bytes, list};
use super::server::{Reply, Request, Server};

/// How many cuts of each stream.
const CUTS: usize = 40;

/// The first answer about deployments ends after so many bytes, and later ones are whole.
async fn cut_at(stream: &'static str, mode: Mode, at: usize) {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |request: &Request| {
        let begins = !request.is_trial() && !request.query.contains_key("resourceVersion");
        match request.kind() {
            Some(Kind::Deployment) if begins => {
                let whole = bytes(stream);
                let end = if asked.fetch_add(1, Ordering::Relaxed) == 0 { at.min(whole.len()) } else { whole.len() };
                Reply::Raw(whole[..end].to_vec())
            }
            Some(kind) if request.query.contains_key("sendInitialEvents") => {
                let end = r#"{"resourceVersion":"100","annotations":{"k8s.io/initial-events-end":"true"}}"#;
                Reply::Silent(vec![format!(r#"{{"type":"BOOKMARK","object":{{"kind":"{kind}","metadata":{end}}}}}"#)])
            }
            Some(_) if request.is_watch() => Reply::Silent(Vec::new()),
            Some(kind) if request.is_trial() => Reply::json(list(kind, "999999999", std::iter::empty())),
            Some(kind) => Reply::json(list(kind, "100", std::iter::empty())),
            None => Reply::error(404, "404 page not found\n"),
        }
    })
    .await;
    let (health, before) = Client::of(&server, mode).health(|health| matches!(health, TargetHealth::Live { .. })).await;
    assert_eq!(health, TargetHealth::Live { notes: Vec::new() }, "{stream} cut at {at}: half a line is no object");
    let mut lists = 0;
    for event in &before {
        match event {
            Event::Listed { kind: Kind::Deployment, facts, .. } => {
                lists += 1;
                assert!(matches!(&facts[..], [Fact::Workload(cart)] if &*cart.name.name == "cart"), "{stream} cut at {at}: {facts:?}");
            }
            Event::Gone { name, .. } => panic!("{stream} cut at {at}: {name} is gone"),
            _ => {}
        }
    }
    assert!(lists > 0, "{stream} cut at {at}");
}

async fn cut_everywhere(stream: &'static str, mode: Mode) {
    let length = bytes(stream).len();
    join_all((0..CUTS).map(|cut| cut_at(stream, mode, 1 + cut * length / CUTS))).await;
}

#[tokio::test]
async fn a_list_cut_anywhere_is_never_a_shorter_one() {
    cut_everywhere("streams/raw-list-http1.bin", Mode::Poll { interval: Duration::from_secs(60) }).await;
}

#[tokio::test]
async fn a_streaming_list_cut_anywhere_is_begun_again() {
    cut_everywhere("streams/raw-watch-http1.bin", Mode::Watch { streaming: true }).await;
}

#[tokio::test]
async fn a_watch_of_a_server_that_stops_is_begun_again() {
    cut_everywhere("streams/raw-watch-server-stop-http1.bin", Mode::Watch { streaming: true }).await;
}
