//! Objects that are served as they were applied, held against the recordings; and a definition that comes and goes.

use serde_json::{Value, json};
use sim::world::ObjectKind;
use sim::{ClusterConfig, ClusterHandle, Command};

use super::client::{cluster, get, with_cart};
use super::recordings;

const ROLLOUTS: &str = "/apis/argoproj.io/v1alpha1/rollouts";

fn put(cluster: &ClusterHandle, kind: ObjectKind, object: &Value) {
    let name = object["metadata"]["name"].as_str().unwrap_or("cart").to_owned();
    let command = Command::Put { kind, namespace: "shop".to_owned(), name, object: object.clone() };
    cluster.command(command).unwrap();
}

/// An object without what a server sets anew.
fn applied(mut object: Value) -> Value {
    let metadata = object["metadata"].as_object_mut().unwrap();
    for key in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"] {
        metadata.remove(key);
    }
    object
}

#[tokio::test]
async fn recorded_objects_are_served_as_they_were() {
    let cluster = cluster(ClusterConfig::new("dev")).await;
    for (kind, path) in [
        (ObjectKind::CronJob, "/apis/batch/v1/cronjobs"),
        (ObjectKind::Job, "/apis/batch/v1/jobs"),
        (ObjectKind::HorizontalPodAutoscaler, "/apis/autoscaling/v2/horizontalpodautoscalers"),
    ] {
        let recorded = recordings::json(&format!("steady/{}.json", kind.plural()));
        let items = recorded["items"].as_array().unwrap();
        items.iter().for_each(|item| put(&cluster, kind, item));
        let served = get(&cluster, path).await.json();
        assert_eq!((&served["kind"], &served["apiVersion"]), (&recorded["kind"], &recorded["apiVersion"]));
        let of = |items: &Value| items.as_array().unwrap().iter().cloned().map(applied).collect::<Vec<_>>();
        assert_eq!(of(&served["items"]), of(&recorded["items"]), "{path}");
        for item in served["items"].as_array().unwrap() {
            assert!(item["metadata"]["uid"].is_string() && item["metadata"]["resourceVersion"].is_string());
        }
    }
    let bookmark = &recordings::streams("jobs")[0][0]["object"];
    let stream = get(
        &cluster,
        "/apis/batch/v1/jobs?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1",
    )
    .await
    .text;
    let served = stream.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|event| event["type"] == "BOOKMARK").unwrap();
    assert_eq!((&served["object"]["spec"], &served["object"]["status"]), (&bookmark["spec"], &bookmark["status"]));
}

#[tokio::test]
async fn an_object_changes_and_goes() {
    let cluster = cluster(ClusterConfig::new("dev")).await;
    let service = |slot: &str| json!({ "metadata": { "labels": { "app": "cart" } }, "spec": { "selector": { "slot": slot } } });
    put(&cluster, ObjectKind::Service, &service("blue"));
    let path = "/api/v1/namespaces/shop/services/cart";
    let first = get(&cluster, path).await.json();
    put(&cluster, ObjectKind::Service, &service("green"));
    let second = get(&cluster, path).await.json();
    assert_eq!(first["metadata"]["uid"], second["metadata"]["uid"]);
    assert_ne!(first["metadata"]["resourceVersion"], second["metadata"]["resourceVersion"]);
    assert_eq!((&second["spec"]["selector"]["slot"], &second["metadata"]["generation"]), (&json!("green"), &json!(2)));
    let of = |kind| Command::Remove { kind, namespace: "shop".to_owned(), name: "cart".to_owned() };
    cluster.command(of(ObjectKind::Service)).unwrap();
    assert_eq!(get(&cluster, path).await.status, 404);
    assert!(cluster.command(of(ObjectKind::Service)).is_err(), "it is gone");
    let pod = Command::Put { kind: ObjectKind::Pod, namespace: "shop".to_owned(), name: "x".to_owned(), object: json!({}) };
    assert!(cluster.command(pod).is_err(), "pods have a kubelet here");
}

#[tokio::test]
async fn a_definition_comes_and_goes() {
    let cluster = with_cart().await;
    let recorded = recordings::text("errors/404-group.txt");
    let discovery = "/apis/argoproj.io/v1alpha1";
    for path in [ROLLOUTS, discovery, "/apis/argoproj.io"] {
        let answer = get(&cluster, path).await;
        assert_eq!((answer.status, &answer.text), (404, &recorded), "{path}");
    }
    let rollout = json!({ "metadata": { "name": "cart" }, "spec": { "replicas": 1 }, "status": { "phase": "Healthy" } });
    let early = Command::Put { kind: ObjectKind::Rollout, namespace: "shop".to_owned(), name: "cart".to_owned(), object: rollout.clone() };
    assert!(cluster.command(early).is_err(), "its definition is not installed");
    cluster.command(Command::InstallRollouts { installed: true }).unwrap();
    assert_eq!(get(&cluster, discovery).await.json()["resources"][0]["name"], "rollouts");
    put(&cluster, ObjectKind::Rollout, &rollout);
    let list = get(&cluster, ROLLOUTS).await.json();
    assert_eq!((&list["kind"], &list["items"][0]["status"]["phase"]), (&json!("RolloutList"), &json!("Healthy")));
    cluster.command(Command::InstallRollouts { installed: false }).unwrap();
    assert_eq!(get(&cluster, ROLLOUTS).await.status, 404);
    cluster.command(Command::InstallRollouts { installed: true }).unwrap();
    assert_eq!(get(&cluster, ROLLOUTS).await.json()["items"], json!([]), "its objects went with it");
}

#[tokio::test]
async fn only_warnings_when_they_are_asked_for() {
    let cluster = with_cart().await;
    cluster.set_image("shop", "cart", &super::client::cart_image("bad0e36ad36c75e1d1f091f909a05ddbdc41bb3a")).unwrap();
    let path = "/api/v1/namespaces/shop/events?fieldSelector=type%3DWarning";
    let events = || async { get(&cluster, path).await.json()["items"].as_array().unwrap().clone() };
    let end = std::time::Instant::now() + super::client::PATIENCE;
    while events().await.is_empty() {
        assert!(std::time::Instant::now() < end, "the pull fails");
        tokio::task::yield_now().await;
    }
    assert!(events().await.iter().all(|event| event["type"] == "Warning"));
    assert_eq!(
        get(&cluster, "/apis/apps/v1/deployments?fieldSelector=type%3DWarning").await.status,
        400,
        "only Events have a type to ask for"
    );
}
