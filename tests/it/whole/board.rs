use integration_tests::{Fleet, cell};
use model::board::TargetState;
use model::status::Status;

use super::{NEW, OLD, cluster, image};

#[tokio::test(flavor = "multi_thread")]
async fn three_clusters_and_records_become_the_board_and_the_page() {
    let fleet = Fleet::start([cluster("dev", NEW), cluster("pre", OLD), cluster("pro", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    for environment in ["dev", "pre", "pro"] {
        stream.until_status("cart", environment, Status::Ready).await;
    }
    server.record("cart", "pre", OLD, "gauxachs").await;
    let by = |board: &model::board::Board| cell(board, "cart", "pre")?.record.as_ref()?.by.clone();
    stream.until("who deployed", |board| by(board).as_deref() == Some("gauxachs")).await;

    let board = server.board().await;
    assert!(board.environments.iter().flat_map(|environment| &environment.targets).all(|target| target.state == TargetState::Live));
    let pre = cell(&board, "cart", "pre").unwrap();
    assert_eq!(pre.wanted.as_ref().unwrap().commit.as_deref(), Some(OLD));
    assert_eq!((pre.pods.wanted, pre.pods.ready, pre.running.len()), (3, 3, 1));
    assert_eq!(pre.agrees_with.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["pro"]);
    assert!(cell(&board, "cart", "dev").unwrap().agrees_with.is_empty());

    let page = server.page("/").await;
    for text in ["cart", "7fc38a2", "993e5fc", "gauxachs", "data-status=\"ready\""] {
        assert!(page.contains(text), "{text} is not on the page:\n{page}");
    }
    let rows = |page: &str| page.matches("scope=\"row\"").count();
    assert_eq!((rows(&page), rows(&server.page("/?q=is:ready").await)), (1, 1));
    assert_eq!(rows(&server.page("/?q=stock").await), 0, "the search works without JavaScript");
    let details = server.page("/services/cart/pre").await;
    for pod in fleet.cluster("pre").pods("shop") {
        assert!(details.contains(&pod), "{pod} is not in the details");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_is_followed_live_and_never_ready_too_early() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    stream.take_deltas();
    fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
    let rolling = stream.until_status("cart", "dev", Status::Rolling).await;
    assert_eq!(rolling.wanted.unwrap().commit.as_deref(), Some(NEW));
    let ready = stream.until_status("cart", "dev", Status::Ready).await;
    assert_eq!(ready.wanted.as_ref().unwrap().commit.as_deref(), Some(NEW));
    assert_eq!(ready.running.len(), 1, "no old pod is left");
    let statuses = stream.take_deltas().into_iter().flat_map(|delta| delta.services).map(|row| row.cells["dev"].status);
    let mut statuses: Vec<_> = statuses.collect();
    statuses.dedup();
    assert_eq!(statuses, [Status::Rolling, Status::Ready]);

    fleet.cluster("dev").delete("shop", "cart").unwrap();
    stream.until("gone", |board| !board.services.contains_key("cart")).await;
}
