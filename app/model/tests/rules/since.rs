//! Since when a cell is as it is.

use model::event::TargetHealth;
use model::fixture::{World, at, workload};
use model::ids::EnvironmentName;

use crate::cell;

#[test]
fn a_restart_of_the_server_does_not_reset_it() {
    let world = World::new("dev").with(&workload("dev shop/cart 7fc38a2 1/1"));
    assert_eq!(cell(&world, "dev").since, Some(at("09:00:05")), "the pod became ready then");
    let missing = World::new("dev").record("dev cart 7fc38a2 09:10:00");
    assert_eq!(cell(&missing, "dev").since, Some(at("09:10:00")));
}

#[test]
fn it_is_kept_until_version_or_status_change() {
    let since = |world: &World, previous: &World| {
        let previous = previous.merge("cart").row.unwrap();
        world.merge_after("cart", &previous).row.unwrap().cells[&EnvironmentName::from("dev")].since
    };
    let first = World::new("dev").with(&workload("dev shop/cart 7fc38a2 2/2"));
    let later = first.clone().at("10:00:30");
    assert_eq!(since(&later, &first), Some(at("09:00:05")));
    let short = later.clone().with(&workload("dev shop/cart 7fc38a2 2/2").pod(0, |pod| pod.set_ready("False", "10:00:20")));
    assert_eq!(since(&short, &first), Some(at("10:00:30")), "another status");
    let lost = later.clone().health("dev", TargetHealth::Unreachable("timed out".into()));
    assert_eq!(since(&lost, &first), Some(at("10:00:30")), "since the cluster is away");
    let back = later.at("10:01:00").health("dev", TargetHealth::Live { notes: Vec::new() });
    assert_eq!(since(&back, &lost), Some(at("09:00:05")), "the facts tell again");
}
