//! The scheduler and the kubelet: what happens to a pod once it is made, in the shapes of kubelet and containerd.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::Rng;

use super::objects::{PodCondition, Step};
use super::{ContainerState, ContainerStatus, Exit, Name, ObjectKind, Pace, Phase, Pod, World};
use crate::identity;
use crate::spec::{ContainerRole, Failure};

impl World {
    /// A pod's timer has rung.
    pub(super) fn pod_step(&mut self, name: &Name, epoch: u64) {
        let Some(pod) = self.pods.get(name).filter(|pod| pod.epoch == epoch) else { return };
        match pod.step {
            Step::Bind => self.bind(name),
            Step::Accept => self.accept(name),
            Step::Start(index) => self.start_container(name, index),
            Step::InitEnd(index) => self.end_init(name, index),
            Step::SidecarUp(index) => self.sidecar_up(name, index),
            Step::PullBackOff(index) => self.pull_backoff(name, index),
            Step::Probe => self.probe(name),
            Step::Crash(index) => self.crash(name, index),
            Step::CrashBackOff(index) => self.crash_backoff(name, index),
            Step::Available => self.rest_of(name, Step::Rest, TimeDelta::zero()),
            Step::Stop => self.stop(name),
            Step::Gone => self.confirm_deletion(name),
            Step::Rest => {}
        }
    }

    fn draw(&mut self, range: impl FnOnce(&Pace) -> &std::ops::Range<u64>) -> TimeDelta {
        let range = range(&self.config.pace).clone();
        Pace::draw(&mut self.rng, &range)
    }

    /// Serves the pod's new state, tells its owner, and plans what comes next.
    fn report(&mut self, name: &Name, next: Step, delay: TimeDelta) {
        let now = self.now.trunc_subsecs(0);
        if let Some(pod) = self.pods.get_mut(name) {
            pod.judge(now);
        }
        self.write(ObjectKind::Pod, name);
        self.rest_of(name, next, delay);
    }

    fn rest_of(&mut self, name: &Name, next: Step, delay: TimeDelta) {
        let Some(owner) = self.pods.get(name).map(|pod| pod.owner.clone()) else { return };
        self.enqueue_owner(&owner);
        self.plan(name, next, delay);
    }

    fn bind(&mut self, name: &Name) {
        let now = self.now.trunc_subsecs(0);
        let Some(pod) = self.pods.get_mut(name) else { return };
        pod.bound = Some(now);
        self.write(ObjectKind::Pod, name);
        self.scheduled_event(name);
        let delay = self.draw(|pace| &pace.accept);
        self.rest_of(name, Step::Accept, delay);
    }

    fn accept(&mut self, name: &Name) {
        let now = self.now.trunc_subsecs(0);
        let Some(pod) = self.pods.get_mut(name) else { return };
        pod.accepted = Some(now);
        let reason = if pod.inits() > 0 { "PodInitializing" } else { "ContainerCreating" };
        pod.containers = pod.specs().map(|_| ContainerStatus::waiting(reason)).collect();
        let delay = self.draw(|pace| &pace.start);
        self.report(name, Step::Start(0), delay);
        self.container_event(name, 0, "Pulling");
    }

    fn start_container(&mut self, name: &Name, index: usize) {
        let now = self.now.trunc_subsecs(0);
        let id: Arc<str> = identity::container_id(&mut self.rng).into();
        let Some(pod) = self.pods.get_mut(name) else { return };
        let Some(spec) = pod.specs().nth(index).cloned() else { return };
        let failure = Failure::of(&spec.image);
        let (inits, total) = (pod.inits(), pod.containers.len());
        pod.sandbox = true;
        let again = pod.containers[index].last.is_some();
        if failure == Some(Failure::Pull) {
            let message = Some(not_found(&spec.image));
            pod.containers[index].state = ContainerState::Waiting { reason: "ErrImagePull", message };
            let delay = self.draw(|pace| &pace.run);
            self.report(name, Step::PullBackOff(index), delay);
            self.container_event(name, index, "ErrImagePull");
            return;
        }
        let status = &mut pod.containers[index];
        status.state = ContainerState::Running { since: now };
        status.container_id = Some(id);
        status.started = spec.role != ContainerRole::Sidecar;
        status.restarts += u32::from(again);
        if (inits..total).all(|app| !matches!(pod.containers[app].state, ContainerState::Waiting { .. })) {
            pod.phase = Phase::Running;
        }
        let (next, delay) = match spec.role {
            ContainerRole::Init => (Step::InitEnd(index), self.draw(|pace| &pace.run)),
            ContainerRole::Sidecar => (Step::SidecarUp(index), self.draw(|pace| &pace.accept)),
            ContainerRole::App if again => (Step::Crash(index), self.draw(|pace| &pace.run)),
            ContainerRole::App if index + 1 < total => (Step::Start(index + 1), self.draw(|pace| &pace.accept)),
            ContainerRole::App => match self.first_crashing(name) {
                // Alone in its pod, the container ends before anything could become ready.
                Some(_) if total - inits == 1 => (Step::Crash(index), self.draw(|pace| &pace.run)),
                _ => (Step::Probe, self.draw(|pace| &pace.ready)),
            },
        };
        self.report(name, next, delay);
        for reason in ["Pulled", "Created", "Started"] {
            self.container_event(name, index, reason);
        }
    }

    /// The first app container that ends by itself.
    fn first_crashing(&self, name: &Name) -> Option<usize> {
        let pod = self.pods.get(name)?;
        (pod.inits()..pod.containers.len()).find(|index| matches!(pod.failure(*index), Some(Failure::Crash | Failure::OutOfMemory)))
    }

    fn end_init(&mut self, name: &Name, index: usize) {
        let now = self.now.trunc_subsecs(0);
        let Some(pod) = self.pods.get_mut(name) else { return };
        let failed = pod.failure(index) == Some(Failure::Init);
        let (code, reason) = if failed { (1, "Error") } else { (0, "Completed") };
        pod.containers[index].end(code, reason, now);
        pod.containers[index].ready = !failed;
        if failed {
            let delay = self.draw(|pace| &pace.run);
            self.report(name, Step::CrashBackOff(index), delay);
        } else {
            let delay = self.draw(|pace| &pace.start);
            self.report(name, Step::Start(index + 1), delay);
            self.container_event(name, index + 1, "Pulling");
        }
    }

    fn sidecar_up(&mut self, name: &Name, index: usize) {
        let Some(pod) = self.pods.get_mut(name) else { return };
        pod.containers[index].started = true;
        pod.containers[index].ready = true;
        let delay = self.draw(|pace| &pace.start);
        self.report(name, Step::Start(index + 1), delay);
        self.container_event(name, index + 1, "Pulling");
    }

    fn pull_backoff(&mut self, name: &Name, index: usize) {
        let Some(pod) = self.pods.get_mut(name) else { return };
        let Some(image) = pod.specs().nth(index).map(|spec| spec.image.clone()) else { return };
        let message = Some(format!("Back-off pulling image \"{image}\": ErrImagePull: {}", not_found(&image)));
        pod.containers[index].state = ContainerState::Waiting { reason: "ImagePullBackOff", message };
        let delay = self.config.pace.backoff_after(pod.backoffs);
        pod.backoffs += 1;
        self.report(name, Step::Start(index), delay);
        self.container_event(name, index, "ImagePullBackOff");
    }

    fn probe(&mut self, name: &Name) {
        let crashing = self.first_crashing(name);
        let Some(pod) = self.pods.get_mut(name) else { return };
        let mut never = None;
        for index in pod.inits()..pod.containers.len() {
            match pod.failure(index) {
                Some(Failure::NeverReady) => never = Some(index),
                Some(Failure::Crash | Failure::OutOfMemory) => {}
                _ => pod.containers[index].ready = true,
            }
        }
        let min_ready = self.min_ready_seconds(name);
        let (next, delay) = match crashing {
            Some(index) => (Step::Crash(index), self.draw(|pace| &pace.run)),
            None if never.is_some() => (Step::Probe, TimeDelta::seconds(10)),
            None if min_ready > 0 => (Step::Available, TimeDelta::seconds(i64::from(min_ready) + 1)),
            None => (Step::Rest, TimeDelta::zero()),
        };
        if let Some(index) = never {
            self.container_event(name, index, "Unhealthy");
            if self.pods.get(name).is_some_and(|pod| pod.containers.len() == pod.inits() + 1) {
                // Nothing of what is served changes: only the probe goes on failing.
                self.plan(name, next, delay);
                return;
            }
        }
        self.report(name, next, delay);
    }

    fn min_ready_seconds(&self, pod: &Name) -> u32 {
        let Some(owner) = self.pods.get(pod).map(|pod| &pod.owner) else { return 0 };
        let workload =
            || self.stateful_sets.get(&owner.name).map(|set| &set.spec).or_else(|| self.daemon_sets.get(&owner.name).map(|set| &set.spec));
        match owner.kind {
            super::OwnerKind::ReplicaSet => self.replica_sets.get(&owner.name).map_or(0, |set| set.min_ready_seconds),
            _ => workload().map_or(0, |spec| spec.min_ready_seconds),
        }
    }

    fn crash(&mut self, name: &Name, index: usize) {
        let now = self.now.trunc_subsecs(0);
        let Some(pod) = self.pods.get_mut(name) else { return };
        let (code, reason) = match pod.failure(index) {
            Some(Failure::OutOfMemory) => (137, "OOMKilled"),
            _ => (1, "Error"),
        };
        pod.containers[index].end(code, reason, now);
        let delay = self.draw(|pace| &pace.run);
        self.report(name, Step::CrashBackOff(index), delay);
    }

    fn crash_backoff(&mut self, name: &Name, index: usize) {
        let Some(pod) = self.pods.get_mut(name) else { return };
        let Some(container) = pod.specs().nth(index).map(|spec| spec.name.clone()) else { return };
        let delay = self.config.pace.backoff_after(pod.backoffs);
        let seconds = delay.num_seconds().max(1);
        let message = format!(
            "back-off {seconds}s restarting failed container={container} pod={}_{}({})",
            pod.meta.name.name, pod.meta.name.namespace, pod.meta.uid
        );
        pod.backoffs += 1;
        let status = &mut pod.containers[index];
        if let ContainerState::Terminated(exit) = &status.state {
            status.last = Some(exit.clone());
        }
        status.state = ContainerState::Waiting { reason: "CrashLoopBackOff", message: Some(message) };
        self.report(name, Step::Start(index), delay);
        self.container_event(name, index, "BackOff");
    }

    /// The containers of a deleted pod end: by the signal (143), or well (0). The pod's phase says so, and that is no failure.
    fn stop(&mut self, name: &Name) {
        let now = self.now.trunc_subsecs(0);
        let gracefully = self.rng.random_bool(0.4);
        let Some(pod) = self.pods.get_mut(name) else { return };
        let running = pod.containers.iter().filter(|status| matches!(status.state, ContainerState::Running { .. })).count();
        if running == 0 {
            self.confirm_deletion(name);
            return;
        }
        let (code, reason) = if gracefully { (0, "Completed") } else { (143, "Error") };
        for status in &mut pod.containers {
            if matches!(status.state, ContainerState::Running { .. }) {
                status.end(code, reason, now);
            }
            status.ready = false;
        }
        pod.phase = if gracefully { Phase::Succeeded } else { Phase::Failed };
        pod.sandbox = false;
        let first_app = pod.inits();
        self.container_event(name, first_app, "Killing");
        self.report(name, Step::Gone, TimeDelta::milliseconds(55));
    }
}

impl ContainerStatus {
    pub(super) fn waiting(reason: &'static str) -> Self {
        let state = ContainerState::Waiting { reason, message: None };
        Self { state, last: None, ready: false, started: false, restarts: 0, container_id: None }
    }

    fn end(&mut self, code: i32, reason: &'static str, now: DateTime<Utc>) {
        let started = match self.state {
            ContainerState::Running { since } => since,
            _ => now,
        };
        let container_id = self.container_id.clone().unwrap_or_default();
        self.state = ContainerState::Terminated(Exit { code, reason, started, finished: now, container_id });
        self.ready = false;
        self.started = false;
    }
}

impl Pod {
    /// Works out the conditions from the containers.
    pub(super) fn judge(&mut self, now: DateTime<Utc>) {
        if self.accepted.is_none() {
            return;
        }
        let inits = self.inits();
        let unready: Vec<&str> = self
            .specs()
            .zip(&self.containers)
            .filter(|(spec, status)| spec.role == ContainerRole::App && !status.ready)
            .map(|(spec, _)| spec.name.as_str())
            .collect();
        let incomplete: Vec<&str> = self
            .specs()
            .zip(&self.containers)
            .take(inits)
            .filter(|(spec, status)| match spec.role {
                ContainerRole::Sidecar => matches!(status.state, ContainerState::Waiting { .. }),
                _ => !matches!(&status.state, ContainerState::Terminated(exit) if exit.code == 0),
            })
            .map(|(spec, _)| spec.name.as_str())
            .collect();
        let ended = match self.phase {
            Phase::Succeeded => Some("PodCompleted"),
            Phase::Failed => Some("PodFailed"),
            _ => None,
        };
        let not_ready = || (false, Some("ContainersNotReady"), Some(format!("containers with unready status: [{}]", unready.join(" "))));
        let ready = match ended {
            Some(reason) => (false, Some(reason), None),
            None if unready.is_empty() => (true, None, None),
            None => not_ready(),
        };
        let initialized = match ended {
            Some("PodCompleted") => (true, Some("PodCompleted"), None),
            Some(_) => (true, None, None),
            None if incomplete.is_empty() => (true, None, None),
            None => {
                let message = format!("containers with incomplete status: [{}]", incomplete.join(" "));
                (false, Some("ContainersNotInitialized"), Some(message))
            }
        };
        let wanted = [(self.sandbox, None, None), initialized, ready.clone(), ready];
        let before = self.conditions.take();
        let mut index = 0;
        self.conditions = Some(wanted.map(|(status, reason, message)| {
            let same = before.as_ref().map(|before| &before[index]).filter(|before| before.status == status);
            let since = same.map_or(now, |before| before.since);
            index += 1;
            PodCondition { status, reason, message, since }
        }));
    }
}

/// What containerd says of an image that does not exist.
fn not_found(image: &str) -> String {
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found"
    )
}
