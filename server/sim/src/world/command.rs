//! What people and pipelines do to a cluster, and how far a rollout is.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Name, ObjectKind, Task, World};
use crate::error::Error;
use crate::spec::{Workload, WorkloadKind};

/// Something done to a cluster. Names are those of workloads, of whatever kind.
#[derive(Clone, Debug)]
pub enum Command {
    /// `kubectl apply`: creates the workload, or changes it to this.
    Apply(Box<Workload>),
    /// `kubectl set image`: of a container, else of the first one.
    SetImage {
        /// The namespace.
        namespace: String,
        /// The workload.
        name: String,
        /// The container; the first of `spec.containers` when none.
        container: Option<String>,
        /// The image.
        image: String,
    },
    /// `kubectl scale`.
    Scale {
        /// The namespace.
        namespace: String,
        /// The workload.
        name: String,
        /// `spec.replicas`.
        replicas: u32,
    },
    /// `kubectl rollout pause` and `resume` (Deployments only).
    Pause {
        /// The namespace.
        namespace: String,
        /// The workload.
        name: String,
        /// `spec.paused`.
        paused: bool,
    },
    /// `kubectl delete`, background propagation.
    Delete {
        /// The namespace.
        namespace: String,
        /// The workload.
        name: String,
    },
    /// `kubectl apply` of an object whose controller is not simulated (see [`ObjectKind::is_manifest`]), status and all: who
    /// applies it plays the controller.
    Put {
        /// Its kind.
        kind: ObjectKind,
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
        /// `metadata` with labels, annotations and ownerReferences, and whatever else there is.
        object: serde_json::Value,
    },
    /// `kubectl delete` of such an object.
    Remove {
        /// Its kind.
        kind: ObjectKind,
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
    /// Installs the definition of Argo's Rollouts, or takes it away with all its objects.
    InstallRollouts {
        /// Whether it is there from now on.
        installed: bool,
    },
    /// `kubectl delete pod`.
    DeletePod {
        /// The namespace.
        namespace: String,
        /// The pod.
        name: String,
    },
}

/// How far a workload is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rollout {
    /// `metadata.generation`.
    pub generation: i64,
    /// `status.observedGeneration`.
    pub observed: i64,
    /// Pods that should run.
    pub wanted: u32,
    /// Pods there are.
    pub current: u32,
    /// Pods of the wanted version.
    pub updated: u32,
    /// Ready pods.
    pub ready: u32,
    /// Available pods.
    pub available: u32,
    /// Pods that are going away.
    pub terminating: u32,
}

impl Rollout {
    /// Every wanted pod runs the wanted version and is available, and no other is left.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.observed >= self.generation
            && [self.current, self.updated, self.ready, self.available].iter().all(|count| *count == self.wanted)
            && self.terminating == 0
    }
}

impl World {
    /// Plays the world up to `now` and does something to it.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`] when it names something that is not there.
    pub fn apply(&mut self, now: DateTime<Utc>, command: Command) -> Result<(), Error> {
        self.step(now);
        match command {
            Command::Apply(workload) => {
                self.apply_workload(*workload);
                Ok(())
            }
            Command::SetImage { namespace, name, container, image } => {
                self.edit(&namespace, &name, |workload| workload.set_image(container.as_deref(), &image))
            }
            Command::Scale { namespace, name, replicas } => self.edit(&namespace, &name, |workload| workload.replicas = replicas),
            Command::Pause { namespace, name, paused } => self.edit(&namespace, &name, |workload| workload.paused = paused),
            Command::Delete { namespace, name } => self.delete_workload(&namespace, &name),
            Command::Put { kind, namespace, name, object } => self.put_manifest(kind, &Name::new(&namespace, &name), object),
            Command::Remove { kind, namespace, name } => self.delete_manifest(kind, &Name::new(&namespace, &name)),
            Command::InstallRollouts { installed } => {
                self.install_rollouts(installed);
                Ok(())
            }
            Command::DeletePod { namespace, name } => {
                let pod = Name::new(&namespace, &name);
                if !self.pods.contains_key(&pod) {
                    return Err(Error::NoSuchWorkload { namespace, name });
                }
                self.delete_pod(&pod);
                Ok(())
            }
        }
    }

    /// The spec of a workload.
    #[must_use]
    pub fn workload(&self, namespace: &str, name: &str) -> Option<&Workload> {
        let key = Name::new(namespace, name);
        self.deployments
            .get(&key)
            .map(|deployment| &deployment.spec)
            .or_else(|| self.stateful_sets.get(&key).map(|set| &set.spec))
            .or_else(|| self.daemon_sets.get(&key).map(|set| &set.spec))
    }

    /// How far a workload is, by what its served status says and the pods there are.
    #[must_use]
    pub fn rollout(&self, namespace: &str, name: &str) -> Option<Rollout> {
        let key = Name::new(namespace, name);
        let gone = |uid: &Arc<str>| u32::try_from(self.owned(uid).filter(|pod| pod.meta.deletion.is_some()).count()).unwrap_or(u32::MAX);
        if let Some(deployment) = self.deployments.get(&key) {
            let counts = deployment.counts;
            return Some(Rollout {
                generation: deployment.meta.generation,
                observed: deployment.observed.unwrap_or(0),
                wanted: deployment.spec.replicas,
                current: counts.replicas,
                updated: counts.updated,
                ready: counts.ready,
                available: counts.available,
                terminating: self.sets(&key).map(|set| gone(&set.meta.uid)).sum(),
            });
        }
        if let Some(set) = self.stateful_sets.get(&key) {
            return Some(Rollout {
                generation: set.meta.generation,
                observed: set.observed.unwrap_or(0),
                wanted: set.spec.replicas,
                current: set.counts.replicas,
                updated: set.counts.updated,
                ready: set.counts.ready,
                available: set.counts.available,
                terminating: gone(&set.meta.uid),
            });
        }
        self.daemon_sets.get(&key).map(|set| Rollout {
            generation: set.meta.generation,
            observed: set.observed.unwrap_or(0),
            wanted: set.counts.desired,
            current: set.counts.current,
            updated: set.counts.updated,
            ready: set.counts.ready,
            available: set.counts.available,
            terminating: gone(&set.meta.uid),
        })
    }

    pub(super) fn apply_workload(&mut self, workload: Workload) {
        if self.workload(&workload.namespace, &workload.name).is_some_and(|present| present.kind == workload.kind) {
            let (namespace, name) = (workload.namespace.clone(), workload.name.clone());
            // It is there: the edit cannot fail.
            let _ = self.edit(&namespace, &name, |present| *present = workload);
            return;
        }
        self.ensure_namespace(&workload.namespace);
        match workload.kind {
            WorkloadKind::Deployment => self.create_deployment(workload),
            WorkloadKind::StatefulSet => self.create_stateful_set(workload),
            WorkloadKind::DaemonSet => self.create_daemon_set(workload),
        }
    }

    fn edit(&mut self, namespace: &str, name: &str, change: impl FnOnce(&mut Workload)) -> Result<(), Error> {
        let key = Name::new(namespace, name);
        let (kind, task) = if let Some(deployment) = self.deployments.get_mut(&key) {
            edit_spec(&mut deployment.spec, &mut deployment.meta, change);
            (ObjectKind::Deployment, Task::Deployment(key.clone()))
        } else if let Some(set) = self.stateful_sets.get_mut(&key) {
            edit_spec(&mut set.spec, &mut set.meta, change);
            (ObjectKind::StatefulSet, Task::StatefulSet(key.clone()))
        } else if let Some(set) = self.daemon_sets.get_mut(&key) {
            edit_spec(&mut set.spec, &mut set.meta, change);
            set.note_template();
            (ObjectKind::DaemonSet, Task::DaemonSet(key.clone()))
        } else {
            return Err(Error::NoSuchWorkload { namespace: namespace.to_owned(), name: name.to_owned() });
        };
        self.write(kind, &key);
        self.enqueue(task);
        Ok(())
    }

    fn delete_workload(&mut self, namespace: &str, name: &str) -> Result<(), Error> {
        let key = Name::new(namespace, name);
        if self.deployments.contains_key(&key) {
            self.unwrite(ObjectKind::Deployment, &key);
            self.deployments.remove(&key);
            for set in self.sets_of.remove(&key).unwrap_or_default() {
                self.delete_replica_set(&set);
            }
        } else if self.stateful_sets.contains_key(&key) {
            self.unwrite(ObjectKind::StatefulSet, &key);
            if let Some(set) = self.stateful_sets.remove(&key) {
                self.delete_pods_of(&set.meta.uid);
            }
        } else if self.daemon_sets.contains_key(&key) {
            self.unwrite(ObjectKind::DaemonSet, &key);
            if let Some(set) = self.daemon_sets.remove(&key) {
                self.delete_pods_of(&set.meta.uid);
            }
        } else {
            return Err(Error::NoSuchWorkload { namespace: namespace.to_owned(), name: name.to_owned() });
        }
        Ok(())
    }
}

/// Changes a spec; a real change makes a new generation.
fn edit_spec(spec: &mut Workload, meta: &mut super::Meta, change: impl FnOnce(&mut Workload)) {
    let before = spec.clone();
    change(spec);
    let metadata = |workload: &Workload| (workload.labels.clone(), workload.annotations.clone());
    let only_metadata = {
        let mut same = before.clone();
        (same.labels, same.annotations) = metadata(spec);
        same == *spec
    };
    if !only_metadata {
        meta.generation += 1;
    }
    meta.labels = Arc::new(spec.labels.clone());
}
