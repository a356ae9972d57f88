//! What happens in a rollout, seen through a watch, in the order in which it was recorded to happen.

use serde_json::Value;
use sim::{ClusterConfig, Workload};

use super::client::{NEW, OLD, PATIENCE, STREAMED, Watch, cart, cart_image, cluster};
use super::recordings;

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

/// What one state of a Deployment looks like from afar: the revision, whether the status is of this generation, pods updated, the reason.
fn deployment_state(object: &Value) -> (String, bool, u64, String) {
    let status = &object["status"];
    let progressing = status["conditions"].as_array().into_iter().flatten().find(|condition| condition["type"] == "Progressing");
    (
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_str().unwrap_or_default().to_owned(),
        status["observedGeneration"] == object["metadata"]["generation"],
        count(&status["updatedReplicas"]),
        progressing.and_then(|condition| condition["reason"].as_str()).unwrap_or_default().to_owned(),
    )
}

fn deployment_states(events: &[Value]) -> Vec<(String, bool, u64, String)> {
    let mut states: Vec<_> =
        events.iter().filter(|event| event["type"] != "BOOKMARK").map(|event| deployment_state(&event["object"])).collect();
    states.dedup();
    states
}

/// What one event of a pod looks like.
fn pod_state(event: &Value) -> String {
    let object = &event["object"];
    let (metadata, status) = (&object["metadata"], &object["status"]);
    let containers: Vec<String> = ["initContainerStatuses", "containerStatuses"]
        .iter()
        .flat_map(|list| status[list].as_array().into_iter().flatten())
        .map(|container| {
            let (name, state) = container["state"].as_object().unwrap().iter().next().unwrap();
            // A pod that is deleted ends well or by the signal; both were recorded.
            let reason = if metadata["deletionTimestamp"].is_null() { state["reason"].as_str().unwrap_or_default() } else { "" };
            let pulled = if container["imageID"] == "" { "unpulled" } else { "pulled" };
            format!(
                "{name} {reason} ready={} started={} restarts={} {pulled}",
                container["ready"], container["started"], container["restartCount"]
            )
        })
        .collect();
    let conditions: Vec<String> = status["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|condition| format!("{}={}", condition["type"].as_str().unwrap(), condition["status"].as_str().unwrap()))
        .collect();
    let phase = status["phase"].as_str().unwrap();
    let phase = if ["Succeeded", "Failed"].contains(&phase) { "ended" } else { phase };
    let bound = if object["spec"]["nodeName"].is_null() { "unbound" } else { "bound" };
    let grace = &metadata["deletionGracePeriodSeconds"];
    format!("{} {phase} {bound} grace={grace} {containers:?} {conditions:?}", event["type"].as_str().unwrap())
}

/// The life of each pod in a stream, after the initial state.
fn lives(events: &[Value]) -> Vec<Vec<String>> {
    let mut lives: Vec<(String, Vec<String>)> = Vec::new();
    for event in events.iter().filter(|event| event["type"] != "BOOKMARK") {
        let name = event["object"]["metadata"]["name"].as_str().unwrap();
        let uid = event["object"]["metadata"]["uid"].as_str().unwrap();
        let key = format!("{name} {uid}");
        match lives.iter_mut().find(|(known, _)| *known == key) {
            Some((_, life)) => life.push(pod_state(event)),
            None => lives.push((key, vec![pod_state(event)])),
        }
    }
    lives.into_iter().map(|(_, life)| life).collect()
}

fn longest(lives: &[Vec<String>], first: &str) -> Vec<String> {
    lives.iter().filter(|life| life[0].starts_with(first)).max_by_key(|life| life.len()).unwrap().clone()
}

/// Rolls a workload and gives the events of a resource from the initial state to the end.
async fn roll(workload: Workload, image: &str, path: &str, last: impl Fn(&Value) -> bool) -> Vec<Value> {
    let name = workload.name.clone();
    let cluster = cluster(ClusterConfig::new("dev").running(workload)).await;
    let mut watch = Watch::open(&cluster, &format!("{path}?{STREAMED}")).await;
    let mut events = watch.until(super::client::is_initial_end).await;
    cluster.set_image("shop", &name, image).unwrap();
    events.extend(watch.until(last).await);
    events
}

fn complete(event: &Value) -> bool {
    let (revision, current, updated, reason) = deployment_state(&event["object"]);
    (revision.as_str(), current, updated, reason.as_str()) == ("2", true, 3, "NewReplicaSetAvailable")
}

#[tokio::test]
async fn a_deployment_passes_through_the_recorded_states() {
    let ours = roll(cart(), &cart_image(NEW), "/apis/apps/v1/namespaces/shop/deployments", complete).await;
    let recorded = recordings::events("watch/rolling-update/deployments.ndjson");
    assert_eq!(deployment_states(&ours), deployment_states(&recorded));
}

#[tokio::test]
async fn pods_come_and_go_as_recorded() {
    let gone = std::cell::Cell::new(0);
    let last = |event: &Value| {
        gone.set(gone.get() + usize::from(event["type"] == "DELETED"));
        gone.get() == 3
    };
    let ours = lives(&roll(cart(), &cart_image(NEW), "/api/v1/namespaces/shop/pods", last).await);
    let recorded = lives(&recordings::events("watch/rolling-update/pods.ndjson"));
    // Those that were there are replaced; those that come go through every step up to being ready.
    assert_eq!(longest(&ours, "ADDED Running"), longest(&recorded, "ADDED Running"));
    assert_eq!(longest(&ours, "ADDED Pending"), longest(&recorded, "ADDED Pending"));
    assert_eq!((ours.len(), recorded.len()), (6, 6));
}

#[tokio::test]
async fn failing_pods_fail_as_recorded() {
    for (scenario, tag, restarts) in
        [("imagepullbackoff", "bad0e36cae66ad36", 0), ("crashloop", "bad1e36cae66ad36", 2), ("oomkilled", "bad3e36cae66ad36", 2)]
    {
        let pulls = std::cell::Cell::new(0);
        let last = |event: &Value| {
            let state = &event["object"]["status"]["containerStatuses"][0];
            pulls.set(pulls.get() + usize::from(state["state"]["waiting"]["reason"] == "ImagePullBackOff"));
            (restarts > 0 && state["restartCount"] == restarts && state["state"]["waiting"]["reason"] == "CrashLoopBackOff")
                || pulls.get() == 3
        };
        let ours = lives(&roll(cart(), &cart_image(tag), "/api/v1/namespaces/shop/pods", last).await);
        let recorded = lives(&recordings::events(&format!("watch/{scenario}/pods.ndjson")));
        let (ours, recorded) = (longest(&ours, "ADDED Pending"), longest(&recorded, "ADDED Pending"));
        assert_eq!(ours, recorded[..ours.len()], "{scenario}");
    }
}

#[tokio::test]
async fn a_stateful_set_passes_through_the_recorded_states() {
    let state = |object: &Value| {
        let status = &object["status"];
        (
            status["observedGeneration"] == object["metadata"]["generation"],
            count(&status["currentReplicas"]),
            count(&status["updatedReplicas"]),
            count(&status["readyReplicas"]),
            status["currentRevision"] == status["updateRevision"],
        )
    };
    let states = |events: &[Value]| {
        let mut states: Vec<_> = events.iter().filter(|event| event["type"] != "BOOKMARK").map(|event| state(&event["object"])).collect();
        states.dedup();
        states
    };
    let ledger = Workload::stateful_set("shop", "ledger", &cart_image(OLD)).replicas(3);
    let last = |event: &Value| state(&event["object"]) == (true, 3, 3, 3, true);
    let ours = roll(ledger, &cart_image(NEW), "/apis/apps/v1/namespaces/shop/statefulsets", last).await;
    assert_eq!(states(&ours), states(&recordings::events("watch/statefulset-roll/statefulsets.ndjson")));
}

#[tokio::test]
async fn a_daemon_set_passes_through_the_recorded_states() {
    let state = |object: &Value| {
        let status = &object["status"];
        (
            status["observedGeneration"] == object["metadata"]["generation"],
            count(&status["updatedNumberScheduled"]),
            count(&status["numberReady"]),
            count(&status["numberUnavailable"]),
        )
    };
    let states = |events: &[Value]| {
        let mut states: Vec<_> = events.iter().filter(|event| event["type"] != "BOOKMARK").map(|event| state(&event["object"])).collect();
        states.dedup();
        states
    };
    let agent = Workload::daemon_set("shop", "node-agent", &cart_image(OLD));
    let last = |event: &Value| {
        let object = &event["object"];
        state(object) == (true, 2, 2, 0) && object["metadata"]["generation"] == 2
    };
    let ours = roll(agent, &cart_image(NEW), "/apis/apps/v1/namespaces/shop/daemonsets", last).await;
    assert_eq!(states(&ours), states(&recordings::events("watch/daemonset-roll/daemonsets.ndjson")));
}

#[tokio::test]
async fn the_running_digest_is_that_of_the_image() {
    let cluster = cluster(ClusterConfig::new("dev").running(cart())).await;
    cluster.rolled_out("shop", "cart", PATIENCE).await.unwrap();
    let pods = super::client::get(&cluster, "/api/v1/pods").await.json();
    let id = pods["items"][0]["status"]["containerStatuses"][0]["imageID"].as_str().unwrap().to_owned();
    assert_eq!(id, format!("registry.example/shop/cart@{}", sim::digest_of(&cart_image(OLD))));
}
