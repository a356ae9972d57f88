//! What a cluster is told to run.

use std::collections::BTreeMap;

/// Labels or annotations.
pub type Labels = BTreeMap<String, String>;

/// The kinds of workload the simulator runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkloadKind {
    /// `apps/v1` Deployment.
    Deployment,
    /// `apps/v1` StatefulSet.
    StatefulSet,
    /// `apps/v1` DaemonSet: a pod on every node, whatever `replicas` says.
    DaemonSet,
}

/// How pods are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Pod by pod: maxSurge and maxUnavailable 25 % for a Deployment, one at a time for the others.
    Rolling,
    /// All old pods go before new ones come (Deployment only).
    Recreate,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerRole {
    /// A container of `spec.containers`.
    App,
    /// An init container: it must end before the others start.
    Init,
    /// An init container with `restartPolicy: Always`.
    Sidecar,
}

/// A container of a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image. A tag that begins with `bad0` … `bad4` makes it fail (see [`Failure`]).
    pub image: String,
    /// What it is for.
    pub role: ContainerRole,
}

/// How an image fails, told by the beginning of its tag, as in the recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// `bad0`: it does not exist; ErrImagePull and ImagePullBackOff in turns.
    Pull,
    /// `bad1`: it exits with 1 soon after its start; CrashLoopBackOff.
    Crash,
    /// `bad2`: it runs and never becomes ready.
    NeverReady,
    /// `bad3`: it is OOMKilled soon after its start.
    OutOfMemory,
    /// `bad4`: its init container exits with 1.
    Init,
}

impl Failure {
    /// How an image fails; none when it works.
    #[must_use]
    pub fn of(image: &str) -> Option<Self> {
        let tag = crate::identity::tag(image);
        match tag.get(..4)? {
            "bad0" => Some(Self::Pull),
            "bad1" => Some(Self::Crash),
            "bad2" => Some(Self::NeverReady),
            "bad3" => Some(Self::OutOfMemory),
            "bad4" => Some(Self::Init),
            _ => None,
        }
    }
}

/// A pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Labels beyond those of the selector.
    pub labels: Labels,
    /// Annotations.
    pub annotations: Labels,
    /// All containers, in the order in which they were added.
    pub containers: Vec<Container>,
}

impl Template {
    /// The containers of some roles, in order.
    pub(crate) fn of_role(&self, init: Init) -> impl Iterator<Item = &Container> {
        self.containers.iter().filter(move |container| (container.role == ContainerRole::App) == (init == Init::App))
    }
}

/// Which of a pod's two container lists is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Init {
    /// `spec.containers`.
    App,
    /// `spec.initContainers`.
    Init,
}

/// A Deployment, StatefulSet or DaemonSet as `kubectl apply` would send it.
///
/// ```
/// let cart = sim::Workload::deployment("shop", "cart", "registry.example/shop/cart:75b1411").replicas(3).team("core");
/// assert_eq!(cart.selector["app.kubernetes.io/name"], "cart");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// What it is.
    pub kind: WorkloadKind,
    /// Its namespace; made when it does not exist.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
    /// `spec.selector.matchLabels`; the template has them too.
    pub selector: Labels,
    /// `spec.replicas`.
    pub replicas: u32,
    /// The pod template.
    pub template: Template,
    /// How pods are replaced.
    pub strategy: Strategy,
    /// `spec.paused` (Deployment only).
    pub paused: bool,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: u32,
    /// `spec.progressDeadlineSeconds` (Deployment only).
    pub progress_deadline_seconds: u32,
}

impl Workload {
    fn new(kind: WorkloadKind, namespace: &str, name: &str, image: &str) -> Self {
        let labels = Labels::from([("app.kubernetes.io/name".to_owned(), name.to_owned())]);
        Self {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            selector: labels.clone(),
            labels,
            annotations: Labels::new(),
            replicas: 1,
            template: Template { labels: Labels::new(), annotations: Labels::new(), containers: Vec::new() },
            strategy: Strategy::Rolling,
            paused: false,
            min_ready_seconds: 0,
            progress_deadline_seconds: 600,
        }
        .container("app", image, ContainerRole::App)
    }

    /// A Deployment of one pod with one container, `app`.
    #[must_use]
    pub fn deployment(namespace: &str, name: &str, image: &str) -> Self {
        Self::new(WorkloadKind::Deployment, namespace, name, image)
    }

    /// A StatefulSet of one pod with one container, `app`.
    #[must_use]
    pub fn stateful_set(namespace: &str, name: &str, image: &str) -> Self {
        Self::new(WorkloadKind::StatefulSet, namespace, name, image)
    }

    /// A DaemonSet with one container, `app`.
    #[must_use]
    pub fn daemon_set(namespace: &str, name: &str, image: &str) -> Self {
        Self::new(WorkloadKind::DaemonSet, namespace, name, image)
    }

    /// With that many pods.
    #[must_use]
    pub fn replicas(mut self, replicas: u32) -> Self {
        self.replicas = replicas;
        self
    }

    /// Of a service that is not named like the workload (label `app.kubernetes.io/name`), as a canary is.
    #[must_use]
    pub fn service(self, service: &str) -> Self {
        self.selector_label("app.kubernetes.io/name", service)
    }

    /// Of a team (label `team`).
    #[must_use]
    pub fn team(self, team: &str) -> Self {
        self.label("team", team)
    }

    /// With a label, on the workload and on its pods.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.insert(key.to_owned(), value.to_owned());
        self.template.labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With a label that is part of the selector (`track`, `color`).
    #[must_use]
    pub fn selector_label(mut self, key: &str, value: &str) -> Self {
        self.selector.insert(key.to_owned(), value.to_owned());
        self.labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With an annotation on the workload.
    #[must_use]
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With an annotation on its pods.
    #[must_use]
    pub fn pod_annotation(mut self, key: &str, value: &str) -> Self {
        self.template.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With a container more.
    #[must_use]
    pub fn container(mut self, name: &str, image: &str, role: ContainerRole) -> Self {
        self.template.containers.push(Container { name: name.to_owned(), image: image.to_owned(), role });
        self
    }

    /// With a way to replace pods.
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// With `spec.progressDeadlineSeconds`.
    #[must_use]
    pub fn progress_deadline(mut self, seconds: u32) -> Self {
        self.progress_deadline_seconds = seconds;
        self
    }

    /// Changes a container's image: of the one that is named, else of the first of `spec.containers`.
    ///
    /// Init containers that run the same image move along. A tag that begins with `bad4` stands for an image whose migration
    /// fails: a template without init containers gets one, `migrate`, that runs it.
    pub(crate) fn set_image(&mut self, container: Option<&str>, image: &str) {
        let matches = |candidate: &Container| match container {
            Some(name) => candidate.name == name,
            None => candidate.role == ContainerRole::App,
        };
        let Some(index) = self.template.containers.iter().position(matches) else { return };
        let old = std::mem::replace(&mut self.template.containers[index].image, image.to_owned());
        for companion in self.template.containers.iter_mut().filter(|c| c.role == ContainerRole::Init && c.image == old) {
            image.clone_into(&mut companion.image);
        }
        if Failure::of(image) == Some(Failure::Init) && self.template.of_role(Init::Init).count() == 0 {
            let migrate = Container { name: "migrate".to_owned(), image: image.to_owned(), role: ContainerRole::Init };
            self.template.containers.push(migrate);
        }
    }
}
