//! Events about different objects may come in any order; a relist that changes nothing touches nothing.

use model::strings::ArcStr;
use std::sync::Arc;

use model::event::{Event, TargetHealth};
use model::fixture::{World, at, ended, record, workload, workload_of};
use model::ids::{EnvironmentName, ObjectName, ServiceName, TargetId, Uid};
use model::index::{Index, Touched};
use model::merge::merge;
use model::workload::{ContainerState, Fact, Kind, Workload};
use proptest::prelude::*;

use crate::check;

/// A bit of everything.
pub(crate) fn world() -> World {
    let waiting = ContainerState::Waiting { reason: Some(ArcStr::from("CrashLoopBackOff")), message: None };
    let mut world = World::new("dev pre pro=pro-a,pro-b")
        .with(&workload("dev shop/cart 993e5fc 1+1/3 old 7fc38a2 2"))
        .with(&workload("dev shop/cart-canary aaa1111 1/1").of("cart", "canary"))
        .with(
            &workload_of(Kind::StatefulSet, "pre shop/cart 7fc38a2 2/3")
                .pod(2, |pod| pod.set_crashed(3, waiting, ended(1, "Error", "09:59:00"))),
        )
        .with(&workload("pro-a shop/cart 7fc38a2 2/2"))
        .with(&workload_of(Kind::DaemonSet, "pro-b shop/cart 7fc38a2 2/2"))
        .with(&workload("dev shop/mail 1.4 1/1"))
        .record("dev cart 993e5fc 09:30:00 by:ana")
        .record("dev cart 993e5fc 09:30:00 started by:ana")
        .record("pro cart 7fc38a2 08:30:00")
        .record("pro cart 993e5fc 09:30:00 failure")
        .record("qa cart 993e5fc 09:30:00")
        .record("moon cart 993e5fc 09:30:00");
    world.events.push(Event::RecordedEnvironment(EnvironmentName::from("qa")));
    world.events.push(Event::RecordedEnvironment(EnvironmentName::from("ca")));
    world
}

/// Applies events as the hub does: touched rows are merged again, each after the one before. Answers the rows at the end.
fn play(world: &World, events: &[Event]) -> Vec<(ServiceName, Option<model::board::Row>)> {
    let mut index = Index::new(Arc::new(world.catalogue.clone()));
    let mut rows = std::collections::BTreeMap::new();
    for event in events {
        for service in index.apply(event.clone()).services {
            // Without the row before: since is then told by the facts alone.
            let row = merge(&index, &service, world.now, None).row;
            rows.insert(service, row);
        }
    }
    rows.into_iter().filter(|(_, row)| row.is_some()).collect()
}

fn whole(world: &World) -> Vec<(ServiceName, Option<model::board::Row>)> {
    let index = world.index();
    index.services().map(|service| (service.clone(), merge(&index, service, world.now, None).row)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn rows_do_not_depend_on_the_order_of_events(events in Just(world().events).prop_shuffle()) {
        let world = world();
        prop_assert_eq!(play(&world, &events), whole(&world));
    }

    #[test]
    fn objects_that_come_and_go_leave_nothing(events in Just(world().events).prop_shuffle()) {
        let world = world();
        let mut index = Index::new(Arc::new(world.catalogue.clone()));
        let facts: Vec<_> = events.iter().filter(|event| matches!(event, Event::Seen { .. })).collect();
        for event in &facts {
            index.apply((*event).clone());
        }
        let mut touched = 0;
        for event in facts.iter().rev() {
            let Event::Seen { target, fact, at } = event else { continue };
            let gone = Event::Gone { target: *target, kind: fact.kind(), name: fact.name().clone(), at: *at };
            touched += usize::from(!index.apply(gone).services.is_empty());
        }
        prop_assert!(touched > 0);
        prop_assert_eq!(index.services().count(), 0);
    }
}

pub(crate) fn list(target: u16, kind: Kind, facts: Vec<Fact>) -> Event {
    Event::Listed { target: TargetId(target), kind, namespace: None, facts, at: at("10:00:00") }
}

pub(crate) fn lists(deployed: &model::fixture::Deployed) -> Vec<Event> {
    let of = |kind: Kind| deployed.facts().into_iter().filter(|fact| fact.kind() == kind).collect();
    Kind::ALL.into_iter().map(|kind| list(0, kind, of(kind))).collect()
}

fn touched(services: &[&str]) -> Touched {
    Touched { services: services.iter().map(|name| ServiceName::from(*name)).collect(), header: false }
}

#[test]
fn the_same_list_again_touches_nothing() {
    let world = World::new("dev");
    let mut index = world.index();
    let events = lists(&workload("dev shop/cart 993e5fc 1+1/3 old 7fc38a2 2"));
    let touched = events.iter().filter(|event| !index.apply((*event).clone()).services.is_empty()).count();
    assert_eq!(touched, Kind::ALL.len(), "a kind that is listed for the first time touches what there is");
    for event in events {
        assert_eq!(index.apply(event), Touched::default());
    }
}

#[test]
fn what_is_not_listed_is_gone() {
    let mut world = World::new("dev");
    world.events.extend(lists(&workload("dev shop/cart 7fc38a2 2/2")));
    world.events.extend(lists(&workload("dev shop/mail 7fc38a2 2/2")));
    assert!(world.merge("cart").row.is_none());
    let mut index = world.index();
    // A list of one namespace says nothing of the others.
    let other = |namespace: &str| Event::Listed {
        target: TargetId(0),
        kind: Kind::Pod,
        namespace: Some(ArcStr::from(namespace)),
        facts: Vec::new(),
        at: at("10:00:00"),
    };
    assert_eq!(index.apply(other("stock")), Touched::default());
    assert_eq!(index.apply(other("shop")), touched(&["mail"]));
}

#[test]
fn what_may_no_longer_be_read_is_not_gone_but_unknown() {
    let mut world = World::new("dev");
    world.events.extend(lists(&workload("dev shop/cart 7fc38a2 2/2")));
    let withdrawn = |kind| Event::Withdrawn { target: TargetId(0), kind, namespace: None, at: at("10:00:00") };
    world.events.push(withdrawn(Kind::Pod));
    check(
        &world,
        "dev: unknown 7fc38a2 0/2 | the pods in dev-cluster may not be read, so nobody knows what runs: grant list and watch on pods",
    );
    world.events.push(withdrawn(Kind::Deployment));
    check(
        &world.record("dev cart 7fc38a2 09:00:00"),
        "dev: unknown | the deployments in dev-cluster may not be read, so nobody knows whether it is there: CI recorded 7fc38a2 at 2026-11-20 09:00:00 UTC",
    );
}

#[test]
fn pods_of_one_namespace_say_nothing_of_another() {
    let mut world = World::new("dev");
    world.events.extend(lists(&workload("dev shop/cart 7fc38a2 2/2")).into_iter().map(|event| match event {
        Event::Listed { target, kind: Kind::Pod, at, .. } => {
            Event::Listed { target, kind: Kind::Pod, namespace: Some(ArcStr::from("stock")), facts: Vec::new(), at }
        }
        other => other,
    }));
    check(
        &world,
        "dev: unknown 7fc38a2 0/2 | the pods in dev-cluster may not be read, so nobody knows what runs: grant list and watch on pods",
    );
}

#[test]
fn an_object_made_anew_under_the_same_name() {
    let world = World::new("dev").with(&workload("dev shop/cart 7fc38a2 2/2"));
    let mut index = world.index();
    let mut anew = workload("dev shop/cart 993e5fc 0/2").workload;
    anew.uid = Uid::from("another");
    let event = Event::Seen { target: TargetId(0), fact: Fact::Workload(Box::new(anew)), at: at("10:00:00") };
    assert_eq!(index.apply(event), touched(&["cart"]));
    let row = merge(&index, &ServiceName::from("cart"), world.now, None).row.unwrap();
    let cell = &row.cells[&EnvironmentName::from("dev")];
    assert_eq!((cell.status.as_str(), cell.running.len()), ("rolling", 0), "the pods are another's");
}

#[test]
fn a_workload_that_changes_its_service_touches_both_rows() {
    let world = World::new("dev").with(&workload("dev shop/cart 7fc38a2 2/2"));
    let mut index = world.index();
    let renamed = Workload { service: ServiceName::from("basket"), ..workload("dev shop/cart 7fc38a2 2/2").workload };
    let event = Event::Seen { target: TargetId(0), fact: Fact::Workload(Box::new(renamed)), at: at("10:00:00") };
    assert_eq!(index.apply(event), touched(&["cart", "basket"]));
    assert_eq!(index.services().map(ServiceName::as_str).collect::<Vec<_>>(), ["basket"]);
    let pod = ObjectName::new("shop", "cart-1-0");
    assert_eq!(index.apply(Event::Gone { target: TargetId(0), kind: Kind::Pod, name: pod, at: at("10:00:00") }), touched(&["basket"]));
}

#[test]
fn records_again_and_out_of_order() {
    let mut index = World::new("dev").index();
    let event = |text: &str| Event::Record(Arc::new(record(text)));
    assert_eq!(index.apply(event("dev cart 7fc38a2 09:30:00")), touched(&["cart"]));
    assert_eq!(index.apply(event("dev cart 7fc38a2 09:30:00")), Touched::default());
    assert_eq!(index.apply(event("dev cart 993e5fc 09:00:00")), touched(&["cart"]));
    let records = index.records(&ServiceName::from("cart"), &EnvironmentName::from("dev"));
    assert_eq!(records.iter().map(|record| record.at).collect::<Vec<_>>(), [at("09:30:00")], "nobody shows what was replaced");
}

#[test]
fn what_was_replaced_makes_no_row_where_its_column_lost_an_alias() {
    let mut before = World::new("pro").record("live cart 1234567 08:00:00").record("live cart 7fc38a2 09:00:00");
    let after = World::new("pro");
    before.catalogue.environments[0].aliases.push("live".into());
    assert_eq!(before.index().services().count(), 1);
    assert_eq!(before.index().renewed(Arc::new(after.catalogue)).services().count(), 0);
}

#[test]
fn records_stay_for_another_catalogue() {
    let world = World::new("dev")
        .record("dev cart 1234567 08:00:00 tag:latest digest:a")
        .record("dev cart 7fc38a2 09:00:00 tag:latest digest:b")
        .record("qa cart 993e5fc 09:30:00");
    let others = World::new("pre dev qa").with(&workload("dev shop/cart latest@a 1/1"));
    let mut index = world.index().renewed(Arc::new(others.catalogue.clone()));
    others.events.iter().for_each(|event| drop(index.apply(event.clone())));
    let cells = merge(&index, &ServiceName::from("cart"), others.now, None).row.unwrap().cells;
    let cell = |name: &str| &cells[&EnvironmentName::from(name)];
    assert_eq!(cell("dev").running[0].version.short(), "1234567", "the commit is known of the record that was replaced");
    assert_eq!(cell("dev").record.as_ref().unwrap().at, at("09:00:00"));
    assert_eq!(cell("qa").record.as_ref().unwrap().at, at("09:30:00"), "which was no column");
}

#[test]
fn news_of_a_target_touch_what_they_change() {
    let world = World::new("dev").with(&workload("dev shop/cart 7fc38a2 1/1"));
    let mut index = world.index();
    let health = |health: TargetHealth, time: &str| Event::Target { target: TargetId(0), health, at: at(time) };
    let live = || TargetHealth::Live { notes: Vec::new() };
    assert_eq!(index.apply(health(live(), "10:00:04")), Touched::default(), "heard again, within ten seconds");
    assert_eq!(index.apply(health(live(), "10:00:14")), Touched { header: true, ..Touched::default() });
    let dead = Touched { header: true, ..touched(&["cart"]) };
    assert_eq!(index.apply(health(TargetHealth::Unreachable("a".into()), "10:00:20")), dead);
    assert_eq!(index.apply(health(TargetHealth::Unreachable("a".into()), "10:00:25")), Touched::default());
    assert_eq!(index.apply(health(TargetHealth::Unreachable("b".into()), "10:00:30")), dead);
    assert_eq!(index.apply(health(live(), "10:00:40")), dead, "back");
    assert_eq!(index.apply(health(live(), "10:05:00")), dead, "after a silence");
}

#[test]
fn columns_and_their_targets() {
    let world = World::new("dev pro=a,b").at("10:00:37").health("b", TargetHealth::Unreachable("timed out".into()));
    let (columns, unplaced, recheck_at) = model::merge::environments(&world.index(), world.now);
    let shown: Vec<_> = columns
        .iter()
        .flat_map(|column| column.targets.iter().map(|t| (column.name.as_str(), t.cluster.as_str(), t.state, t.since, t.error.as_deref())))
        .collect();
    use model::board::TargetState::{Live, Unreachable};
    assert_eq!(
        shown,
        [
            ("dev", "dev-cluster", Live, at("10:00:00"), None),
            ("pro", "a", Live, at("10:00:00"), None),
            ("pro", "b", Unreachable, at("10:00:37"), Some("timed out")),
        ]
    );
    assert_eq!((unplaced, recheck_at), (0, Some(at("10:01:30") + chrono::Duration::milliseconds(1))));
}
