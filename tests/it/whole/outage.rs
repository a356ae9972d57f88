use integration_tests::{Fleet, cell};
use model::board::{Board, Target, TargetState};
use model::status::Status;

use super::{NEW, OLD, cluster, image};

fn target<'a>(board: &'a Board, environment: &str) -> &'a Target {
    let environment = board.environments.iter().find(|column| column.name.as_str() == environment).unwrap();
    &environment.targets[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_dies_says_why_and_costs_the_others_nothing() {
    let fleet = Fleet::start([cluster("dev", OLD), cluster("pre", OLD), cluster("pro", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    for environment in ["dev", "pre", "pro"] {
        stream.until_status("cart", environment, Status::Ready).await;
    }
    fleet.cluster("pre").faults().refuse().await;
    let lost = stream.until_status("cart", "pre", Status::Unknown).await;
    assert_eq!(lost.wanted.as_ref().unwrap().commit.as_deref(), Some(OLD), "the last known content stays");
    assert!(lost.reason.contains("pre") && lost.reason.contains("last heard"), "{}", lost.reason);
    let pre = target(stream.board(), "pre").clone();
    assert_eq!(pre.state, TargetState::Unreachable);
    let error = pre.error.unwrap().to_lowercase();
    assert!(error.contains("refused"), "the real cause: {error}");
    assert!(pre.last_heard.is_some(), "its age");

    // The others are live meanwhile, and the page says which is not.
    fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
    let is_new = |board: &Board| {
        let dev = cell(board, "cart", "dev").filter(|cell| cell.status == Status::Ready);
        dev.and_then(|cell| cell.wanted.as_ref()).and_then(|version| version.commit.as_deref()) == Some(NEW)
    };
    stream.until("dev goes on", is_new).await;
    assert_eq!(target(stream.board(), "dev").state, TargetState::Live);
    assert_eq!(target(stream.board(), "pro").state, TargetState::Live);
    let page = server.page("/").await;
    assert!(page.contains("data-status=\"unknown\"") && page.to_lowercase().contains("refused"), "{page}");
    let metrics = server.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains(r#"relboard_target_state{environment="pre",cluster="pre",state="unreachable"} 1"#), "{metrics}");

    fleet.cluster("pre").faults().heal().await;
    stream.until_status("cart", "pre", Status::Ready).await;
    assert_eq!(target(stream.board(), "pre").state, TargetState::Live);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_ready_when_every_cluster_synced_or_is_known_to_be_away() {
    let fleet = Fleet::start([cluster("dev", OLD), cluster("pro", OLD)]).await;
    fleet.cluster("pro").faults().refuse().await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until("pro is away", |board| board.environments.len() == 2 && target(board, "pro").state == TargetState::Unreachable).await;
    stream.until_status("cart", "dev", Status::Ready).await;
    assert_eq!(server.get("/readyz").await.status(), 200);
}
