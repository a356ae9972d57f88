//! The streams of different kinds arrive in any order: never ready before all of them say so.

use model::fixture::{World, at, workload, workload_of};
use model::workload::{Kind, Strategy};

use crate::{cell, check};

fn dev(deployed: &model::fixture::Deployed) -> World {
    World::new("dev").with(deployed)
}

#[test]
fn a_new_template_that_the_controller_has_not_seen_has_no_pods() {
    // The Deployment is ahead of its ReplicaSets: same revision as before, another image.
    let mut ahead = workload("dev shop/cart 993e5fc 3/3");
    let before = workload("dev shop/cart 7fc38a2 3/3");
    (ahead.sets, ahead.pods) = (before.sets, before.pods);
    let ahead = ahead.change(|w| w.generation = 2);
    check(&dev(&ahead), "dev: rolling 993e5fc 0/3 | 0 of 3 pods updated, 0 ready");
    assert_eq!(cell(&dev(&ahead), "dev").running[0].version.short(), "7fc38a2");
    // The same for a StatefulSet, whose status still names the hash of the template before.
    let mut ahead = workload_of(Kind::StatefulSet, "dev shop/cart 993e5fc 3/3");
    ahead.pods = workload_of(Kind::StatefulSet, "dev shop/cart 7fc38a2 3/3").pods;
    check(&dev(&ahead.change(|w| w.generation = 2)), "dev: rolling 993e5fc 0/3 | 0 of 3 pods updated, 0 ready");
}

#[test]
fn counters_alone_are_not_believed() {
    // The Deployment says it is done, while a pod's stream is behind.
    let done = |w: &mut model::workload::Workload| {
        w.replicas.current = 3;
        w.replicas.updated = 3;
        w.replicas.ready = 3;
        w.replicas.available = 3;
    };
    let missing = workload("dev shop/cart 993e5fc 2/3 old 7fc38a2 1").change(done);
    check(&dev(&missing), "dev: rolling 993e5fc 2/3 | 2 of 3 pods updated, 2 ready");
    let old = workload("dev shop/cart 993e5fc 3/3 old 7fc38a2 1").change(done);
    check(&dev(&old), "dev: rolling 993e5fc 3/3 | 3 of 3 pods updated, 3 ready, 1 old left");
}

#[test]
fn pods_alone_are_not_believed() {
    for (field, why) in [
        (0, "the controller has not seen the newest change"),
        (1, "it counts fewer updated"),
        (2, "it counts fewer available: minReadySeconds"),
        (3, "it counts a pod more: one has not gone"),
    ] {
        let behind = workload("dev shop/cart 993e5fc 3/3").change(|w| match field {
            0 => w.generation = 2,
            1 => w.replicas.updated = 2,
            2 => w.replicas.available = 2,
            _ => w.replicas.current = 4,
        });
        assert_eq!(cell(&dev(&behind), "dev").status.as_str(), "rolling", "{why}");
    }
}

#[test]
fn a_restart_without_a_new_image_is_rolling_too() {
    let restart = workload("dev shop/cart 7fc38a2 1/3 old 7fc38a2 2");
    check(&dev(&restart), "dev: rolling 7fc38a2 1/3 | 1 of 3 pods updated, 1 ready");
}

/// All old pods go before new ones come: for a while there are none at all.
#[test]
fn recreated() {
    let of = |text: &str| {
        let deployed = workload(&format!("dev shop/cart {text}")).change(|w| w.strategy = Strategy::Recreate);
        deployed.change(|w| w.generation = 2).change(|w| w.observed_generation = 2)
    };
    let leaving =
        (0..3).fold(of("993e5fc 0/3 old 7fc38a2 3"), |deployed, place| deployed.old(place, |pod| pod.deleted_at = Some(at("09:59:50"))));
    let none = dev(&of("993e5fc 0/3 old 7fc38a2 0")).listed("dev", Kind::Pod);
    for (world, expected) in [
        (dev(&of("993e5fc 0/3 old 7fc38a2 3").change(|w| w.observed_generation = 1)), "0 of 3 pods updated, 0 ready"),
        (dev(&leaving), "0 of 3 pods updated, 0 ready"),
        (none, "0 of 3 pods updated, 0 ready"),
        (dev(&of("993e5fc 0+3/3 old 7fc38a2 0")), "3 of 3 pods updated, 0 ready"),
        (dev(&of("993e5fc 2+1/3 old 7fc38a2 0")), "3 of 3 pods updated, 2 ready"),
    ] {
        let later = world.merge("cart").row.unwrap();
        let world = world.at("10:01:20");
        let row = world.merge_after("cart", &later).row.unwrap();
        let ready = expected.rsplit(", ").next().and_then(|text| text.split(' ').next()).unwrap();
        assert_eq!(crate::show(&row, &world), format!("dev: rolling 993e5fc {ready}/3 | {expected}"), "however long it takes");
    }
    check(&dev(&of("993e5fc 3/3")), "dev: ready 993e5fc 3/3");
}

#[test]
fn only_its_own_pods_count() {
    // A canary's pods match the main Deployment's selector too: ownership is what counts.
    let world = dev(&workload("dev shop/cart 7fc38a2 3/3")).with(&workload("dev shop/cart-canary 993e5fc 0+1/1"));
    check(&world, "dev: ready 7fc38a2 3/3");
}

#[test]
fn rollout_over_a_rollout_counts_the_newest_only() {
    // Three ReplicaSets at once.
    let mut newest = workload("dev shop/cart aaa1111 1/3 old 993e5fc 1");
    newest.sets[0].revision = Some(4);
    newest.sets[1].revision = Some(5);
    newest.workload.revision = Some(5);
    let oldest = workload("dev shop/cart 7fc38a2 1/3 old 1234567 1");
    let third = oldest.sets[1].clone();
    newest.sets.push(model::workload::ReplicaSet {
        name: model::ids::ObjectName::new("shop", "cart-3"),
        uid: model::ids::Uid::from("dev/shop/cart-3"),
        revision: Some(3),
        ..third
    });
    let mut pod = oldest.pods[1].clone();
    pod.name = model::ids::ObjectName::new("shop", "cart-3-0");
    pod.owner.as_mut().unwrap().uid = model::ids::Uid::from("dev/shop/cart-3");
    newest.pods.push(pod);
    let cell = cell(&dev(&newest), "dev");
    assert_eq!((cell.pods.updated, cell.pods.ready), (1, 1));
    assert_eq!(cell.running.len(), 3);
}

#[test]
fn a_statefulset_is_done_when_its_controller_says_so() {
    // All pods are updated; the last one is starting, and the controller still names both revisions.
    let last = workload_of(Kind::StatefulSet, "dev shop/cart 993e5fc 2+1/3").change(|w| {
        w.current_hash = Some("0".into());
        w.replicas.ready = 2;
    });
    check(&dev(&last), "dev: rolling 993e5fc 2/3 | 3 of 3 pods updated, 2 ready");
}

#[test]
fn a_pod_that_is_scaled_down_is_not_old() {
    let down = workload("dev shop/cart 7fc38a2 3/3").pod(2, |pod| pod.deleted_at = Some(at("09:59:59"))).change(|w| {
        w.replicas = model::workload::Replicas { wanted: 2, current: 2, updated: 2, ready: 2, available: 2 };
    });
    check(&dev(&down), "dev: ready 7fc38a2 2/2");
}
