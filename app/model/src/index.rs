//! The newest fact of each object, by key: what [`merge`](crate::merge) reads.
//!
//! Events about different objects may come in any order and give the same index: a pod or a ReplicaSet that comes before
//! its owner is found by the owner's uid once that is there.

mod health;
mod images;
mod objects;
mod records;

use arcstr::ArcStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::catalogue::{Catalogue, EnvironmentSpec, Origin, Tier};
use crate::event::Event;
use crate::ids::{EnvironmentName, ServiceName, TargetId};
use crate::published::Published;
use crate::record::Record;
use crate::strings::Strings;
use crate::workload::Workload;

pub(crate) use health::{Freshness, Health};
pub(crate) use images::Images;
pub(crate) use objects::{Objects, WorkloadKey};
pub(crate) use records::Claim;
use records::Records;

/// The newest of everything that was heard.
#[derive(Clone, Debug)]
pub struct Index {
    catalogue: Arc<Catalogue>,
    /// One for each target of the catalogue.
    targets: Vec<TargetIndex>,
    services: BTreeMap<ServiceName, Known>,
    /// Records whose environment is no column, by its name in lower case.
    unplaced: BTreeMap<String, BTreeMap<ServiceName, Records>>,
    images: Images,
    /// Those of the records.
    strings: Strings,
}

/// What is known of a target.
#[derive(Clone, Debug, Default)]
struct TargetIndex {
    health: Health,
    objects: Objects,
}

/// Where the facts and records of a service are.
#[derive(Clone, Debug, Default)]
struct Known {
    workloads: BTreeSet<(TargetId, WorkloadKey)>,
    records: BTreeMap<EnvironmentName, Records>,
}

impl Known {
    fn claims(&self) -> impl Iterator<Item = Claim<'_>> {
        self.records.values().flat_map(Records::claims)
    }
}

/// What an event may have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Rows to merge again.
    pub services: BTreeSet<ServiceName>,
    /// Whether the columns (target states, unplaced records) may have changed.
    pub header: bool,
}

impl Index {
    /// An index that has heard nothing.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let targets = catalogue.targets.iter().map(|_| TargetIndex::default()).collect();
        Self {
            catalogue,
            targets,
            services: BTreeMap::new(),
            unplaced: BTreeMap::new(),
            images: Images::default(),
            strings: Strings::default(),
        }
    }

    /// The catalogue, with the environments that only CI knows at the end.
    #[must_use]
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Takes in one event and says which rows it touches. Events of targets that the catalogue does not have are ignored.
    pub fn apply(&mut self, event: Event) -> Touched {
        match event {
            Event::Seen { target, fact, at } => self.facts(target, at, |objects, services| objects.put(fact, services)),
            Event::Gone { target, kind, name, at } => self.facts(target, at, |objects, services| objects.remove(kind, &name, services)),
            Event::Listed { target, kind, namespace, facts, at } => self.facts(target, at, |objects, services| {
                objects.replace(kind, namespace.as_deref(), facts, services);
            }),
            Event::Withdrawn { target, kind, namespace, at } => self.facts(target, at, |objects, services| {
                objects.withdraw(kind, namespace.as_deref(), services);
            }),
            Event::Target { target, health, at } => {
                let freshness = self.catalogue.timing.freshness;
                let Some(known) = self.targets.get_mut(usize::from(target.0)) else { return Touched::default() };
                let change = known.health.report(health, at, freshness);
                self.touched_by(change)
            }
            Event::Record(record) => self.record(record),
            Event::Image(published) => self.image(published),
            Event::RecordedEnvironment(name) => self.recorded_environment(name),
        }
    }

    /// What is known of no target, for other environments or rules: records, and what registries say. Facts belong to the old
    /// targets and stay behind.
    #[must_use]
    pub fn renewed(&self, catalogue: Arc<Catalogue>) -> Self {
        let mut next = Self::new(catalogue);
        let placed = self.services.values().flat_map(|known| known.records.values());
        for records in placed.chain(self.unplaced.values().flat_map(BTreeMap::values)) {
            next.take_over(records);
        }
        for published in self.images.all() {
            next.image(Arc::clone(published));
        }
        next
    }

    /// Every service that has a fact or a record.
    pub fn services(&self) -> impl Iterator<Item = &ServiceName> {
        self.services.keys()
    }

    /// Whether the service has a fact or a record.
    pub(crate) fn knows(&self, service: &ServiceName) -> bool {
        self.services.contains_key(service)
    }

    /// The records of a service in an environment of the catalogue that may be what is deployed there: the newest successful one
    /// and all that are not older, newest first.
    #[must_use]
    pub fn records(&self, service: &ServiceName, environment: &EnvironmentName) -> &[Arc<Record>] {
        self.records_in(service, environment).map_or(&[], Records::current)
    }

    /// How many records name an environment that is no column.
    pub(crate) fn unplaced(&self) -> usize {
        self.unplaced.values().flat_map(BTreeMap::values).map(Records::len).sum()
    }

    /// What the records of a service in an environment claim, newest first.
    pub(crate) fn claims(&self, service: &ServiceName, environment: &EnvironmentName) -> impl Iterator<Item = Claim<'_>> {
        self.records_in(service, environment).into_iter().flat_map(Records::claims)
    }

    /// What all records of a service claim, environment by environment, newest first in each.
    pub(crate) fn claims_of(&self, service: &ServiceName) -> impl Iterator<Item = Claim<'_>> {
        self.services.get(service).into_iter().flat_map(Known::claims)
    }

    fn records_in(&self, service: &ServiceName, environment: &EnvironmentName) -> Option<&Records> {
        self.services.get(service)?.records.get(environment)
    }

    /// The workloads of a service in a target.
    pub(crate) fn workloads<'a>(&'a self, service: &ServiceName, target: TargetId) -> impl Iterator<Item = &'a Workload> + use<'a> {
        let objects = self.objects(target);
        let known = self.services.get(service).map(|known| &known.workloads);
        // Targets are few: a service's workloads are skipped over rather than searched.
        known.into_iter().flatten().filter(move |(at, _)| *at == target).filter_map(move |(_, key)| objects?.workload(key))
    }

    /// The objects of a target.
    pub(crate) fn objects(&self, target: TargetId) -> Option<&Objects> {
        self.targets.get(usize::from(target.0)).map(|known| &known.objects)
    }

    /// What registries say of images.
    pub(crate) fn images(&self) -> &Images {
        &self.images
    }

    /// How a target is doing.
    pub(crate) fn freshness(&self, target: TargetId, now: DateTime<Utc>) -> Freshness {
        let bound = self.catalogue.timing.freshness;
        self.targets.get(usize::from(target.0)).map_or_else(|| Health::default().at(now, bound), |known| known.health.at(now, bound))
    }

    /// Changes the objects of a target, which was heard by that.
    fn facts(&mut self, target: TargetId, at: DateTime<Utc>, change: impl FnOnce(&mut Objects, &mut objects::Moves)) -> Touched {
        let freshness = self.catalogue.timing.freshness;
        let Some(known) = self.targets.get_mut(usize::from(target.0)) else { return Touched::default() };
        let heard = known.health.heard(at, freshness);
        let mut moves = objects::Moves::default();
        change(&mut known.objects, &mut moves);
        if moves.whole_target {
            moves.touched.extend(known.objects.services().cloned());
        }
        for (service, key) in moves.came {
            self.services.entry(service).or_default().workloads.insert((target, key));
        }
        for (service, key) in moves.left {
            self.forget(&service, |known| {
                known.workloads.remove(&(target, key));
            });
        }
        let mut touched = self.touched_by(heard);
        touched.services.append(&mut moves.touched);
        touched
    }

    fn touched_by(&self, change: health::Change) -> Touched {
        let services = if change.cells { self.services.keys().cloned().collect() } else { BTreeSet::new() };
        Touched { services, header: change.header }
    }

    fn record(&mut self, record: Arc<Record>) -> Touched {
        let record = Arc::new(Arc::unwrap_or_clone(record).sharing(&mut self.strings));
        let service = record.service.clone();
        let (records, is_placed) = self.records_for(&service, &record.environment);
        match (records.insert(record), is_placed) {
            (false, _) => Touched::default(),
            (true, true) => Touched { services: BTreeSet::from([service]), header: false },
            (true, false) => Touched { header: true, ..Touched::default() },
        }
    }

    /// Where records of an environment go, as CI calls it; and whether that is a column.
    fn records_for(&mut self, service: &ServiceName, environment: &EnvironmentName) -> (&mut Records, bool) {
        let place = self.catalogue.environment(environment.as_str());
        match place.and_then(|place| self.catalogue.environments.get(place)) {
            Some(column) => {
                let known = self.services.entry(service.clone()).or_default();
                (known.records.entry(column.name.clone()).or_default(), true)
            }
            None => {
                let services = self.unplaced.entry(environment.as_str().to_ascii_lowercase()).or_default();
                (services.entry(service.clone()).or_default(), false)
            }
        }
    }

    /// Takes records over from an index with another catalogue. Those that a success has replaced go where that goes.
    fn take_over(&mut self, records: &Records) {
        for record in records.current() {
            self.record(Arc::clone(record));
        }
        if let Some(success) = records.success() {
            self.records_for(&success.service, &success.environment).0.extend_past(records);
        }
    }

    /// The rows of all services that have the image, in whatever way.
    fn image(&mut self, published: Arc<Published>) -> Touched {
        let about = self.images.insert(published);
        if about.is_empty() {
            return Touched::default();
        }
        let is_about = |digest: &Option<ArcStr>| digest.as_ref().is_some_and(|digest| about.contains(digest));
        let names_it = |image: &str| image.rsplit_once('@').is_some_and(|(_, digest)| about.contains(digest));
        let has_it = |(target, key): &(TargetId, WorkloadKey)| {
            let Some(objects) = self.objects(*target) else { return false };
            objects.workload(key).is_some_and(|workload| {
                let mut pods = objects.pods_of(workload);
                workload.template.containers.iter().any(|container| names_it(&container.image))
                    || pods.any(|pod| pod.containers.iter().any(|container| is_about(&container.digest)))
            })
        };
        let was_recorded = |claim: Claim<'_>| {
            claim.digest.is_some_and(|digest| about.contains(digest)) || claim.image.is_some_and(|image| names_it(image))
        };
        let is_touched = |known: &Known| known.workloads.iter().any(has_it) || known.claims().any(was_recorded);
        let services = self.services.iter().filter(|(_, known)| is_touched(known)).map(|(service, _)| service.clone()).collect();
        Touched { services, header: false }
    }

    /// A column after the configured ones; those that only CI knows are in the order of their names, so that the
    /// order in which they appeared does not matter.
    fn recorded_environment(&mut self, name: EnvironmentName) -> Touched {
        if self.catalogue.environment(name.as_str()).is_some() {
            return Touched::default();
        }
        let unplaced = self.unplaced.remove(&name.as_str().to_ascii_lowercase()).unwrap_or_default();
        for (service, records) in unplaced {
            self.services.entry(service).or_default().records.insert(name.clone(), records);
        }
        let environments = &mut Arc::make_mut(&mut self.catalogue).environments;
        let configured = environments.iter().rposition(|environment| environment.origin == Origin::Configuration).map_or(0, |at| at + 1);
        let place = environments.iter().skip(configured).take_while(|environment| environment.name < name).count();
        let spec =
            EnvironmentSpec { name, tier: Tier::Other, aliases: Vec::new(), targets: Vec::new(), drift: true, origin: Origin::Records };
        environments.insert(configured + place, spec);
        Touched { services: self.services.keys().cloned().collect(), header: true }
    }

    /// Changes what is known of a service, and forgets the service when nothing is left.
    fn forget(&mut self, service: &ServiceName, change: impl FnOnce(&mut Known)) {
        if let Some(known) = self.services.get_mut(service) {
            change(known);
            if known.workloads.is_empty() && known.records.is_empty() {
                self.services.remove(service);
            }
        }
    }
}
