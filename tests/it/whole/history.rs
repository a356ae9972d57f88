//! What is written down of a cell, in the real store.

use integration_tests::{Fleet, Follower, PATIENCE, Server};
use model::board::TargetState;
use model::status::Status;
use serde_json::Value;

use super::{NEW, OLD, cluster, image};

/// Of the environment `pro`, oldest first.
async fn history(server: &Server) -> Vec<Value> {
    let details = server.json("/api/v1/services/cart/environments/pro").await;
    details["history"].as_array().unwrap().iter().rev().cloned().collect()
}

/// Waits until the history ends with a status, and gives it: the store is behind the board.
async fn until(server: &Server, status: &str) -> Vec<Value> {
    let found = async {
        loop {
            let history = history(server).await;
            if history.last().is_some_and(|last| last["status"] == status) {
                return history;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("it is written down")
}

async fn until_live(stream: &mut Follower, count: usize) {
    let live = |board: &model::board::Board| {
        let targets: Vec<_> = board.environments.iter().flat_map(|column| &column.targets).collect();
        targets.len() == count && targets.iter().all(|target| target.state == TargetState::Live)
    };
    stream.until("all are live", live).await;
}

/// Two clusters of one environment.
const BOTH: &str = "[[environments.targets]]\ncontext = \"dev\"\nnamespaces = [\"shop\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_written_down_once_and_in_order_whatever_breaks_in_between() {
    let fleet = Fleet::start([cluster("dev", OLD), cluster("pro", OLD)]).await;
    let server = fleet.serve_with(BOTH).await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "pro", Status::Ready).await;
    let first = until(&server, "ready").await;

    // Cut, listed anew, restored, away and back: nothing happened to the service.
    for name in ["pro", "dev"] {
        let faults = fleet.cluster(name).faults();
        faults.cut();
        faults.expire();
        faults.cut();
        faults.lose_history();
        faults.refuse().await;
        stream.until_status("cart", "pro", Status::Unknown).await;
        faults.heal().await;
        stream.until_status("cart", "pro", Status::Ready).await;
    }
    until_live(&mut stream, 3).await;
    assert_eq!(history(&server).await, first, "a reconnect invents nothing");

    for name in ["pro", "dev"] {
        fleet.cluster(name).set_image("shop", "cart", &image("cart", NEW)).unwrap();
        stream.until_status("cart", "pro", Status::Rolling).await;
        fleet.cluster(name).faults().cut();
        stream.until_status("cart", "pro", Status::Ready).await;
    }
    let before = until(&server, "ready").await;
    drop(stream);
    server.stop();
    server.ended().await.unwrap();

    let server = fleet.serve_with(BOTH).await;
    let mut stream = server.follow().await;
    until_live(&mut stream, 3).await;
    stream.until_status("cart", "pro", Status::Ready).await;
    let after = history(&server).await;
    assert_eq!(after, before, "nor does a restart");
    assert_eq!(&after[..first.len()], &first[..]);
    for pair in after.windows(2) {
        assert!(pair[0]["at"].as_str() <= pair[1]["at"].as_str(), "in order: {pair:?}");
        assert!((&pair[0]["status"], &pair[0]["version"]) != (&pair[1]["status"], &pair[1]["version"]), "once: {pair:?}");
    }
    assert!(after.iter().filter(|line| line["status"] == "rolling").count() >= 2 && after.iter().all(|line| line["status"] != "unknown"));
}
