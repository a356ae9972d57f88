use model::event::TargetHealth;
use model::fixture::{World, commit, workload};
use model::ids::ServiceName;
use model::merge;

use super::*;

/// A world of `dev` in one cluster, or in two.
fn world(deployed: &[&str]) -> World {
    let columns = if deployed.iter().any(|text| text.starts_with("b ")) { "dev=a,b pro" } else { "dev pro" };
    deployed.iter().fold(World::new(columns), |world, text| world.with(&workload(text)))
}

fn sight(world: &World) -> Sight {
    let index = world.index();
    let (environments, ..) = merge::environments(&index, world.now);
    let targets = environments[0].targets.clone();
    let Some(row) = world.merge("cart").row else { return Sight { targets, cell: None, details: None } };
    let dev = EnvironmentName::from("dev");
    assert_eq!(row.name, ServiceName::from("cart"));
    Sight { targets, cell: row.cells.get(&dev).cloned(), details: merge::details(&index, &row, &dev) }
}

/// Waits for 993e5fc in dev: what each look says in turn.
#[track_caller]
fn check(looks: &[(&World, &str)]) {
    let target = Version { commit: Some(commit("993e5fc").into()), ..Version::default() };
    let mut watcher = Watcher::new(EnvironmentName::from("dev"), target);
    for (world, expected) in looks {
        let said = match watcher.look(&sight(world)) {
            Verdict::Ready(how) => format!("READY {how}"),
            Verdict::Failed(why) => format!("FAILED {why}"),
            Verdict::Waiting(what) => what,
        };
        assert_eq!(said, *expected);
    }
}

const OLD: &str = "not started: dev wants 7fc38a2";
const RECORDED: &str = "recorded, and not started: dev wants 7fc38a2";

#[test]
fn a_rollout() {
    check(&[
        (&world(&[]), "not started: the board does not know the service"),
        (&world(&["pro shop/cart 993e5fc 3/3"]), "not started: nothing is deployed in dev"),
        (&world(&["dev shop/cart 7fc38a2 3/3"]), OLD),
        (&world(&["dev shop/cart 993e5fc 1/3 old 7fc38a2 2"]), "rolling: 1 of 3 pods updated, 1 ready (7fc38a2 → 993e5fc)"),
        (&world(&["dev shop/cart 993e5fc 3/3"]), "READY 3 of 3 pods ready"),
    ]);
    check(&[(&world(&["dev shop/cart 993e5fc 1/1"]), "READY its pod is ready")]);
    check(&[(&world(&["dev shop/cart main-993e5fc 3/3"]), "READY 3 of 3 pods ready")]);
    check(&[(&world(&["dev shop/cart 993e5fc 0/0"]), "paused: scaled to zero")]);
}

#[test]
fn what_is_recorded_is_no_matter_for_what_runs() {
    let world = world(&["dev shop/cart 993e5fc 3/3"]).record("dev cart 1234567 09:30:00");
    check(&[(&world, "READY 3 of 3 pods ready (CI recorded another version)")]);
}

#[test]
fn a_rollout_that_fails() {
    let of = |version: &str| {
        let pod = workload(&format!("dev shop/cart {version} 2/3")).pod(2, |pod| pod.set_waiting("ImagePullBackOff", "no such image"));
        World::new("dev pro").with(&pod)
    };
    let (ours, theirs) = (of("993e5fc"), of("7fc38a2"));
    check(&[(&world(&["dev shop/cart 7fc38a2 3/3"]), OLD), (&ours, &format!("FAILED failing: {}", shown(&ours)))]);
    let image = format!("ImagePullBackOff: registry.example/shop/cart:{}: no such image", commit("993e5fc"));
    assert!(shown(&ours).contains(&image), "{}", shown(&ours));
    check(&[(&theirs, &format!("{OLD} (failing: {})", shown(&theirs)))]);
}

fn shown(world: &World) -> String {
    sight(world).cell.unwrap().reason.clone()
}

#[test]
fn what_fails_is_told_apart() {
    let broken = |text: &str| workload(text).pod(0, |pod| pod.set_waiting("ImagePullBackOff", "no such image"));
    // The other cluster fails, with the commit before.
    let other = world(&["a shop/cart 993e5fc 1/1", "b shop/cart 7fc38a2 1/1"]);
    let other = other.with(&broken("b shop/cart 7fc38a2 0+1/1"));
    check(&[(&other, &format!("failing: {}", shown(&other)))]);
    // This one fails, with the commit.
    let own = world(&["b shop/cart 7fc38a2 1/1"]).with(&broken("a shop/cart 993e5fc 0+1/1"));
    check(&[(&own, &format!("FAILED failing: {}", shown(&own)))]);
    // A canary of the commit fails beside the one that serves.
    let canary = broken("dev shop/cart-canary 993e5fc 0+1/1").of("cart", "canary");
    let canary = world(&["dev shop/cart 7fc38a2 3/3"]).with(&canary);
    check(&[(&canary, &format!("FAILED failing: {}", shown(&canary)))]);
}

#[test]
fn another_commit_overtakes() {
    let (old, ours) = (world(&["dev shop/cart 7fc38a2 3/3"]), world(&["dev shop/cart 993e5fc 1/3 old 7fc38a2 2"]));
    let rolling = "rolling: 1 of 3 pods updated, 1 ready (7fc38a2 → 993e5fc)";
    let other = world(&["dev shop/cart 1234567 1/3 old 993e5fc 2"]).record("dev cart 1234567 09:59:00 by:ana");
    check(&[(&old, OLD), (&ours, rolling), (&other, "FAILED overtaken: dev wants 1234567 by ana now")]);
    check(&[(&ours, rolling), (&old, "FAILED overtaken: dev wants 7fc38a2 now")]);
    // It was never there: it may still come, as after a rollback.
    check(&[(&other, "not started: dev wants 1234567 (rolling: 1 of 3 pods updated, 1 ready)")]);
    // What is deleted may be made again.
    check(&[(&ours, rolling), (&world(&["pro shop/cart 7fc38a2 1/1"]), "not started: nothing is deployed in dev"), (&ours, rolling)]);
}

#[test]
fn a_record_overtakes() {
    let cart = || world(&["dev shop/cart 7fc38a2 3/3"]).record("dev cart 7fc38a2 08:00:00");
    let ours = || cart().record("dev cart 993e5fc 09:59:00 started");
    check(&[
        (&cart(), OLD),
        (&ours(), RECORDED),
        (&ours().record("dev cart 1234567 09:59:30 started by:ana"), "FAILED overtaken: CI recorded 1234567 by ana after it"),
    ]);
    check(&[(&ours(), RECORDED), (&ours().record("dev cart 1234567 09:59:30 failure"), RECORDED)]);
    check(&[(&ours(), RECORDED), (&ours().record("dev cart 1234567 09:59:30 cancelled"), RECORDED)]);
    check(&[(&ours(), RECORDED), (&ours().record("dev cart 7fc38a2 09:59:30 by:late"), OLD)]);
    // A rollback: the newer record is that of what is left behind.
    let back = world(&["dev shop/cart 1234567 3/3"]).record("dev cart 993e5fc 08:00:00").record("dev cart 1234567 09:00:00");
    check(&[(&back, "not started: dev wants 1234567"), (&back, "not started: dev wants 1234567")]);
}

#[test]
fn every_cluster_counts() {
    let half = world(&["a shop/cart 993e5fc 2/2", "b shop/cart 7fc38a2 2/2"]);
    check(&[
        (&half, &format!("ready, but not everywhere: {}", shown(&half))),
        (
            &world(&["a shop/cart 993e5fc 2/2", "b shop/cart 993e5fc 1/2 old 7fc38a2 1"]),
            "rolling: b: 1 of 2 pods updated, 1 ready (7fc38a2 → 993e5fc)",
        ),
        (&world(&["a shop/cart 993e5fc 2/2", "b shop/cart 993e5fc 2/2"]), "READY 4 of 4 pods ready"),
    ]);
}

#[test]
fn a_cluster_that_is_not_heard_may_want_anything() {
    let lost = |world: World| world.health("b", TargetHealth::Unreachable("connection refused".to_owned()));
    // The service may be in b too: nobody knows.
    let only_a = || World::new("dev=a,b pro").with(&workload("a shop/cart 993e5fc 2/2"));
    check(&[
        (&lost(only_a()), "ready as far as is known: b is unreachable: connection refused"),
        (&only_a().health("b", TargetHealth::Syncing), "READY 2 of 2 pods ready"),
    ]);
    let old = || World::new("dev=a,b pro").with(&workload("a shop/cart 7fc38a2 2/2"));
    check(&[
        (
            &world(&["a shop/cart 7fc38a2 2/2", "b shop/cart 993e5fc 2/2"]),
            &format!("ready, but not everywhere: {}", shown(&world(&["a shop/cart 7fc38a2 2/2", "b shop/cart 993e5fc 2/2"]))),
        ),
        (&lost(old()), OLD),
        (&old(), "FAILED overtaken: dev wants 7fc38a2 now"),
    ]);
    let dev = world(&["dev shop/cart 993e5fc 2/2"]).health("dev", TargetHealth::Unreachable("connection refused".to_owned()));
    check(&[(&dev, &format!("unknown: {}", shown(&dev)))]);
}
