//! Watches.

use std::time::Duration;

use serde_json::Value;
use sim::ClusterConfig;

use super::client::{NEW, STREAMED, Watch, cart, cart_image, cluster, get, is_initial_end, with_cart};

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_streamed_list_ends_with_a_marked_bookmark() {
    let cluster = with_cart().await;
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?{STREAMED}")).await;
    let initial = watch.until(is_initial_end).await;
    assert_eq!(types(&initial), ["ADDED", "ADDED", "ADDED", "BOOKMARK"]);
    cluster.set_image("shop", "cart", &cart_image(NEW)).unwrap();
    let deleted = watch.until(|event| event["type"] == "DELETED").await;
    assert!(deleted.len() > 3);
}

#[tokio::test]
async fn a_streamed_list_of_nothing_is_a_bookmark_alone() {
    let cluster = with_cart().await;
    let mut watch = Watch::open(&cluster, &format!("/apis/apps/v1/namespaces/dashboard/deployments?{STREAMED}")).await;
    assert!(is_initial_end(&watch.event().await));
}

#[tokio::test]
async fn without_a_resource_version_a_watch_begins_with_what_is_there() {
    let cluster = with_cart().await;
    for query in ["watch=true&timeoutSeconds=1", "watch=true&resourceVersion=0&timeoutSeconds=1"] {
        let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?{query}")).await;
        assert_eq!(types(&watch.rest().await), ["ADDED", "ADDED", "ADDED"], "{query}: no bookmarks, and an end by the server");
    }
}

#[tokio::test]
async fn a_watch_resumes_from_a_list_without_a_gap() {
    let cluster = with_cart().await;
    let list = get(&cluster, "/apis/apps/v1/deployments").await.json();
    let rv = list["metadata"]["resourceVersion"].as_str().unwrap();
    cluster.set_image("shop", "cart", &cart_image(NEW)).unwrap();
    cluster.rolled_out("shop", "cart", super::client::PATIENCE).await.unwrap();
    let path = format!("/apis/apps/v1/deployments?watch=true&resourceVersion={rv}&timeoutSeconds=1");
    let events = Watch::open(&cluster, &path).await.rest().await;
    let rvs: Vec<u64> =
        events.iter().map(|event| event["object"]["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap()).collect();
    assert!(rvs.is_sorted() && rvs.len() > 4 && rvs[0] > rv.parse().unwrap());
    let last = &get(&cluster, "/apis/apps/v1/deployments").await.json()["items"][0];
    assert_eq!(events.last().unwrap()["object"]["status"], last["status"]);
}

#[tokio::test]
async fn a_quiet_watch_gets_bookmarks() {
    let mut config = ClusterConfig::new("dev").running(cart());
    config.bookmark_every = Duration::from_millis(200);
    let cluster = cluster(config).await;
    let list = get(&cluster, "/api/v1/pods").await.json();
    let rv = list["metadata"]["resourceVersion"].as_str().unwrap();
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion={rv}")).await;
    let bookmark = watch.event().await;
    assert_eq!(bookmark["type"], "BOOKMARK");
    assert!(bookmark["object"]["metadata"].get("annotations").is_none());
    let mut without = Watch::open(&cluster, &format!("/api/v1/pods?watch=true&resourceVersion={rv}&timeoutSeconds=1")).await;
    assert_eq!(without.rest().await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_older_server_refuses_to_stream_lists() {
    let mut config = ClusterConfig::new("dev").running(cart());
    config.watch_list = false;
    let cluster = cluster(config).await;
    let answer = get(&cluster, &format!("/api/v1/pods?{STREAMED}")).await;
    assert_eq!((answer.status, answer.json()["reason"].as_str()), (422, Some("Invalid")));
}

#[tokio::test]
async fn a_selector_limits_a_watch() {
    let cluster = with_cart().await;
    let path = "/apis/apps/v1/replicasets?watch=true&labelSelector=app.kubernetes.io%2Fname%3Dnope&timeoutSeconds=1";
    let mut watch = Watch::open(&cluster, path).await;
    cluster.set_image("shop", "cart", &cart_image(NEW)).unwrap();
    assert_eq!(watch.rest().await, Vec::<Value>::new());
}
