//! Lists.

use std::io::Read;

use sim::{ClusterConfig, Workload};

use super::client::{self, NEW, cart, cart_image, cluster, get, get_as, request, with_cart};
use super::recordings;

fn names(list: &serde_json::Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_are_one_consistent_list() {
    let cluster = with_cart().await;
    let whole = get(&cluster, "/api/v1/pods").await.json();
    let mut page = get(&cluster, "/api/v1/pods?limit=1").await.json();
    assert_eq!(page["metadata"]["remainingItemCount"], 2);
    let first_rv = page["metadata"]["resourceVersion"].clone();
    let mut seen = names(&page);
    // The list stays what it was, though the pods are replaced meanwhile.
    cluster.set_image("shop", "cart", &cart_image(NEW)).unwrap();
    cluster.rolled_out("shop", "cart", client::PATIENCE).await.unwrap();
    while let Some(token) = page["metadata"]["continue"].as_str() {
        page = get(&cluster, &format!("/api/v1/pods?limit=1&continue={token}")).await.json();
        assert_eq!(page["metadata"]["resourceVersion"], first_rv);
        seen.extend(names(&page));
    }
    assert_eq!(seen, names(&whole));
    assert!(page["metadata"].get("remainingItemCount").is_none());
    assert_ne!(names(&get(&cluster, "/api/v1/pods").await.json()), seen);
}

#[tokio::test]
async fn resource_version_zero_ignores_the_limit() {
    let cluster = with_cart().await;
    let list = get(&cluster, "/api/v1/pods?resourceVersion=0&limit=2").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    assert!(list["metadata"].get("continue").is_none());
}

#[tokio::test]
async fn a_list_at_an_exact_resource_version() {
    let cluster = with_cart().await;
    let before = get(&cluster, "/api/v1/pods").await.json();
    let rv = before["metadata"]["resourceVersion"].as_str().unwrap();
    cluster.scale("shop", "cart", 5).unwrap();
    cluster.rolled_out("shop", "cart", client::PATIENCE).await.unwrap();
    let exact = get(&cluster, &format!("/api/v1/pods?resourceVersion={rv}&resourceVersionMatch=Exact")).await.json();
    assert_eq!(exact, before);
    let newer = get(&cluster, &format!("/api/v1/pods?resourceVersion={rv}&resourceVersionMatch=NotOlderThan")).await.json();
    assert_eq!(newer["items"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn namespaces_and_selectors_limit_a_list() {
    let other = Workload::deployment("tools", "users", "registry.example/tools/users:1").team("core");
    let cluster = cluster(ClusterConfig::new("dev").running(cart()).running(other)).await;
    for (path, expected) in [
        ("/apis/apps/v1/deployments", vec!["cart", "users"]),
        ("/apis/apps/v1/namespaces/tools/deployments", vec!["users"]),
        ("/apis/apps/v1/deployments?labelSelector=team%3Dcore", vec!["users"]),
        ("/apis/apps/v1/deployments?labelSelector=app.kubernetes.io%2Fname%20in%20(cart,nope)", vec!["cart"]),
        ("/apis/apps/v1/deployments?fieldSelector=metadata.name%3Dcart", vec!["cart"]),
        ("/apis/apps/v1/deployments?fieldSelector=metadata.namespace%3Dtools", vec!["users"]),
    ] {
        assert_eq!(names(&get(&cluster, path).await.json()), expected, "{path}");
    }
    let missing = get(&cluster, "/apis/apps/v1/namespaces/nope/deployments").await;
    let mut ours = missing.json();
    let mut recorded = recordings::json("errors/200-list-in-missing-namespace.json");
    ours["metadata"].take();
    recorded["metadata"].take();
    assert_eq!((missing.status, ours), (200, recorded));
    let shop = cluster.token_of("shop-only");
    assert_eq!(get_as(&cluster, shop, "/apis/apps/v1/namespaces/shop/deployments").await.status, 200);
}

#[tokio::test]
async fn a_single_object_has_its_kind() {
    let cluster = with_cart().await;
    let cart = get(&cluster, "/apis/apps/v1/namespaces/shop/deployments/cart").await.json();
    assert_eq!((&cart["kind"], &cart["apiVersion"]), (&"Deployment".into(), &"apps/v1".into()));
    assert_eq!(cart["metadata"]["name"], "cart");
}

#[tokio::test]
async fn a_large_list_is_compressed_for_those_who_ask() {
    let cluster = cluster(ClusterConfig::new("dev").running(cart().replicas(60))).await;
    let raw = request(&cluster, Some(cluster.token()), "/api/v1/pods").header("accept-encoding", "gzip");
    let response = reqwest::Client::builder().no_gzip().build().unwrap().execute(raw.build().unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let mut magic = [0; 2];
    response.bytes().await.unwrap().as_ref().read_exact(&mut magic).unwrap();
    assert_eq!(magic, [0x1f, 0x8b]);
    let plain = request(&cluster, Some(cluster.token()), "/api/v1/pods").header("accept-encoding", "identity");
    let plain = reqwest::Client::builder().no_gzip().build().unwrap().execute(plain.build().unwrap()).await.unwrap();
    assert!(plain.headers().get("content-encoding").is_none());
    assert_eq!(plain.json::<serde_json::Value>().await.unwrap()["items"].as_array().unwrap().len(), 60);
}
