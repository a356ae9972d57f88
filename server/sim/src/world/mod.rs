//! One cluster: its objects, its controllers, its scheduler and its kubelets, as a pure state machine.
//!
//! [`World::step`] is handed the time and does everything that is due by then, in order; two worlds with one seed and the same
//! commands at the same times are equal, however the time between is cut into steps. Nothing here reads a clock, waits or
//! does I/O, so that a day of a fleet can be played in an instant.

mod command;
mod conditions;
mod daemonsets;
mod deployments;
mod events;
mod kubelet;
mod manifests;
mod name;
mod objects;
mod pace;
mod pods;
mod replicasets;
mod seed;
mod statefulsets;
mod store;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use command::{Command, Rollout};
pub(crate) use events::EventObject;
pub(crate) use manifests::Manifest;
pub use name::{Name, ObjectKind};
pub(crate) use objects::{
    Condition, ContainerState, ContainerStatus, DaemonSet, Deployment, Exit, Meta, Namespace, Owner, OwnerKind, Phase, Pod, ReplicaSet,
    StatefulSet,
};
pub use pace::Pace;
pub use store::{Change, ChangeKind, Expired, Store, Version};

use crate::identity;
use crate::render;
use crate::spec::Labels;

/// How a world is made.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// How many nodes there are; DaemonSets have a pod on each.
    pub nodes: usize,
    /// How long things take.
    pub pace: Pace,
    /// How many changes of each kind a watch can be resumed over.
    pub log_limit: usize,
    /// How many `v1` Events are kept; none when 0.
    pub events: usize,
}

impl Default for WorldConfig {
    fn default() -> Self {
        Self { seed: 1, nodes: 2, pace: Pace::default(), log_limit: 4000, events: 1000 }
    }
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Task {
    Deployment(Name),
    ReplicaSet(Name),
    StatefulSet(Name),
    DaemonSet(Name),
    /// A pod's next step, void when the pod's epoch has moved on.
    Pod(Name, u64),
}

/// One cluster.
#[derive(Debug)]
pub struct World {
    now: DateTime<Utc>,
    rng: ChaCha8Rng,
    config: WorldConfig,
    store: Store,
    namespaces: BTreeMap<Name, Namespace>,
    deployments: BTreeMap<Name, Deployment>,
    replica_sets: BTreeMap<Name, ReplicaSet>,
    /// The ReplicaSets of a Deployment.
    sets_of: HashMap<Name, BTreeSet<Name>>,
    stateful_sets: BTreeMap<Name, StatefulSet>,
    daemon_sets: BTreeMap<Name, DaemonSet>,
    pods: BTreeMap<Name, Pod>,
    /// The pods of a ReplicaSet, StatefulSet or DaemonSet, by its uid.
    pods_of: HashMap<Arc<str>, BTreeSet<Name>>,
    /// What is served as it was applied.
    manifests: BTreeMap<(ObjectKind, Name), Manifest>,
    rollouts_installed: bool,
    events: events::EventLog,
    queue: BinaryHeap<Reverse<(DateTime<Utc>, u64, Task)>>,
    /// Controllers that are in the queue already.
    queued: HashSet<Task>,
    order: u64,
    /// Nothing is served: a workload's past is being played.
    quiet: bool,
}

impl World {
    /// A cluster that starts at a time, with the namespaces every cluster has.
    #[must_use]
    pub fn new(config: WorldConfig, now: DateTime<Utc>) -> Self {
        let mut world = Self {
            now,
            rng: ChaCha8Rng::seed_from_u64(config.seed),
            store: Store::new(300, config.log_limit),
            config,
            namespaces: BTreeMap::new(),
            deployments: BTreeMap::new(),
            replica_sets: BTreeMap::new(),
            sets_of: HashMap::new(),
            stateful_sets: BTreeMap::new(),
            daemon_sets: BTreeMap::new(),
            pods: BTreeMap::new(),
            pods_of: HashMap::new(),
            manifests: BTreeMap::new(),
            rollouts_installed: false,
            events: events::EventLog::default(),
            queue: BinaryHeap::new(),
            queued: HashSet::new(),
            order: 0,
            quiet: false,
        };
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            world.ensure_namespace(name);
        }
        world
    }

    /// The time up to which the world has been played.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What the API server serves.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// When something is due next; none when the cluster is at rest.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.queue.peek().map(|Reverse((due, _, _))| *due)
    }

    /// Plays everything that is due by `now`, in order.
    pub fn step(&mut self, now: DateTime<Utc>) {
        while let Some(Reverse((due, _, _))) = self.queue.peek()
            && *due <= now
        {
            let Some(Reverse((due, _, task))) = self.queue.pop() else { break };
            self.now = self.now.max(due);
            self.queued.remove(&task);
            match task {
                Task::Deployment(name) => self.sync_deployment(&name),
                Task::ReplicaSet(name) => self.sync_replica_set(&name),
                Task::StatefulSet(name) => self.sync_stateful_set(&name),
                Task::DaemonSet(name) => self.sync_daemon_set(&name),
                Task::Pod(name, epoch) => self.pod_step(&name, epoch),
            }
        }
        self.now = self.now.max(now);
    }

    /// Makes every resourceVersion handed out so far too old: watches and continue tokens are answered with 410.
    pub fn compact(&mut self) {
        self.store.compact();
    }

    /// The cluster's history is lost, and resourceVersions start over from a low number: an etcd restored from a backup.
    pub fn lose_history(&mut self) {
        self.store.restart(1);
        self.events = events::EventLog::default();
        self.write_everything();
    }

    /// Serves an object with a field overwritten by something that cannot be read (`/spec` by `"nonsense"`).
    pub fn spoil(&mut self, kind: ObjectKind, name: &Name, pointer: &str, value: serde_json::Value) {
        self.store.spoil(kind, name.clone(), pointer, value);
        self.write(kind, name);
    }

    /// Ends [`World::spoil`] for all objects.
    pub fn mend(&mut self) {
        for (kind, name) in self.store.mend() {
            self.write(kind, &name);
        }
    }

    /// Puts a task into the queue after a delay; a controller that waits already is not put in twice.
    fn enqueue(&mut self, task: Task) {
        if self.queued.contains(&task) {
            return;
        }
        let delay = Pace::draw(&mut self.rng, &self.config.pace.control.clone());
        self.queued.insert(task.clone());
        self.schedule(delay, task);
    }

    fn schedule(&mut self, delay: TimeDelta, task: Task) {
        self.order += 1;
        self.queue.push(Reverse((self.now + delay, self.order, task)));
    }

    fn enqueue_owner(&mut self, owner: &Owner) {
        let name = owner.name.clone();
        self.enqueue(match owner.kind {
            OwnerKind::Deployment => Task::Deployment(name),
            OwnerKind::ReplicaSet => Task::ReplicaSet(name),
            OwnerKind::StatefulSet => Task::StatefulSet(name),
            OwnerKind::DaemonSet => Task::DaemonSet(name),
        });
    }

    /// Metadata of a new object. Kubernetes keeps whole seconds.
    fn new_meta(&mut self, name: Name, labels: Labels) -> Meta {
        Meta {
            name,
            uid: identity::uid(&mut self.rng).into(),
            generation: 1,
            created: self.now.trunc_subsecs(0),
            labels: Arc::new(labels),
            rv: 0,
            deletion: None,
        }
    }

    fn ensure_namespace(&mut self, namespace: &str) {
        let name = Name::new("", namespace);
        if !self.namespaces.contains_key(&name) {
            let labels = Labels::from([("kubernetes.io/metadata.name".to_owned(), namespace.to_owned())]);
            let meta = self.new_meta(name.clone(), labels);
            self.namespaces.insert(name.clone(), Namespace { meta });
            self.write(ObjectKind::Namespace, &name);
        }
    }

    /// Serves the present state of an object as a new version.
    fn write(&mut self, kind: ObjectKind, name: &Name) {
        if self.quiet {
            return;
        }
        macro_rules! put {
            ($objects:ident, $render:path) => {
                if let Some(object) = self.$objects.get_mut(name) {
                    let labels = Arc::clone(&object.meta.labels);
                    object.meta.rv = self.store.put(kind, name, &labels, |rv| $render(object, rv));
                }
            };
        }
        match kind {
            ObjectKind::Namespace => put!(namespaces, render::namespace),
            ObjectKind::Deployment => put!(deployments, render::deployment),
            ObjectKind::ReplicaSet => put!(replica_sets, render::replica_set),
            ObjectKind::StatefulSet => put!(stateful_sets, render::stateful_set),
            ObjectKind::DaemonSet => put!(daemon_sets, render::daemon_set),
            ObjectKind::Pod => put!(pods, render::pod),
            ObjectKind::Event => {}
            kind => {
                if let Some(object) = self.manifests.get_mut(&(kind, name.clone())) {
                    let labels = Arc::clone(&object.meta.labels);
                    object.meta.rv = self.store.put(kind, name, &labels, |rv| render::manifest(object, rv));
                }
            }
        }
    }

    /// Takes an object out of what is served; it is sent once more as DELETED.
    fn unwrite(&mut self, kind: ObjectKind, name: &Name) {
        macro_rules! delete {
            ($objects:ident, $render:path) => {
                if let Some(object) = self.$objects.get(name) {
                    self.store.delete(kind, name, |rv| $render(object, rv));
                }
            };
        }
        match kind {
            ObjectKind::Deployment => delete!(deployments, render::deployment),
            ObjectKind::ReplicaSet => delete!(replica_sets, render::replica_set),
            ObjectKind::StatefulSet => delete!(stateful_sets, render::stateful_set),
            ObjectKind::DaemonSet => delete!(daemon_sets, render::daemon_set),
            ObjectKind::Pod => delete!(pods, render::pod),
            ObjectKind::Namespace | ObjectKind::Event => {}
            kind => {
                if let Some(object) = self.manifests.get(&(kind, name.clone())) {
                    self.store.delete(kind, name, |rv| render::manifest(object, rv));
                }
            }
        }
    }

    fn write_everything(&mut self) {
        let names = |kind| -> Vec<Name> {
            match kind {
                ObjectKind::Namespace => self.namespaces.keys().cloned().collect(),
                ObjectKind::Deployment => self.deployments.keys().cloned().collect(),
                ObjectKind::ReplicaSet => self.replica_sets.keys().cloned().collect(),
                ObjectKind::StatefulSet => self.stateful_sets.keys().cloned().collect(),
                ObjectKind::DaemonSet => self.daemon_sets.keys().cloned().collect(),
                ObjectKind::Pod => self.pods.keys().cloned().collect(),
                ObjectKind::Event => Vec::new(),
                kind => self.manifests.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name.clone()).collect(),
            }
        };
        let all: Vec<(ObjectKind, Vec<Name>)> = ObjectKind::ALL.into_iter().map(|kind| (kind, names(kind))).collect();
        for (kind, names) in all {
            for name in names {
                self.write(kind, &name);
            }
        }
    }
}

#[cfg(test)]
mod tests;
