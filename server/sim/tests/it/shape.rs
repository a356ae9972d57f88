//! Field by field: what is served has the recordings' fields, of the recordings' types, and no others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sim::spec::ContainerRole;
use sim::{ClusterConfig, ClusterHandle, Workload};

use super::client::{self, NEW, OLD, Watch, cart, cart_image, get};
use super::recordings;

/// The types seen at each path. Keys of maps that people fill are one: `{}`.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

fn add(shape: &mut Shape, path: &str, value: &Value) {
    const MAPS: [&str; 3] = ["labels", "annotations", "matchLabels"];
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    shape.entry(path.to_owned()).or_default().insert(kind);
    match value {
        Value::Array(items) => items.iter().for_each(|item| add(shape, &format!("{path}[]"), item)),
        Value::Object(fields) => {
            for (key, field) in fields.iter().filter(|(key, _)| *key != "managedFields") {
                let map = MAPS.iter().any(|map| path.ends_with(map));
                add(shape, &if map { format!("{path}.{{}}") } else { format!("{path}.{key}") }, field);
            }
        }
        _ => {}
    }
}

/// The fields a dashboard reads: every one must be there, as recorded.
fn needed(resource: &str) -> Vec<&'static str> {
    let mut paths =
        vec![".metadata.name", ".metadata.uid", ".metadata.resourceVersion", ".metadata.creationTimestamp", ".metadata.labels.{}"];
    let template = [
        ".metadata.namespace",
        ".metadata.generation",
        ".spec.selector.matchLabels.{}",
        ".spec.template.metadata.labels.{}",
        ".spec.template.spec.containers[].name",
        ".spec.template.spec.containers[].image",
        ".status.observedGeneration",
    ];
    match resource {
        "namespaces" => paths.push(".status.phase"),
        "deployments" => paths.extend([
            ".metadata.annotations.{}",
            ".spec.replicas",
            ".spec.paused",
            ".spec.strategy.type",
            ".spec.strategy.rollingUpdate.maxSurge",
            ".spec.progressDeadlineSeconds",
            ".spec.template.spec.initContainers[].image",
            ".spec.template.spec.initContainers[].restartPolicy",
            ".status.replicas",
            ".status.updatedReplicas",
            ".status.readyReplicas",
            ".status.availableReplicas",
            ".status.unavailableReplicas",
            ".status.terminatingReplicas",
            ".status.conditions[].type",
            ".status.conditions[].status",
            ".status.conditions[].reason",
            ".status.conditions[].message",
            ".status.conditions[].lastTransitionTime",
            ".status.conditions[].lastUpdateTime",
        ]),
        "replicasets" => paths.extend([
            ".metadata.annotations.{}",
            ".metadata.ownerReferences[].kind",
            ".metadata.ownerReferences[].name",
            ".metadata.ownerReferences[].uid",
            ".metadata.ownerReferences[].controller",
            ".spec.replicas",
            ".status.replicas",
            ".status.fullyLabeledReplicas",
            ".status.readyReplicas",
        ]),
        "statefulsets" => paths.extend([
            ".spec.serviceName",
            ".spec.updateStrategy.type",
            ".status.currentRevision",
            ".status.updateRevision",
            ".status.currentReplicas",
            ".status.updatedReplicas",
            ".status.readyReplicas",
            ".status.availableReplicas",
        ]),
        "daemonsets" => paths.extend([
            ".metadata.annotations.{}",
            ".status.currentNumberScheduled",
            ".status.desiredNumberScheduled",
            ".status.numberReady",
            ".status.updatedNumberScheduled",
            ".status.numberAvailable",
            ".status.numberUnavailable",
        ]),
        "pods" => {
            paths.extend([
                ".metadata.namespace",
                ".metadata.generateName",
                ".metadata.deletionTimestamp",
                ".metadata.deletionGracePeriodSeconds",
                ".metadata.ownerReferences[].kind",
                ".spec.nodeName",
                ".spec.containers[].image",
                ".spec.initContainers[].restartPolicy",
                ".status.phase",
                ".status.podIP",
                ".status.startTime",
                ".status.conditions[].type",
                ".status.conditions[].status",
                ".status.conditions[].reason",
                ".status.conditions[].message",
                ".status.conditions[].lastProbeTime",
            ]);
            paths.extend([
                ".status.containerStatuses[].name",
                ".status.containerStatuses[].image",
                ".status.containerStatuses[].imageID",
                ".status.containerStatuses[].containerID",
                ".status.containerStatuses[].ready",
                ".status.containerStatuses[].started",
                ".status.containerStatuses[].restartCount",
                ".status.containerStatuses[].state.waiting.reason",
                ".status.containerStatuses[].state.waiting.message",
                ".status.containerStatuses[].state.running.startedAt",
                ".status.containerStatuses[].state.terminated.exitCode",
                ".status.containerStatuses[].state.terminated.reason",
                ".status.containerStatuses[].lastState.terminated.exitCode",
                ".status.containerStatuses[].lastState.terminated.finishedAt",
                ".status.initContainerStatuses[].state.terminated.exitCode",
                ".status.initContainerStatuses[].state.running.startedAt",
            ]);
        }
        "events" => {
            paths.retain(|path| *path != ".metadata.labels.{}");
            paths.extend([
                ".involvedObject.kind",
                ".involvedObject.name",
                ".involvedObject.fieldPath",
                ".reason",
                ".message",
                ".type",
                ".count",
                ".firstTimestamp",
                ".lastTimestamp",
                ".eventTime",
                ".source.component",
                ".reportingComponent",
            ]);
        }
        _ => {}
    }
    if ["deployments", "replicasets", "statefulsets", "daemonsets"].contains(&resource) {
        paths.extend(template);
    }
    paths
}

const RESOURCES: [(&str, &str); 7] = [
    ("deployments", "/apis/apps/v1"),
    ("replicasets", "/apis/apps/v1"),
    ("statefulsets", "/apis/apps/v1"),
    ("daemonsets", "/apis/apps/v1"),
    ("pods", "/api/v1"),
    ("events", "/api/v1"),
    ("namespaces", "/api/v1"),
];

/// A cluster in which everything happens that was recorded.
async fn eventful() -> ClusterHandle {
    let sidecars = Workload::deployment("shop", "gateway", "registry.example/shop/gateway:2b4e5da8175f")
        .container("migrate", "registry.example/shop/gateway-migrate:97e596d3", ContainerRole::Init)
        .container("proxy", "registry.example/mesh/proxy:v1.24.1", ContainerRole::Sidecar)
        .container("log-shipper", "registry.example/ops/log-shipper:3.2.0", ContainerRole::App);
    let by_digest = format!("registry.example/shop/users@{}", sim::digest_of("users"));
    let mut config = ClusterConfig::new("dev")
        .running(cart())
        .running(Workload::stateful_set("shop", "ledger", &cart_image(OLD)).replicas(2))
        .running(Workload::daemon_set("shop", "node-agent", &cart_image(OLD)))
        .running(sidecars)
        .running(Workload::deployment("shop", "paused", &cart_image(OLD)));
    for commit in ["bad0", "bad1", "bad2", "bad3", "bad4"] {
        config = config.running(Workload::deployment("shop", commit, &cart_image(OLD)).progress_deadline(1));
    }
    let cluster = client::cluster(config).await;
    cluster.apply(Workload::deployment("shop", "users", &by_digest));
    for name in ["cart", "ledger", "node-agent", "gateway"] {
        cluster.set_image("shop", name, &cart_image(NEW)).unwrap();
    }
    for commit in ["bad0", "bad1", "bad2", "bad3", "bad4"] {
        cluster.set_image("shop", commit, &cart_image(&format!("{commit}e36cae66"))).unwrap();
    }
    cluster.pause("shop", "paused").unwrap();
    for name in ["cart", "ledger", "node-agent", "gateway", "users"] {
        cluster.rolled_out("shop", name, client::PATIENCE).await.unwrap();
    }
    cluster
}

/// Every object of a resource that was listed or watched, without `kind` and `apiVersion`.
async fn served(cluster: &ClusterHandle, resource: &str, base: &str) -> Shape {
    let mut shape = Shape::new();
    let list = get(cluster, &format!("{base}/{resource}")).await.json();
    assert!(!list["items"].as_array().unwrap().is_empty(), "{resource}");
    list["items"].as_array().unwrap().iter().for_each(|item| add(&mut shape, "", item));
    // From the oldest resourceVersion that is known: everything that happened since the start.
    let mut watch = Watch::open(cluster, &format!("{base}/{resource}?watch=true&resourceVersion=300&timeoutSeconds=1")).await;
    for event in watch.rest().await {
        let mut object = event["object"].clone();
        assert_eq!(event["object"]["metadata"]["resourceVersion"].as_str().map(|rv| rv.parse::<u64>().is_ok()), Some(true), "{event}");
        let object = object.as_object_mut().unwrap();
        assert!(object.remove("kind").is_some() && object.remove("apiVersion").is_some(), "{resource}");
        add(&mut shape, "", &Value::Object(object.clone()));
    }
    shape
}

fn recorded(resource: &str) -> Shape {
    let mut shape = Shape::new();
    let list = recordings::json(&format!("steady/{resource}.json"));
    list["items"].as_array().unwrap().iter().for_each(|item| add(&mut shape, "", item));
    for event in recordings::streams(resource).into_iter().flatten().filter(|event| event["type"] != "BOOKMARK") {
        let mut object = event["object"].as_object().unwrap().clone();
        object.remove("kind");
        object.remove("apiVersion");
        add(&mut shape, "", &Value::Object(object));
    }
    shape
}

#[tokio::test]
async fn every_object_has_the_recorded_shape() {
    let cluster = eventful().await;
    for (resource, base) in RESOURCES {
        let (recorded, served) = (recorded(resource), served(&cluster, resource, base).await);
        for path in needed(resource) {
            let types = recorded.get(path).unwrap_or_else(|| panic!("{resource}: {path} is not in the recordings"));
            let ours = served.get(path).unwrap_or_else(|| panic!("{resource}: {path} is never served"));
            assert!(ours.is_subset(types), "{resource}: {path} is {ours:?}, recorded {types:?}");
        }
        for (path, types) in &served {
            let known = recorded.get(path).unwrap_or_else(|| panic!("{resource}: {path} is served and was never recorded"));
            assert!(types.is_subset(known), "{resource}: {path} is {types:?}, recorded {known:?}");
        }
    }
}

#[tokio::test]
async fn bookmarks_are_the_recorded_ones() {
    let cluster = eventful().await;
    for (resource, base) in RESOURCES.into_iter().filter(|(resource, _)| *resource != "namespaces") {
        let strip = |mut event: Value| {
            event["object"]["metadata"]["resourceVersion"] = "".into();
            event
        };
        let recorded = recordings::streams(resource).into_iter().flatten().find(client::is_initial_end).unwrap();
        let mut watch = Watch::open(&cluster, &format!("{base}/{resource}?{}", client::STREAMED)).await;
        let events = watch.until(client::is_initial_end).await;
        assert_eq!(strip(events.last().unwrap().clone()), strip(recorded), "{resource}");
    }
}

#[tokio::test]
async fn lists_have_the_recorded_envelope() {
    let cluster = client::with_cart().await;
    for (resource, base) in [("deployments", "/apis/apps/v1"), ("pods", "/api/v1"), ("namespaces", "/api/v1")] {
        let envelope = |mut list: Value| {
            list["metadata"]["resourceVersion"] = "".into();
            list["items"] = Value::Null;
            list
        };
        let answer = get(&cluster, &format!("{base}/{resource}")).await;
        let ours = answer.json();
        assert_eq!(envelope(ours.clone()), envelope(recordings::json(&format!("steady/{resource}.json"))), "{resource}");
        let item = &ours["items"][0];
        assert!(item.get("kind").is_none() && item.get("apiVersion").is_none(), "{resource}");
        super::errors::same_headers(&answer, &recordings::meta(&format!("steady/{resource}.json")), resource);
    }
}

#[tokio::test]
async fn discovery_names_what_is_served() {
    let cluster = client::with_cart().await;
    assert_eq!(get(&cluster, "/version").await.json(), recordings::json("discovery/version.json"));
    assert_eq!(get(&cluster, "/api").await.json(), recordings::json("discovery/api.json"));
    assert_eq!(get(&cluster, "/apis/apps").await.json(), recordings::json("discovery/apis-apps.json"));
    assert_eq!(get(&cluster, "/livez").await.text, recordings::text("discovery/livez.txt"));
    for path in ["/api/v1", "/apis/apps/v1", "/apis/batch/v1", "/apis/autoscaling/v2"] {
        let recorded = recordings::json(&format!("discovery/{}.json", path.trim_start_matches('/').replace('/', "-")));
        let ours = get(&cluster, path).await.json();
        assert_eq!((&ours["kind"], &ours["groupVersion"]), (&recorded["kind"], &recorded["groupVersion"]));
        assert_eq!(ours.get("apiVersion"), recorded.get("apiVersion"), "{path}");
        for resource in ours["resources"].as_array().unwrap() {
            let same = recorded["resources"].as_array().unwrap().iter().find(|other| other["name"] == resource["name"]).unwrap();
            for key in ["kind", "namespaced", "singularName"] {
                assert_eq!(resource[key], same[key], "{path}: {}", resource["name"]);
            }
        }
    }
}
