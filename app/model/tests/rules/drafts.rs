//! A row whose drafts were kept comes out as one that is merged from scratch.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use model::board::Row;
use model::event::{Event, TargetHealth};
use model::fixture::{record, workload};
use model::ids::{ServiceName, TargetId};
use model::index::Index;
use model::merge::{Changed, Drafts, merge};
use model::workload::{Fact, Kind};
use proptest::prelude::*;

use crate::order::{list, lists, world};

const TARGETS: u16 = 4;

/// Seconds that pass, and what happens then.
type Step = (i64, Event);

/// What was heard of the world, again; what it had gone, and its pods no longer ready; and what else there is to hear.
fn step() -> impl Strategy<Value = Step> {
    let events = world().events;
    let pods = events.iter().filter_map(|event| match event {
        Event::Seen { target, fact: Fact::Pod(pod), at } => Some((*target, pod, *at)),
        _ => None,
    });
    let unready = pods.map(|(target, pod, at)| {
        let mut pod = pod.clone();
        pod.set_ready("False", "10:00:00");
        Event::Seen { target, fact: Fact::Pod(pod), at }
    });
    let gone = events.iter().filter_map(|event| match event {
        Event::Seen { target, fact, at } => Some(Event::Gone { target: *target, kind: fact.kind(), name: fact.name().clone(), at: *at }),
        _ => None,
    });
    let health = |health: TargetHealth| {
        (0..TARGETS).map(move |target| Event::Target { target: TargetId(target), health: health.clone(), at: world().now })
    };
    let records = ["dev cart aaa1111 09:59:00 failure", "pro cart 993e5fc 09:58:00 by:ana", "pre mail 1.4 10:00:30 started"];
    let records = records.map(|text| Event::Record(Arc::new(record(text))));
    let others = lists(&workload("dev shop/mail 1.5 1/1")).into_iter().chain(records);
    let others = others.chain(health(TargetHealth::Unreachable("timed out".into())));
    let live = health(TargetHealth::Live { notes: Vec::new() });
    let one_of = |events: Vec<Event>| proptest::sample::select(events);
    let event = prop_oneof![
        6 => one_of(events.clone()),
        3 => one_of(unready.collect()),
        2 => one_of(gone.collect()),
        1 => one_of(others.collect()),
        2 => one_of(live.collect()),
    ];
    (prop_oneof![4 => Just(0), 3 => 1..20_i64, 1 => 20..120_i64], event)
}

/// The same, heard at another time.
fn heard(mut event: Event, now: DateTime<Utc>) -> Event {
    match &mut event {
        Event::Listed { at, .. }
        | Event::Seen { at, .. }
        | Event::Gone { at, .. }
        | Event::Withdrawn { at, .. }
        | Event::Target { at, .. } => {
            *at = now;
        }
        Event::Record(_) | Event::Image(_) | Event::RecordedEnvironment(_) => {}
    }
    event
}

/// The rows as a hub keeps them: merged when they are touched, and when their time has come.
#[derive(Default)]
struct Rows {
    drafts: BTreeMap<ServiceName, Drafts>,
    rows: BTreeMap<ServiceName, Row>,
    look_at: BTreeMap<ServiceName, DateTime<Utc>>,
}

impl Rows {
    fn take(&mut self, index: &mut Index, event: Event, now: DateTime<Utc>) -> Result<(), TestCaseError> {
        let target = event.target();
        let mut changed: BTreeMap<ServiceName, Changed> = BTreeMap::new();
        for service in index.apply(event).services {
            changed.entry(service).or_default().by(target);
        }
        for (service, _) in self.look_at.iter().filter(|(_, at)| **at <= now) {
            changed.entry(service.clone()).or_default();
        }
        for (service, changed) in changed {
            let drafts = self.drafts.entry(service.clone()).or_default();
            let previous = self.rows.get(&service);
            let merged = drafts.merge(index, &service, now, previous, &changed);
            let anew = merge(index, &service, now, previous);
            prop_assert_eq!(&merged.row, &anew.row, "{} at {}", service, now);
            prop_assert!(merged.recheck_at.is_some() >= anew.recheck_at.is_some());
            prop_assert!(merged.recheck_at.is_none_or(|at| at > now && anew.recheck_at.is_none_or(|anew| at <= anew)));
            match merged.recheck_at {
                Some(at) => _ = self.look_at.insert(service.clone(), at),
                None => _ = self.look_at.remove(&service),
            }
            match merged.row {
                Some(row) => _ = self.rows.insert(service, row),
                None => _ = self.rows.remove(&service),
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn kept_drafts_are_as_new_ones(steps in prop::collection::vec(step(), 1..120)) {
        let (world, mut rows) = (world(), Rows::default());
        let (mut index, mut now) = (Index::new(Arc::new(world.catalogue)), world.now);
        for kind in Kind::ALL {
            for target in 0..TARGETS {
                rows.take(&mut index, list(target, kind, Vec::new()), now)?;
            }
        }
        for (seconds, event) in steps {
            now += Duration::seconds(seconds);
            rows.take(&mut index, heard(event, now), now)?;
        }
    }
}
