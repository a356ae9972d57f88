//! A Kubernetes object becomes a small fact at once, and is dropped. Pure.

mod beside;
mod items;
mod pod;
mod special;
mod strings;
mod wire;
mod workload;

use model::strings::ArcStr;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use model::catalogue::Catalogue;
use model::ids::{ObjectName, Uid};
use model::workload::{Condition, Fact, Kind, Owner};
use serde::Deserialize;
use serde_json::value::RawValue;

use self::items::Items;
pub use self::strings::Strings;

/// Turns objects of one kind into facts.
#[derive(Debug)]
pub struct Observer {
    kind: Kind,
    catalogue: Arc<Catalogue>,
    strings: Strings,
}

/// An object that could not be read: it is skipped, counted and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Which one, when even its metadata could be read.
    pub name: Option<ObjectName>,
    /// What is wrong with it.
    pub why: String,
}

/// One line of a watch.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// An object was added or changed (`ADDED`, `MODIFIED`), or could not be read.
    Seen {
        /// What is known of it now.
        fact: Result<Fact, Unreadable>,
        /// Its `resourceVersion`: where a next watch goes on.
        version: Option<String>,
    },
    /// An object was deleted (`DELETED`).
    Gone {
        /// Which one.
        name: Result<ObjectName, Unreadable>,
        /// The `resourceVersion` of its deletion.
        version: Option<String>,
    },
    /// The server is there, and nothing was missed up to a version (`BOOKMARK`).
    Bookmark {
        /// The `resourceVersion`.
        version: Option<String>,
        /// Whether it ends the initial events (`k8s.io/initial-events-end`).
        ends_initial: bool,
    },
    /// The watch failed (`ERROR`); 410 means that only a new list helps.
    Error {
        /// The code, as of HTTP.
        code: u16,
        /// The server's text.
        text: String,
    },
    /// The line is no watch event.
    Malformed(String),
}

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// The objects that could be read.
    pub facts: Vec<Fact>,
    /// Those that could not.
    pub unreadable: Vec<Unreadable>,
    /// The list's `resourceVersion`.
    pub version: Option<String>,
    /// The token for the next page; none on the last one.
    pub next: Option<String>,
}

/// A page of a list, of which more is to come.
#[derive(Debug, Default)]
pub struct ComingPage {
    items: Items,
    facts: Vec<Fact>,
    unreadable: Vec<Unreadable>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl Observer {
    /// An observer of objects of a kind, by the rules of the catalogue.
    #[must_use]
    pub fn new(kind: Kind, catalogue: Arc<Catalogue>) -> Self {
        Self::sharing(kind, catalogue, Strings::default())
    }

    /// One that shares its texts with other observers: a pod names the image of its Deployment, and those of other clusters.
    #[must_use]
    pub fn sharing(kind: Kind, catalogue: Arc<Catalogue>, strings: Strings) -> Self {
        Self { kind, catalogue, strings }
    }

    /// Reads one object.
    ///
    /// # Errors
    /// When it is of another kind or shape; an absent or null field never is an error by itself.
    pub fn fact(&mut self, json: &str) -> Result<Fact, Unreadable> {
        let object: wire::Object<'_> = serde_json::from_str(json).map_err(|error| unreadable(json, &error))?;
        let name = self.name(&object.metadata)?;
        if let Some(kind) = object.kind.as_ref().filter(|kind| kind.as_str() != self.kind.as_str()) {
            return Err(Unreadable { name: Some(name), why: format!("is a {}, not a {}", kind.as_str(), self.kind) });
        }
        let fact = match self.kind {
            Kind::Pod => Ok(pod::fact(name.clone(), &object, self).map(|pod| Fact::Pod(Box::new(pod)))),
            Kind::ReplicaSet => Ok(workload::replica_set(name.clone(), &object, self).map(|set| Fact::ReplicaSet(Box::new(set)))),
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                Ok(workload::fact(name.clone(), &object, self).map(|workload| Fact::Workload(Box::new(workload))))
            }
            // What only these have is read on its own: fields of one name have other types elsewhere.
            Kind::CronJob => special::cron_job(name.clone(), &object, json, self),
            Kind::Job => special::job(name.clone(), &object, json, self),
            Kind::Rollout => special::rollout(name.clone(), &object, json, self),
            Kind::Service => beside::service(name.clone(), &object, json, self),
            Kind::HorizontalPodAutoscaler => beside::autoscaler(name.clone(), json, self),
            Kind::Event => beside::warning(name.clone(), &object, json, self),
        };
        let fact = fact.map_err(|error| Unreadable { name: Some(name.clone()), why: error.to_string() })?;
        fact.ok_or_else(|| Unreadable { name: Some(name), why: "has no creationTimestamp".to_owned() })
    }

    /// Reads one line of a watch.
    pub fn line(&mut self, json: &str) -> Line {
        #[derive(Deserialize)]
        struct Event<'a> {
            #[serde(rename = "type", borrow)]
            kind: Cow<'a, str>,
            #[serde(borrow)]
            object: &'a RawValue,
        }
        let event: Event<'_> = match serde_json::from_str(json) {
            Ok(event) => event,
            // A server that stops, or a proxy, may send a bare Status.
            Err(error) => return status(json).unwrap_or_else(|| Line::Malformed(format!("not a watch event: {error}"))),
        };
        let object = event.object.get();
        match &*event.kind {
            "ADDED" | "MODIFIED" => Line::Seen { fact: self.fact(object), version: version(object) },
            "DELETED" => Line::Gone { name: self.named(object), version: version(object) },
            "BOOKMARK" => {
                let ends_initial = metadata(object)
                    .is_some_and(|meta| meta.annotations.get("k8s.io/initial-events-end").is_some_and(|value| value == "true"));
                Line::Bookmark { version: version(object), ends_initial }
            }
            "ERROR" => status(object).unwrap_or_else(|| Line::Error { code: 500, text: "an ERROR event without a Status".to_owned() }),
            other => Line::Malformed(format!("unknown watch event `{other}`")),
        }
    }

    /// Reads a page of a list.
    ///
    /// # Errors
    /// When it is not a list at all.
    pub fn page(&mut self, json: &str) -> Result<Page, String> {
        let mut coming = ComingPage::default();
        self.take(&mut coming, json.as_bytes());
        self.finish(coming)
    }

    /// Reads what comes next of a page. An object is dropped as soon as its fact is made.
    pub fn take(&mut self, page: &mut ComingPage, chunk: &[u8]) {
        let ComingPage { items, facts, unreadable } = page;
        items.take(chunk, |item| match std::str::from_utf8(item) {
            Ok(json) => self.item(json, facts, unreadable),
            Err(error) => unreadable.push(Unreadable { name: None, why: error.to_string() }),
        });
    }

    /// The page, when all of it has come.
    ///
    /// # Errors
    /// When it is not a list at all.
    pub fn finish(&mut self, page: ComingPage) -> Result<Page, String> {
        #[derive(Deserialize)]
        struct List<'a> {
            #[serde(borrow)]
            kind: Option<Cow<'a, str>>,
            #[serde(borrow)]
            metadata: Option<ListMeta<'a>>,
            #[serde(borrow)]
            items: Option<Vec<&'a RawValue>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct ListMeta<'a> {
            #[serde(borrow)]
            resource_version: Option<Cow<'a, str>>,
            #[serde(borrow)]
            r#continue: Option<Cow<'a, str>>,
        }
        let ComingPage { items, mut facts, mut unreadable } = page;
        let rest = items.rest();
        let list: List<'_> = serde_json::from_slice(&rest).map_err(|error| format!("not a list of {}: {error}", self.kind.plural()))?;
        let kind = list.kind.unwrap_or_default();
        if kind != format!("{}List", self.kind) && kind != "List" {
            return Err(format!("not a list of {}, but a `{kind}`", self.kind.plural()));
        }
        // None, unless the list is written in a way that nobody writes: `items` with an escape in it.
        for item in list.items.unwrap_or_default() {
            self.item(item.get(), &mut facts, &mut unreadable);
        }
        let (version, next) = list.metadata.map_or((None, None), |meta| (meta.resource_version, meta.r#continue));
        let said = |text: Option<Cow<'_, str>>| text.filter(|text| !text.is_empty()).map(Cow::into_owned);
        Ok(Page { facts, unreadable, version: said(version), next: said(next) })
    }

    fn item(&mut self, json: &str, facts: &mut Vec<Fact>, unreadable: &mut Vec<Unreadable>) {
        match self.fact(json) {
            Ok(fact) if fact.is_used() => facts.push(fact),
            Ok(_) => {}
            Err(one) => unreadable.push(one),
        }
    }

    fn named(&mut self, json: &str) -> Result<ObjectName, Unreadable> {
        let object: wire::Named<'_> = serde_json::from_str(json).map_err(|error| unreadable(json, &error))?;
        self.name(&object.metadata)
    }

    fn name(&mut self, metadata: &wire::Metadata<'_>) -> Result<ObjectName, Unreadable> {
        match (&metadata.namespace, &metadata.name) {
            (Some(namespace), Some(name)) => {
                let name = match self.kind {
                    // Names that were drawn.
                    Kind::Pod | Kind::ReplicaSet | Kind::Event => ArcStr::from(name.as_str()),
                    _ => self.strings.share(name.as_str()),
                };
                Ok(ObjectName { namespace: self.strings.share(namespace.as_str()), name })
            }
            _ => Err(Unreadable { name: None, why: "an object without name or namespace".to_owned() }),
        }
    }

    fn uid(&self, metadata: &wire::Metadata<'_>) -> Uid {
        Uid::from(metadata.uid.as_ref().map_or("", wire::Text::as_str))
    }

    fn some(&mut self, text: Option<&wire::Text<'_>>) -> Option<ArcStr> {
        self.strings.share_some(text.map(wire::Text::as_str))
    }

    fn owner(&mut self, metadata: &wire::Metadata<'_>) -> Option<Owner> {
        let owner = metadata.owner_references.iter().find(|owner| owner.controller)?;
        Some(Owner {
            kind: self.some(owner.kind.as_ref())?,
            name: self.some(owner.name.as_ref())?,
            uid: Uid::from(owner.uid.as_ref()?.as_str()),
        })
    }

    /// Labels, of which each is kept once.
    fn labels<T: FromIterator<(ArcStr, ArcStr)>>(&mut self, labels: &BTreeMap<String, String>) -> T {
        labels.iter().map(|(key, value)| (self.strings.share(key), self.strings.share(value))).collect()
    }

    fn conditions<'a, C: FromIterator<Condition>>(&mut self, conditions: impl Iterator<Item = &'a wire::Condition<'a>>) -> C {
        conditions
            .map(|condition| Condition {
                kind: self.strings.share(condition.kind.as_str()),
                status: self.strings.share(condition.status.as_str()),
                reason: self.some(condition.reason.as_ref()),
                message: self.some(condition.message.as_ref()),
                since: condition.last_transition_time,
            })
            .collect()
    }
}

/// Names the object, if its metadata can be read, and says what is wrong without quoting much of it.
fn unreadable(json: &str, error: &serde_json::Error) -> Unreadable {
    let name = identity(json).and_then(|meta| Some(ObjectName::new(&meta.namespace?, &meta.name?)));
    Unreadable { name, why: error.to_string() }
}

/// Which object it is, and of when: what is needed even where nothing else can be read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    #[serde(borrow)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource_version: Option<Cow<'a, str>>,
}

fn identity(json: &str) -> Option<Identity<'_>> {
    #[derive(Deserialize)]
    struct Object<'a> {
        #[serde(borrow)]
        metadata: Identity<'a>,
    }
    serde_json::from_str::<Object<'_>>(json).ok().map(|object| object.metadata)
}

fn metadata(json: &str) -> Option<wire::Metadata<'_>> {
    serde_json::from_str::<wire::Named<'_>>(json).ok().map(|object| object.metadata)
}

fn version(json: &str) -> Option<String> {
    identity(json)?.resource_version.map(Cow::into_owned).filter(|version| !version.is_empty())
}

fn status(json: &str) -> Option<Line> {
    #[derive(Deserialize)]
    struct Status {
        kind: String,
        code: Option<u16>,
        message: Option<String>,
        reason: Option<String>,
    }
    let status: Status = serde_json::from_str(json).ok()?;
    (status.kind == "Status").then(|| Line::Error {
        code: status.code.unwrap_or(500),
        text: status.message.or(status.reason).unwrap_or_else(|| "no message".to_owned()),
    })
}

/// A count: what is absent or negative is zero.
fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
