//! The status table, row by row, for one workload in one cluster.

use model::strings::ArcStr;

use model::event::TargetHealth;
use model::fixture::{World, at, condition, digest, ended, workload, workload_of};
use model::status::Flag;
use model::workload::{ContainerState, Kind, Phase, Role, Strategy};

use crate::{cell, check};

fn dev(deployed: &model::fixture::Deployed) -> World {
    World::new("dev").with(deployed)
}

fn running(since: &str) -> ContainerState {
    ContainerState::Running { since: Some(at(since)) }
}

fn waiting(reason: &str) -> ContainerState {
    ContainerState::Waiting { reason: Some(ArcStr::from(reason)), message: None }
}

#[test]
fn ready() {
    check(&dev(&workload("dev shop/cart 7fc38a2 3/3")), "dev: ready 7fc38a2 3/3");
    check(&dev(&workload_of(Kind::StatefulSet, "dev shop/cart 7fc38a2 3/3")), "dev: ready 7fc38a2 3/3");
    check(&dev(&workload_of(Kind::DaemonSet, "dev shop/cart 7fc38a2 3/3")), "dev: ready 7fc38a2 3/3");
}

#[test]
fn both_sides_are_shown() {
    let cell = cell(&dev(&workload("dev shop/cart 993e5fc 2+1/5 old 7fc38a2 3")), "dev");
    assert_eq!(cell.wanted.as_ref().map(model::version::Version::short), Some("993e5fc"));
    let running: Vec<_> = cell.running.iter().map(|running| (running.version.short(), running.pods, running.ready)).collect();
    assert_eq!(running, [("7fc38a2", 3, 3), ("993e5fc", 3, 2)]);
    assert_eq!((cell.pods.wanted, cell.pods.updated, cell.pods.ready), (5, 3, 2));
    assert_eq!(cell.running[0].version.digest.as_deref(), Some(&*digest("7fc38a2")));
    assert_eq!(cell.wanted.unwrap().digest, None, "the template names none");
}

#[test]
fn absent() {
    assert_eq!(World::new("dev").merge("cart").row, None, "nobody knows of it");
    let world = World::new("dev pre").with(&workload("dev shop/cart 7fc38a2 1/1"));
    check(&world, "dev: ready 7fc38a2 1/1");
    assert!(world.merge("cart").row.unwrap().cells.contains_key("pre"), "absent, never a missing key");
}

#[test]
fn a_pod_that_cannot_start_is_failing() {
    let check = |reason: &str, message: &str, expected: &str| {
        let world = dev(&workload("dev shop/cart bad0e36 0+1/3 old 7fc38a2 3").pod(0, |pod| pod.set_waiting(reason, message)));
        check(&world, &format!("dev: failing bad0e36 0/3 | {expected}"));
    };
    let image = format!("registry.example/shop/cart:{}", model::fixture::commit("bad0e36"));
    let cause = format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found"
    );
    let told = format!("ImagePullBackOff: {image}: not found");
    check("ErrImagePull", &cause, &told);
    check("ImagePullBackOff", &format!("Back-off pulling image \"{image}\": ErrImagePull: {cause}"), &told);
    check("ImagePullBackOff", &format!("Back-off pulling image \"{image}\""), &format!("ImagePullBackOff: {image} cannot be pulled"));
    check("ErrImagePull", "pull access denied", &format!("ImagePullBackOff: {image}: pull access denied"));
    check("InvalidImageName", "Failed to apply default image tag", "InvalidImageName: Failed to apply default image tag");
    check(
        "CreateContainerConfigError",
        "secret \"cart\" not found",
        "CreateContainerConfigError: container app: secret \"cart\" not found",
    );
    check("CreateContainerError", "no command specified", "CreateContainerError: container app: no command specified");
    check("RunContainerError", "exec: \"x\": not found", "RunContainerError: container app cannot be started: exec: \"x\": not found");
}

#[test]
fn a_container_that_cannot_be_started_keeps_one_reason() {
    let cannot = |state: ContainerState| {
        let mut end = ended(128, "StartError", "09:59:00");
        end.message = Some(ArcStr::from("exec: \"x\": not found"));
        dev(&workload("dev shop/cart bad0e36 0+1/3 old 7fc38a2 3").pod(0, |pod| pod.set_crashed(2, state, end)))
    };
    let expected = "dev: failing bad0e36 0/3 | RunContainerError: container app cannot be started: exec: \"x\": not found";
    check(&cannot(waiting("CrashLoopBackOff")), expected);
    check(
        &cannot(ContainerState::Waiting {
            reason: Some(ArcStr::from("RunContainerError")),
            message: Some(ArcStr::from("exec: \"x\": not found")),
        }),
        expected,
    );
}

#[test]
fn a_crash_loop_is_failing() {
    let crashed = |restarts, state, last| {
        dev(&workload("dev shop/cart bad1e36 0+1/3 old 7fc38a2 3").pod(0, |pod| pod.set_crashed(restarts, state, last)))
    };
    let error = || ended(1, "Error", "09:59:40");
    check(
        &crashed(0, waiting("CrashLoopBackOff"), error()),
        "dev: failing bad1e36 0/3 | CrashLoopBackOff: container app exited with 1 (Error)",
    );
    check(
        &crashed(3, waiting("CrashLoopBackOff"), error()),
        "dev: failing bad1e36 0/3 | CrashLoopBackOff: container app exited with 1 (Error), 3 restarts",
    );
    check(
        &crashed(3, waiting("CrashLoopBackOff"), ended(137, "OOMKilled", "09:59:40")),
        "dev: failing bad1e36 0/3 | OOMKilled: container app used more memory than its limit (exit code 137), 3 restarts",
    );
    let mut words = error();
    words.message = Some(ArcStr::from("starting\npanic: no database\n"));
    check(
        &crashed(1, waiting("CrashLoopBackOff"), words),
        "dev: failing bad1e36 0/3 | CrashLoopBackOff: container app exited with 1 (Error), 1 restart: panic: no database",
    );
    check(
        &crashed(4, waiting("CrashLoopBackOff"), ended(0, "Completed", "09:59:40")),
        "dev: failing bad1e36 0/3 | CrashLoopBackOff: container app exited with 0 (Completed), 4 restarts",
    );
}

#[test]
fn an_init_container_that_fails_is_failing() {
    let init = |state: ContainerState, restarts, last| {
        dev(&workload("dev shop/cart bad4e36 0+1/2 old 7fc38a2 2").pod(0, |pod| {
            pod.set_waiting("PodInitializing", "");
            let mut init = pod.containers[0].clone();
            (init.name, init.role, init.state, init.restarts, init.last) = (ArcStr::from("migrate"), Role::Init, state, restarts, last);
            pod.containers.insert(0, init);
        }))
    };
    let error = || Some(ended(1, "Error", "09:59:40"));
    let expected = "dev: failing bad4e36 0/2 | Init:CrashLoopBackOff: container migrate exited with 1 (Error), 2 restarts";
    check(&init(waiting("CrashLoopBackOff"), 2, error()), expected);
    check(&init(running("09:59:50"), 2, error()), expected);
    check(&init(ContainerState::Terminated(ended(1, "Error", "09:59:50")), 2, error()), expected);
    // A migration that has ended well, and one that runs.
    check(
        &init(ContainerState::Terminated(ended(0, "Completed", "09:59:50")), 0, None),
        "dev: rolling bad4e36 0/2 | 1 of 2 pods updated, 0 ready",
    );
    check(&init(running("09:59:50"), 0, None), "dev: rolling bad4e36 0/2 | 1 of 2 pods updated, 0 ready");
}

#[test]
fn conditions_fail_too() {
    let stuck = workload("dev shop/cart bad2e36 0+1/3 old 7fc38a2 3").change(|workload| {
        workload.conditions =
            [condition("Progressing", "False", "ProgressDeadlineExceeded", "ReplicaSet \"cart-2\" has timed out progressing.")].into();
    });
    check(
        &dev(&stuck),
        "dev: failing bad2e36 0/3 | ProgressDeadlineExceeded: ReplicaSet \"cart-2\" has timed out progressing.; pod cart-2-0: containers with unready status: [app]",
    );
    let quota = "pods \"cart-2-\" is forbidden: exceeded quota: cpu";
    let refused = condition("ReplicaFailure", "True", "FailedCreate", quota);
    let expected = format!("dev: failing 993e5fc 0/3 | FailedCreate: {quota}");
    check(
        &dev(&workload("dev shop/cart 993e5fc 0/3 old 7fc38a2 3").change(|workload| workload.conditions = [refused.clone()].into())),
        &expected,
    );
    check(&dev(&workload("dev shop/cart 993e5fc 0/3 old 7fc38a2 3").set(|set| set.conditions.push(refused.clone()))), &expected);
    // What the controller said of the template before does not count for the new one.
    let newer = stuck.change(|workload| workload.generation = 2);
    check(&dev(&newer), "dev: rolling bad2e36 0/3 | 1 of 3 pods updated, 0 ready");
}

#[test]
fn unschedulable_is_failing_after_a_grace() {
    let pending = workload("dev shop/cart 993e5fc 0+1/3 old 7fc38a2 3").pod(0, |pod| {
        pod.phase = Phase::Pending;
        pod.conditions = [condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available: 3 Insufficient cpu.")].into();
        pod.containers[0].state = ContainerState::Unreported;
        pod.containers[0].digest = None;
    });
    let world = dev(&pending).at("09:00:30");
    check(
        &world,
        "dev: rolling 993e5fc 0/3 | 1 of 3 pods updated, 0 ready; pod cart-2-0: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.",
    );
    assert_eq!(world.merge("cart").recheck_at, Some(at("09:01:00")));
    check(&dev(&pending), "dev: failing 993e5fc 0/3 | Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.");
}

#[test]
fn trouble_of_pods_that_do_not_count_is_no_trouble() {
    let crash = |pod: &mut model::workload::Pod| pod.set_crashed(3, waiting("CrashLoopBackOff"), ended(1, "Error", "09:59:40"));
    // Of the template before: it is being replaced.
    check(
        &dev(&workload("dev shop/cart 993e5fc 2/3 old 7fc38a2 1").old(0, crash)),
        "dev: rolling 993e5fc 2/3 | 2 of 3 pods updated, 2 ready",
    );
    // Being deleted: a deleted pod may pass through phase Failed.
    let deleted = workload("dev shop/cart 993e5fc 3/3").pod(0, |pod| {
        crash(pod);
        pod.phase = Phase::Failed;
        pod.deleted_at = Some(at("09:59:50"));
    });
    check(&dev(&deleted), "dev: rolling 993e5fc 2/3 | recovering 2/3");
    // Evicted, and replaced since.
    let evicted = workload("dev shop/cart 993e5fc 3+1/3")
        .pod(3, |pod| {
            pod.phase = Phase::Failed;
            pod.reason = Some(ArcStr::from("Evicted"));
        })
        .change(|workload| (workload.replicas.current, workload.replicas.updated) = (3, 3));
    check(&dev(&evicted), "dev: ready 993e5fc 3/3");
}

#[test]
fn short_of_pods_is_recovering_for_a_while() {
    let dead = |since: &'static str| {
        dev(&workload("dev shop/cart 7fc38a2 4/4").pod(1, |pod| pod.set_ready("False", since)).change(|workload| {
            workload.replicas.ready = 3;
            workload.replicas.available = 3;
        }))
    };
    check(&dead("09:59:45"), "dev: rolling 7fc38a2 3/4 | recovering 3/4");
    assert_eq!(dead("09:59:45").merge("cart").recheck_at, Some(at("10:00:15")));
    check(
        &dead("09:59:30"),
        "dev: failing 7fc38a2 3/4 | not recovering, 3 of 4 pods ready since 2026-11-20 09:59:30 UTC: pod cart-1-1: containers with unready status: [app]",
    );
}

#[test]
fn a_dead_node_keeps_its_containers_ready() {
    // The node controller only changes the Ready condition.
    let lost = workload("dev shop/cart 7fc38a2 3/3").pod(0, |pod| pod.set_ready("False", "09:59:50"));
    check(&dev(&lost), "dev: rolling 7fc38a2 2/3 | recovering 2/3");
}

#[test]
fn rolling() {
    check(&dev(&workload("dev shop/cart 993e5fc 2+1/5 old 7fc38a2 3")), "dev: rolling 993e5fc 2/5 | 3 of 5 pods updated, 2 ready");
    let leaving = workload("dev shop/cart 993e5fc 3/3 old 7fc38a2 1").old(0, |pod| pod.deleted_at = Some(at("09:59:50")));
    check(&dev(&leaving), "dev: rolling 993e5fc 3/3 | 3 of 3 pods updated, 3 ready, 1 old left");
}

#[test]
fn paused() {
    let zero = workload("dev shop/cart 7fc38a2 0/0");
    check(&dev(&zero), "dev: paused 7fc38a2 0/0 | scaled to zero");
    let stopping = workload("dev shop/cart 7fc38a2 2/2").change(|w| w.replicas.wanted = 0);
    check(&dev(&stopping), "dev: paused 7fc38a2 2/0 | scaled to zero, 2 pods still stopping");
    let halted = workload("dev shop/cart 993e5fc 1/3 old 7fc38a2 2").change(|w| w.paused = true);
    check(&dev(&halted), "dev: paused 993e5fc 1/3 | the rollout is paused, 1 of 3 pods updated");
    let broken =
        workload("dev shop/cart 993e5fc 1/3 old 7fc38a2 1").old(0, |pod| pod.set_ready("False", "09:50:00")).change(|w| w.paused = true);
    assert!(cell(&dev(&broken), "dev").status.is_red(), "the pods there are must serve");
    let partition =
        workload_of(Kind::StatefulSet, "dev shop/cart 993e5fc 1/3 old 7fc38a2 2").change(|w| w.strategy = Strategy::Partition(2));
    check(&dev(&partition), "dev: paused 993e5fc 1/3 | partition 2 holds 2 pods back: 1 of 3 pods updated");
}

#[test]
fn a_workload_that_goes_away() {
    let going = workload("dev shop/cart 7fc38a2 2/2").change(|w| w.deleted_at = Some(at("09:59:00")));
    check(&dev(&going), "dev: rolling 7fc38a2 2/2 | being deleted, 2 pods left");
}

#[test]
fn nothing_is_ready_that_cannot_be_seen() {
    let mut world = dev(&workload("dev shop/cart 7fc38a2 3/3"));
    world.events.retain(|event| !matches!(event, model::event::Event::Seen { fact: model::workload::Fact::Pod(_), .. }));
    check(
        &world,
        "dev: unknown 7fc38a2 0/3 | the pods in dev-cluster may not be read, so nobody knows what runs: grant list and watch on pods",
    );
}

#[test]
fn without_replica_sets_pods_are_found_by_name() {
    let mut world = dev(&workload("dev shop/cart 993e5fc 2/3 old 7fc38a2 1"));
    world.events.retain(|event| !matches!(event, model::event::Event::Seen { fact: model::workload::Fact::ReplicaSet(_), .. }));
    check(&world, "dev: rolling 993e5fc 2/3 | 2 of 3 pods updated, 2 ready");
}

#[test]
fn who_never_recorded_it() {
    assert_eq!(cell(&dev(&workload("dev shop/cart 7fc38a2 1/1")), "dev").flags, [Flag::NoRecord]);
    assert_eq!(cell(&dev(&workload("dev shop/cart 7fc38a2 1/1")).record("dev cart 7fc38a2 09:00:00"), "dev").flags, []);
}

#[test]
fn a_dead_cluster_keeps_its_last_content() {
    let world = dev(&workload("dev shop/cart 7fc38a2 3/3")).at("10:01:00");
    let unreachable = world.clone().health("dev", TargetHealth::Unreachable("connection refused".into()));
    check(&unreachable, "dev: unknown 7fc38a2 3/3 | dev-cluster is unreachable: connection refused; last heard 2026-11-20 10:00:00 UTC");
    let forbidden = world.clone().health("dev", TargetHealth::Forbidden("may not list pods in shop".into()));
    check(&forbidden, "dev: unknown 7fc38a2 3/3 | dev-cluster refuses: may not list pods in shop; last heard 2026-11-20 10:00:00 UTC");
    check(&world, "dev: ready 7fc38a2 3/3");
    check(
        &world.at("10:02:00"),
        "dev: unknown 7fc38a2 3/3 | dev-cluster is stale: nothing was heard for more than 90 s; last heard 2026-11-20 10:00:00 UTC",
    );
}

/// Found by the fault simulation: after a silence one kind that was heard made the cell green again, in what it had been before,
/// until the other kinds were listed.
#[test]
fn after_a_silence_one_kind_that_is_heard_says_nothing_of_the_others() {
    let stale = "dev: unknown 7fc38a2 3/3 | dev-cluster is stale: nothing was heard for more than 90 s; last heard 2026-11-20 10:00:00 UTC";
    let silent = dev(&workload("dev shop/cart 7fc38a2 3/3")).at("10:02:00");
    check(&silent.clone().listed("dev", Kind::Rollout), stale);
    check(&silent.clone().listed("dev", Kind::Rollout).at("10:02:10").listed("dev", Kind::Event), stale);
    check(&silent.listed("dev", Kind::Rollout).health("dev", TargetHealth::Live { notes: Vec::new() }), "dev: ready 7fc38a2 3/3");
    // What is heard in time goes on as it was.
    let spoken = dev(&workload("dev shop/cart 7fc38a2 3/3")).at("10:01:00").listed("dev", Kind::Rollout).at("10:02:00");
    check(&spoken, "dev: ready 7fc38a2 3/3");
}
