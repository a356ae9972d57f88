//! What goes wrong, on demand and at run time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use serde_json::Value;

use crate::api::{Shared, Status, Target, lock};
use crate::link::{Link, LinkState};
use crate::world::{Name, ObjectKind, World};

/// An answer that stands for the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 410: of a list as the HTTP status, of a watch as an event in its stream.
    Expired,
    /// 429 by priority and fairness: plain text, and a `Retry-After` in seconds.
    TooManyRequests {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// 500.
    InternalError,
    /// 503.
    Unavailable,
    /// 504: the request took too long.
    Timeout,
    /// 404 in plain text, as of an API group that is not installed.
    NotFound,
    /// 403, as RBAC says it.
    Forbidden,
    /// No answer at all; the connection stays open.
    Silence,
}

/// When an [`Answer`] is given: to which requests, and how often.
///
/// ```
/// use sim::{Answer, Rule};
/// let rule = Rule::new(Answer::InternalError).lists().of("pods").times(2);
/// ```
#[derive(Clone, Debug)]
pub struct Rule {
    answer: Answer,
    verb: Option<&'static str>,
    resource: Option<String>,
    namespace: Option<String>,
    left: Option<u32>,
}

impl Rule {
    /// An answer to every request for a resource, until [`Faults::heal`].
    #[must_use]
    pub fn new(answer: Answer) -> Self {
        Self { answer, verb: None, resource: None, namespace: None, left: None }
    }

    /// To lists only.
    #[must_use]
    pub fn lists(mut self) -> Self {
        self.verb = Some("list");
        self
    }

    /// To watches only.
    #[must_use]
    pub fn watches(mut self) -> Self {
        self.verb = Some("watch");
        self
    }

    /// To requests for one resource only (`pods`).
    #[must_use]
    pub fn of(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self
    }

    /// To requests in one namespace only.
    #[must_use]
    pub fn within(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// To the next requests only.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    delay: Option<Duration>,
    reject_tokens: bool,
    /// How often the tokens were replaced.
    rotations: u64,
    /// Watches of these kinds are late.
    lags: BTreeMap<ObjectKind, Duration>,
    repeat: bool,
}

/// What goes wrong with the lines of a watch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delivery {
    pub(crate) lag: Option<Duration>,
    pub(crate) repeat: bool,
}

/// What the rules say to one request.
#[derive(Debug, Default)]
pub(crate) struct Ruling {
    pub(crate) delay: Option<Duration>,
    pub(crate) forbidden: bool,
    pub(crate) refusal: Option<Refusal>,
}

/// An answer to give instead of the right one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal(Answer);

impl Rules {
    pub(crate) fn tokens_rejected(&self) -> bool {
        self.reject_tokens
    }

    /// A user's token as it is now.
    pub(crate) fn current(&self, token: &str) -> String {
        if self.rotations == 0 { token.to_owned() } else { format!("{token}-{}", self.rotations) }
    }

    /// What goes wrong with the lines of a kind's watches.
    pub(crate) fn delivery(&self, kind: ObjectKind) -> Delivery {
        Delivery { lag: self.lags.get(&kind).copied(), repeat: self.repeat }
    }

    /// Finds the rule for a request, and counts it.
    pub(crate) fn ruling(&mut self, verb: &str, target: &Target) -> Ruling {
        let Target::Resource { resource, namespace, .. } = target else { return Ruling::default() };
        let delay = self.delay;
        let rule = self.rules.iter_mut().find(|rule| {
            rule.left != Some(0)
                && rule.verb.is_none_or(|wanted| wanted == verb)
                && rule.resource.as_ref().is_none_or(|wanted| wanted == resource)
                && (rule.namespace.is_none() || rule.namespace == *namespace)
        });
        let Some(rule) = rule else { return Ruling { delay, ..Ruling::default() } };
        rule.left = rule.left.map(|left| left - 1);
        let forbidden = rule.answer == Answer::Forbidden;
        Ruling { delay, forbidden, refusal: (!forbidden).then_some(Refusal(rule.answer)) }
    }
}

impl Refusal {
    pub(crate) async fn respond(self, verb: &str) -> Result<Response, Status> {
        match self.0 {
            Answer::Expired if verb == "watch" => Ok(Status::too_old(1, 2).into_event_stream()),
            Answer::Expired => Err(Status::expired()),
            Answer::TooManyRequests { retry_after } => Err(Status::too_many_requests(retry_after)),
            Answer::InternalError => Err(Status::internal("etcdserver: leader changed")),
            Answer::Unavailable | Answer::Forbidden => Err(Status::unavailable()),
            Answer::Timeout => Err(Status::timeout()),
            Answer::NotFound => Err(Status::no_such_path()),
            Answer::Silence => std::future::pending().await,
        }
    }
}

/// Makes things go wrong in one cluster, and right again.
#[derive(Clone, Debug)]
pub struct Faults {
    shared: Arc<Shared>,
    link: Link,
}

impl Faults {
    pub(crate) fn new(shared: Arc<Shared>, link: Link) -> Self {
        Self { shared, link }
    }

    /// The cluster is away: its port is closed, connections are refused and open ones are cut.
    pub async fn refuse(&self) {
        self.link.set(LinkState::Closed).await;
    }

    /// The cluster is silent: connections are accepted and nothing more is said, nor on those that are open.
    pub async fn hang(&self) {
        self.link.set(LinkState::Silent).await;
    }

    /// Cuts all open connections, once. New ones are served.
    pub fn cut(&self) {
        self.link.cut();
    }

    /// Cuts all open connections in the middle of the next thing they send, once. New ones are served.
    pub fn tear(&self) {
        self.link.tear();
    }

    /// Open connections are silent from now on, and never end: they are half open. New ones are served.
    pub fn stall(&self) {
        self.link.stall();
    }

    /// Watches of a kind deliver late from now on, while those of the others run ahead.
    pub fn lag(&self, kind: ObjectKind, lag: Duration) {
        lock(&self.shared.rules).lags.insert(kind, lag);
    }

    /// Watches deliver every line twice from now on.
    pub fn repeat(&self) {
        lock(&self.shared.rules).repeat = true;
    }

    /// Every user gets a new token, and the old ones are refused. Open watches go on; see [`Faults::cut`].
    pub fn rotate_tokens(&self) {
        lock(&self.shared.rules).rotations += 1;
    }

    /// Adds a rule; the first that applies to a request wins.
    pub fn add(&self, rule: Rule) {
        lock(&self.shared.rules).rules.push(rule);
    }

    /// Refuses every token with 401, as after a rotation. Open watches go on; see [`Faults::cut`].
    pub fn reject_tokens(&self) {
        lock(&self.shared.rules).reject_tokens = true;
    }

    /// Every request for a resource waits before it is answered.
    pub fn slow(&self, delay: Duration) {
        lock(&self.shared.rules).delay = Some(delay);
    }

    /// Everything handed out so far is too old: watches resumed and lists continued from it get 410. Open watches go on.
    pub fn expire(&self) {
        self.change(World::compact);
    }

    /// History is lost (an etcd restored from a backup): resourceVersions start over, and connections are cut.
    pub fn lose_history(&self) {
        self.change(World::lose_history);
        self.link.cut();
    }

    /// Overwrites a field of an object, by JSON pointer, in what is served: `spoil(Pod, "shop", "cart-1", "/spec", "nonsense")`.
    pub fn spoil(&self, kind: ObjectKind, namespace: &str, name: &str, pointer: &str, value: impl Into<Value>) {
        let value = value.into();
        self.change(|world| world.spoil(kind, &Name::new(namespace, name), pointer, value));
    }

    /// Everything is right again: the port is open, the rules are gone, spoiled objects are mended. Connections that are half
    /// open stay so, and tokens that were replaced are not valid again.
    pub async fn heal(&self) {
        {
            let mut rules = lock(&self.shared.rules);
            *rules = Rules { rotations: rules.rotations, ..Rules::default() };
        }
        self.change(World::mend);
        self.link.set(LinkState::Open).await;
    }

    fn change(&self, change: impl FnOnce(&mut World)) {
        {
            let mut world = lock(&self.shared.world);
            world.step(self.shared.clock.now());
            change(&mut world);
        }
        self.shared.announce();
    }
}
