//! Several workloads of one service: canaries, blue/green, namespaces, clusters.

use model::event::TargetHealth;
use model::fixture::{World, at, workload};

use crate::{cell, check};

#[test]
fn canary() {
    let world = World::new("dev")
        .with(&workload("dev shop/cart 7fc38a2 3/3"))
        .with(&workload("dev shop/cart-canary 993e5fc 1/1").of("cart", "canary"));
    check(&world, "dev: ready 7fc38a2 4/4 [canary] | cart 7fc38a2 3 of 4 ready pods, cart-canary 993e5fc 1 of 4 ready pods");
    assert_eq!(cell(&world, "dev").workloads.len(), 2);
    // CI recorded the canary: no drift.
    let world = world.record("dev cart 993e5fc 09:30:00");
    assert_eq!(cell(&world, "dev").status.as_str(), "ready");
}

#[test]
fn a_workload_that_rolls_beside_a_canary_serves_what_its_pods_run() {
    let world = World::new("dev")
        .with(&workload("dev shop/cart 993e5fc 1/3 old 7fc38a2 2"))
        .with(&workload("dev shop/cart-canary 993e5fc 1/1").of("cart", "canary"));
    let reason = cell(&world, "dev").reason;
    assert!(reason.contains("cart 7fc38a2 2 of 4 ready pods, cart 993e5fc 1 of 4 ready pods"), "{reason}");
}

#[test]
fn a_canary_that_fails() {
    let world = World::new("dev")
        .with(&workload("dev shop/cart 7fc38a2 3/3"))
        .with(&workload("dev shop/cart-canary bad0e36 0/1").of("cart", "canary").pod(0, |pod| pod.set_waiting("ErrImagePull", "denied")));
    let cell = cell(&world, "dev");
    assert_eq!((cell.status.as_str(), cell.wanted.unwrap().short()), ("failing", "7fc38a2"), "the serving side's version");
    assert!(cell.reason.starts_with("cart-canary: ImagePullBackOff: "), "{}", cell.reason);
}

#[test]
fn blue_green() {
    let world = World::new("dev")
        .with(&workload("dev shop/cart-blue 7fc38a2 3/3").of("cart", "blue"))
        .with(&workload("dev shop/cart-green 993e5fc 1+2/3").of("cart", "green"));
    let shown = cell(&world, "dev");
    assert_eq!((shown.status.as_str(), shown.wanted.unwrap().short()), ("rolling", "7fc38a2"));
    assert_eq!(shown.flags[1].as_str(), "blue-green");
    // Blue was scaled down, and its pods are not gone.
    let stopping = World::new("dev")
        .with(&workload("dev shop/cart-blue 7fc38a2 3/3").of("cart", "blue").change(|w| w.replicas.wanted = 0))
        .with(&workload("dev shop/cart-green 993e5fc 2/2").of("cart", "green"));
    check(
        &stopping,
        "dev: rolling 993e5fc 2/2 [blue-green] | cart-blue: scaled to zero, 3 pods still stopping; cart-blue 7fc38a2 3 of 5 ready pods, cart-green 993e5fc 2 of 5 ready pods",
    );
    // Blue rests.
    let world = World::new("dev")
        .with(&workload("dev shop/cart-blue 7fc38a2 0/0").of("cart", ""))
        .with(&workload("dev shop/cart-green 993e5fc 3/3").of("cart", ""));
    check(&world, "dev: ready 993e5fc 3/3 [blue-green] | cart-green 993e5fc 3 of 3 ready pods");
}

#[test]
fn parts_of_a_service_are_no_canary() {
    // Another image under the same name, and the same version twice.
    let exporter = workload("dev shop/exporter 1.2 1/1").change(|w| w.service = "cart".into());
    check(&World::new("dev").with(&workload("dev shop/cart 7fc38a2 3/3")).with(&exporter), "dev: ready 7fc38a2 4/4");
    let worker = workload("dev shop/cart-worker 7fc38a2 1/1").of("cart", "");
    check(&World::new("dev").with(&workload("dev shop/cart 7fc38a2 3/3")).with(&worker), "dev: ready 7fc38a2 4/4");
}

#[test]
fn the_tie_goes_to_the_older() {
    let world = World::new("dev")
        .with(&workload("dev shop/cart-a 7fc38a2 1/1").of("cart", "").change(|w| w.created = at("08:30:00")))
        .with(&workload("dev shop/cart-b 993e5fc 1/1").of("cart", ""));
    assert_eq!(cell(&world, "dev").wanted.unwrap().short(), "993e5fc");
}

#[test]
fn clusters_take_the_worst_status() {
    let world = World::new("pro=pro-a,pro-b").with(&workload("pro-a shop/cart 7fc38a2 3/3"));
    check(&world.clone().with(&workload("pro-b shop/cart 7fc38a2 2/2")), "pro: ready 7fc38a2 5/5");
    let failing = workload("pro-b shop/cart 7fc38a2 0/2").pod(0, |pod| pod.set_waiting("InvalidImageName", "no"));
    check(&world.with(&failing), "pro: failing 7fc38a2 3/5 | pro-b: InvalidImageName: no");
}

#[test]
fn clusters_that_want_different_versions_are_split() {
    let world = World::new("pro=pro-a,pro-b pre")
        .with(&workload("pro-a shop/cart 7fc38a2 1/1"))
        .with(&workload("pro-b shop/cart 993e5fc 1/1"))
        .with(&workload("pre shop/cart 7fc38a2 1/1"));
    check(
        &world,
        "pro: ready 7fc38a2 2/2 [split] | split: pro-a wants 7fc38a2, pro-b wants 993e5fc
         pre: ready 7fc38a2 1/1",
    );
    assert!(cell(&world, "pre").agrees_with.is_empty(), "a split environment has no one version");
    let world = world.record("pro cart 993e5fc 09:30:00");
    assert_eq!(cell(&world, "pro").status.as_str(), "drifted", "one cluster has not followed");
}

#[test]
fn one_dead_cluster() {
    let dead = |world: World| world.at("10:00:30").health("pro-b", TargetHealth::Unreachable("timed out".into()));
    let both = World::new("pro=pro-a,pro-b").with(&workload("pro-a shop/cart 7fc38a2 1/1"));
    check(&dead(both.clone()), "pro: ready 7fc38a2 1/1");
    let both = both.with(&workload("pro-b shop/cart 7fc38a2 1/1"));
    check(&dead(both), "pro: unknown 7fc38a2 2/2 | pro-b is unreachable: timed out; last heard 2026-11-20 10:00:00 UTC");
}

#[test]
fn what_cannot_be_read_any_more_is_not_believed() {
    use model::event::Event;
    use model::workload::{Fact, Kind, Unread};
    let world = World::new("dev").with(&workload("dev shop/cart 7fc38a2 1/1"));
    let mut unread = world.clone();
    let name = model::ids::ObjectName::new("shop", "cart");
    let fact = Fact::Unread(Unread { kind: Kind::Deployment, name, why: "invalid type".into() });
    unread.events.push(Event::Seen { target: unread.target("dev"), fact: fact.clone(), at: unread.now });
    check(&unread, "dev: unknown 7fc38a2 0/1 | Deployment cart cannot be read, so nobody knows what it is now: invalid type");
    // Nor is it gone when a list has it in the same state; once it is read, all is as it was.
    let (target, at) = (unread.target("dev"), unread.now);
    unread.events.push(Event::Listed { target, kind: Kind::Deployment, namespace: None, facts: vec![fact], at });
    assert_eq!(cell(&unread, "dev").status.as_str(), "unknown");
    check(&unread.with(&workload("dev shop/cart 7fc38a2 1/1")), "dev: ready 7fc38a2 1/1");
}

/// Found by the fault simulation: after a restart, one cluster was enough for a green cell.
#[test]
fn a_cluster_that_was_never_read_may_have_the_service() {
    let mut world = World::new("pro=pro-a,pro-b").with(&workload("pro-a shop/cart 7fc38a2 1/1"));
    world.events.remove(1);
    check(&world, "pro: unknown 7fc38a2 1/1 | pro-b is syncing: its first lists are not complete yet");
}

#[test]
fn an_absence_that_nobody_can_see_is_unknown() {
    let other = |world: World| world.with(&workload("dev shop/cart 7fc38a2 1/1"));
    let dead = other(World::new("dev pre")).health("pre", TargetHealth::Unreachable("timed out".into()));
    check(
        &dead,
        "dev: ready 7fc38a2 1/1
         pre: unknown | pre-cluster is unreachable: timed out; last heard 2026-11-20 10:00:00 UTC",
    );
    // It was read, and had nothing; the other cluster of the environment lives: absent.
    let half = other(World::new("dev pre=a,b")).health("b", TargetHealth::Unreachable("timed out".into()));
    check(&half, "dev: ready 7fc38a2 1/1");
    // A record, and half of the clusters cannot be asked: nobody knows whether it is missing.
    let asked = half.record("pre cart 7fc38a2 09:00:00");
    assert_eq!(cell(&asked, "pre").status.as_str(), "unknown");
    // Never read.
    let mut syncing = other(World::new("dev pre=a,b"));
    syncing.events.remove(2);
    check(
        &syncing,
        "dev: ready 7fc38a2 1/1
         pre: unknown | b is syncing: its first lists are not complete yet",
    );
}

#[test]
fn environments_share_a_cluster_by_namespace() {
    let world = World::new("dev=one pre=one").rules(|_| {});
    let mut pre = workload("pre shop-pre/cart 993e5fc 1/1");
    pre.place = "pre".into();
    let world = world.with(&workload("dev shop-dev/cart 7fc38a2 1/1")).with(&pre);
    check(
        &world,
        "dev: ready 7fc38a2 1/1
         pre: ready 993e5fc 1/1",
    );
}

#[test]
fn several_namespaces_are_named() {
    let world = World::new("dev")
        .with(&workload("dev a/cart 7fc38a2 1/1"))
        .with(&workload("dev b/cart 7fc38a2 0/1").pod(0, |pod| pod.set_waiting("InvalidImageName", "no")));
    check(&world, "dev: failing 7fc38a2 1/2 | dev-cluster/b: InvalidImageName: no");
}
