//! The HTTP face: what kube-apiserver answers to the requests a dashboard makes.

mod answer;
mod discovery;
mod get;
mod list;
mod params;
mod path;
mod selector;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::clock::Clock;
use crate::faults::Rules;
use crate::signal::Signal;
use crate::users::{Rights, User};
use crate::world::{ObjectKind, World};
pub(crate) use answer::Status;
pub(crate) use path::Target;

/// What the API server's handlers, the ticking task and the cluster's handle share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) clock: Clock,
    pub(crate) users: Vec<User>,
    pub(crate) rules: Mutex<Rules>,
    pub(crate) settings: Settings,
    /// The resourceVersion of each kind's newest change: what watches wait for.
    pub(crate) newest: [Signal; ObjectKind::ALL.len()],
    pub(crate) requests: Mutex<Vec<Counted>>,
}

/// What the API server does, apart from what it serves.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) watch_list: bool,
    pub(crate) bookmark_every: std::time::Duration,
    pub(crate) compress_over: usize,
}

/// How often one thing was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// `get`, `list` or `watch`.
    pub verb: &'static str,
    /// The resource: `pods`.
    pub resource: String,
    /// How often.
    pub times: u64,
}

/// Locks; a panic elsewhere does not make what is inside unusable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Tells the watches what has changed. To be called after everything done to the world.
    pub(crate) fn announce(&self) {
        let newest = {
            let world = lock(&self.world);
            ObjectKind::ALL.map(|kind| world.store().newest(kind))
        };
        for (signal, rv) in self.newest.iter().zip(newest) {
            signal.set(rv);
        }
    }

    fn count(&self, verb: &'static str, resource: &str) {
        let mut requests = lock(&self.requests);
        match requests.iter_mut().find(|counted| counted.verb == verb && counted.resource == resource) {
            Some(counted) => counted.times += 1,
            None => requests.push(Counted { verb, resource: resource.to_owned(), times: 1 }),
        }
    }
}

/// The whole API server.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(serve).layer(answer::compression()).with_state(shared)
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match respond(&shared, &parts).await {
        Ok(response) => response,
        Err(status) => status.into_response(),
    }
}

/// Who asks.
enum Caller<'a> {
    Known(&'a User),
    Anonymous,
}

impl Caller<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Known(user) => &user.name,
            Self::Anonymous => "system:anonymous",
        }
    }

    fn may_read(&self, resource: &str, namespace: Option<&str>) -> bool {
        matches!(self, Self::Known(user) if user.rights.may_read(resource, namespace))
    }
}

async fn respond(shared: &Arc<Shared>, request: &Parts) -> Result<Response, Status> {
    let uri = &request.uri;
    let target = Target::parse(uri.path());
    let caller = authenticate(shared, &request.headers)?;
    let verb = verb(&request.method, &target, uri.query().unwrap_or_default());
    if let Target::Resource { resource, .. } = &target {
        shared.count(verb, resource);
    }
    let ruling = lock(&shared.rules).ruling(verb, &target);
    if let Some(delay) = ruling.delay {
        tokio::time::sleep(delay).await;
    }
    authorize(&caller, verb, &target, ruling.forbidden)?;
    if let Some(refusal) = ruling.refusal {
        return refusal.respond(verb).await;
    }
    if request.method != Method::GET {
        return Err(Status::method_not_allowed());
    }
    answer::acceptable(&request.headers)?;
    match target {
        Target::Resource { group, resource, namespace, name } => {
            let served = |kind: &ObjectKind| lock(&shared.world).is_served(*kind);
            let Some(kind) = ObjectKind::of_resource(&group, &resource).filter(served) else {
                let installed = ObjectKind::ALL.iter().any(|kind| kind.group() == group && served(kind));
                return Err(if installed { Status::no_such_resource() } else { Status::no_such_path() });
            };
            let params = params::Params::parse(uri.query().unwrap_or_default());
            match name {
                Some(name) => get::get(shared, kind, namespace.as_deref(), &name),
                None if params.watch => watch::watch(shared, kind, namespace, &params),
                None => list::list(shared, kind, namespace, &params).await,
            }
        }
        other => discovery::answer(&other, |kind| lock(&shared.world).is_served(kind)),
    }
}

fn verb(method: &Method, target: &Target, query: &str) -> &'static str {
    let whole = matches!(target, Target::Resource { name: None, .. });
    match method.as_str() {
        "GET" | "HEAD" if whole && params::Params::parse(query).watch => "watch",
        "GET" | "HEAD" if whole => "list",
        "GET" | "HEAD" => "get",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" if whole => "deletecollection",
        _ => "delete",
    }
}

fn authenticate<'a>(shared: &'a Shared, headers: &HeaderMap) -> Result<Caller<'a>, Status> {
    let Some(header) = headers.get(http::header::AUTHORIZATION) else { return Ok(Caller::Anonymous) };
    let token = header.to_str().ok().and_then(|header| header.strip_prefix("Bearer "));
    let rules = lock(&shared.rules);
    let user = token.and_then(|token| shared.users.iter().find(|user| rules.current(&user.token) == token.trim()));
    user.filter(|_| !rules.tokens_rejected()).map(Caller::Known).ok_or_else(Status::unauthorized)
}

/// RBAC, which answers before anything else does: what may not be read is 403 whether it exists or not.
fn authorize(caller: &Caller<'_>, verb: &str, target: &Target, forbidden: bool) -> Result<(), Status> {
    match target {
        Target::Health | Target::Version => Ok(()),
        Target::Resource { group, resource, namespace, .. } => {
            // Getting a namespace by name is a right in that namespace.
            let allowed = matches!(verb, "get" | "list" | "watch") && caller.may_read(resource, namespace.as_deref());
            let everything = matches!(caller, Caller::Known(user) if user.rights == Rights::Everything);
            if (allowed || everything) && !forbidden {
                return Ok(());
            }
            Err(Status::forbidden(caller.name(), verb, group, resource, namespace.as_deref()))
        }
        Target::Unknown(path) => match caller {
            Caller::Known(user) if user.rights == Rights::Everything => Ok(()),
            _ => Err(Status::forbidden_path(caller.name(), verb, path)),
        },
        Target::Discovery(path) => match caller {
            Caller::Known(_) => Ok(()),
            Caller::Anonymous => Err(Status::forbidden_path(caller.name(), verb, path)),
        },
    }
}

/// A body of bytes that are there.
fn whole(bytes: impl Into<bytes::Bytes>) -> Body {
    Body::from(bytes.into())
}
