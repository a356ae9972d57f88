//! What befalls pods: who goes, who cannot come, who stands alone.

use model::strings::ArcStr;

use model::fixture::{Deployed, World, at, autoscaler, condition, ended, warning, workload, workload_of};
use model::workload::{ContainerState, Kind, Phase, Pod, Role, Strategy};

use crate::{cell, check};

fn dev(deployed: &Deployed) -> World {
    World::new("dev").with(deployed)
}

fn short(deployed: Deployed) -> Deployed {
    deployed.change(|w| (w.replicas.ready, w.replicas.available) = (2, 2))
}

fn about(kind: Kind, pod: &Pod) -> (Kind, &model::ids::ObjectName, &model::ids::Uid) {
    (kind, &pod.name, &pod.uid)
}

#[test]
fn side_containers_count_too() {
    let side = |role: Role| {
        let deployed = workload("dev shop/cart 993e5fc 0+1/1 old 7fc38a2 1").pod(0, |pod| {
            let mut side = pod.containers[0].clone();
            (side.name, side.role, side.ready, side.restarts) = (ArcStr::from("mesh"), role, false, 3);
            side.state = ContainerState::Waiting { reason: Some(ArcStr::from("CrashLoopBackOff")), message: None };
            side.last = Some(ended(2, "Error", "09:59:40"));
            pod.containers.insert(0, side);
        });
        cell(&dev(&deployed), "dev")
    };
    let expected = "CrashLoopBackOff: container mesh exited with 2 (Error), 3 restarts";
    assert_eq!(side(Role::Side).reason, expected);
    assert_eq!(side(Role::NativeSidecar).reason, expected);
    assert_eq!(side(Role::Init).reason, format!("Init:{expected}"));
    let cell = side(Role::NativeSidecar);
    assert_eq!((cell.status.as_str(), cell.wanted.unwrap().short()), ("failing", "993e5fc"), "the version is the main container's");
}

#[test]
fn a_native_sidecar_that_runs_is_well() {
    let deployed = workload("dev shop/cart 7fc38a2 2/2").pod(0, |pod| {
        let mut mesh = pod.containers[0].clone();
        (mesh.name, mesh.role) = (ArcStr::from("mesh"), Role::NativeSidecar);
        pod.containers.insert(0, mesh);
    });
    check(&dev(&deployed), "dev: ready 7fc38a2 2/2");
}

#[test]
fn what_the_kubelet_says_of_a_probe() {
    let stuck = workload("dev shop/cart bad2e36 0+1/3 old 7fc38a2 3");
    let probe = warning(
        about(Kind::Pod, &stuck.pods[3]),
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "09:59:00",
    );
    check(
        &dev(&stuck).fact("dev", probe.clone()),
        "dev: rolling bad2e36 0/3 | 1 of 3 pods updated, 0 ready; pod cart-2-0: containers with unready status: [app]; Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503",
    );
    let late = stuck.change(|w| w.conditions = [condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")].into());
    let reason = cell(&dev(&late).fact("dev", probe.clone()), "dev").reason;
    assert_eq!(
        reason,
        "ProgressDeadlineExceeded: timed out; pod cart-2-0: containers with unready status: [app]; Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503"
    );
    // It was ready since, and what was said before is over.
    let ready = workload("dev shop/cart 7fc38a2 3/3").pod(0, |pod| pod.set_ready("False", "09:59:50"));
    let old = warning(about(Kind::Pod, &ready.pods[0]), "Unhealthy", "old", "09:50:00");
    assert!(!cell(&dev(&ready).fact("dev", old), "dev").reason.contains("old"));
    // Another pod under the same name.
    let mut other = late.pods[3].clone();
    other.uid = "another".into();
    let stale = warning(about(Kind::Pod, &other), "Unhealthy", "of another pod", "09:59:00");
    assert!(!cell(&dev(&late).fact("dev", stale), "dev").reason.contains("another"));
}

#[test]
fn a_volume_that_cannot_be_mounted() {
    let stuck = workload("dev shop/cart 993e5fc 0+1/3 old 7fc38a2 3").pod(0, |pod| pod.set_waiting("ContainerCreating", ""));
    let event =
        warning(about(Kind::Pod, &stuck.pods[3]), "FailedMount", "MountVolume.SetUp failed: secret \"cart\" not found\n", "09:59:45");
    check(
        &dev(&stuck).fact("dev", event),
        "dev: rolling 993e5fc 0/3 | 1 of 3 pods updated, 0 ready; pod cart-2-0: container app: ContainerCreating; FailedMount: MountVolume.SetUp failed: secret \"cart\" not found",
    );
}

#[test]
fn evicted_and_preempted() {
    let evicted = workload("dev shop/cart 7fc38a2 2+1/3").pod(2, |pod| {
        pod.phase = Phase::Failed;
        (pod.reason, pod.message) = (Some(ArcStr::from("Evicted")), Some(ArcStr::from("The node was low on resource: memory. ")));
    });
    let evicted = short(evicted).change(|w| w.conditions = [condition("Progressing", "True", "NewReplicaSetAvailable", "")].into());
    let lost = "pod cart-1-2: Evicted: The node was low on resource: memory.";
    check(&dev(&evicted), &format!("dev: rolling 7fc38a2 2/3 | recovering 2/3; {lost}"));
    let later = World { now: at("10:00:40"), ..dev(&evicted) };
    let first = dev(&evicted).merge("cart").row.unwrap();
    let shown = later.merge_after("cart", &first).row.unwrap();
    assert_eq!(shown.cells["dev"].reason, format!("not recovering, 2 of 3 pods ready since 2026-11-20 10:00:00 UTC: {lost}"));

    let preempted = short(workload("dev shop/cart 7fc38a2 3/3").pod(0, |pod| {
        pod.deleted_at = Some(at("09:59:55"));
        let message = "default-scheduler: preempting to accommodate a higher priority pod";
        let told = condition("DisruptionTarget", "True", "PreemptionByScheduler", message);
        pod.conditions = pod.conditions.iter().cloned().chain([told]).collect();
    }));
    check(
        &dev(&preempted),
        "dev: rolling 7fc38a2 2/3 | recovering 2/3; pod cart-1-0: PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod",
    );
}

#[test]
fn a_lost_node() {
    let lost = |since: &'static str| {
        let deployed = short(workload("dev shop/cart 7fc38a2 3/3").pod(0, |pod| {
            pod.set_ready("False", since);
            pod.conditions.last_mut().unwrap().message = None;
            pod.containers[0].ready = true;
        }));
        dev(&deployed)
    };
    check(&lost("09:59:50"), "dev: rolling 7fc38a2 2/3 | recovering 2/3");
    check(
        &lost("09:50:00"),
        "dev: failing 7fc38a2 2/3 | not recovering, 2 of 3 pods ready since 2026-11-20 09:50:00 UTC: pod cart-1-0: node node-1 is lost",
    );
    // A StatefulSet's pod is not replaced until it is known to be gone.
    let stuck = short(workload_of(Kind::StatefulSet, "dev shop/cart 7fc38a2 3/3").pod(0, |pod| pod.deleted_at = Some(at("09:55:00"))));
    let first = dev(&stuck).merge("cart").row.unwrap();
    let shown = World { now: at("10:01:00"), ..dev(&stuck) }.merge_after("cart", &first).row.unwrap();
    assert_eq!(
        shown.cells["dev"].reason,
        "not recovering, 2 of 3 pods ready since 2026-11-20 10:00:00 UTC: pod cart-1-0 was deleted at 2026-11-20 09:55:00 UTC and is not confirmed gone by node node-1"
    );
}

#[test]
fn pods_that_the_quota_refuses() {
    // These have no condition that says so.
    for kind in [Kind::StatefulSet, Kind::DaemonSet] {
        let refused = workload_of(kind, "dev shop/cart 7fc38a2 2/2").change(|w| w.replicas.wanted = 3);
        let message = "create Pod cart-2 in StatefulSet cart failed error: pods \"cart-2\" is forbidden: exceeded quota";
        let event = |message, time| warning((kind, &refused.workload.name, &refused.workload.uid), "FailedCreate", message, time);
        check(&dev(&refused).fact("dev", event(message, "09:59:00")), &format!("dev: failing 7fc38a2 2/3 | FailedCreate: {message}"));
        // Since then a pod was made.
        check(&dev(&refused).fact("dev", event(message, "08:59:00")), "dev: rolling 7fc38a2 2/3 | recovering 2/3");
        // A pod of that name is going away.
        let passes = event("pods \"cart-2\" already exists", "09:59:00");
        check(&dev(&refused).fact("dev", passes), "dev: rolling 7fc38a2 2/3 | recovering 2/3");
        // There are as many as there should be.
        let well = workload_of(kind, "dev shop/cart 7fc38a2 2/2");
        check(&dev(&well).fact("dev", event(message, "09:59:00")), "dev: ready 7fc38a2 2/2");
    }
}

#[test]
fn an_autoscaler_that_adds_pods_is_no_failure() {
    // Three became five: two pods are coming, the last a moment ago.
    let scaled = |first: &'static str, second: &'static str| {
        let starting = |created: &'static str| {
            move |pod: &mut Pod| {
                pod.created = at(created);
                pod.conditions[0].since = Some(at(created));
                pod.set_ready("False", created);
            }
        };
        let deployed = workload("dev shop/cart 7fc38a2 5/5").pod(3, starting(first)).pod(4, starting(second));
        dev(&deployed.change(|w| (w.replicas.ready, w.replicas.available) = (3, 3)))
    };
    check(&scaled("09:59:50", "09:59:50"), "dev: rolling 7fc38a2 3/5 | recovering 3/5");
    check(&scaled("09:59:00", "09:59:50"), "dev: rolling 7fc38a2 3/5 | recovering 3/5");
    assert_eq!(scaled("09:59:00", "09:59:50").merge("cart").recheck_at, Some(at("10:00:20")));
    let reason = cell(&scaled("09:59:00", "09:59:10"), "dev").reason;
    assert!(reason.starts_with("not recovering, 3 of 5 pods ready since 2026-11-20 09:59:10 UTC"), "{reason}");
    // A pod that was ready once does not wait for others that come.
    let lost =
        workload("dev shop/cart 7fc38a2 3/3").pod(0, |pod| pod.set_ready("False", "09:59:00")).pod(1, |pod| pod.created = at("09:59:59"));
    assert_eq!(cell(&dev(&short(lost)), "dev").status.as_str(), "failing");
    // Pods that are not there yet, while others have just come.
    let coming = workload("dev shop/cart 7fc38a2 5/5").pod(4, |pod| pod.created = at("09:59:55")).change(|w| w.replicas.wanted = 7);
    let first = dev(&coming).at("09:59:20").merge("cart").row.unwrap();
    let shown = dev(&coming).merge_after("cart", &first).row.unwrap();
    assert_eq!((shown.cells["dev"].status.as_str(), &*shown.cells["dev"].reason), ("rolling", "recovering 5/7"));
}

#[test]
fn scaled_while_it_rolls() {
    let scaled = workload("dev shop/cart 993e5fc 2/3 old 7fc38a2 2").change(|w| w.replicas.wanted = 6);
    check(&dev(&scaled), "dev: rolling 993e5fc 2/6 | 2 of 6 pods updated, 2 ready");
    let down = workload("dev shop/cart 993e5fc 3/3 old 7fc38a2 2").change(|w| w.replicas.wanted = 2);
    check(&dev(&down), "dev: rolling 993e5fc 3/2 | 3 of 2 pods updated, 3 ready, 2 old left");
}

#[test]
fn surges_of_any_size() {
    // All at once, one after the other, and old ones first.
    check(
        &dev(&workload("dev shop/cart 993e5fc 0+5/5 old 7fc38a2 5")),
        "dev: rolling 993e5fc 0/5 | 5 of 5 pods updated, 0 ready, 5 old left",
    );
    check(&dev(&workload("dev shop/cart 993e5fc 0+1/5 old 7fc38a2 5")), "dev: rolling 993e5fc 0/5 | 1 of 5 pods updated, 0 ready");
    let recreate = workload("dev shop/cart 993e5fc 0/5 old 7fc38a2 0").change(|w| w.strategy = Strategy::Recreate);
    let dev = |deployed: &Deployed| World::new("dev").listed("dev", Kind::Pod).with(deployed);
    check(&dev(&recreate), "dev: rolling 993e5fc 0/5 | 0 of 5 pods updated, 0 ready");
    let none_left = recreate.change(|w| w.conditions = [condition("Available", "False", "MinimumReplicasUnavailable", "")].into());
    assert_eq!(cell(&dev(&none_left), "dev").status.as_str(), "rolling", "Recreate has no pods for a while");
}

#[test]
fn an_undo_is_a_rollout() {
    // The old ReplicaSet is the newest again: it has the higher revision.
    let mut undone = workload("dev shop/cart 7fc38a2 1/3 old 993e5fc 2");
    undone.sets[1].revision = Some(3);
    undone.workload.revision = Some(3);
    check(&dev(&undone), "dev: rolling 7fc38a2 1/3 | 1 of 3 pods updated, 1 ready");
}

#[test]
fn a_partition_holds_pods_back() {
    let held = || workload_of(Kind::StatefulSet, "dev shop/cart 993e5fc 2/5 old 7fc38a2 3").change(|w| w.strategy = Strategy::Partition(3));
    check(&dev(&held()), "dev: paused 993e5fc 2/5 | partition 3 holds 3 pods back: 2 of 5 pods updated");
    let not_yet = workload_of(Kind::StatefulSet, "dev shop/cart 993e5fc 1/5 old 7fc38a2 4").change(|w| w.strategy = Strategy::Partition(3));
    check(&dev(&not_yet), "dev: rolling 993e5fc 1/5 | 1 of 5 pods updated, 1 ready");
    // The pods it holds back must serve all the same.
    let lost = held().old(0, |pod| pod.set_ready("False", "09:50:00"));
    assert_eq!(cell(&dev(&lost), "dev").status.as_str(), "failing");
    let recovering = held().old(0, |pod| pod.set_ready("False", "09:59:50"));
    assert_eq!(cell(&dev(&recovering), "dev").status.as_str(), "paused");
}

/// As a partition does, it holds old pods back on purpose; what somebody deletes is a rollout until it is replaced.
#[test]
fn on_delete_keeps_old_pods_until_somebody_deletes_them() {
    for kind in [Kind::StatefulSet, Kind::DaemonSet] {
        let of = |text: &str| workload_of(kind, &format!("dev shop/cart {text}")).change(|w| w.strategy = Strategy::OnDelete);
        let keeps = |pods: &str| format!("OnDelete keeps {pods} of the old template until somebody deletes them");
        check(&dev(&of("7fc38a2 3/3")), "dev: ready 7fc38a2 3/3");
        check(&dev(&of("993e5fc 0/3 old 7fc38a2 3")), &format!("dev: paused 993e5fc 0/3 | {}: 0 of 3 pods updated", keeps("3 pods")));
        // The first is deleted, is gone, is being replaced, and is replaced.
        let leaving = of("993e5fc 0/3 old 7fc38a2 3").old(0, |pod| pod.deleted_at = Some(at("09:59:50")));
        check(&dev(&leaving), "dev: rolling 993e5fc 0/3 | 0 of 3 pods updated, 0 ready");
        check(&dev(&of("993e5fc 0/3 old 7fc38a2 2")), "dev: rolling 993e5fc 0/3 | 0 of 3 pods updated, 0 ready");
        check(&dev(&of("993e5fc 0+1/3 old 7fc38a2 2")), "dev: rolling 993e5fc 0/3 | 1 of 3 pods updated, 0 ready");
        check(&dev(&of("993e5fc 2/3 old 7fc38a2 1")), &format!("dev: paused 993e5fc 2/3 | {}: 2 of 3 pods updated", keeps("1 pod")));
        // What the controller has not seen is not held back yet.
        let unseen = of("993e5fc 0/3 old 7fc38a2 3").change(|w| w.generation = 2);
        assert_eq!(cell(&dev(&unseen), "dev").status.as_str(), "rolling");
        // The pods it keeps must serve all the same.
        let lost = of("993e5fc 1/3 old 7fc38a2 2").old(0, |pod| pod.set_ready("False", "09:50:00"));
        assert_eq!(cell(&dev(&lost), "dev").status.as_str(), "failing");
        let broken = of("993e5fc 0+1/3 old 7fc38a2 2").pod(0, |pod| pod.set_waiting("ImagePullBackOff", "no"));
        assert_eq!(cell(&dev(&broken), "dev").status.as_str(), "failing");
    }
}

#[test]
fn pods_and_sets_that_stand_alone() {
    let alone = |text: &str| workload_of(Kind::Pod, text);
    check(&dev(&alone("dev shop/debug 7fc38a2 1/1").bare("cart")), "dev: ready 7fc38a2 1/1");
    check(
        &dev(&alone("dev shop/debug 7fc38a2 0/1").pod(0, |pod| pod.set_waiting("InvalidImageName", "no")).bare("cart")),
        "dev: failing 7fc38a2 0/1 | InvalidImageName: no",
    );
    let ended_so = |phase: Phase, code: i32, reason: &str| {
        let deployed = alone("dev shop/debug 7fc38a2 0/1").pod(0, |pod| {
            pod.phase = phase;
            pod.containers[0].state = ContainerState::Terminated(ended(code, reason, "09:10:00"));
        });
        dev(&deployed.bare("cart"))
    };
    check(&ended_so(Phase::Succeeded, 0, "Completed"), "dev: ready 7fc38a2 0/1 | completed");
    check(&ended_so(Phase::Failed, 3, "Error"), "dev: failing 7fc38a2 0/1 | container app exited with 3 (Error)");
    let evicted = alone("dev shop/debug 7fc38a2 0/1").pod(0, |pod| {
        (pod.phase, pod.reason, pod.message) = (Phase::Failed, Some(ArcStr::from("Evicted")), Some(ArcStr::from("low on memory")));
    });
    check(&dev(&evicted.bare("cart")), "dev: failing 7fc38a2 0/1 | Evicted: low on memory");

    let set = |text: &str| workload_of(Kind::ReplicaSet, text);
    check(&dev(&set("dev shop/cart-old 7fc38a2 2/2").bare("cart")), "dev: ready 7fc38a2 2/2");
    let lost = set("dev shop/cart-old 7fc38a2 2/2").pod(0, |pod| pod.set_ready("False", "09:50:00")).bare("cart");
    assert_eq!(cell(&dev(&lost), "dev").status.as_str(), "failing");
}

#[test]
fn who_gets_an_owner_stands_alone_no_more() {
    let alone = workload_of(Kind::Pod, "dev shop/debug 7fc38a2 1/1").bare("cart");
    let mut adopted = alone.pods[0].clone();
    adopted.bare = None;
    let world = dev(&alone).fact("dev", model::workload::Fact::Pod(Box::new(adopted)));
    assert_eq!(world.merge("cart").row, None);
    let set = workload_of(Kind::ReplicaSet, "dev shop/old 7fc38a2 1/1").bare("cart");
    let mut adopted = set.sets[0].clone();
    adopted.bare = None;
    let world = dev(&set).fact("dev", model::workload::Fact::ReplicaSet(Box::new(adopted)));
    assert_eq!(world.merge("cart").row, None);
}

#[test]
fn the_bounds_of_an_autoscaler_are_in_the_details() {
    let world = dev(&workload("dev shop/cart 7fc38a2 2/2")).fact("dev", autoscaler("shop", "cart", 2, 6, 2));
    let world = world.fact("dev", autoscaler("other", "cart", 1, 9, 2)).fact("dev", autoscaler("shop", "mail", 1, 9, 2));
    let row = world.merge("cart").row.unwrap();
    let details = model::merge::details(&world.index(), &row, &"dev".into()).unwrap();
    let scaler = details.workloads[0].autoscaler.as_ref().unwrap();
    assert_eq!((&*scaler.name, scaler.min, scaler.max, scaler.current), ("cart", 2, 6, 2));
}
