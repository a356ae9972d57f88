//! What each workload really was, and when, by the simulator's own account: nothing here is code under test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sim::ClusterHandle;
use tokio::time::Instant;

use super::plan::{Plan, SERVICES};
use super::process::lock;

/// What a workload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is not there.
    Absent,
    /// It is told to have no pods.
    Zero,
    /// Not all wanted pods run the wanted image and are ready.
    Underway,
    /// All do, and its controller says so. With the image.
    Done(String),
}

/// Place of a cluster, namespace, and name.
type Key = (usize, &'static str, &'static str);

/// The states of all workloads, each with its beginning.
#[derive(Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<States>>);

/// By workload, in the order of time.
type States = BTreeMap<Key, Vec<(Instant, State)>>;

impl Ledger {
    /// Follows the clusters of a plan.
    pub(super) fn follow(plan: &Plan) -> Self {
        let ledger = Self::default();
        for (place, cluster) in plan.clusters.iter().enumerate() {
            ledger.note(place, cluster);
            let (ledger, cluster) = (ledger.clone(), cluster.clone());
            tokio::spawn(async move {
                loop {
                    cluster.changed().await;
                    ledger.note(place, &cluster);
                }
            });
        }
        ledger
    }

    fn note(&self, place: usize, cluster: &ClusterHandle) {
        let now = Instant::now();
        let mut ledger = lock(&self.0);
        for service in &SERVICES {
            let state = cluster.look(|world| match world.workload(service.namespace, service.name) {
                None => State::Absent,
                Some(workload) => {
                    let rollout = world.rollout(service.namespace, service.name).unwrap_or_default();
                    let image = workload.template.containers.iter().find(|container| container.name == "app");
                    let all = [rollout.current, rollout.updated, rollout.ready].iter().all(|count| *count == rollout.wanted);
                    match (rollout.observed >= rollout.generation && all, rollout.wanted) {
                        (_, 0) => State::Zero,
                        (true, _) => State::Done(image.map(|container| container.image.clone()).unwrap_or_default()),
                        (false, _) => State::Underway,
                    }
                }
            });
            let states = ledger.entry((place, service.namespace, service.name)).or_default();
            if states.last().is_none_or(|(_, last)| *last != state) {
                states.push((now, state));
            }
        }
    }

    /// Whether a workload was at any time of the last `window` as asked.
    pub(super) fn was(&self, place: usize, service: &str, window: Duration, asked: impl Fn(&State) -> bool) -> bool {
        let since = Instant::now().checked_sub(window);
        let ledger = lock(&self.0);
        let Some((_, states)) = ledger.iter().find(|((at, _, name), _)| *at == place && *name == service) else { return false };
        let ends = states.iter().skip(1).map(|(begun, _)| Some(*begun)).chain([None]);
        states.iter().zip(ends).any(|((_, state), end)| {
            let lasted_into = end.is_none_or(|end| since.is_none_or(|since| end >= since));
            lasted_into && asked(state)
        })
    }
}
