use std::time::Duration;

use integration_tests::{Fleet, Server};
use model::status::Status;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};

use super::{NEW, OLD, cluster, image};

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_may_not_be_written_is_said_at_the_start() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    drop(fleet.serve().await);
    let mut config = fleet.config_with("");
    config.store.url = format!("sqlite://{}?mode=ro", fleet.folder().join("board.db").display()).into();
    let error = Server::start(config).await.ended().await.unwrap_err().to_string();
    assert!(error.contains("board.db") && error.contains("read-only") && error.contains("writable"), "{error}");

    let mut config = fleet.config_with("");
    config.store.url = format!("sqlite://{}", fleet.folder().join("nowhere/board.db").display()).into();
    let error = Server::start(config).await.ended().await.unwrap_err().to_string();
    assert!(error.contains("nowhere/board.db") && error.contains("folder"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_fails_records_are_refused_and_the_board_goes_on() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;

    // Another program writes for too long.
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", fleet.folder().join("board.db").display())).await.unwrap();
    other.execute("PRAGMA busy_timeout = 20000").await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let record = json!({ "service": "cart", "environment": "dev", "commit": NEW, "by": "gauxachs" });
    let (refused, rolled) = tokio::join!(server.post(&record), async {
        fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
        stream.until_status("cart", "dev", Status::Rolling).await;
        stream.until_status("cart", "dev", Status::Ready).await
    });
    let (status, problem) = refused;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("locked") && detail.contains("Nothing was stored"), "{detail}");
    assert_eq!(rolled.wanted.unwrap().commit.as_deref(), Some(NEW), "the board went on");
    assert_eq!(rolled.record, None, "what was refused is not shown");

    other.execute("ROLLBACK").await.unwrap();
    other.close().await.unwrap();
    assert_eq!(server.post(&record).await.0, StatusCode::CREATED, "it works again");
    let history = async {
        loop {
            let details = server.json("/api/v1/services/cart/environments/dev").await;
            let statuses: Vec<_> = details["history"].as_array().unwrap().iter().map(|line| line["status"].clone()).collect();
            if statuses.len() >= 3 {
                break statuses;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let statuses = tokio::time::timeout(integration_tests::PATIENCE, history).await.expect("what was observed meanwhile is stored late");
    assert!(statuses.contains(&json!("rolling")), "{statuses:?}");
}
