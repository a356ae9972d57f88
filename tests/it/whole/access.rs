use integration_tests::{Fleet, cell};
use model::board::TargetState;
use model::status::Status;
use sim::users::{Rights, User};

use super::{OLD, cluster};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_said() {
    let fleet = Fleet::start([cluster("dev", OLD), cluster("pro", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    stream.until_status("cart", "pro", Status::Ready).await;
    let dev = fleet.cluster("dev");
    dev.faults().reject_tokens();
    dev.faults().cut();
    stream.until_status("cart", "dev", Status::Unknown).await;
    let target = stream.board().environments[0].targets[0].clone();
    assert!(matches!(target.state, TargetState::Forbidden | TargetState::Unreachable), "{target:?}");
    let error = target.error.unwrap();
    assert!(error.contains("401") || error.contains("Unauthorized"), "{error}");
    assert!(!error.contains(dev.token()), "a secret is on the board");
    assert_eq!(cell(stream.board(), "cart", "pro").unwrap().status, Status::Ready);
    dev.faults().heal().await;
    stream.until_status("cart", "dev", Status::Ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_rights_in_one_namespace_that_namespace_is_shown() {
    let mut dev = cluster("dev", OLD);
    dev.users = vec![User::new("shop-only", Rights::Namespaces(vec!["shop".to_owned()]))];
    let fleet = Fleet::start([dev]).await;
    let server = fleet.serve_with("namespaces = [\"shop\"]\n").await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    assert_eq!(stream.board().environments[0].targets[0].state, TargetState::Live);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_is_named() {
    let mut dev = cluster("dev", OLD);
    let but_pods = ["deployments", "statefulsets", "daemonsets", "replicasets", "namespaces"];
    dev.users = vec![User::new("no-pods", Rights::Resources(but_pods.map(str::to_owned).to_vec()))];
    let fleet = Fleet::start([dev]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    let what = "what is missing is named";
    let error = |board: &model::board::Board| board.environments.first()?.targets[0].error.clone();
    stream.until(what, |board| error(board).is_some_and(|error| error.contains("pods"))).await;
    let text = error(stream.board()).unwrap();
    assert!(text.contains("list"), "which verb: {text}");
    let known = stream.until("the workload is a row", |board| cell(board, "cart", "dev").is_some()).await;
    assert_ne!(cell(known, "cart", "dev").unwrap().status, Status::Ready, "nobody knows what runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_right_the_cluster_says_which() {
    let mut dev = cluster("dev", OLD);
    dev.users = vec![User::new("nobody", Rights::Nothing)];
    let fleet = Fleet::start([dev]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    let state = |board: &model::board::Board| Some(board.environments.first()?.targets[0].state);
    stream.until("forbidden", |board| state(board) == Some(TargetState::Forbidden)).await;
    let error = stream.board().environments[0].targets[0].error.clone().unwrap();
    assert!(error.contains("list") && error.contains("deployments"), "{error}");
}
