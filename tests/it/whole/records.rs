use integration_tests::{Fleet, cell};
use model::status::Status;
use reqwest::StatusCode;
use serde_json::json;

use super::{OLD, cluster};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_taken_once_whatever_happens_in_between() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let record = json!({ "service": "cart", "environment": "dev", "commit": OLD, "by": "gauxachs", "at": "2018-08-13T15:56:53Z" });
    let server = fleet.serve().await;
    assert_eq!(server.post(&record).await.0, StatusCode::CREATED);
    assert_eq!(server.post(&record).await.0, StatusCode::OK);
    drop(server);
    let server = fleet.serve().await;
    assert_eq!(server.post(&record).await.0, StatusCode::OK, "a restart forgets nothing");
    let mut stream = server.follow().await;
    let cell = stream.until_status("cart", "dev", Status::Ready).await;
    assert_eq!(cell.record.unwrap().by.as_deref(), Some("gauxachs"));
    let details = server.json("/api/v1/services/cart/environments/dev").await;
    assert_eq!(details["records"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unplaced_record_finds_its_place_when_its_environment_is_configured() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let (status, answer) = server.post(&json!({ "service": "cart", "environment": "Moon", "commit": OLD, "by": "gauxachs" })).await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(answer["records"][0]["warning"].as_str().unwrap().contains("Moon"), "{answer}");
    let mut stream = server.follow().await;
    stream.until("it is counted", |board| board.unplaced_records == 1).await;
    assert_eq!(server.json("/api/v1/records/unplaced").await["records"].as_array().unwrap().len(), 1);
    drop((stream, server));

    let server = fleet.serve_with("[[environments]]\nname = \"moon\"\nrecords_only = true\n").await;
    let mut stream = server.follow().await;
    let placed = |board: &model::board::Board| cell(board, "cart", "moon").is_some_and(|cell| cell.record.is_some());
    stream.until("it has its place", placed).await;
    assert_eq!(stream.board().unplaced_records, 0);
}
