//! How a simulated cluster is made.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::api::{Settings, Shared};
use crate::clock::Clock;
use crate::error::Error;
use crate::faults::Rules;
use crate::spec::Workload;
use crate::users::User;
use crate::world::{Command, Pace, World, WorldConfig};

/// How a cluster is made.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Its name, and that of its kubeconfig context.
    pub name: String,
    /// Where its API server listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The world: seed, nodes, pace, how much history is kept.
    pub world: WorldConfig,
    /// Who may read what.
    pub users: Vec<User>,
    /// What runs at the start, in its steady state, and since when.
    pub workloads: Vec<(Workload, DateTime<Utc>)>,
    /// What was done before the start, in order of time: the world is played from there.
    pub past: Vec<(DateTime<Utc>, Command)>,
    /// Whether lists can be streamed by a watch (`sendInitialEvents`), which older servers refuse.
    pub watch_list: bool,
    /// How often a quiet watch gets a bookmark.
    pub bookmark_every: Duration,
    /// Lists larger than this, in bytes, are compressed for those who take it.
    pub compress_over: usize,
    /// The cluster's own clock, which may differ from those of its clients.
    pub clock: Clock,
}

impl ClusterConfig {
    /// An empty cluster on a free port of 127.0.0.1, at the pace of the recordings.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            world: WorldConfig::default(),
            users: User::defaults(),
            workloads: Vec::new(),
            past: Vec::new(),
            watch_list: true,
            bookmark_every: Duration::from_secs(60),
            compress_over: 128 * 1024,
            clock: Clock::default(),
        }
    }

    /// With another seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.world.seed = seed;
        self
    }

    /// At another pace.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.world.pace = pace;
        self
    }

    /// With a workload that has run for a day.
    #[must_use]
    pub fn running(self, workload: Workload) -> Self {
        let since = self.clock.now() - chrono::TimeDelta::days(1);
        self.running_since(workload, since)
    }

    /// With a workload that has run since a time.
    #[must_use]
    pub fn running_since(mut self, workload: Workload, since: DateTime<Utc>) -> Self {
        self.workloads.push((workload, since));
        self
    }

    /// With something that was done before the start.
    #[must_use]
    pub fn after(mut self, at: DateTime<Utc>, command: Command) -> Self {
        self.past.push((at, command));
        self
    }

    /// Makes the world as it is now: everything is played in the order in which it came.
    fn into_world(mut self) -> Result<World, Error> {
        let now = self.clock.now();
        self.past.sort_by_key(|(at, _)| *at);
        self.workloads.sort_by_key(|(_, since)| *since);
        let start = self.past.first().map_or(now, |(at, _)| *at).min(now);
        let mut world = World::new(self.world, start);
        let mut workloads = self.workloads.into_iter().peekable();
        for (at, command) in self.past {
            while let Some((workload, since)) = workloads.next_if(|(_, since)| *since <= at) {
                world.step(since.max(start));
                world.seed(workload, since);
            }
            world.apply(at.min(now), command)?;
        }
        for (workload, since) in workloads {
            world.step(since.min(now));
            world.seed(workload, since.min(now));
        }
        world.step(now);
        Ok(world)
    }

    /// The cluster with everything configured in place.
    pub(super) fn into_shared(self) -> Result<Arc<Shared>, Error> {
        let (users, clock) = (self.users.clone(), self.clock.clone());
        let settings = Settings { watch_list: self.watch_list, bookmark_every: self.bookmark_every, compress_over: self.compress_over };
        let shared = Arc::new(Shared {
            world: Mutex::new(self.into_world()?),
            clock,
            users,
            rules: Mutex::new(Rules::default()),
            settings,
            newest: Default::default(),
            requests: Mutex::new(Vec::new()),
        });
        shared.announce();
        Ok(shared)
    }
}
