//! Constructors for tests, so that a table of rules reads like one: `workload("dev shop/cart 7fc38a2 3/3")`.
//!
//! They make what a healthy cluster says; the changing methods then break it.

mod kinds;
mod world;

use arcstr::ArcStr;
use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use crate::catalogue::{Catalogue, Column};
use crate::ids::{EnvironmentName, ObjectName, ServiceName, Uid};
use crate::record::{Outcome, Record};
use crate::version::is_commit;
use crate::workload::{
    Condition, Container, ContainerState, Fact, Kind, Owner, Phase, Pod, ReplicaSet, Replicas, Role, Special, Strategy, Template,
    TemplateContainer, Termination, Workload,
};

pub use kinds::{autoscaler, cron_job, job, service, warning};
pub use world::World;

/// A time of 2026-11-20, UTC: `10:00:00`.
///
/// # Panics
/// When the text is not a time.
#[must_use]
#[expect(clippy::expect_used, reason = "a mistake in a test's own text")]
pub fn at(time: &str) -> DateTime<Utc> {
    format!("2026-11-20T{time}Z").parse().expect("a time such as 10:00:00")
}

/// A full commit that begins so.
#[must_use]
pub fn commit(start: &str) -> String {
    format!("{start:0<40}")
}

/// A digest that differs for different texts.
#[must_use]
pub fn digest(of: &str) -> String {
    // FNV-1a, four times over: only to differ.
    let hash = |seed: u64| of.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let parts: String = (1..=4).map(|n| format!("{:016x}", hash(0xcbf2_9ce4_8422_2325 ^ n))).collect();
    format!("sha256:{parts}")
}

/// A condition since 09:00:00.
#[must_use]
pub fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Condition {
    let text = |text: &str| (!text.is_empty()).then(|| ArcStr::from(text));
    Condition {
        kind: ArcStr::from(kind),
        status: ArcStr::from(status),
        reason: text(reason),
        message: text(message),
        since: Some(at("09:00:00")),
    }
}

/// Columns with their clusters: `dev pre pro=pro-a,pro-b ci=`. Without `=`, the cluster is `<name>-cluster`.
#[must_use]
pub fn catalogue(text: &str) -> Catalogue {
    Catalogue::new(text.split_whitespace().map(|column| match column.split_once('=') {
        Some((name, clusters)) => Column::new(name, &clusters.split(',').filter(|name| !name.is_empty()).collect::<Vec<_>>()),
        None => Column::new(column, &[&format!("{column}-cluster")]),
    }))
}

/// A record: `dev cart 7fc38a2 09:30:00`, and then in any order `by:ana`, an outcome, `tag:latest`, `version:1.4`, `digest:a`.
///
/// # Panics
/// When the text is not so.
#[must_use]
#[expect(clippy::expect_used, clippy::panic, reason = "a mistake in a test's own text")]
pub fn record(text: &str) -> Record {
    let mut words = text.split_whitespace();
    let mut next = || words.next().expect("environment, service, commit and time");
    let (environment, service, version, time) = (next(), next(), next(), next());
    let mut record = Record {
        service: ServiceName::from(service),
        environment: EnvironmentName::from(environment),
        commit: (version != "-").then(|| ArcStr::from(commit(version))),
        by: None,
        at: at(time),
        image: None,
        digest: None,
        version: None,
        branch: None,
        repository: None,
        url: None,
        outcome: Outcome::Success,
        extra: BTreeMap::new(),
    };
    for word in words {
        match word.split_once(':') {
            Some(("by", who)) => record.by = Some(ArcStr::from(who)),
            Some(("tag", tag)) => record.image = Some(ArcStr::from(format!("registry.example/shop/{service}:{tag}"))),
            Some(("version", version)) => record.version = Some(ArcStr::from(version)),
            Some(("digest", of)) => record.digest = Some(ArcStr::from(digest(of))),
            _ => {
                record.outcome = match word {
                    "started" => Outcome::Started,
                    "success" => Outcome::Success,
                    "failure" => Outcome::Failure,
                    "cancelled" => Outcome::Cancelled,
                    _ => panic!("`{word}` in `{text}` is not an outcome"),
                }
            }
        }
    }
    record
}

/// A workload with its ReplicaSets and pods.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// The cluster or the environment it is in.
    pub place: String,
    /// The workload.
    pub workload: Workload,
    /// The ReplicaSets of a Deployment, the wanted one last.
    pub sets: Vec<ReplicaSet>,
    /// The pods, those of the wanted template last.
    pub pods: Vec<Pod>,
    old: usize,
}

/// A Deployment: `dev shop/cart 7fc38a2 3/3` is one of three pods, all ready.
///
/// `dev` is an environment or a cluster. The version is a tag, made a full commit when it is the start of one; `latest@a`
/// also names what the pods pulled. `2/3` has two ready pods of three; `2+1/5` has two ready and one that is starting, of
/// five wanted. `old 7fc38a2 3` adds three ready pods of the template before: a rollout is under way.
///
/// # Panics
/// When the text is not so.
#[must_use]
pub fn workload(text: &str) -> Deployed {
    workload_of(Kind::Deployment, text)
}

/// As [`workload`], of another kind.
///
/// # Panics
/// When the text is not as there.
#[must_use]
#[expect(clippy::expect_used, reason = "a mistake in a test's own text")]
pub fn workload_of(kind: Kind, text: &str) -> Deployed {
    let mut words = text.split_whitespace();
    let mut next = || words.next().expect("place, namespace/name, version and counts");
    let (place, name, version, counts) = (next(), next(), next(), next());
    let old = words.next().map(|_| (words.next().expect("a version"), words.next().and_then(|n| n.parse::<u32>().ok()).expect("a number")));
    let (namespace, name) = name.split_once('/').expect("namespace/name");
    let (present, wanted) = counts.split_once('/').expect("ready/wanted");
    let number = |text: &str| text.parse::<u32>().expect("a number");
    let wanted = number(wanted);
    let (ready, unready) = match present.split_once('+') {
        Some((ready, unready)) => (number(ready), number(unready)),
        None if old.is_some() => (number(present), 0),
        None => (number(present), wanted - number(present)),
    };
    let uid = format!("{place}/{namespace}/{name}");
    let revision = 1 + u64::from(old.is_some());
    let (updated, left) = (ready + unready, old.map_or(0, |(_, left)| left));
    let progressing = if old.is_some() || present.contains('+') { "ReplicaSetUpdated" } else { "NewReplicaSetAvailable" };
    let mut deployed = Deployed {
        place: place.to_owned(),
        workload: Workload {
            kind,
            name: ObjectName::new(namespace, name),
            uid: Uid::from(uid.as_str()),
            service: ServiceName::from(name),
            team: None,
            created: at("08:00:00"),
            deleted_at: None,
            generation: 1,
            observed_generation: 1,
            revision: Some(revision),
            update_hash: Some(ArcStr::from(revision.to_string())),
            current_hash: Some(ArcStr::from("1")),
            replicas: Replicas { wanted, current: updated + left, updated, ready: ready + left, available: ready + left },
            template: template(name, version),
            strategy: Strategy::RollingUpdate,
            paused: false,
            min_ready_seconds: 0,
            conditions: Box::new([condition("Available", "True", "", ""), condition("Progressing", "True", progressing, "")]),
            track: None,
            pod_labels: [(ArcStr::from("app"), ArcStr::from(name))].into_iter().collect(),
            special: Special::None,
        },
        sets: Vec::new(),
        pods: Vec::new(),
        old: 0,
    };
    if let Some((version, left)) = old {
        deployed.add_set(version, 1, 0, left);
        deployed.old = deployed.pods.len();
    }
    deployed.add_set(version, revision, unready, ready);
    deployed
}

impl Deployed {
    /// Changes the workload.
    #[must_use]
    pub fn change(mut self, change: impl FnOnce(&mut Workload)) -> Self {
        change(&mut self.workload);
        self
    }

    /// Gives the workload another service name, and a track.
    #[must_use]
    pub fn of(self, service: &str, track: &str) -> Self {
        self.change(|workload| {
            workload.service = ServiceName::from(service);
            workload.track = Some(ArcStr::from(track));
            let image = format!("registry.example/shop/{service}:");
            for container in &mut workload.template.containers {
                let tag = container.image.rsplit_once(':').map_or("", |(_, tag)| tag);
                container.image = ArcStr::from(format!("{image}{tag}"));
            }
        })
        .with_templates()
    }

    /// Changes a pod of the wanted template.
    #[must_use]
    pub fn pod(mut self, place: usize, change: impl FnOnce(&mut Pod)) -> Self {
        change(&mut self.pods[self.old + place]);
        self
    }

    /// Changes a pod of the template before.
    #[must_use]
    pub fn old(mut self, place: usize, change: impl FnOnce(&mut Pod)) -> Self {
        change(&mut self.pods[place]);
        self
    }

    /// Changes the wanted ReplicaSet.
    #[must_use]
    pub fn set(mut self, change: impl FnOnce(&mut ReplicaSet)) -> Self {
        if let Some(set) = self.sets.last_mut() {
            change(set);
        }
        self
    }

    /// Leaves out a pod of the wanted template.
    #[must_use]
    pub fn without_pod(mut self, place: usize) -> Self {
        self.pods.remove(self.old + place);
        self
    }

    /// The facts, owners first.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let sets = self.sets.iter().cloned().map(|set| Fact::ReplicaSet(Box::new(set)));
        let pods = self.pods.iter().cloned().map(|pod| Fact::Pod(Box::new(pod)));
        // A bare ReplicaSet or pod says itself that it is a workload.
        let is_bare = matches!(self.workload.kind, Kind::ReplicaSet | Kind::Pod);
        let workload = (!is_bare).then(|| Fact::Workload(Box::new(self.workload.clone())));
        workload.into_iter().chain(sets).chain(pods).collect()
    }

    fn with_templates(mut self) -> Self {
        if let Some(set) = self.sets.last_mut() {
            set.template = self.workload.template.clone();
        }
        self
    }

    fn add_set(&mut self, version: &str, revision: u64, unready: u32, ready: u32) {
        let Workload { kind, name, uid, .. } = self.workload.clone();
        let own =
            |kind: Kind, name: &str, uid: &Uid| Owner { kind: ArcStr::from(kind.as_str()), name: ArcStr::from(name), uid: uid.clone() };
        let mut owner = own(kind, &name.name, &uid);
        let set_name = format!("{}-{revision}", name.name);
        if matches!(kind, Kind::Deployment | Kind::Rollout) {
            let set_uid = Uid::from(format!("{uid:?}-{revision}"));
            self.sets.push(ReplicaSet {
                name: ObjectName::new(&name.namespace, &set_name),
                uid: set_uid.clone(),
                owner: Some(owner),
                revision: Some(revision),
                pods: unready + ready,
                template: template(&name.name, version),
                conditions: Vec::new(),
                hash: Some(ArcStr::from(revision.to_string())),
                bare: None,
            });
            owner = own(Kind::ReplicaSet, &set_name, &set_uid);
        }
        for place in 0..ready + unready {
            let mut pod = pod(&name.namespace, &format!("{set_name}-{place}"), &name.name, version);
            pod.owner = Some(owner.clone());
            pod.template_hash = Some(ArcStr::from(revision.to_string()));
            pod.template_generation = Some(revision);
            self.pods.push(if place < ready { pod } else { pod.unready_since("09:00:00") });
        }
    }
}

/// A ready pod, made at 09:00:00 and ready since 09:00:05, of one container `app`.
#[must_use]
pub fn pod(namespace: &str, name: &str, image: &str, version: &str) -> Pod {
    let (_, of) = tag_and_digest(version);
    let ready = Condition { since: Some(at("09:00:05")), ..condition("Ready", "True", "", "") };
    Pod {
        name: ObjectName::new(namespace, name),
        uid: Uid::from(format!("{namespace}/{name}")),
        owner: None,
        template_hash: None,
        template_generation: None,
        created: at("09:00:00"),
        deleted_at: None,
        phase: Phase::Running,
        reason: None,
        message: None,
        conditions: Box::new([condition("PodScheduled", "True", "", ""), ready]),
        node: Some(ArcStr::from("node-1")),
        containers: vec![Container {
            name: ArcStr::from("app"),
            role: Role::Main,
            image: ArcStr::clone(&template(image, version).containers[0].image),
            digest: Some(ArcStr::from(digest(&of))),
            ready: true,
            restarts: 0,
            state: ContainerState::Running { since: Some(at("09:00:03")) },
            last: None,
        }],
        bare: None,
    }
}

fn template(image: &str, version: &str) -> Template {
    let (tag, _) = tag_and_digest(version);
    let image = ArcStr::from(format!("registry.example/shop/{image}:{tag}"));
    Template { containers: vec![TemplateContainer { name: ArcStr::from("app"), image, role: Role::Main }], commit: None }
}

fn tag_and_digest(version: &str) -> (String, String) {
    let (tag, of) = version.split_once('@').unwrap_or((version, version));
    (if is_commit(tag) { commit(tag) } else { tag.to_owned() }, of.to_owned())
}

impl Pod {
    /// Its Ready condition is False since then.
    #[must_use]
    pub fn unready_since(mut self, time: &str) -> Self {
        self.set_ready("False", time);
        self.containers.iter_mut().for_each(|container| container.ready = false);
        self
    }

    /// Sets the Ready condition only, as the node controller does.
    pub fn set_ready(&mut self, status: &str, since: &str) {
        let message = if status == "True" { "" } else { "containers with unready status: [app]" };
        let ready = Condition { since: Some(at(since)), ..condition("Ready", status, "", message) };
        let others = std::mem::take(&mut self.conditions).into_iter().filter(|condition| &*condition.kind != "Ready");
        self.conditions = others.chain([ready]).collect();
    }

    /// Its container waits for this reason; it has not started.
    pub fn set_waiting(&mut self, reason: &str, message: &str) {
        self.set_ready("False", "09:59:30");
        self.phase = Phase::Pending;
        let container = &mut self.containers[0];
        (container.ready, container.digest) = (false, None);
        let message = (!message.is_empty()).then(|| ArcStr::from(message));
        container.state = ContainerState::Waiting { reason: Some(ArcStr::from(reason)), message };
    }

    /// Its container has ended so often, and is in this state now.
    pub fn set_crashed(&mut self, restarts: u32, state: ContainerState, last: Box<Termination>) {
        self.set_ready("False", "09:59:45");
        let container = &mut self.containers[0];
        (container.ready, container.restarts, container.state, container.last) = (false, restarts, state, Some(last));
    }
}

/// A container's end: `1 Error`, `137 OOMKilled`, at a time.
#[must_use]
pub fn ended(exit_code: i32, reason: &str, finished: &str) -> Box<Termination> {
    let finished = at(finished);
    Box::new(Termination {
        exit_code,
        reason: Some(ArcStr::from(reason)),
        message: None,
        started: Some(finished - Duration::seconds(1)),
        finished: Some(finished),
    })
}
