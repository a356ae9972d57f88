use std::time::{Duration, Instant};

use integration_tests::{Fleet, PATIENCE, cell};
use model::board::Board;
use model::status::Status;

use super::{NEW, OLD, cluster, image};

#[tokio::test(flavor = "multi_thread")]
async fn a_relist_with_nothing_new_sends_nothing() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    stream.take_deltas();
    let dev = fleet.cluster("dev");
    let lists = dev.asked("list", "pods");
    dev.faults().expire();
    dev.faults().cut();
    dev.until("pods are listed again", PATIENCE, || dev.asked("list", "pods") > lists).await.unwrap();
    // What comes after it in the same watches has passed the same way.
    dev.apply(sim::Workload::deployment("shop", "marker", &image("marker", OLD)));
    stream.until_status("marker", "dev", Status::Ready).await;
    for delta in stream.take_deltas() {
        let names: Vec<_> = delta.services.iter().map(|row| row.name.as_str()).collect();
        assert!(names.is_empty() || names == ["marker"], "{delta:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_resumes_after_a_cut_and_after_a_restart() {
    let fleet = Fleet::start([cluster("dev", OLD), cluster("pro", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    stream.until_status("cart", "pro", Status::Ready).await;
    let before = stream.board().clone();
    drop(stream);
    fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
    fleet.cluster("dev").rolled_out("shop", "cart", PATIENCE).await.unwrap();

    let mut stream = server.resume(&before).await;
    let is_new = |board: &Board| {
        let cell = cell(board, "cart", "dev").filter(|cell| cell.status == Status::Ready);
        cell.and_then(|cell| cell.wanted.as_ref()).and_then(|version| version.commit.as_deref()) == Some(NEW)
    };
    stream.until("what happened meanwhile", is_new).await;
    assert_eq!(stream.boards(), 0, "only what changed was sent");
    let whole = server.board().await;
    stream.until("as the server", |board| board.revision.number >= whole.revision.number).await;
    // Compared as sent: stamps stay with the server.
    let sent = |board: &Board| serde_json::to_value(board).unwrap()["services"].clone();
    assert_eq!(sent(stream.board()), sent(&whole));

    // The stream ends with the server, which does not wait for it to be read.
    let begun = Instant::now();
    server.stop();
    stream.end().await;
    server.ended().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let before = stream.board().clone();
    drop(stream);

    let server = fleet.serve().await;
    let mut stream = server.resume(&before).await;
    stream.until("another run of the server", |board| board.revision.epoch != before.revision.epoch).await;
    assert_eq!(stream.boards(), 1, "it sends the whole board");
    stream.until_status("cart", "dev", Status::Ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_neither_loses_nor_invents_history() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    server.record("cart", "dev", OLD, "gauxachs").await;
    stream.until_status("cart", "dev", Status::Ready).await;
    fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
    stream.until_status("cart", "dev", Status::Rolling).await;
    server.record("cart", "dev", NEW, "mlopez").await;
    stream.until_status("cart", "dev", Status::Ready).await;
    drop(stream);
    server.stop();
    server.ended().await.unwrap();

    let mut histories = Vec::new();
    for _ in 0..2 {
        let server = fleet.serve().await;
        let mut stream = server.follow().await;
        let cell = stream.until_status("cart", "dev", Status::Ready).await;
        assert_eq!(cell.record.unwrap().by.as_deref(), Some("mlopez"), "records come back from the store");
        histories.push(server.json("/api/v1/services/cart/environments/dev").await["history"].clone());
        drop(stream);
        server.stop();
        server.ended().await.unwrap();
    }
    assert_eq!(histories[0], histories[1]);
    let statuses: Vec<_> = histories[0].as_array().unwrap().iter().map(|line| line["status"].as_str().unwrap()).collect();
    assert_eq!(statuses.first(), Some(&"ready"), "newest first: {statuses:?}");
    assert!(statuses.contains(&"rolling") && !statuses.contains(&"unknown"), "{statuses:?}");
}
