//! What happens next.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::fleet::Fleet;
use super::names::PEOPLE;
use super::past::{self, Cell, Row};
use super::stage::{self, Role};
use super::{Home, ScenarioConfig, Stage, homes};
use crate::ci::{Deployment, Outcome};
use crate::cluster::ClusterConfig;
use crate::world::{Command, Pace};

/// Something that is done.
#[derive(Clone, Debug)]
pub enum Action {
    /// Somebody's pipeline changes an image in an environment's cluster.
    Command {
        /// The environment's index.
        environment: usize,
        /// What is done.
        command: Command,
    },
    /// CI tells of a deployment.
    Record(Deployment),
    /// An environment's cluster goes away.
    Away {
        /// The environment's index.
        environment: usize,
    },
    /// It is back.
    Back {
        /// The environment's index.
        environment: usize,
    },
}

/// How long a place is left alone after a deployment to it.
const REST: TimeDelta = TimeDelta::seconds(45);

/// A fleet, its past and its future.
#[derive(Clone, Debug)]
pub struct Scenario {
    config: ScenarioConfig,
    homes: Vec<Home>,
    fleet: Fleet,
    rng: ChaCha8Rng,
    began: DateTime<Utc>,
    /// What runs where when the scenario begins, and what was last deployed where as it goes on.
    first: Vec<Row>,
    rows: Vec<Row>,
    history: Vec<Deployment>,
    frozen: Vec<(usize, usize)>,
    /// What is due, in order of time.
    plan: BTreeMap<(DateTime<Utc>, u64), Action>,
    planned: u64,
    next_deployment: DateTime<Utc>,
    runs: u32,
    tried: u64,
}

impl Scenario {
    /// A scenario that begins at a time.
    #[must_use]
    pub fn new(config: ScenarioConfig, now: DateTime<Utc>) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
        let homes = homes::homes(&config);
        let fleet = Fleet::new(&config, &homes, &mut rng);
        let environments = config.environments.len();
        let rows = (0..fleet.services.len()).map(|service| past::row(&fleet, service, environments, now, &mut rng)).collect();
        let mut scenario = Self {
            config,
            homes,
            fleet,
            rng,
            began: now,
            first: Vec::new(),
            rows,
            history: Vec::new(),
            frozen: Vec::new(),
            plan: BTreeMap::new(),
            planned: 0,
            next_deployment: now + TimeDelta::seconds(2),
            runs: 800,
            tried: 0,
        };
        if scenario.config.stage == Stage::Demo {
            scenario.set_the_stage(now);
        }
        scenario.first.clone_from(&scenario.rows);
        scenario.write_history(now);
        scenario
    }

    /// How it was made.
    #[must_use]
    pub fn config(&self) -> &ScenarioConfig {
        &self.config
    }

    /// When it began.
    pub(super) fn began(&self) -> DateTime<Utc> {
        self.began
    }

    /// Its services.
    #[must_use]
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// The names of its clusters.
    #[must_use]
    pub fn clusters(&self) -> Vec<String> {
        homes::clusters(&self.config)
    }

    /// Where each environment is, in their order.
    #[must_use]
    pub fn homes(&self) -> &[Home] {
        &self.homes
    }

    /// A cluster, with all environments in it, as it is when the scenario begins.
    #[must_use]
    pub fn cluster(&self, number: usize) -> ClusterConfig {
        let mut cluster = ClusterConfig::new(&self.clusters()[number]);
        cluster.world.seed = self.config.seed.wrapping_add(number as u64);
        cluster.world.nodes = 3;
        cluster.world.pace = Pace::everyday();
        if self.config.rate.is_some() {
            // The rate is that of the objects that a dashboard watches.
            cluster.world.events = 0;
        }
        let here = (0..self.homes.len()).filter(|environment| self.homes[*environment].cluster == number);
        for environment in here {
            for (service, row) in self.first.iter().enumerate() {
                if let Some(cell) = &row[environment] {
                    let image = self.fleet.image(service, &self.fleet.commit(service, cell.number));
                    cluster = cluster.running_since(self.fleet.workload(service, environment, &image), cell.at);
                }
            }
            if self.config.stage == Stage::Demo {
                cluster = self.cast(environment, cluster, self.began);
            }
        }
        cluster
    }

    /// The records of the past: the latest of each place first, then the older ones.
    #[must_use]
    pub fn history(&self) -> &[Deployment] {
        &self.history
    }

    /// Without its past, which was told before.
    #[must_use]
    pub fn without_history(mut self) -> Self {
        self.history.clear();
        self
    }

    /// When something is due next.
    #[must_use]
    pub fn next_due(&self) -> DateTime<Utc> {
        self.plan.keys().next().map_or(self.next_deployment, |(at, _)| (*at).min(self.next_deployment))
    }

    /// What is due by `now`, in order.
    pub fn step(&mut self, now: DateTime<Utc>) -> Vec<Action> {
        while self.next_deployment <= now {
            let at = self.next_deployment;
            self.tried += 1;
            self.deploy_something(at);
            let every = &self.config.every;
            let wait = if every.is_empty() { every.start } else { self.rng.random_range(every.clone()) };
            self.next_deployment = at + TimeDelta::from_std(wait).unwrap_or(TimeDelta::seconds(5));
        }
        let mut due = Vec::new();
        while let Some(entry) = self.plan.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((at, _), action) = entry.remove_entry();
            if matches!(action, Action::Back { .. }) {
                self.plan_outage(at);
            }
            due.push(action);
        }
        due
    }

    /// How often somebody has tried to deploy since the beginning: not always is there something to promote.
    #[must_use]
    pub fn tries(&self) -> u64 {
        self.tried
    }

    /// Changes the time between two deployments.
    pub fn pace(&mut self, every: std::time::Duration) {
        self.config.every = every..every;
    }

    fn plan(&mut self, at: DateTime<Utc>, action: Action) {
        self.planned += 1;
        self.plan.insert((at, self.planned), action);
    }

    fn set_the_stage(&mut self, now: DateTime<Utc>) {
        let environments = self.config.environments.len();
        for part in &stage::PARTS {
            let Some((service, environment)) = self.place(part) else { continue };
            if !matches!(part.role, Role::Rolling) {
                self.frozen.push((service, environment));
            }
            let newest = self.fleet.services[service].commits;
            if matches!(part.role, Role::Absent) {
                self.rows[service][environment] = None;
                continue;
            }
            if self.rows[service][environment].is_none() {
                self.rows[service] = past::from_pattern("baa", newest, environments, now, &mut self.rng);
            }
            // What a part does comes after what was there before.
            for cell in self.rows[service].iter_mut().flatten().filter(|cell| cell.at > now - TimeDelta::hours(3)) {
                cell.at -= TimeDelta::hours(3);
            }
        }
        self.plan_outage(now);
    }

    fn plan_outage(&mut self, at: DateTime<Utc>) {
        if let Some((environment, from, until)) = self.outage(at) {
            self.plan(from, Action::Away { environment });
            self.plan(until, Action::Back { environment });
        }
    }

    fn write_history(&mut self, now: DateTime<Utc>) {
        let mut latest = Vec::new();
        let mut older = Vec::new();
        for service in 0..self.rows.len() {
            for environment in 0..self.config.environments.len() {
                let Some(cell) = self.rows[service][environment].clone() else { continue };
                let part = stage::PARTS.iter().find(|part| self.place(part) == Some((service, environment)));
                let told = part.filter(|_| self.config.stage == Stage::Demo).and_then(|part| self.told(part, service));
                let present = self.record(service, environment, &cell);
                match told {
                    Some((commit, ago)) => {
                        let number = self.fleet.services[service].commits + 1;
                        let new = Cell { number, at: (now - ago).trunc_subsecs(0), by: cell.by };
                        let mut record = self.record(service, environment, &new);
                        self.rows[service][environment] = Some(new);
                        record.image = self.fleet.image(service, &commit);
                        record.commit = commit;
                        latest.push(record);
                        older.push(present);
                    }
                    None => latest.push(present),
                }
                for cell in past::before(&cell, &mut self.rng) {
                    older.push(self.record(service, environment, &cell));
                }
            }
        }
        latest.sort_by_key(|record| record.at);
        older.sort_by_key(|record| record.at);
        latest.extend(older);
        self.history = latest;
    }

    fn record(&mut self, service: usize, environment: usize, cell: &Cell) -> Deployment {
        self.runs += 1;
        let name = self.fleet.services[service].name.clone();
        let commit = self.fleet.commit(service, cell.number);
        Deployment {
            image: self.fleet.image(service, &commit),
            version: self.fleet.version(service, cell.number),
            environment: self.config.environments[environment].clone(),
            commit,
            by: cell.by.to_owned(),
            at: cell.at,
            branch: "main".to_owned(),
            repository: format!("https://git.example.com/{}/{name}", self.config.namespace),
            url: format!("https://ci.example.com/job/{name}/{}", self.runs),
            outcome: Outcome::Success,
            service: name,
        }
    }

    /// Somebody deploys: something new to the first environment, or what one environment has to the next.
    fn deploy_something(&mut self, at: DateTime<Utc>) {
        let environments = self.config.environments.len();
        let target = if self.rng.random_bool(0.42) { 0 } else { self.rng.random_range(0..environments) };
        // No pipeline gets through to a cluster that is away, or will be before the pipeline ends.
        let soon = at + TimeDelta::seconds(4);
        if self.outage(at).is_some_and(|(away, from, until)| away == target && from <= soon && at <= until) {
            return;
        }
        let worth = |service: &usize| {
            let row = &self.rows[*service];
            let rested = row[target].as_ref().is_none_or(|cell| at - cell.at > REST);
            let free = !self.frozen.contains(&(*service, target));
            // A promotion needs something newer to promote, and is for places that have been deployed to before.
            let differs = target == 0
                || matches!((&row[target - 1], &row[target]), (Some(from), Some(to)) if from.number > to.number && at - from.at > REST);
            rested && free && differs
        };
        let candidates: Vec<usize> = (0..self.fleet.services.len()).filter(worth).collect();
        let Some(service) = candidates.choose(&mut self.rng).copied() else { return };
        let by = PEOPLE.choose(&mut self.rng).copied().unwrap_or(PEOPLE[0]);
        let number = match target {
            0 => {
                self.fleet.services[service].commits += 1;
                self.fleet.services[service].commits + 1
            }
            _ => self.rows[service][target - 1].as_ref().map_or(1, |cell| cell.number),
        };
        let cell = Cell { number, at: at.trunc_subsecs(0), by };
        // Now and then the first environment gets something that does not start; its author notices, and mends it.
        if target == 0 && self.config.stage == Stage::Demo && self.rng.random_bool(0.05) {
            let broken = ["bad1", "bad2", "bad3"].choose(&mut self.rng).copied().unwrap_or("bad1");
            let commit = format!("{broken}{}", &self.fleet.commit(service, number)[4..]);
            self.roll_out(service, target, &cell, Some(commit), at);
            let mended = Cell { number: number + 1, at: at + TimeDelta::seconds(100), by };
            self.fleet.services[service].commits += 1;
            self.roll_out(service, target, &mended, None, mended.at);
            self.rows[service][target] = Some(mended);
            return;
        }
        self.roll_out(service, target, &cell, None, at);
        self.rows[service][target] = Some(cell);
    }

    /// Plans the change in the cluster and the record of it: mostly the record comes last, as the end of a pipeline.
    fn roll_out(&mut self, service: usize, environment: usize, cell: &Cell, commit: Option<String>, at: DateTime<Utc>) {
        let mut record = self.record(service, environment, cell);
        if let Some(commit) = commit {
            record.image = self.fleet.image(service, &commit);
            record.commit = commit;
        }
        let command = Command::SetImage {
            namespace: self.homes[environment].namespace.clone(),
            name: record.service.clone(),
            container: None,
            image: record.image.clone(),
        };
        let lag = TimeDelta::milliseconds(self.rng.random_range(200..1500));
        let (change, tell) = if self.rng.random_bool(0.15) { (at + lag * 2, at) } else { (at, at + lag) };
        self.plan(change, Action::Command { environment, command });
        self.plan(tell, Action::Record(record));
    }
}
