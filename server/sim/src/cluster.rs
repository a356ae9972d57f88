//! A simulated cluster: a world, its API server on a port of its own, and the task that plays the time.

mod config;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::api::{self, Shared, lock};
use crate::error::Error;
use crate::faults::Faults;
use crate::link::{FaultyListener, Link, LinkState};
use crate::local::LocalService;
use crate::signal::Signal;
use crate::spec::Workload;
use crate::world::{Command, ObjectKind, Rollout, World};

pub use crate::api::Counted;
pub use config::ClusterConfig;

/// Starts clusters.
#[derive(Debug)]
pub struct Cluster;

impl Cluster {
    /// Starts a cluster. It is listening when this returns, with everything configured in place.
    ///
    /// # Errors
    /// [`Error::Listen`] when its address cannot be bound, [`Error::NoSuchWorkload`] when its past names what is not there.
    pub async fn start(config: ClusterConfig) -> Result<ClusterHandle, Error> {
        let (listener, link) = FaultyListener::bind(config.listen).await?;
        let address = listener.address();
        let name = config.name.clone();
        // Playing a past of thousands of pods takes a while, and other clusters are starting too.
        let shared = tokio::task::spawn_blocking(move || config.into_shared()).await.map_err(Error::Panicked)??;
        let changed = Arc::new(Notify::new());
        let server = axum::serve(listener, api::router(Arc::clone(&shared)));
        let tasks = vec![
            tokio::spawn(async move {
                if let Err(error) = server.await {
                    tracing::error!(%error, "a simulated API server ended");
                }
            }),
            tokio::spawn(play(Arc::clone(&shared), Arc::clone(&changed))),
        ];
        let inner = Inner { name, address, shared, link, changed, tasks };
        Ok(ClusterHandle { inner: Arc::new(inner) })
    }

    /// Starts a cluster that listens nowhere: its API server is reached through [`ClusterHandle::service`]. With a simulated
    /// clock and tokio's time paused, all of it is simulated. [`ClusterHandle::address`] is what was configured.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`] when its past names what is not there.
    pub fn local(config: ClusterConfig) -> Result<ClusterHandle, Error> {
        let (name, address) = (config.name.clone(), config.listen);
        let shared = config.into_shared()?;
        let changed = Arc::new(Notify::new());
        let tasks = vec![tokio::spawn(play(Arc::clone(&shared), Arc::clone(&changed)))];
        let inner = Inner { name, address, shared, link: Link::without_listener(), changed, tasks };
        Ok(ClusterHandle { inner: Arc::new(inner) })
    }
}

/// Plays the time: sleeps until something is due or something was done.
async fn play(shared: Arc<Shared>, changed: Arc<Notify>) {
    loop {
        let due = {
            let mut world = lock(&shared.world);
            world.step(shared.clock.now());
            world.next_due()
        };
        shared.announce();
        let wait = due.map_or(Duration::from_secs(3600), |due| (due - shared.clock.now()).to_std().unwrap_or_default());
        tokio::select! {
            biased;
            () = tokio::time::sleep(wait) => {}
            () = changed.notified() => {}
        }
    }
}

#[derive(Debug)]
struct Inner {
    name: String,
    address: SocketAddr,
    shared: Arc<Shared>,
    link: Link,
    changed: Arc<Notify>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.link.cut();
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// A running cluster. It ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct ClusterHandle {
    inner: Arc<Inner>,
}

impl ClusterHandle {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Where its API server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.inner.address
    }

    /// The API server's URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.inner.address)
    }

    /// Its API server without a network; what [`Faults`] does to connections happens here too.
    #[must_use]
    pub fn service(&self) -> LocalService {
        LocalService::new(api::router(Arc::clone(&self.inner.shared)), self.inner.link.clone())
    }

    /// The bearer token of its first user as it is now: see [`Faults::rotate_tokens`].
    #[must_use]
    pub fn current_token(&self) -> String {
        lock(&self.inner.shared.rules).current(self.token())
    }

    /// Reads the world as it is.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&lock(&self.inner.shared.world))
    }

    /// Waits until something has changed in the world.
    pub async fn changed(&self) {
        let mut changes: Vec<_> = self.inner.shared.newest.iter().map(Signal::listen).collect();
        let changes = changes.iter_mut().map(|change| Box::pin(change.changed()));
        futures::future::select_all(changes).await;
    }

    /// The token of its first user, who is the reader unless configured otherwise.
    #[must_use]
    pub fn token(&self) -> &str {
        self.inner.shared.users.first().map_or("", |user| &user.token)
    }

    /// The token of a service account: `shop-only`.
    #[must_use]
    pub fn token_of(&self, account: &str) -> Option<&str> {
        let user = self.inner.shared.users.iter().find(|user| user.name.rsplit(':').next() == Some(account))?;
        Some(&user.token)
    }

    /// The text of a kubeconfig with this cluster's context alone.
    #[must_use]
    pub fn kubeconfig(&self) -> String {
        crate::kubeconfig::kubeconfig_for(&[self])
    }

    /// What can go wrong.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.inner.shared), self.inner.link.clone())
    }

    /// Does something to the cluster, now.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`] when the command names what is not there.
    pub fn command(&self, command: Command) -> Result<(), Error> {
        let done = lock(&self.inner.shared.world).apply(self.inner.shared.clock.now(), command);
        self.inner.shared.announce();
        self.inner.changed.notify_one();
        done
    }

    /// `kubectl apply`: creates a workload, or changes it to this.
    pub fn apply(&self, workload: Workload) {
        // Applying cannot miss its object.
        let _ = self.command(Command::Apply(Box::new(workload)));
    }

    /// `kubectl set image` of the first container.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`].
    pub fn set_image(&self, namespace: &str, name: &str, image: &str) -> Result<(), Error> {
        let (namespace, name) = (namespace.to_owned(), name.to_owned());
        self.command(Command::SetImage { namespace, name, container: None, image: image.to_owned() })
    }

    /// `kubectl scale`.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`].
    pub fn scale(&self, namespace: &str, name: &str, replicas: u32) -> Result<(), Error> {
        self.command(Command::Scale { namespace: namespace.to_owned(), name: name.to_owned(), replicas })
    }

    /// `kubectl rollout pause`.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`].
    pub fn pause(&self, namespace: &str, name: &str) -> Result<(), Error> {
        self.command(Command::Pause { namespace: namespace.to_owned(), name: name.to_owned(), paused: true })
    }

    /// `kubectl rollout resume`.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`].
    pub fn resume(&self, namespace: &str, name: &str) -> Result<(), Error> {
        self.command(Command::Pause { namespace: namespace.to_owned(), name: name.to_owned(), paused: false })
    }

    /// `kubectl delete`.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`].
    pub fn delete(&self, namespace: &str, name: &str) -> Result<(), Error> {
        self.command(Command::Delete { namespace: namespace.to_owned(), name: name.to_owned() })
    }

    /// How far a workload is; none when it does not exist.
    #[must_use]
    pub fn rollout(&self, namespace: &str, name: &str) -> Option<Rollout> {
        lock(&self.inner.shared.world).rollout(namespace, name)
    }

    /// The newest resourceVersion: how many changes there have been, but for a constant.
    #[must_use]
    pub fn resource_version(&self) -> u64 {
        lock(&self.inner.shared.world).store().rv()
    }

    /// The names of the pods there are in a namespace.
    #[must_use]
    pub fn pods(&self, namespace: &str) -> Vec<String> {
        let world = lock(&self.inner.shared.world);
        let all = world.store().all(ObjectKind::Pod);
        all.iter().filter(|pod| &*pod.name.namespace == namespace).map(|pod| pod.name.name.to_string()).collect()
    }

    /// Waits until a workload's rollout is complete.
    ///
    /// # Errors
    /// [`Error::Timeout`] when it is not within `patience`.
    pub async fn rolled_out(&self, namespace: &str, name: &str, patience: Duration) -> Result<(), Error> {
        let complete = || self.rollout(namespace, name).is_some_and(|rollout| rollout.complete());
        self.until(&format!("the rollout of {namespace}/{name} to be complete"), patience, complete).await
    }

    /// Waits until something is true of the cluster; looked at whenever something has changed.
    ///
    /// # Errors
    /// [`Error::Timeout`] when it is not within `patience`.
    pub async fn until(&self, what: &str, patience: Duration, condition: impl Fn() -> bool) -> Result<(), Error> {
        let mut pods = self.inner.shared.newest[ObjectKind::Pod as usize].listen();
        let mut deployments = self.inner.shared.newest[ObjectKind::Deployment as usize].listen();
        let wait = async {
            while !condition() {
                tokio::select! {
                    () = pods.changed() => {}
                    () = deployments.changed() => {}
                    () = tokio::time::sleep(Duration::from_millis(20)) => {}
                }
            }
        };
        let timeout = |_| Error::Timeout { seconds: patience.as_secs(), what: what.to_owned() };
        tokio::time::timeout(patience, wait).await.map_err(timeout)
    }

    /// How often each thing was asked of the API server since the start.
    #[must_use]
    pub fn requests(&self) -> Vec<Counted> {
        lock(&self.inner.shared.requests).clone()
    }

    /// How often a verb was asked of a resource since the start.
    #[must_use]
    pub fn asked(&self, verb: &str, resource: &str) -> u64 {
        self.requests().iter().filter(|counted| counted.verb == verb && counted.resource == resource).map(|counted| counted.times).sum()
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.inner.link.connections()
    }

    /// The API server stops: its port is closed and connections are cut. What it serves is kept, and the controllers go on.
    pub async fn stop(&self) {
        self.inner.link.set(LinkState::Closed).await;
    }

    /// The API server starts again, on the same port.
    pub async fn restart(&self) {
        self.inner.link.set(LinkState::Open).await;
    }
}
