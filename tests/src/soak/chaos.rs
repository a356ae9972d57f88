//! What happens to the world: deployments, and every fault we know of.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::json;
use sim::world::ObjectKind;
use sim::{Answer, ClusterHandle, Command, Rule};
use tokio::time::Instant;

use super::plan::{Plan, SERVICES, Service, image, tag, workload};
use super::process::{Process, lock};
use super::trace::Trace;

/// The longest time by which a watch is late. Nobody can tell a line that is late from one that was just written.
pub(super) const LONGEST_LAG: Duration = Duration::from_secs(5);

/// How services are called whose objects are only served.
pub(super) const RUNS: &str = "runs-of-";

/// Kinds whose answers go wrong.
const KINDS: [&str; 10] =
    ["deployments", "statefulsets", "daemonsets", "replicasets", "pods", "cronjobs", "jobs", "rollouts", "services", "events"];

/// The simulation's hand.
pub(super) struct Chaos<'a> {
    plan: &'a Plan,
    trace: &'a Trace,
    /// By cluster: until when its faults last.
    broken: Vec<Option<Instant>>,
    /// Until when CI's faults last.
    ci_broken: Option<Instant>,
    version: u32,
    /// Faults that this seed is about: they come more often, so that they meet themselves and one another.
    focus: [u32; 2],
}

/// How many kinds of faults there are.
const FAULTS: u32 = 23;

impl<'a> Chaos<'a> {
    pub(super) fn new(dice: &mut StdRng, plan: &'a Plan, trace: &'a Trace) -> Self {
        let focus = [dice.random_range(0..FAULTS), dice.random_range(0..FAULTS)];
        Self { plan, trace, broken: vec![None; plan.clusters.len()], ci_broken: None, version: 0, focus }
    }

    /// Something happens.
    pub(super) async fn step(&mut self, dice: &mut StdRng, process: Option<&Process>) {
        for place in 0..self.broken.len() {
            if self.broken[place].is_some_and(|until| until <= Instant::now()) {
                self.heal(place).await;
            }
        }
        if self.ci_broken.is_some_and(|until| until <= Instant::now()) {
            self.heal_ci();
        }
        if dice.random_bool(0.55) {
            self.deploy(dice, process).await;
        } else {
            self.break_something(dice).await;
        }
    }

    /// Everything is right again.
    pub(super) async fn end(&mut self) {
        for place in 0..self.broken.len() {
            self.heal(place).await;
        }
        self.heal_ci();
        self.trace.note("the last fault is over");
    }

    async fn heal(&mut self, place: usize) {
        let cluster = &self.plan.clusters[place];
        self.broken[place] = None;
        cluster.faults().heal().await;
        self.trace.note(format!("{}: healed", cluster.name()));
    }

    fn heal_ci(&mut self) {
        self.ci_broken = None;
        self.plan.ci.heal();
        lock(&self.plan.stored).is_full = false;
        let (sent, unchanged) = self.plan.ci.answered();
        self.trace.note(format!("CI: healed, after {sent} documents and {unchanged} that were as before"));
    }

    async fn deploy(&mut self, dice: &mut StdRng, process: Option<&Process>) {
        let place = dice.random_range(0..self.plan.clusters.len());
        let cluster = &self.plan.clusters[place];
        let Some(service) = SERVICES.choose(dice) else { return };
        let command = self.command(dice, cluster, service);
        let what = describe(&command);
        let image = match &command {
            Command::SetImage { image, .. } => Some(image.clone()),
            _ => None,
        };
        match cluster.command(command) {
            Ok(()) => self.trace.note(format!("{}: {what}", cluster.name())),
            Err(_) => return,
        }
        if let (Some(image), true) = (image, dice.random_bool(0.7)) {
            self.record(dice, service, place, &image, process).await;
        }
    }

    fn command(&mut self, dice: &mut StdRng, cluster: &ClusterHandle, service: &Service) -> Command {
        let (namespace, name) = (service.namespace.to_owned(), service.name.to_owned());
        self.version += 1;
        match dice.random_range(0..26) {
            20..26 => self.manifest(dice, service),
            0..9 => {
                let tag = match dice.random_range(0..10) {
                    0 => format!("bad{}{}", dice.random_range(0..5), &tag(self.version)[4..]),
                    1 => tag(self.version.saturating_sub(2)),
                    _ => tag(self.version),
                };
                Command::SetImage { namespace, name, container: None, image: image(service.name, &tag) }
            }
            9..12 => Command::Scale { namespace, name, replicas: dice.random_range(0..4) },
            12..14 => {
                let pods: Vec<_> = cluster.pods(service.namespace).into_iter().filter(|pod| pod.starts_with(service.name)).collect();
                let pod = pods.choose(dice).cloned().unwrap_or_default();
                Command::DeletePod { namespace, name: pod }
            }
            14 => Command::Pause { namespace, name, paused: dice.random_bool(0.3) },
            15..17 => Command::Delete { namespace, name },
            17 => {
                // `kubectl rollout restart`: a new template without a new image.
                let present = cluster.look(|world| world.workload(service.namespace, service.name).cloned());
                let workload = present.unwrap_or_else(|| workload(service, &tag(self.version), 1));
                Command::Apply(Box::new(workload.pod_annotation("kubectl.kubernetes.io/restartedAt", &format!("restart {}", self.version))))
            }
            // Also an object that was deleted, under the same name again.
            _ => Command::Apply(Box::new(workload(service, &tag(self.version), dice.random_range(1..4)))),
        }
    }

    /// Something of a kind that the simulator only serves: what its controller does is drawn.
    fn manifest(&self, dice: &mut StdRng, service: &Service) -> Command {
        let namespace = service.namespace.to_owned();
        // Services of their own, so that the ledger goes on to know all of the others; a Service selects the real one's pods.
        let (selector, now) = (json!({ "app.kubernetes.io/name": service.name }), self.plan.clock.now().to_rfc3339());
        let labels = json!({ "app.kubernetes.io/name": format!("{RUNS}{}", service.name) });
        let run = dice.random_range(0..3);
        let template = json!({ "spec": { "containers": [{ "name": "app", "image": image(service.name, &tag(self.version)) }] } });
        let (kind, name, object) = match dice.random_range(0..7) {
            0 => (ObjectKind::Service, service.name.to_owned(), json!({ "spec": { "selector": selector } })),
            1 => {
                let spec = json!({ "suspend": dice.random_bool(0.2), "schedule": "0 3 * * *", "jobTemplate": { "spec": { "template": template } } });
                (ObjectKind::CronJob, format!("{}-nightly", service.name), json!({ "metadata": { "labels": labels }, "spec": spec }))
            }
            2 | 3 => {
                let end = ["Complete", "Failed"].choose(dice).filter(|_| dice.random_bool(0.7));
                let conditions: Vec<_> =
                    end.map(|end| json!({ "type": end, "status": "True", "lastTransitionTime": now })).into_iter().collect();
                let object = json!({
                    "metadata": { "labels": labels }, "spec": { "completions": 1, "template": template },
                    "status": { "conditions": conditions, "failed": run },
                });
                (ObjectKind::Job, format!("{}-job-{run}", service.name), object)
            }
            4 => {
                let kinds = [ObjectKind::Service, ObjectKind::CronJob, ObjectKind::Job, ObjectKind::Rollout];
                let kind = kinds.choose(dice).copied().unwrap_or(ObjectKind::Service);
                let name = match kind {
                    ObjectKind::CronJob => format!("{}-nightly", service.name),
                    ObjectKind::Job => format!("{}-job-{run}", service.name),
                    _ => service.name.to_owned(),
                };
                return Command::Remove { kind, namespace, name };
            }
            5 => return Command::InstallRollouts { installed: dice.random_bool(0.7) },
            _ => {
                let spec = json!({ "replicas": 0, "template": template, "strategy": { "canary": {} } });
                (ObjectKind::Rollout, service.name.to_owned(), json!({ "metadata": { "labels": labels }, "spec": spec }))
            }
        };
        Command::Put { kind, namespace, name, object }
    }

    async fn record(&self, dice: &mut StdRng, service: &Service, place: usize, image: &str, process: Option<&Process>) {
        let Some((environment, ..)) = self.plan.targets().nth(place) else { return };
        let environment = &self.plan.environments[environment].name;
        let (commit, at) = (image.rsplit(':').next().unwrap_or_default(), self.plan.clock.now());
        let what = format!("{} {} in {environment}", service.name, &commit[..7]);
        let ci = &self.plan.ci;
        if dice.random_bool(0.5) {
            ci.publish(service.name, environment, commit, at);
            self.trace.note(format!("CI publishes {what}"));
        } else if let Some(process) = process {
            let taken = if ci.send(service.name, environment, commit, at, process).await { "is taken" } else { "is refused" };
            self.trace.note(format!("CI sends {what}, which {taken}"));
        }
    }

    async fn break_something(&mut self, dice: &mut StdRng) {
        if dice.random_bool(0.15) {
            self.break_ci(dice);
            return;
        }
        let place = dice.random_range(0..self.plan.clusters.len());
        let cluster = &self.plan.clusters[place];
        let seconds = [2, 10, 40, 100][dice.random_range(0..4)];
        let which = if dice.random_bool(0.5) { self.focus[dice.random_range(0..2)] } else { dice.random_range(0..FAULTS) };
        let what = strike(which, dice, cluster).await;
        self.broken[place] = Some(Instant::now() + Duration::from_secs(seconds));
        self.trace.note(format!("{}: {what} ({seconds} s)", cluster.name()));
    }

    fn break_ci(&mut self, dice: &mut StdRng) {
        let seconds = [10, 40, 100][dice.random_range(0..3)];
        let what = if dice.random_bool(0.2) {
            lock(&self.plan.stored).is_full = true;
            "our disk is full".to_owned()
        } else {
            format!("CI: {}", self.plan.ci.break_something(dice))
        };
        self.ci_broken = Some(Instant::now() + Duration::from_secs(seconds));
        self.trace.note(format!("{what} ({seconds} s)"));
    }
}

/// One fault. Those that last do so until the cluster is healed.
async fn strike(which: u32, dice: &mut StdRng, cluster: &ClusterHandle) -> String {
    let faults = cluster.faults();
    let kind = KINDS.choose(dice).copied().unwrap_or("pods");
    match which {
        0 => {
            faults.cut();
            "cuts".to_owned()
        }
        1 => {
            faults.tear();
            "cuts in mid-line".to_owned()
        }
        2 => {
            faults.stall();
            "lets its connections go half open".to_owned()
        }
        3 => {
            faults.refuse().await;
            "refuses connections".to_owned()
        }
        4 => {
            faults.hang().await;
            "is silent".to_owned()
        }
        5 => {
            faults.expire();
            faults.cut();
            "expires everything and cuts".to_owned()
        }
        6 => {
            faults.expire();
            "expires everything".to_owned()
        }
        7 => {
            // While an etcd is restored, its API servers are away.
            faults.refuse().await;
            faults.lose_history();
            "loses its history".to_owned()
        }
        8 => {
            faults.rotate_tokens();
            faults.cut();
            "has new tokens".to_owned()
        }
        9 => {
            faults.reject_tokens();
            faults.cut();
            "rejects all tokens".to_owned()
        }
        10 => {
            let lag = Duration::from_millis(dice.random_range(10..LONGEST_LAG.as_millis() as u64));
            let kind = ObjectKind::ALL[dice.random_range(0..5)];
            faults.lag(kind, lag);
            format!("{} are {lag:?} late", kind.plural())
        }
        11 => {
            faults.repeat();
            "says everything twice".to_owned()
        }
        12 => {
            let delay = Duration::from_millis(dice.random_range(100..16_000));
            faults.slow(delay);
            format!("answers after {delay:?}")
        }
        13 => spoil(dice, cluster),
        14 => {
            // A server that starts again: its connections are cut, and it refuses for a while what it has not loaded yet.
            faults.add(Rule::new(Answer::Forbidden).times(dice.random_range(1..12)));
            faults.cut();
            "restarts".to_owned()
        }
        _ => {
            let answer = match dice.random_range(0..8) {
                0 => Answer::TooManyRequests { retry_after: *[1, 5, 60].choose(dice).unwrap_or(&1) },
                1 => Answer::InternalError,
                2 => Answer::Unavailable,
                3 => Answer::Timeout,
                4 => Answer::NotFound,
                5 => Answer::Expired,
                6 => Answer::Silence,
                _ => Answer::Forbidden,
            };
            let mut rule = Rule::new(answer);
            let mut what = format!("answers {answer:?}");
            if dice.random_bool(0.7) {
                rule = rule.of(kind);
                what += &format!(" for {kind}");
            }
            match dice.random_range(0..4) {
                0 => (rule, what) = (rule.lists(), what + ", lists"),
                1 => (rule, what) = (rule.watches(), what + ", watches"),
                _ => {}
            }
            if dice.random_bool(0.3) {
                let times = dice.random_range(1..6);
                rule = rule.times(times);
                what += &format!(", {times} times");
            }
            faults.add(rule);
            // What is open would not notice.
            if dice.random_bool(0.6) {
                faults.cut();
                what += ", and cuts";
            }
            what
        }
    }
}

/// An object that cannot be read.
fn spoil(dice: &mut StdRng, cluster: &ClusterHandle) -> String {
    let (kind, pointer, value) = match dice.random_range(0..3) {
        0 => (ObjectKind::Deployment, "/spec/replicas", "three"),
        1 => (ObjectKind::ReplicaSet, "/metadata/ownerReferences", "nobody"),
        _ => (ObjectKind::Pod, "/status/containerStatuses", "none"),
    };
    let names = cluster.look(|world| world.store().all(kind).iter().map(|version| version.name.clone()).collect::<Vec<_>>());
    let Some(name) = names.choose(dice) else { return "has nothing to spoil".to_owned() };
    cluster.faults().spoil(kind, &name.namespace, &name.name, pointer, value);
    format!("{} {} cannot be read", kind.plural(), name.name)
}

fn describe(command: &Command) -> String {
    match command {
        Command::Apply(workload) => format!("apply {} {} ×{}", workload.name, workload.template.containers[0].image, workload.replicas),
        Command::SetImage { name, image, .. } => format!("set image of {name} to {image}"),
        Command::Scale { name, replicas, .. } => format!("scale {name} to {replicas}"),
        Command::Pause { name, paused, .. } => format!("pause {name}: {paused}"),
        Command::Delete { name, .. } => format!("delete {name}"),
        Command::DeletePod { name, .. } => format!("delete pod {name}"),
        Command::Put { kind, name, .. } => format!("apply {} {name}", kind.as_str()),
        Command::Remove { kind, name, .. } => format!("delete {} {name}", kind.as_str()),
        Command::InstallRollouts { installed } => format!("rollouts installed: {installed}"),
    }
}
