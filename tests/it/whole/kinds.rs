//! Kinds beside Deployments: runs, pairs that a Service switches, and a definition that comes and goes.

use std::collections::BTreeSet;

use integration_tests::{Fleet, cell};
use model::board::{Board, TargetState};
use model::status::Status;
use serde_json::{Value, json};
use sim::world::ObjectKind;
use sim::{ClusterHandle, Command, Workload};

use super::{NEW, OLD, cluster, image};

fn put(cluster: &ClusterHandle, kind: ObjectKind, name: &str, object: Value) {
    let command = Command::Put { kind, namespace: "shop".to_owned(), name: name.to_owned(), object };
    cluster.command(command).unwrap();
}

fn template(commit: &str) -> Value {
    json!({ "metadata": { "labels": { "app": "nightly" } }, "spec": { "containers": [{ "name": "app", "image": image("nightly", commit) }] } })
}

fn is(board: &Board, service: &str, status: Status, reason: &str) -> bool {
    cell(board, service, "dev").is_some_and(|cell| cell.status == status && cell.reason.contains(reason))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cron_job_is_a_row() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let dev = fleet.cluster("dev");
    let cron_job = json!({ "spec": { "schedule": "0 3 * * *", "jobTemplate": { "spec": { "template": template(OLD) } } } });
    put(dev, ObjectKind::CronJob, "nightly", cron_job.clone());
    let uid = dev.look(|world| {
        let found = world.store().get(ObjectKind::CronJob, &sim::world::Name::new("shop", "nightly")).unwrap();
        serde_json::from_slice::<Value>(&found.object()).unwrap()["metadata"]["uid"].clone()
    });
    let run = |condition: &str, why: &str| {
        let since = "2026-11-20T03:00:05Z";
        let condition = json!({ "type": condition, "status": "True", "reason": why, "message": "said so", "lastTransitionTime": since });
        json!({
            "metadata": { "ownerReferences": [{ "kind": "CronJob", "name": "nightly", "uid": uid, "controller": true }] },
            "spec": { "completions": 1, "template": template(OLD) },
            "status": { "startTime": "2026-11-20T03:00:00Z", "conditions": [condition] },
        })
    };
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until("no run yet", |board| is(board, "nightly", Status::Ready, "it has not run yet; its schedule is 0 3 * * *")).await;
    put(dev, ObjectKind::Job, "nightly-1", run("Failed", "BackoffLimitExceeded"));
    stream.until("a failed run", |board| is(board, "nightly", Status::Failing, "BackoffLimitExceeded: said so")).await;
    put(dev, ObjectKind::Job, "nightly-1", run("Complete", "CompletionsReached"));
    stream.until("a good run", |board| is(board, "nightly", Status::Ready, "")).await;
    let mut suspended = cron_job;
    suspended["spec"]["suspend"] = true.into();
    put(dev, ObjectKind::CronJob, "nightly", suspended);
    stream.until("suspended", |board| is(board, "nightly", Status::Paused, "suspended")).await;
    let names: Vec<String> = server.board().await.services.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["cart", "nightly"], "its runs are no rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_switches_a_pair() {
    let side = |colour: &str, commit: &str| {
        Workload::deployment("shop", &format!("stock-{colour}"), &image("stock", commit)).service("stock").selector_label("slot", colour)
    };
    let fleet = Fleet::start([cluster("dev", OLD).running(side("one", OLD)).running(side("two", NEW))]).await;
    let dev = fleet.cluster("dev");
    let select = |slot: &str| put(dev, ObjectKind::Service, "stock", json!({ "spec": { "selector": { "slot": slot } } }));
    select("one");
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    let serves = |board: &Board, commit: &str| {
        let cell = cell(board, "stock", "dev");
        cell.is_some_and(|cell| {
            let wanted = cell.wanted.as_ref().and_then(|version| version.commit.as_deref()) == Some(commit);
            wanted && cell.status == Status::Ready && cell.flags.contains(&model::status::Flag::BlueGreen)
        })
    };
    stream.until("one serves", |board| serves(board, OLD)).await;
    select("two");
    stream.until("two serves", |board| serves(board, NEW)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rollouts_come_and_go_and_the_others_do_not_notice() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let dev = fleet.cluster("dev");
    // What is missing is looked for again within two thirds of the freshness.
    let server = fleet.serve_with("[timing]\nfreshness = \"6s\"\n").await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    let target = |board: &Board| board.environments[0].targets[0].clone();
    assert_eq!((target(&server.board().await).state, target(&server.board().await).error), (TargetState::Live, None), "nothing is amiss");
    stream.take_deltas();
    let live_since = target(&server.board().await).since;

    dev.command(Command::InstallRollouts { installed: true }).unwrap();
    let canary = json!({
        "spec": {
            "replicas": 0, "template": template(NEW),
            "strategy": { "canary": { "steps": [{ "setWeight": 20 }, { "pause": {} }] } },
        },
        "status": { "observedGeneration": "1", "currentPodHash": "b", "stableRS": "a", "currentStepIndex": 1 },
    });
    put(dev, ObjectKind::Rollout, "basket", canary);
    stream.until("a rollout", |board| is(board, "basket", Status::Paused, "scaled to zero")).await;
    dev.command(Command::InstallRollouts { installed: false }).unwrap();
    stream.until("gone with its definition", |board| cell(board, "basket", "dev").is_none()).await;
    // The definition is back, perhaps before anybody has noticed that it was away.
    dev.command(Command::InstallRollouts { installed: true }).unwrap();
    put(dev, ObjectKind::Rollout, "basket", json!({ "spec": { "replicas": 0, "template": template(NEW) } }));
    stream.until("a rollout again", |board| is(board, "basket", Status::Paused, "scaled to zero")).await;

    let seen: BTreeSet<String> =
        stream.take_deltas().iter().flat_map(|delta| delta.services.iter()).map(|row| row.name.to_string()).collect();
    assert_eq!(seen, BTreeSet::from(["basket".to_owned()]), "no other row changed");
    assert_eq!(target(&server.board().await).since, live_since, "and the target was live all the time");
}
