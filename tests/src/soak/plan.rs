//! What a seed makes of the world.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::catalogue::{Catalogue, Column};
use rand::rngs::StdRng;
use rand::{Rng, seq::IndexedRandom};
use server::chance::Jitter;
use server::ci::poll;
use server::clock::Clock;
use server::clusters::{Connector, Outside};
use server::config::{Access, Environment, Mode, Namespaces, Target};
use sim::spec::{ContainerRole, Strategy};
use sim::{Cluster, ClusterConfig, ClusterHandle, Pace, Workload};
use tokio::time::Instant;
use tower::ServiceBuilder;
use tower_http::decompression::DecompressionLayer;

use super::ci::Ci;
use super::process::Stored;
use super::trace::Trace;

/// A service that may be deployed.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
}

/// All services there may be.
pub(super) const SERVICES: [Service; 5] = [
    Service { namespace: "shop", name: "cart" },
    Service { namespace: "shop", name: "stock" },
    Service { namespace: "shop", name: "mail" },
    Service { namespace: "team", name: "billing" },
    Service { namespace: "team", name: "agent" },
];

/// The world of a seed.
pub(super) struct Plan {
    pub(super) clusters: Vec<ClusterHandle>,
    /// By cluster: how far its clock is ahead of ours.
    pub(super) skews: Vec<TimeDelta>,
    pub(super) environments: Vec<Environment>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) outside: Outside,
    pub(super) clock: Clock,
    pub(super) ci: Ci,
    /// What the polling of CI's document has of the outside world.
    pub(super) polling: poll::Outside,
    pub(super) freshness: Duration,
    /// What our process has stored: it outlives it.
    pub(super) stored: Arc<Mutex<Stored>>,
}

/// The tag of a version that works.
pub(super) fn tag(number: u32) -> String {
    sim::commit(&format!("version {number}"))
}

/// An image of a service.
pub(super) fn image(service: &str, tag: &str) -> String {
    format!("registry.example:5000/shop/{service}:{tag}")
}

/// A workload for a service: each has a kind, or a way, of its own.
pub(super) fn workload(service: &Service, tag: &str, replicas: u32) -> Workload {
    let image = image(service.name, tag);
    let make = match service.name {
        "stock" => Workload::stateful_set,
        "agent" => Workload::daemon_set,
        _ => Workload::deployment,
    };
    let workload = make(service.namespace, service.name, &image).replicas(replicas).progress_deadline(60);
    match service.name {
        "mail" => workload.strategy(Strategy::Recreate),
        "billing" => {
            let mesh = "registry.example:5000/mesh/istio-proxy:1.22";
            let mut workload =
                workload.container("migrate", &image, ContainerRole::Init).container("istio-proxy", mesh, ContainerRole::Sidecar);
            workload.min_ready_seconds = 5;
            workload
        }
        _ => workload,
    }
}

impl Plan {
    /// Draws a world, and starts its clusters.
    pub(super) fn draw(dice: &mut StdRng, trace: &Trace) -> Self {
        let begun = Instant::now();
        let start: DateTime<Utc> = DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default();
        let now = move || start + begun.elapsed();
        let clock = Clock::new(now);
        let columns = if dice.random_bool(0.5) { vec![("dev", 1), ("pro", 2)] } else { vec![("dev", 1), ("pro", 1)] };
        let freshness = Duration::from_secs(*[30, 60, 90].choose(dice).unwrap_or(&90));
        let ci = Ci::draw(dice);
        let polling = poll::Outside { clock: clock.clone(), jitter: Jitter::seeded(dice.random()), transport: ci.transport() };
        let mut plan = Self {
            clusters: Vec::new(),
            skews: Vec::new(),
            environments: Vec::new(),
            catalogue: Arc::new(Catalogue::new([])),
            outside: Outside::real(clock.clone()),
            clock,
            ci,
            polling,
            freshness,
            stored: Arc::default(),
        };
        let mut shape = Vec::new();
        for (environment, count) in columns {
            let mut targets = Vec::new();
            for place in 0..count {
                let name = if count == 1 { environment.to_owned() } else { format!("{environment}-{place}") };
                let skew = TimeDelta::seconds(*[0, 0, 0, 20, -20, 180, -180].choose(dice).unwrap_or(&0));
                let sim_clock = sim::clock::Clock::new(move || now() + skew);
                let mode = mode(dice, freshness);
                let namespaces = namespaces(dice);
                let config = cluster(dice, &name, sim_clock, start + skew);
                trace.note(format!("{name}: {mode:?}, {namespaces:?}, clock {skew}, seed {}", config.world.seed));
                plan.clusters.push(Cluster::local(config).expect("its past is of its own workloads"));
                plan.skews.push(skew);
                let url = format!("http://{name}.sim").parse().expect("a URL");
                targets.push(Target { cluster: name, access: Access::Server { url, token_file: None, ca_file: None }, namespaces, mode });
            }
            let tier = model::catalogue::Tier::of_name(environment);
            shape.push((environment, targets.iter().map(|target| target.cluster.clone()).collect::<Vec<_>>()));
            plan.environments.push(Environment { name: environment.to_owned(), tier, targets });
        }
        let columns = shape.iter().map(|(name, clusters)| Column::new(name, &clusters.iter().map(String::as_str).collect::<Vec<_>>()));
        let mut catalogue = Catalogue::new(columns);
        catalogue.timing.freshness = TimeDelta::from_std(freshness).unwrap_or_default();
        // Some so short that lists anew meet every fault.
        catalogue.timing.relist = TimeDelta::seconds(*[60, 100, 600].choose(dice).unwrap_or(&600));
        plan.catalogue = Arc::new(catalogue);
        plan.outside.page = *[2, 5, 500].choose(dice).unwrap_or(&500);
        plan.outside.jitter = Jitter::seeded(dice.random());
        plan.outside.connector = connector(&plan.clusters);
        trace.note(format!("freshness {freshness:?}, pages of {}", plan.outside.page));
        plan
    }

    /// The targets in the order of their ids, with the place of their environment.
    pub(super) fn targets(&self) -> impl Iterator<Item = (usize, &Target, &ClusterHandle)> {
        let targets = self.environments.iter().enumerate().flat_map(|(place, column)| column.targets.iter().map(move |t| (place, t)));
        targets.zip(&self.clusters).map(|((place, target), cluster)| (place, target, cluster))
    }

    /// The newest resourceVersion of each cluster: whether anything has changed.
    pub(super) fn versions(&self) -> Vec<u64> {
        self.clusters.iter().map(ClusterHandle::resource_version).collect()
    }
}

fn mode(dice: &mut StdRng, freshness: Duration) -> Mode {
    match dice.random_range(0..10) {
        0..5 => Mode::Watch { streaming: false },
        5..8 => Mode::Watch { streaming: true },
        _ => Mode::Poll { interval: freshness / 3 },
    }
}

fn namespaces(dice: &mut StdRng) -> Namespaces {
    let names: &[&str] = match dice.random_range(0..10) {
        0 => &["shop", "team"],
        1 => &["shop", "te*"],
        2 => &["!kube-*"],
        _ => &[],
    };
    Namespaces(names.iter().map(|&name| name.to_owned()).collect())
}

fn cluster(dice: &mut StdRng, name: &str, clock: sim::clock::Clock, now: DateTime<Utc>) -> ClusterConfig {
    let mut config = ClusterConfig::new(name).seed(dice.random()).pace(if dice.random_bool(0.7) { Pace::recorded() } else { Pace::fast() });
    config.clock = clock;
    config.watch_list = dice.random_bool(0.7);
    config.bookmark_every = Duration::from_secs(*[5, 15, 60].choose(dice).unwrap_or(&60));
    config.compress_over = if dice.random_bool(0.3) { 0 } else { 128 * 1024 };
    config.world.log_limit = *[20, 4000].choose(dice).unwrap_or(&4000);
    for service in &SERVICES {
        if dice.random_bool(0.8) {
            config = config.running_since(workload(service, &tag(0), dice.random_range(1..4)), now - TimeDelta::days(1));
        }
    }
    config
}

/// Clients that reach the clusters within the process, with the token of the moment at which they were made.
///
/// # Panics
/// When a target is no address of one of the clusters (`http://NAME.sim`).
#[must_use]
pub fn connector(clusters: &[ClusterHandle]) -> Connector {
    let clusters = clusters.to_vec();
    Connector::Given(Arc::new(move |access| {
        let Access::Server { url, .. } = access else { unreachable!("every target is an address") };
        let name = url.host_str().unwrap_or_default().trim_end_matches(".sim");
        let cluster = clusters.iter().find(|cluster| cluster.name() == name).expect("a cluster of that name");
        let bearer = http::HeaderValue::try_from(format!("Bearer {}", cluster.current_token())).expect("a token is a header");
        let service = ServiceBuilder::new()
            .layer(DecompressionLayer::new())
            .map_request(move |mut request: http::Request<kube::client::Body>| {
                request.headers_mut().insert(http::header::AUTHORIZATION, bearer.clone());
                request
            })
            .service(cluster.service());
        kube::Client::new(service, "default")
    }))
}
