//! Everything known of one cell.

use model::strings::ArcStr;

use model::fixture::{World, workload};
use model::ids::EnvironmentName;
use model::merge::details;
use model::workload::{ContainerState, Role};

#[test]
fn pods_with_trouble_come_first_and_no_container_is_lost() {
    let deployed = workload("dev shop/cart bad0e36 1+1/3 old 7fc38a2 2").pod(1, |pod| {
        pod.set_waiting("ErrImagePull", "denied");
        let mut init = pod.containers[0].clone();
        (init.name, init.role, init.state) = (ArcStr::from("migrate"), Role::Init, ContainerState::Unreported);
        pod.containers.insert(0, init);
    });
    let world =
        World::new("dev pre").with(&deployed).with(&workload("pre shop/cart bad0e36 1/1")).record("dev cart bad0e36 09:00:00 by:ana");
    let row = world.merge("cart").row.unwrap();
    let details = details(&world.index(), &row, &EnvironmentName::from("dev")).unwrap();
    let [of_workload] = &details.workloads[..] else { panic!("one workload") };
    assert_eq!(of_workload.pods.len(), 4);
    let first = &of_workload.pods[0];
    assert_eq!((&*first.name, first.ready), ("cart-2-1", false));
    assert!(first.reason.starts_with("ImagePullBackOff: "), "{}", first.reason);
    let containers: Vec<_> = first.containers.iter().map(|container| (&*container.name, &*container.state)).collect();
    assert_eq!(containers, [("migrate", "not started"), ("app", "waiting: ErrImagePull")]);
    assert_eq!(of_workload.pods[1].version.as_ref().unwrap().short(), "7fc38a2");
    assert_eq!(details.records.len(), 1);
    let [neighbour] = &details.neighbours[..] else { panic!("one neighbour") };
    assert_eq!((neighbour.environment.as_str(), neighbour.status.as_str(), neighbour.same), ("pre", "ready", true));
    assert_eq!(neighbour.clusters[0].as_str(), "pre-cluster");
}

#[test]
fn no_such_cell() {
    let world = World::new("dev").with(&workload("dev shop/cart 7fc38a2 1/1"));
    let row = world.merge("cart").row.unwrap();
    assert_eq!(details(&world.index(), &row, &EnvironmentName::from("qa")), None);
}
