//! Blue/green pairs that a Service switches, and Rollouts of Argo Rollouts.

use model::strings::ArcStr;

use model::fixture::{Deployed, World, condition, service, workload, workload_of};
use model::workload::{BlueGreen, Canary, Delivery, Kind};

use crate::{cell, check};

fn pair() -> World {
    World::new("dev")
        .with(&workload("dev shop/cart-one 7fc38a2 3/3").of("cart", "").labels("app=cart,slot=one"))
        .with(&workload("dev shop/cart-two 993e5fc 3/3").of("cart", "").labels("app=cart,slot=two"))
}

#[test]
fn the_service_says_who_serves() {
    let one = pair().fact("dev", service("shop/cart app=cart,slot=one"));
    check(
        &one,
        "dev: ready 7fc38a2 6/6 [blue-green] | cart-one 7fc38a2 serves by the Service cart, cart-two 993e5fc stands by with 3 ready pods",
    );
    // The switch is nothing but a change of the Service.
    let two = one.clone().fact("dev", service("shop/cart app=cart,slot=two"));
    check(
        &two,
        "dev: ready 993e5fc 6/6 [blue-green] | cart-two 993e5fc serves by the Service cart, cart-one 7fc38a2 stands by with 3 ready pods",
    );
    let mut index = one.index();
    let (target, at) = (one.target("dev"), one.now);
    let touched = index.apply(model::event::Event::Seen { target, fact: service("shop/cart app=cart,slot=two"), at });
    assert!(touched.services.contains("cart"), "and merges the row again");
    let name = model::ids::ObjectName::new("shop", "cart");
    assert!(index.apply(model::event::Event::Gone { target, kind: Kind::Service, name, at }).services.contains("cart"));
}

#[test]
fn a_preview_does_not_serve() {
    let world = pair().fact("dev", service("shop/a-preview app=cart,slot=one")).fact("dev", service("shop/b-live app=cart,slot=two"));
    assert_eq!(cell(&world, "dev").wanted.unwrap().short(), "993e5fc");
    // The one named as the service is asked first.
    let world = world.fact("dev", service("shop/cart app=cart,slot=one"));
    assert_eq!(cell(&world, "dev").wanted.unwrap().short(), "7fc38a2");
}

#[test]
fn who_is_selected_by_all_is_a_canary() {
    let world = pair().fact("dev", service("shop/cart app=cart"));
    check(&world, "dev: ready 7fc38a2 6/6 [canary] | cart-one 7fc38a2 3 of 6 ready pods, cart-two 993e5fc 3 of 6 ready pods");
    let elsewhere = pair().fact("dev", service("other/cart app=cart,slot=two"));
    assert_eq!(cell(&elsewhere, "dev").flags[1].as_str(), "canary", "a Service of another namespace says nothing");
}

#[test]
fn the_side_that_serves_may_fail() {
    let world = World::new("dev")
        .with(
            &workload("dev shop/cart-one 7fc38a2 0/1")
                .of("cart", "")
                .labels("slot=one")
                .pod(0, |pod| pod.set_waiting("InvalidImageName", "no")),
        )
        .with(&workload("dev shop/cart-two 993e5fc 3/3").of("cart", "").labels("slot=two"))
        .fact("dev", service("shop/cart slot=one"));
    let shown = cell(&world, "dev");
    assert_eq!((shown.status.as_str(), shown.wanted.unwrap().short()), ("failing", "7fc38a2"), "that nobody gets the other is the point");
}

fn rollout(text: &str, stable: &str, delivery: Delivery) -> World {
    World::new("dev").with(&workload_of(Kind::Rollout, text).delivery(stable, delivery))
}

fn canary(weight: u32, step: u32, steps: u32) -> Delivery {
    Delivery { canary: Some(Canary { weight: Some(weight), step: Some(step), steps }), ..Delivery::default() }
}

fn paused(reason: &str, delivery: Delivery) -> Delivery {
    Delivery { pauses: vec![ArcStr::from(reason)], phase: Some(ArcStr::from("Paused")), ..delivery }
}

#[test]
fn a_rollout_by_weight() {
    check(&rollout("dev shop/cart 7fc38a2 3/3", "1", canary(100, 4, 4)), "dev: ready 7fc38a2 3/3");
    check(
        &rollout("dev shop/cart 993e5fc 1/5 old 7fc38a2 4", "1", canary(20, 1, 4)),
        "dev: rolling 993e5fc 1/5 [canary] | canary 20 %, step 2 of 4; 1 of 5 pods updated, 1 ready",
    );
    check(
        &rollout("dev shop/cart 993e5fc 1/5 old 7fc38a2 4", "1", paused("CanaryPauseStep", canary(20, 1, 4))),
        "dev: paused 993e5fc 1/5 [canary] | canary 20 %, step 2 of 4; the rollout is paused (CanaryPauseStep), 1 of 5 pods updated, 1 ready",
    );
    // All pods are of the new version, and the controller has not called it stable yet.
    check(
        &rollout("dev shop/cart 993e5fc 5/5 old 7fc38a2 0", "1", canary(100, 4, 4)),
        "dev: rolling 993e5fc 5/5 [canary] | canary 100 %, step 4 of 4; 5 of 5 pods updated, 5 ready",
    );
}

#[test]
fn a_rollout_that_was_aborted() {
    let aborted =
        Delivery { aborted: true, message: Some(ArcStr::from("RolloutAborted: metric \"errors\" assessed Failed")), ..canary(0, 0, 4) };
    check(
        &rollout("dev shop/cart 993e5fc 0/5 old 7fc38a2 5", "1", aborted),
        "dev: failing 993e5fc 0/5 [canary] | aborted: the stable version serves; RolloutAborted: metric \"errors\" assessed Failed",
    );
    let stuck = workload_of(Kind::Rollout, "dev shop/cart 993e5fc 0+1/5 old 7fc38a2 4").delivery("1", canary(20, 0, 4)).change(|w| {
        w.conditions = [condition("Progressing", "False", "ProgressDeadlineExceeded", "ReplicaSet has timed out progressing.")].into();
    });
    let reason = cell(&World::new("dev").with(&stuck), "dev").reason;
    assert!(reason.starts_with("ProgressDeadlineExceeded: ReplicaSet has timed out progressing."), "{reason}");
    let invalid = workload_of(Kind::Rollout, "dev shop/cart 7fc38a2 3/3").delivery("1", canary(0, 0, 0)).change(|w| {
        w.conditions = [condition("InvalidSpec", "True", "InvalidSpec", "the Service \"cart\" is not found")].into();
    });
    check(&World::new("dev").with(&invalid), "dev: failing 7fc38a2 3/3 | InvalidSpec: the Service \"cart\" is not found");
    let degraded = Delivery { phase: Some(ArcStr::from("Degraded")), message: Some(ArcStr::from("no Service")), ..canary(0, 0, 0) };
    check(&rollout("dev shop/cart 7fc38a2 3/3", "1", degraded), "dev: failing 7fc38a2 3/3 | Degraded; no Service");
}

#[test]
fn a_rollout_of_a_pair() {
    let sides = |active: &str, preview: &str| Delivery {
        blue_green: Some(BlueGreen { active: Some(ArcStr::from(active)), preview: Some(ArcStr::from(preview)) }),
        ..Delivery::default()
    };
    check(
        &rollout("dev shop/cart 993e5fc 3/3 old 7fc38a2 3", "1", paused("BlueGreenPause", sides("1", "2"))),
        "dev: paused 993e5fc 3/3 [blue-green] | active 1, preview 2; the rollout is paused (BlueGreenPause), 3 of 3 pods updated, 3 ready, 3 old left",
    );
    // Promoted: the old side goes after a while.
    let promoted = workload_of(Kind::Rollout, "dev shop/cart 993e5fc 3/3 old 7fc38a2 3").delivery("2", sides("2", "2"));
    check(&World::new("dev").with(&promoted), "dev: rolling 993e5fc 3/3 | 3 of 3 pods updated, 3 ready, 3 old left");
    check(&rollout("dev shop/cart 7fc38a2 3/3", "1", sides("1", "1")), "dev: ready 7fc38a2 3/3");
}

#[test]
fn a_rollout_of_somebody_elses_template() {
    // `workloadRef`: the Rollout has no template, its ReplicaSets do.
    let mut by_reference: Deployed = workload_of(Kind::Rollout, "dev shop/cart 993e5fc 1/3 old 7fc38a2 2").delivery("1", canary(33, 0, 2));
    by_reference.workload.template.containers.clear();
    check(
        &World::new("dev").with(&by_reference),
        "dev: rolling 993e5fc 1/3 [canary] | canary 33 %, step 1 of 2; 1 of 3 pods updated, 1 ready",
    );
}

#[test]
fn a_stable_rollout_that_loses_a_pod() {
    let short = workload_of(Kind::Rollout, "dev shop/cart 7fc38a2 3/3")
        .delivery("1", canary(100, 2, 2))
        .pod(1, |pod| pod.set_ready("False", "09:59:45"));
    check(&World::new("dev").with(&short), "dev: rolling 7fc38a2 2/3 | recovering 2/3");
    let zero = workload_of(Kind::Rollout, "dev shop/cart 7fc38a2 0/0").delivery("1", canary(100, 2, 2));
    check(&World::new("dev").with(&zero), "dev: paused 7fc38a2 0/0 | scaled to zero");
}
