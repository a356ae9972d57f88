//! `v1` Events, repeated ones counted up as the kubelet does.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Name, ObjectKind, Owner, OwnerKind, World};
use crate::identity;
use crate::render;
use crate::spec::Labels;

/// An Event as it is served.
#[derive(Clone, Debug)]
pub(crate) struct EventObject {
    pub(crate) name: Name,
    pub(crate) uid: Arc<str>,
    pub(crate) about_kind: ObjectKind,
    pub(crate) about: Name,
    pub(crate) about_uid: Arc<str>,
    pub(crate) about_rv: u64,
    pub(crate) container: Option<(bool, String)>,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) component: &'static str,
    pub(crate) host: Option<String>,
    pub(crate) warning: bool,
    pub(crate) first: DateTime<Utc>,
    pub(crate) last: DateTime<Utc>,
    /// How often; none for the scheduler's, which are of the newer kind.
    pub(crate) count: Option<u32>,
}

/// The Events there are, oldest first.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    objects: BTreeMap<Name, EventObject>,
    order: VecDeque<Name>,
    by_text: HashMap<(Arc<str>, String), Name>,
}

/// What an Event says, without what is known of its object.
struct Said {
    reason: &'static str,
    message: String,
    component: &'static str,
    host: Option<String>,
    warning: bool,
    container: Option<(bool, String)>,
    counted: bool,
}

impl World {
    pub(super) fn controller_event(&mut self, about: &Owner, rv: u64, component: &'static str, reason: &'static str, message: String) {
        let kind = match about.kind {
            OwnerKind::Deployment => ObjectKind::Deployment,
            OwnerKind::ReplicaSet => ObjectKind::ReplicaSet,
            OwnerKind::StatefulSet => ObjectKind::StatefulSet,
            OwnerKind::DaemonSet => ObjectKind::DaemonSet,
        };
        let said = Said { reason, message, component, host: None, warning: false, container: None, counted: true };
        self.emit(kind, &about.name, &about.uid, rv, said);
    }

    pub(super) fn scheduled_event(&mut self, pod: &Name) {
        let Some((uid, rv, node)) = self.pods.get(pod).map(|pod| (Arc::clone(&pod.meta.uid), pod.meta.rv, pod.node)) else { return };
        let message = format!("Successfully assigned {}/{} to {}", pod.namespace, pod.name, render::node_name(node));
        let said = Said {
            reason: "Scheduled",
            message,
            component: "default-scheduler",
            host: None,
            warning: false,
            container: None,
            counted: false,
        };
        self.emit(ObjectKind::Pod, pod, &uid, rv, said);
    }

    /// An Event of the kubelet about a container; `what` is the reason, or the waiting reason for failed pulls.
    pub(super) fn container_event(&mut self, pod: &Name, index: usize, what: &'static str) {
        let Some(object) = self.pods.get(pod) else { return };
        let Some(spec) = object.specs().nth(index) else { return };
        let (image, container) = (&spec.image, &spec.name);
        let said: Vec<(&'static str, String, bool)> = match what {
            "Pulling" => vec![("Pulling", format!("Pulling image \"{image}\""), false)],
            "Pulled" => {
                let message =
                    format!("Successfully pulled image \"{image}\" in 1.2s (1.2s including waiting). Image size: 41250304 bytes.");
                vec![("Pulled", message, false)]
            }
            "Created" => vec![("Created", "Container created".to_owned(), false)],
            "Started" => vec![("Started", "Container started".to_owned(), false)],
            "Killing" => vec![("Killing", format!("Stopping container {container}"), false)],
            "Unhealthy" => vec![("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503".to_owned(), true)],
            "ErrImagePull" => vec![
                ("Failed", format!("Failed to pull image \"{image}\": {image}: not found"), true),
                ("Failed", "Error: ErrImagePull".to_owned(), true),
            ],
            "ImagePullBackOff" => vec![
                ("BackOff", format!("Back-off pulling image \"{image}\""), true),
                ("Failed", "Error: ImagePullBackOff".to_owned(), true),
            ],
            _ => {
                let message =
                    format!("Back-off restarting failed container {container} in pod {}_{}({})", pod.name, pod.namespace, object.meta.uid);
                vec![("BackOff", message, true)]
            }
        };
        let node = render::node_name(object.node);
        let field = (index < object.inits(), container.clone());
        let (uid, rv) = (Arc::clone(&object.meta.uid), object.meta.rv);
        for (reason, message, warning) in said {
            let (host, container) = (Some(node.clone()), Some(field.clone()));
            let said = Said { reason, message, component: "kubelet", host, warning, container, counted: true };
            self.emit(ObjectKind::Pod, pod, &uid, rv, said);
        }
    }

    fn emit(&mut self, kind: ObjectKind, about: &Name, uid: &Arc<str>, rv: u64, said: Said) {
        if self.config.events == 0 || self.quiet {
            return;
        }
        let key = (Arc::clone(uid), format!("{}\n{}", said.reason, said.message));
        let labels = Arc::new(Labels::new());
        if let Some(event) = self.events.by_text.get(&key).and_then(|name| self.events.objects.get_mut(name)) {
            event.count = event.count.map(|count| count + 1);
            event.last = self.now;
            self.store.put(ObjectKind::Event, &event.name, &labels, |rv| render::event(event, rv));
            return;
        }
        let name = about.sibling(&format!("{}.{:016x}", about.name, self.now.timestamp_micros().unsigned_abs() * 1000 + self.order % 1000));
        self.order += 1;
        let event = EventObject {
            name: name.clone(),
            uid: identity::uid(&mut self.rng).into(),
            about_kind: kind,
            about: about.clone(),
            about_uid: Arc::clone(uid),
            about_rv: rv,
            container: said.container,
            reason: said.reason,
            message: said.message,
            component: said.component,
            host: said.host,
            warning: said.warning,
            first: self.now,
            last: self.now,
            count: said.counted.then_some(1),
        };
        self.store.put(ObjectKind::Event, &name, &labels, |rv| render::event(&event, rv));
        self.events.by_text.insert(key, name.clone());
        self.events.objects.insert(name.clone(), event);
        self.events.order.push_back(name);
        while self.events.order.len() > self.config.events {
            self.forget_oldest_event();
        }
    }

    fn forget_oldest_event(&mut self) {
        let Some(name) = self.events.order.pop_front() else { return };
        if let Some(event) = self.events.objects.remove(&name) {
            self.store.delete(ObjectKind::Event, &name, |rv| render::event(&event, rv));
            self.events.by_text.remove(&(event.about_uid, format!("{}\n{}", event.reason, event.message)));
        }
    }
}
