//! What goes wrong, and right again.

use std::time::Duration;

use serde_json::json;
use sim::world::ObjectKind;
use sim::{Answer, Rule};
use tokio::net::TcpStream;

use super::client::{PATIENCE, STREAMED, Watch, get, get_as, is_initial_end, request, with_cart};

#[tokio::test]
async fn a_cluster_that_is_away_comes_back_on_its_port() {
    let cluster = with_cart().await;
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?{STREAMED}")).await;
    watch.until(is_initial_end).await;
    cluster.faults().refuse().await;
    assert!(watch.next().await.is_err(), "the open watch is cut");
    assert_eq!(TcpStream::connect(cluster.address()).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    cluster.faults().heal().await;
    assert_eq!(get(&cluster, "/api/v1/pods").await.status, 200);
    cluster.stop().await;
    cluster.restart().await;
    assert_eq!(get(&cluster, "/api/v1/pods").await.status, 200);
}

#[tokio::test]
async fn a_cut_is_over_at_once() {
    let cluster = with_cart().await;
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?{STREAMED}")).await;
    watch.until(is_initial_end).await;
    cluster.faults().cut();
    assert!(watch.next().await.is_err());
    assert_eq!(get(&cluster, "/api/v1/pods").await.status, 200);
}

#[tokio::test]
async fn a_silent_cluster_accepts_and_says_nothing() {
    let cluster = with_cart().await;
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?{STREAMED}")).await;
    watch.until(is_initial_end).await;
    cluster.faults().hang().await;
    cluster.scale("shop", "cart", 5).unwrap();
    assert!(TcpStream::connect(cluster.address()).await.is_ok());
    let waited = request(&cluster, Some(cluster.token()), "/api/v1/pods").timeout(Duration::from_millis(300)).send().await;
    assert!(waited.unwrap_err().is_timeout());
    assert!(tokio::time::timeout(Duration::from_millis(100), watch.next()).await.is_err(), "the open watch is half-open");
    cluster.faults().heal().await;
    assert_eq!(watch.event().await["type"], "ADDED", "what was held back arrives");
}

#[tokio::test]
async fn answers_on_demand() {
    let cluster = with_cart().await;
    let faults = cluster.faults();
    for (answer, status) in [
        (Answer::InternalError, 500),
        (Answer::Unavailable, 503),
        (Answer::Forbidden, 403),
        (Answer::Expired, 410),
        (Answer::TooManyRequests { retry_after: 1 }, 429),
    ] {
        faults.add(Rule::new(answer).of("pods").lists().times(1));
        assert_eq!(get(&cluster, "/apis/apps/v1/deployments").await.status, 200, "another resource is untouched");
        assert_eq!(get(&cluster, "/api/v1/pods").await.status, status, "{answer:?}");
        assert_eq!(get(&cluster, "/api/v1/pods").await.status, 200, "{answer:?} comes once");
    }
    faults.add(Rule::new(Answer::Expired).watches());
    let mut watch = Watch::open(&cluster, "/api/v1/pods?watch=true").await;
    assert_eq!(watch.event().await["object"]["code"], 410);
    assert_eq!(watch.next().await, Ok(None));
    faults.reject_tokens();
    let refused = get(&cluster, "/api/v1/pods").await;
    assert_eq!((refused.status, refused.json()["reason"].as_str()), (401, Some("Unauthorized")));
    faults.heal().await;
    assert_eq!(get(&cluster, "/api/v1/pods").await.status, 200);
}

#[tokio::test]
async fn slow_answers_are_slow_and_whole() {
    let cluster = with_cart().await;
    cluster.faults().slow(Duration::from_millis(150));
    let begun = std::time::Instant::now();
    assert_eq!(get(&cluster, "/api/v1/pods?limit=1").await.status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn one_object_can_be_unreadable() {
    let cluster = with_cart().await;
    let mut watch = Watch::open(&cluster, &format!("/apis/apps/v1/deployments?{STREAMED}")).await;
    watch.until(is_initial_end).await;
    cluster.faults().spoil(ObjectKind::Deployment, "shop", "cart", "/spec", "nonsense");
    assert_eq!(watch.event().await["object"]["spec"], "nonsense");
    let list = get(&cluster, "/apis/apps/v1/deployments").await.json();
    assert_eq!(list["items"][0]["spec"], json!("nonsense"));
    cluster.faults().heal().await;
    assert_eq!(watch.event().await["object"]["spec"]["replicas"], 3);
}

#[tokio::test]
async fn open_watches_outlive_a_compaction_and_new_ones_do_not_begin_before_it() {
    let cluster = with_cart().await;
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?{STREAMED}")).await;
    let initial = watch.until(is_initial_end).await;
    let rv = initial.last().unwrap()["object"]["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    cluster.faults().expire();
    cluster.scale("shop", "cart", 4).unwrap();
    assert_eq!(watch.event().await["type"], "ADDED");
    let mut late = Watch::open(&cluster, &format!("/api/v1/pods?watch=true&resourceVersion={rv}")).await;
    assert_eq!(late.event().await["object"]["code"], 410);
}

#[tokio::test]
async fn lost_history_starts_over_from_low_resource_versions() {
    let cluster = with_cart().await;
    let before = get(&cluster, "/api/v1/pods").await.json();
    let rv = |list: &serde_json::Value| list["metadata"]["resourceVersion"].as_str().unwrap().parse::<u64>().unwrap();
    cluster.faults().lose_history();
    let after = get(&cluster, "/api/v1/pods").await.json();
    assert!(rv(&after) < rv(&before));
    assert_eq!(after["items"].as_array().unwrap().len(), 3);
    let path = format!("/api/v1/pods?watch=true&resourceVersion={}&timeoutSeconds=1", rv(&before));
    let mut watch = Watch::open(&cluster, &path).await;
    assert!(watch.rest().await.is_empty(), "a watch from the old history is silent");
}

#[tokio::test]
async fn rights_are_those_of_the_token() {
    let cluster = with_cart().await;
    assert_eq!(get_as(&cluster, cluster.token_of("shop-only"), "/api/v1/namespaces/shop/pods").await.status, 200);
    assert_eq!(get_as(&cluster, cluster.token_of("shop-only"), "/api/v1/namespaces").await.status, 403);
    assert_eq!(get_as(&cluster, cluster.token_of("nobody"), "/apis").await.status, 200);
    assert_eq!(get_as(&cluster, None, "/livez").await.status, 200);
    assert_eq!(cluster.asked("list", "pods"), 1);
}

#[tokio::test]
async fn a_handle_that_is_dropped_leaves_nothing_behind() {
    let cluster = with_cart().await;
    let address = cluster.address();
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?{STREAMED}")).await;
    watch.until(is_initial_end).await;
    drop(cluster);
    assert!(watch.next().await.is_err());
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("the port is closed");
}
