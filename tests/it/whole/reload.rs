use integration_tests::{Fleet, cell};
use model::status::Status;

use super::{NEW, OLD, cluster};

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_changes_applies_and_nobody_sees_an_empty_board() {
    let fleet = Fleet::start([cluster("dev", OLD), cluster("pro", NEW)]).await;
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    stream.until_status("cart", "pro", Status::Ready).await;
    server.record("cart", "moon", OLD, "gauxachs").await;
    stream.until("unplaced", |board| board.unplaced_records == 1).await;

    let text = std::fs::read_to_string(fleet.folder().join("relboard.toml")).unwrap();
    stream.take_deltas();
    assert!(!server.page("/").await.contains("By the moon"));
    let moon = "[[environments]]\nname = \"moon\"\nrecords_only = true\n";
    let view = "[[views]]\nname = \"By the moon\"\nquery = \"env=moon,dev\"\n";
    fleet.write("relboard.toml", &format!("{text}\n{moon}{view}"));
    stream.until("a third column", |board| board.environments.len() == 3).await;
    // The settings follow the columns.
    let link = "href=\"/?env=moon,dev\"";
    let shown = async { while !server.page("/").await.contains(link) {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), shown).await.expect("the view is a link in the header");
    stream.until("with its record", |board| cell(board, "cart", "moon").is_some_and(|cell| cell.record.is_some())).await;
    stream.until_status("cart", "pro", Status::Ready).await;
    assert_eq!(stream.board().unplaced_records, 0);
    // Nobody saw an empty board in between.
    let removed: Vec<_> = stream.take_deltas().into_iter().flat_map(|delta| delta.removed).collect();
    assert_eq!(removed, []);
}
