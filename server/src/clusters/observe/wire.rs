//! Kubernetes objects, as far as they are used. Every field may be absent or null: bookmarks have null selectors
//! and containers, counters that are zero are left out, an object just created has `status: {}`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Text that borrows from the JSON when nothing in it is escaped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Either)
    }
}

/// Null is the default.
pub(super) fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Labels or annotations; a value that is null counts as empty.
pub(super) fn labels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let labels: Option<BTreeMap<String, Option<String>>> = Option::deserialize(deserializer)?;
    Ok(labels.unwrap_or_default().into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect())
}

/// A number, or a number as text: a Rollout's `observedGeneration` is text, and was a hash once, which says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Number(pub(super) Option<i64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(Some(number)))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(i64::try_from(number).ok()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                Ok(Number(text.parse().ok()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A struct all of whose fields may be absent or null.
macro_rules! wire {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
        pub(super) struct $name<'a> {
            $(
                #[serde(default, deserialize_with = "nullable")]
                $(#[$attribute])*
                pub(super) $field: $type,
            )*
            #[serde(skip)]
            _borrows: std::marker::PhantomData<&'a ()>,
        }
    };
}

wire!(
    /// Any object.
    Object {
        kind: Option<Text<'a>>,
        metadata: Metadata<'a>,
        spec: Spec<'a>,
        status: Status<'a>,
    }
);
wire!(
    /// Any object's metadata alone.
    Named {
        metadata: Metadata<'a>,
    }
);
/// `metadata`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Metadata<'a> {
    #[serde(default)]
    pub(super) name: Option<Text<'a>>,
    #[serde(default)]
    pub(super) namespace: Option<Text<'a>>,
    #[serde(default)]
    pub(super) uid: Option<Text<'a>>,
    #[serde(default)]
    pub(super) generation: Option<i64>,
    #[serde(default)]
    pub(super) creation_timestamp: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(super) deletion_timestamp: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "labels")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "labels")]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) owner_references: Vec<OwnerReference<'a>>,
}
wire!(
    /// `metadata.ownerReferences[]`.
    OwnerReference {
        kind: Option<Text<'a>>,
        name: Option<Text<'a>>,
        uid: Option<Text<'a>>,
        controller: bool,
    }
);
wire!(
    /// `spec` of every kind: the fields do not clash.
    Spec {
        replicas: Option<i64>,
        paused: bool,
        min_ready_seconds: i64,
        template: PodTemplate<'a>,
        strategy: Strategy<'a>,
        update_strategy: Strategy<'a>,
        node_name: Option<Text<'a>>,
        containers: Vec<Container<'a>>,
        init_containers: Vec<Container<'a>>,
    }
);
wire!(
    /// `spec.template`.
    PodTemplate {
        metadata: Metadata<'a>,
        spec: PodSpec<'a>,
    }
);
wire!(
    /// `spec.template.spec`.
    PodSpec {
        containers: Vec<Container<'a>>,
        init_containers: Vec<Container<'a>>,
    }
);
wire!(
    /// `containers[]`, `initContainers[]`.
    Container {
        name: Text<'a>,
        image: Text<'a>,
        restart_policy: Option<Text<'a>>,
    }
);
wire!(
    /// `strategy`, `updateStrategy`.
    Strategy {
        #[serde(rename = "type")]
        kind: Option<Text<'a>>,
        rolling_update: RollingUpdate<'a>,
    }
);
wire!(
    /// `rollingUpdate`; `maxSurge` and its like are not used.
    RollingUpdate {
        partition: i64,
    }
);
wire!(
    /// `status` of every kind: the fields do not clash.
    Status {
        observed_generation: Number,
        replicas: i64,
        updated_replicas: i64,
        ready_replicas: i64,
        available_replicas: i64,
        desired_number_scheduled: i64,
        current_number_scheduled: i64,
        updated_number_scheduled: i64,
        number_ready: i64,
        number_available: i64,
        update_revision: Option<Text<'a>>,
        current_revision: Option<Text<'a>>,
        conditions: Vec<Condition<'a>>,
        phase: Option<Text<'a>>,
        reason: Option<Text<'a>>,
        message: Option<Text<'a>>,
        container_statuses: Vec<ContainerStatus<'a>>,
        init_container_statuses: Vec<ContainerStatus<'a>>,
    }
);
wire!(
    /// `conditions[]`.
    Condition {
        #[serde(rename = "type")]
        kind: Text<'a>,
        status: Text<'a>,
        reason: Option<Text<'a>>,
        message: Option<Text<'a>>,
        last_transition_time: Option<DateTime<Utc>>,
    }
);
wire!(
    /// `containerStatuses[]`.
    ContainerStatus {
        name: Text<'a>,
        #[serde(rename = "imageID")]
        image_id: Option<Text<'a>>,
        ready: bool,
        restart_count: i64,
        state: State<'a>,
        last_state: State<'a>,
    }
);
wire!(
    /// `state`, `lastState`.
    State {
        waiting: Option<Waiting<'a>>,
        running: Option<Running<'a>>,
        terminated: Option<Terminated<'a>>,
    }
);
wire!(
    /// `waiting`.
    Waiting {
        reason: Option<Text<'a>>,
        message: Option<Text<'a>>,
    }
);
wire!(
    /// `running`.
    Running {
        started_at: Option<DateTime<Utc>>,
    }
);
wire!(
    /// `terminated`.
    Terminated {
        exit_code: i64,
        reason: Option<Text<'a>>,
        message: Option<Text<'a>>,
        started_at: Option<DateTime<Utc>>,
        finished_at: Option<DateTime<Utc>>,
    }
);

pub(super) use wire;
