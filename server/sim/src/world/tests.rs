use chrono::{TimeDelta, TimeZone};

use super::*;
use crate::spec::{Strategy, Workload};

fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 10, 0, 0).unwrap()
}

fn image(commit: &str) -> String {
    format!("registry.example/shop/cart:{commit}")
}

fn cart() -> Workload {
    Workload::deployment("shop", "cart", &image("75b14116630d53fd4f92dfa1138299e68acd1d07")).replicas(3)
}

fn world_with(workload: Workload) -> World {
    let mut world = World::new(WorldConfig::default(), start());
    world.seed(workload, start() - TimeDelta::days(1));
    world
}

fn set_image(world: &mut World, name: &str, commit: &str) {
    let command = Command::SetImage { namespace: "shop".to_owned(), name: name.to_owned(), container: None, image: image(commit) };
    world.apply(world.now(), command).unwrap();
}

fn play(world: &mut World, seconds: i64) {
    world.step(world.now() + TimeDelta::seconds(seconds));
}

fn rollout(world: &World, name: &str) -> Rollout {
    world.rollout("shop", name).unwrap()
}

/// Every pod's name, phase and waiting reason.
fn waiting(world: &World) -> Vec<(String, &'static str)> {
    world
        .pods
        .values()
        .flat_map(|pod| {
            pod.containers.iter().filter_map(|status| match &status.state {
                ContainerState::Waiting { reason, .. } => Some((pod.meta.name.name.to_string(), *reason)),
                _ => None,
            })
        })
        .collect()
}

#[test]
fn a_seeded_workload_is_steady() {
    for workload in [
        cart(),
        cart().replicas(0),
        Workload { paused: true, ..cart() },
        Workload::stateful_set("shop", "cart", &image("1")).replicas(3),
        Workload::daemon_set("shop", "cart", &image("1")),
    ] {
        let world = world_with(workload.clone());
        assert!(rollout(&world, "cart").complete(), "{workload:?}: {:?}", rollout(&world, "cart"));
        assert_eq!(world.next_due().filter(|due| *due <= start()), None, "{workload:?}");
        assert_eq!(world.store().count(ObjectKind::Pod), world.pods.len());
    }
}

#[test]
fn one_seed_is_one_history_however_the_time_is_cut() {
    let run = |steps: i64| {
        let mut world = world_with(cart());
        set_image(&mut world, "cart", "993e5fc27cb0");
        for _ in 0..steps {
            let step = TimeDelta::milliseconds(60_000 / steps);
            world.step(world.now() + step);
        }
        let all: Vec<String> = ObjectKind::ALL
            .iter()
            .flat_map(|kind| world.store().all(*kind))
            .map(|version| String::from_utf8(version.object().to_vec()).unwrap())
            .collect();
        (world.store().rv(), all)
    };
    assert_eq!(run(1), run(600));
}

#[test]
fn a_rolling_update_keeps_its_fences() {
    let mut world = world_with(cart());
    set_image(&mut world, "cart", "993e5fc27cb0");
    let mut least_ready = u32::MAX;
    let mut most = 0;
    while !rollout(&world, "cart").complete() {
        let due = world.next_due().expect("the rollout goes on");
        world.step(due);
        least_ready = least_ready.min(rollout(&world, "cart").ready);
        most = most.max(u32::try_from(world.pods.values().filter(|pod| pod.active()).count()).unwrap());
    }
    assert_eq!((least_ready, most), (3, 4));
    assert!(world.now() - start() < TimeDelta::seconds(30));
    assert_eq!(world.replica_sets.len(), 2);
    let revision = world.deployments.values().next().unwrap().revision;
    assert_eq!(revision, 2);
}

#[test]
fn a_rollback_moves_the_revision_and_keeps_the_replica_set() {
    let mut world = world_with(cart());
    set_image(&mut world, "cart", "993e5fc27cb0");
    play(&mut world, 60);
    set_image(&mut world, "cart", "75b14116630d53fd4f92dfa1138299e68acd1d07");
    play(&mut world, 60);
    assert!(rollout(&world, "cart").complete());
    assert_eq!(world.replica_sets.len(), 2);
    assert_eq!(world.deployments.values().next().unwrap().revision, 3);
}

#[test]
fn recreate_leaves_a_gap() {
    let mut world = world_with(cart().strategy(Strategy::Recreate));
    set_image(&mut world, "cart", "993e5fc27cb0");
    let mut seen_none = false;
    while !rollout(&world, "cart").complete() {
        let due = world.next_due().expect("the rollout goes on");
        world.step(due);
        let revisions: BTreeSet<&str> = world.pods.values().filter(|pod| !pod.phase.ended()).map(|pod| pod.revision.as_str()).collect();
        assert!(revisions.len() <= 1, "old and new pods side by side");
        seen_none |= rollout(&world, "cart").ready == 0;
    }
    assert!(seen_none);
}

#[test]
fn failing_images_fail_in_their_way() {
    for (commit, reasons, available) in [
        ("bad0e36c", &["ErrImagePull", "ImagePullBackOff"][..], 3),
        ("bad1e36c", &["CrashLoopBackOff"][..], 3),
        ("bad2e36c", &[][..], 3),
        ("bad3e36c", &["CrashLoopBackOff"][..], 3),
        ("bad4e36c", &["CrashLoopBackOff"][..], 3),
    ] {
        let mut world = world_with(cart().progress_deadline(20));
        set_image(&mut world, "cart", commit);
        let mut seen = BTreeSet::new();
        for _ in 0..400 {
            world.step(world.now() + TimeDelta::milliseconds(100));
            seen.extend(waiting(&world).into_iter().map(|(_, reason)| reason));
        }
        for reason in reasons {
            assert!(seen.contains(reason), "{commit}: {seen:?}");
        }
        let deployment = world.deployments.values().next().unwrap();
        assert_eq!(deployment.condition("Progressing").unwrap().reason, "ProgressDeadlineExceeded", "{commit}");
        assert_eq!(deployment.counts.available, available, "{commit}: the old pods serve on");
        assert_eq!(deployment.counts.updated, 1, "{commit}");
        set_image(&mut world, "cart", "993e5fc27cb0");
        play(&mut world, 60);
        assert!(rollout(&world, "cart").complete(), "{commit}: fixed by the next image: {:?}", rollout(&world, "cart"));
    }
}

#[test]
fn a_stateful_set_rolls_from_the_highest_ordinal() {
    let mut world = world_with(Workload::stateful_set("shop", "cart", &image("1")).replicas(3));
    set_image(&mut world, "cart", "2");
    let mut deleted = Vec::new();
    while !rollout(&world, "cart").complete() {
        let due = world.next_due().expect("the rollout goes on");
        world.step(due);
        for pod in world.pods.values().filter(|pod| pod.meta.deletion.is_some()) {
            let ordinal = pod.ordinal.unwrap();
            if deleted.last() != Some(&ordinal) {
                deleted.push(ordinal);
            }
        }
        assert!(rollout(&world, "cart").ready >= 2);
    }
    assert_eq!(deleted, [2, 1, 0]);
}

#[test]
fn scaling_pausing_and_deleting() {
    let mut world = world_with(cart());
    let apply = |world: &mut World, command| world.apply(world.now(), command).unwrap();
    let (namespace, name) = ("shop".to_owned(), "cart".to_owned());
    apply(&mut world, Command::Scale { namespace: namespace.clone(), name: name.clone(), replicas: 0 });
    play(&mut world, 10);
    assert!(rollout(&world, "cart").complete() && world.pods.is_empty());
    apply(&mut world, Command::Scale { namespace: namespace.clone(), name: name.clone(), replicas: 5 });
    play(&mut world, 20);
    assert!(rollout(&world, "cart").complete());
    assert_eq!(world.pods.len(), 5);
    apply(&mut world, Command::Pause { namespace: namespace.clone(), name: name.clone(), paused: true });
    set_image(&mut world, "cart", "2");
    play(&mut world, 20);
    assert_eq!((rollout(&world, "cart").updated, world.replica_sets.len()), (0, 1));
    apply(&mut world, Command::Pause { namespace: namespace.clone(), name: name.clone(), paused: false });
    play(&mut world, 60);
    assert!(rollout(&world, "cart").complete());
    apply(&mut world, Command::Delete { namespace: namespace.clone(), name: name.clone() });
    play(&mut world, 10);
    assert!(world.pods.is_empty() && world.replica_sets.is_empty() && world.pods_of.is_empty());
    let missing = world.apply(world.now(), Command::Delete { namespace, name });
    assert!(matches!(missing, Err(crate::Error::NoSuchWorkload { .. })));
}

#[test]
fn a_deleted_pod_is_replaced() {
    let mut world = world_with(cart());
    let pod = world.pods.keys().next().unwrap().clone();
    let command = Command::DeletePod { namespace: pod.namespace.to_string(), name: pod.name.to_string() };
    world.apply(world.now(), command).unwrap();
    play(&mut world, 20);
    assert!(rollout(&world, "cart").complete());
    assert!(!world.pods.contains_key(&pod));
}

#[test]
fn history_can_be_rewound_compacted_and_lost() {
    let mut world = world_with(cart());
    let before = world.store().rv();
    let then: Vec<u64> = world.store().all(ObjectKind::Pod).iter().map(|pod| pod.rv).collect();
    set_image(&mut world, "cart", "2");
    play(&mut world, 60);
    let rewound: Vec<u64> = world.store().all_at(ObjectKind::Pod, before).unwrap().iter().map(|pod| pod.rv).collect();
    assert_eq!(rewound, then);
    assert!(!world.store().since(ObjectKind::Pod, before).unwrap().is_empty());
    world.compact();
    assert!(world.store().all_at(ObjectKind::Pod, before).is_err());
    assert!(world.store().may_begin(ObjectKind::Pod, world.store().rv() - 1).is_err());
    assert!(world.store().may_begin(ObjectKind::Pod, world.store().rv()).is_ok());
    let rv = world.store().rv();
    world.lose_history();
    assert!(world.store().rv() < rv);
    assert_eq!(world.store().count(ObjectKind::Pod), 3);
}
