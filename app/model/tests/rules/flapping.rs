//! Statuses do not flap: what alternates in the cluster is told once.

use model::strings::ArcStr;

use model::fixture::{World, at, ended, workload, workload_of};
use model::workload::{ContainerState, Kind, Pod, Termination};

use crate::{cell, check};

const TOLD: &str = "dev: failing bad1e36 0/1 | CrashLoopBackOff: container app exited with 1 (Error), 2 restarts";

fn with(pod: impl FnOnce(&mut Pod)) -> World {
    World::new("dev").with(&workload("dev shop/cart bad1e36 0/1").pod(0, pod))
}

fn crashed(restarts: u32, state: ContainerState, finished: &str) -> World {
    let last = ended(1, "Error", finished);
    with(|pod| pod.set_crashed(restarts, state, last))
}

fn running(since: &str) -> ContainerState {
    ContainerState::Running { since: Some(at(since)) }
}

#[test]
fn between_two_crashes_it_is_still_failing() {
    let waiting = ContainerState::Waiting { reason: Some(ArcStr::from("CrashLoopBackOff")), message: None };
    check(&crashed(2, waiting, "09:59:30"), TOLD);
    check(&crashed(2, running("09:59:50"), "09:59:30"), TOLD);
    check(&crashed(2, ContainerState::Terminated(ended(1, "Error", "09:59:55")), "09:59:30"), TOLD);
}

#[test]
fn held_back_once_is_enough() {
    // One restart: ten seconds after the crash is the kubelet's back-off, at once is not.
    let one = |start| crashed(1, running(start), "09:59:40");
    assert_eq!(cell(&one("09:59:50"), "dev").status.as_str(), "failing");
    check(&one("09:59:41"), "dev: rolling bad1e36 0/1 | recovering 0/1");
}

#[test]
fn until_the_pod_has_been_ready_for_a_while() {
    let ready_since = |since: &'static str, min_ready| {
        let deployed = workload("dev shop/cart 7fc38a2 1/1").pod(0, |pod| {
            pod.set_crashed(3, running("09:59:40"), ended(1, "Error", "09:59:10"));
            pod.set_ready("True", since);
        });
        World::new("dev").with(&deployed.change(|w| w.min_ready_seconds = min_ready))
    };
    let soon = ready_since("09:59:55", 0);
    assert_eq!(cell(&soon, "dev").status.as_str(), "failing");
    assert_eq!(soon.merge("cart").recheck_at, Some(at("10:00:05")));
    check(&ready_since("09:59:50", 0), "dev: ready 7fc38a2 1/1");
    assert_eq!(cell(&ready_since("09:59:50", 20), "dev").status.as_str(), "failing", "its own minReadySeconds");
}

#[test]
fn old_crashes_are_forgotten() {
    // It crashed at night, ran for hours since, and is not ready now: that is another trouble.
    let world = with(|pod| {
        pod.set_crashed(5, running("06:00:00"), ended(1, "Error", "05:59:40"));
        pod.set_ready("False", "09:59:45");
    });
    check(&world, "dev: rolling bad1e36 0/1 | recovering 0/1");
}

#[test]
fn a_node_that_restarts_is_no_crash() {
    let end = Termination { reason: Some(ArcStr::from("ContainerStatusUnknown")), ..*ended(137, "", "09:50:00") };
    let world = with(|pod| {
        pod.set_crashed(1, running("09:59:50"), Box::new(end));
        pod.set_ready("False", "09:59:45");
    });
    check(&world, "dev: rolling bad1e36 0/1 | recovering 0/1");
}

#[test]
fn several_pods_are_counted() {
    let crash = |pod: &mut Pod| {
        let waiting = ContainerState::Waiting { reason: Some(ArcStr::from("CrashLoopBackOff")), message: None };
        pod.set_crashed(2, waiting, ended(1, "Error", "09:59:30"));
    };
    let world = World::new("dev").with(&workload("dev shop/cart bad1e36 0/3").pod(0, crash).pod(2, crash));
    check(&world, "dev: failing bad1e36 0/3 | CrashLoopBackOff: container app exited with 1 (Error), 2 restarts (2 pods)");
}

#[test]
fn a_new_version_ends_it() {
    let crash = |pod: &mut Pod| {
        let waiting = ContainerState::Waiting { reason: Some(ArcStr::from("CrashLoopBackOff")), message: None };
        pod.set_crashed(2, waiting, ended(1, "Error", "09:59:30"));
    };
    let world = World::new("dev").with(&workload("dev shop/cart 993e5fc 0+1/1 old bad1e36 1").old(0, crash));
    check(&world, "dev: rolling 993e5fc 0/1 | 1 of 1 pods updated, 0 ready, 1 old left");
}

#[test]
fn a_pod_that_is_gone_is_missed_from_the_moment_it_was() {
    let short = |now: &str| {
        let deployed = workload("dev shop/cart 7fc38a2 2/2").without_pod(1).change(|w| w.replicas.current = 1);
        World::new("dev").with(&deployed).at(now)
    };
    let first = short("10:00:00").merge("cart").row.unwrap();
    let show = |world: &World, row| crate::show(&world.merge_after("cart", row).row.unwrap(), world);
    assert_eq!(show(&short("10:00:20"), &first), "dev: rolling 7fc38a2 1/2 | recovering 1/2");
    let later = short("10:00:31");
    let shown = show(&later, &first);
    assert_eq!(shown, "dev: failing 7fc38a2 1/2 | not recovering, 1 of 2 pods ready since 2026-11-20 10:00:00 UTC");
}

/// Found by the fault simulation: a cell that had just become failing fell back to recovering at its next merge.
#[test]
fn a_pod_that_is_not_replaced_stays_missed() {
    let short = |now: &str| {
        let deployed = workload("dev shop/cart 7fc38a2 2/2").without_pod(1).change(|w| w.replicas.current = 1);
        World::new("dev").with(&deployed).at(now)
    };
    let mut row = short("10:00:00").merge("cart").row.unwrap();
    for now in ["10:00:31", "10:00:40", "10:01:20"] {
        row = short(now).merge_after("cart", &row).row.unwrap();
        let shown = crate::show(&row, &short(now));
        assert_eq!(shown, "dev: failing 7fc38a2 1/2 | not recovering, 1 of 2 pods ready since 2026-11-20 10:00:00 UTC", "{now}");
    }
}

/// Found by the fault simulation: the grace was counted from the beginning of the rollout before.
#[test]
fn a_pod_that_goes_after_a_long_rollout_has_its_grace() {
    let rolling = World::new("dev").with(&workload("dev shop/cart 7fc38a2 1+1/2 old 993e5fc 1"));
    let mut row = rolling.merge("cart").row.unwrap();
    let short = |now: &str| {
        let deployed = workload("dev shop/cart 7fc38a2 2/2").without_pod(1).change(|w| w.replicas.current = 1);
        World::new("dev").with(&deployed).at(now)
    };
    for now in ["10:00:40", "10:00:50", "10:01:09"] {
        row = short(now).merge_after("cart", &row).row.unwrap();
        assert_eq!(crate::show(&row, &short(now)), "dev: rolling 7fc38a2 1/2 | recovering 1/2", "{now}");
    }
}

/// Found by fuzzing: a workload that had just lost a pod inherited since when another of the service was short of one.
#[test]
fn each_workload_has_its_own_grace() {
    let part = |name: &str, pods: u32, missing: bool| {
        let deployed = workload(&format!("dev shop/{name} 7fc38a2 {pods}/{pods}")).change(|w| w.service = "cart".into());
        if missing { deployed.without_pod(1).change(|w| w.replicas.current = pods - 1) } else { deployed }
    };
    let mut row = None;
    for (now, web, worker, expected) in [
        ("10:00:00", true, false, "rolling 7fc38a2 5/6 | recovering 3/4"),
        ("10:00:25", true, true, "rolling 7fc38a2 4/6 | recovering 3/4"),
        ("10:00:29", false, true, "rolling 7fc38a2 5/6 | cart-worker: recovering 1/2"),
        ("10:00:31", false, true, "rolling 7fc38a2 5/6 | cart-worker: recovering 1/2"),
        ("10:00:54", true, true, "rolling 7fc38a2 4/6 | recovering 3/4"),
        ("10:00:56", true, true, "failing 7fc38a2 4/6 | cart-worker: not recovering, 1 of 2 pods ready since 2026-11-20 10:00:25 UTC"),
    ] {
        let world = World::new("dev").with(&part("cart", 4, web)).with(&part("cart-worker", 2, worker)).at(now);
        let merged = row.map_or_else(|| world.merge("cart"), |row| world.merge_after("cart", &row)).row.unwrap();
        assert_eq!(crate::show(&merged, &world), format!("dev: {expected}"), "{now}");
        let again = world.merge_after("cart", &merged).row.unwrap();
        assert_eq!(again, merged, "{now}: looking again changes nothing");
        row = Some(merged);
    }
}

/// One that is made anew under the same name has its own grace, too.
#[test]
fn a_workload_that_is_made_anew_has_its_own_grace() {
    let short = |uid: &str, now: &str| {
        let deployed = workload_of(Kind::StatefulSet, "dev shop/cart 7fc38a2 2/2").without_pod(1).change(|w| w.replicas.current = 1);
        World::new("dev").with(&deployed.change(|w| w.uid = uid.into()).without_pod(0)).listed("dev", Kind::Pod).at(now)
    };
    let first = short("one", "10:00:00").merge("cart").row.unwrap();
    let expected = [("one", "failing 7fc38a2 0/2 | not recovering, 0 of 2 pods ready since 2026-11-20 10:00:00 UTC")];
    for (uid, expected) in expected.into_iter().chain([("two", "rolling 7fc38a2 0/2 | recovering 0/2")]) {
        let world = short(uid, "10:00:31");
        let row = world.merge_after("cart", &first).row.unwrap();
        assert_eq!(crate::show(&row, &world), format!("dev: {expected}"), "{uid}");
    }
}

#[test]
fn a_pod_that_is_missed_while_the_rollout_is_paused_is_missed_all_the_same() {
    let short = |now: &str| {
        let deployed = workload("dev shop/cart 7fc38a2 2/2").without_pod(1).change(|w| (w.replicas.current, w.paused) = (1, true));
        World::new("dev").with(&deployed).at(now)
    };
    let mut row = short("10:00:00").merge("cart").row.unwrap();
    for (now, expected) in [
        ("10:00:20", "paused 7fc38a2 1/2 | the rollout is paused, 1 of 2 pods updated"),
        ("10:00:31", "failing 7fc38a2 1/2 | not recovering, 1 of 2 pods ready since 2026-11-20 10:00:00 UTC"),
        ("10:01:20", "failing 7fc38a2 1/2 | not recovering, 1 of 2 pods ready since 2026-11-20 10:00:00 UTC"),
    ] {
        row = short(now).merge_after("cart", &row).row.unwrap();
        assert_eq!(crate::show(&row, &short(now)), format!("dev: {expected}"), "{now}");
    }
}

#[test]
fn an_older_kubelet_tells_why_only_now_and_then() {
    let pulls = |reason: &str, message: &str| with(|pod| pod.set_waiting(reason, message));
    let image = format!("registry.example/shop/cart:{}", model::fixture::commit("bad1e36"));
    let first = pulls("ErrImagePull", "denied").merge("cart").row.unwrap();
    let world = pulls("ImagePullBackOff", &format!("Back-off pulling image \"{image}\""));
    let row = world.merge_after("cart", &first).row.unwrap();
    assert_eq!(crate::show(&row, &world), format!("dev: failing bad1e36 0/1 | ImagePullBackOff: {image}: denied"));
}
