//! What CI claims against what the clusters say.

use model::event::Event;
use model::fixture::{World, at, workload};
use model::ids::EnvironmentName;

use crate::{cell, check};

fn cart(version: &str) -> World {
    World::new("dev").with(&workload(&format!("dev shop/cart {version} 1/1")))
}

#[test]
fn the_record_of_what_is_deployed_is_shown() {
    let world = cart("7fc38a2").record("dev cart 7fc38a2 09:00:00 by:ana").record("dev cart 1234567 08:00:00 by:bob");
    check(&world, "dev: ready 7fc38a2 1/1");
    let record = cell(&world, "dev").record.unwrap();
    assert_eq!((record.by.as_deref(), record.at), (Some("ana"), at("09:00:00")));
}

#[test]
fn drifted() {
    let world = cart("7fc38a2").record("dev cart 993e5fc 09:30:00 by:ana");
    check(
        &world,
        "dev: drifted 7fc38a2 1/1 [drifted] | CI recorded 993e5fc by ana at 2026-11-20 09:30:00 UTC, but the cluster has 7fc38a2",
    );
    check(&world.rules(|catalogue| catalogue.environments[0].drift = false), "dev: ready 7fc38a2 1/1");
}

#[test]
fn the_cluster_is_given_time_to_follow() {
    let world = cart("7fc38a2").record("dev cart 993e5fc 09:59:00 by:ana");
    check(
        &world,
        "dev: rolling 7fc38a2 1/1 | waiting for the cluster: CI recorded 993e5fc by ana at 2026-11-20 09:59:00 UTC, but the cluster has 7fc38a2",
    );
    assert_eq!(world.merge("cart").recheck_at, Some(at("10:01:00")));
}

/// Found by the fault simulation: the template comes before its pods, and the drift of that moment stuck to the cell.
#[test]
fn a_rollout_that_has_just_begun_is_no_drift() {
    let record = "dev cart 7fc38a2 09:00:00";
    let begun = World::new("dev").with(&workload("dev shop/cart 993e5fc 0/1").without_pod(0)).record(record);
    let row = begun.merge("cart").row.unwrap();
    assert!(!crate::show(&row, &begun).contains("drifted"), "{}", crate::show(&row, &begun));
    let done = World::new("dev").with(&workload("dev shop/cart 993e5fc 1/1").pod(0, |pod| pod.created = at("10:00:01"))).record(record);
    let done = done.at("10:00:05");
    let row = done.merge_after("cart", &row).row.unwrap();
    assert_eq!(crate::show(&row, &done), "dev: ready 993e5fc 1/1 | waiting for CI's record");
}

#[test]
fn and_so_is_ci() {
    // The pods came a minute ago; CI records when its job is done.
    let world = World::new("dev")
        .with(&workload("dev shop/cart 993e5fc 1/1").pod(0, |pod| pod.created = at("09:59:00")))
        .record("dev cart 7fc38a2 09:00:00");
    check(&world, "dev: ready 993e5fc 1/1 | waiting for CI's record");
    check(
        &world.at("10:01:01"),
        "dev: drifted 993e5fc 1/1 [drifted] | CI recorded 7fc38a2 at 2026-11-20 09:00:00 UTC, but the cluster has 993e5fc",
    );
}

#[test]
fn a_rollout_is_no_drift() {
    let world = World::new("dev").with(&workload("dev shop/cart 7fc38a2 1/3 old 993e5fc 2")).record("dev cart 993e5fc 09:30:00");
    check(&world, "dev: rolling 7fc38a2 1/3 [drifted] | 1 of 3 pods updated, 1 ready");
}

#[test]
fn nothing_in_common_is_no_drift() {
    // The record names a commit, the image a version: nobody can tell.
    check(&cart("1.4.0").record("dev cart 7fc38a2 09:00:00"), "dev: ready 1.4.0 1/1");
}

#[test]
fn records_tell_the_commit_of_a_tag() {
    check(&cart("1.4.0").record("dev cart 7fc38a2 09:00:00 tag:1.4.0"), "dev: ready 7fc38a2 1/1");
    check(&cart("1.4.0").record("dev cart 7fc38a2 09:00:00 version:1.4.0"), "dev: ready 7fc38a2 1/1");
    check(&cart("1.4.0@a").record("dev cart 7fc38a2 09:00:00 tag:1.4.0 digest:a"), "dev: ready 7fc38a2 1/1");
}

#[test]
fn a_tag_that_moved() {
    // CI pushed a new `latest`; the pods still run the image of the one before.
    let moved = "dev cart 993e5fc 09:30:00 tag:latest digest:b";
    let world = cart("latest@a").record("dev cart 7fc38a2 09:00:00 tag:latest digest:a").record(moved);
    check(&world, "dev: drifted 993e5fc 1/1 [drifted] | 1 pod runs 7fc38a2, but the template wants 993e5fc");
    let followed = cart("latest@b").record("dev cart 7fc38a2 09:00:00 tag:latest digest:a").record(moved);
    check(&followed, "dev: ready 993e5fc 1/1");
}

#[test]
fn missing() {
    let world = World::new("dev").record("dev cart 7fc38a2 09:00:00 by:ana");
    check(&world, "dev: missing | CI recorded 7fc38a2 by ana at 2026-11-20 09:00:00 UTC, but there is no workload");
    let soon = World::new("dev").record("dev cart 7fc38a2 09:59:00");
    check(&soon, "dev: rolling | waiting for the cluster: CI recorded 7fc38a2 at 2026-11-20 09:59:00 UTC");
}

#[test]
fn a_failed_deployment_leaves_the_cell_as_it_is() {
    let world = cart("7fc38a2").record("dev cart 7fc38a2 09:00:00 by:ana").record("dev cart 993e5fc 09:30:00 failure by:bob");
    check(&world, "dev: ready 7fc38a2 1/1 [deploy-failed] | the deploy of 993e5fc by bob failed at 2026-11-20 09:30:00 UTC");
    let shown = cell(&world, "dev");
    assert_eq!(shown.record.unwrap().by.as_deref(), Some("ana"));
    assert_eq!(shown.failed_record.unwrap().by.as_deref(), Some("bob"));
    check(&world.record("dev cart 7fc38a2 09:40:00"), "dev: ready 7fc38a2 1/1");
}

#[test]
fn what_ci_gave_up_on_may_be_there_all_the_same() {
    let world = cart("993e5fc").record("dev cart 7fc38a2 09:00:00").record("dev cart 993e5fc 09:30:00 failure by:bob");
    check(&world, "dev: ready 993e5fc 1/1 [deploy-failed]");
    let shown = cell(&world, "dev");
    assert_eq!(shown.record.unwrap().by.as_deref(), Some("bob"));
    assert_eq!(shown.failed_record, None, "what it deployed is what runs");
}

#[test]
fn what_ci_began_is_no_drift() {
    let world = cart("993e5fc").record("dev cart 7fc38a2 09:00:00").record("dev cart 993e5fc 09:30:00 started by:bob");
    check(&world, "dev: ready 993e5fc 1/1");
    let cancelled = cart("7fc38a2").record("dev cart 7fc38a2 09:00:00").record("dev cart 993e5fc 09:30:00 cancelled");
    check(&cancelled, "dev: ready 7fc38a2 1/1");
}

#[test]
fn an_environment_that_only_ci_knows() {
    let world = cart("7fc38a2").record("QA cart 993e5fc 09:00:00 by:ana");
    check(&world, "dev: ready 7fc38a2 1/1");
    assert_eq!(model::merge::environments(&world.index(), world.now).1, 1, "kept, and counted as unplaced");
    let mut world = world;
    world.events.push(Event::RecordedEnvironment(EnvironmentName::from("qa")));
    check(
        &world,
        "dev: ready 7fc38a2 1/1
         qa: unknown | no cluster is watched for qa: CI recorded 993e5fc by ana at 2026-11-20 09:00:00 UTC",
    );
    assert_eq!(model::merge::environments(&world.index(), world.now).1, 0);
}

#[test]
fn environments_by_other_names() {
    let world = cart("7fc38a2").rules(|catalogue| catalogue.environments[0].aliases = vec!["Entwicklung".into()]);
    assert!(cell(&world.clone().record("DEV cart 7fc38a2 09:00:00"), "dev").record.is_some());
    assert!(cell(&world.record("entwicklung cart 7fc38a2 09:00:00"), "dev").record.is_some());
}

#[test]
fn many_failures_do_not_bury_the_success() {
    let failures = (0..40).map(|n| format!("dev cart 993e5fc 09:30:{n:02} failure"));
    let world = failures.fold(cart("7fc38a2").record("dev cart 7fc38a2 09:00:00 by:ana"), |world, text| world.record(&text));
    check(&world, "dev: ready 7fc38a2 1/1 [deploy-failed] | the deploy of 993e5fc failed at 2026-11-20 09:30:39 UTC");
    assert_eq!(cell(&world, "dev").record.unwrap().by.as_deref(), Some("ana"));
}

#[test]
fn drift_stays_while_nodes_are_renewed() {
    let with_pods_of = |created: &'static str, now: &str| {
        let deployed = workload("dev shop/cart 7fc38a2 1/1").pod(0, |pod| pod.created = at(created));
        World::new("dev")
            .at(now)
            .with(&deployed)
            .record("dev cart 993e5fc 08:30:00")
            .health("dev", model::event::TargetHealth::Live { notes: Vec::new() })
    };
    let first = with_pods_of("09:00:00", "10:00:00").merge("cart").row.unwrap();
    let status = |world: &World| world.merge_after("cart", &first).row.unwrap().cells["dev"].status;
    assert_eq!(status(&with_pods_of("10:00:10", "10:00:30")).as_str(), "drifted");
    // A new record is new hope.
    let recorded = with_pods_of("10:00:10", "10:00:30").record("dev cart 993e5fc 10:00:20");
    assert_eq!(status(&recorded).as_str(), "rolling");
}
