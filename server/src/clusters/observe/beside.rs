//! Services, autoscalers and Events: what says something about workloads.

use model::strings::ArcStr;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::ids::{ObjectName, Uid};
use model::workload::{Autoscaler, Fact, Service, Warning};

use super::wire::{Condition, Object, Text, nullable, wire};
use super::{Observer, count};

wire!(
    /// A Service.
    ServiceObject {
        spec: ServiceSpec<'a>,
    }
);
wire!(
    /// `spec` of a Service.
    ServiceSpec {
        selector: BTreeMap<String, String>,
    }
);
wire!(
    /// A HorizontalPodAutoscaler.
    AutoscalerObject {
        spec: AutoscalerSpec<'a>,
        status: AutoscalerStatus<'a>,
    }
);
wire!(
    /// `spec` of a HorizontalPodAutoscaler.
    AutoscalerSpec {
        scale_target_ref: Reference<'a>,
        min_replicas: Option<i64>,
        max_replicas: i64,
    }
);
wire!(
    /// `status` of a HorizontalPodAutoscaler.
    AutoscalerStatus {
        current_replicas: i64,
        conditions: Vec<Condition<'a>>,
    }
);
wire!(
    /// `scaleTargetRef`, `involvedObject`.
    Reference {
        kind: Option<Text<'a>>,
        name: Option<Text<'a>>,
        uid: Option<Text<'a>>,
    }
);
wire!(
    /// An Event.
    EventObject {
        #[serde(rename = "type")]
        severity: Option<Text<'a>>,
        reason: Option<Text<'a>>,
        message: Option<Text<'a>>,
        involved_object: Reference<'a>,
        first_timestamp: Option<DateTime<Utc>>,
        last_timestamp: Option<DateTime<Utc>>,
        event_time: Option<DateTime<Utc>>,
        series: Series<'a>,
    }
);
wire!(
    /// `series` of an Event of the newer kind.
    Series {
        last_observed_time: Option<DateTime<Utc>>,
    }
);

/// Messages are cut after so many characters: etcd takes 1,024 of the newer kind, and no bound holds for others.
const LONGEST: usize = 1024;

type Read = Result<Option<Fact>, serde_json::Error>;

pub(super) fn service(name: ObjectName, object: &Object<'_>, json: &str, observer: &mut Observer) -> Read {
    let ServiceObject { spec, .. } = serde_json::from_str(json)?;
    let selector = observer.labels(&spec.selector);
    Ok(object.metadata.creation_timestamp.map(|created| Fact::Service(Service { name, created, selector })))
}

pub(super) fn autoscaler(name: ObjectName, json: &str, observer: &mut Observer) -> Read {
    let AutoscalerObject { spec, status, .. } = serde_json::from_str(json)?;
    let mut text = |text: &Option<Text<'_>>| observer.some(text.as_ref()).unwrap_or_default();
    let target = (text(&spec.scale_target_ref.kind), text(&spec.scale_target_ref.name));
    let fails = |c: &&Condition<'_>| matches!(c.kind.as_str(), "AbleToScale" | "ScalingActive") && c.status.as_str() == "False";
    let problem = status.conditions.iter().find(fails).and_then(|c| c.message.as_ref().or(c.reason.as_ref()));
    Ok(Some(Fact::Autoscaler(Autoscaler {
        name,
        target,
        min: spec.min_replicas.map_or(1, count),
        max: count(spec.max_replicas),
        current: count(status.current_replicas),
        problem: problem.map(|text| ArcStr::from(text.as_str())),
    })))
}

/// An Event that is no warning has no reason here, so that it is not used.
pub(super) fn warning(name: ObjectName, object: &Object<'_>, json: &str, observer: &mut Observer) -> Read {
    let event: EventObject<'_> = serde_json::from_str(json)?;
    let is_warning = event.severity.as_ref().is_some_and(|severity| severity.as_str() == "Warning");
    let last = event.series.last_observed_time.or(event.last_timestamp).or(event.event_time).or(event.first_timestamp);
    let message = event.message.as_ref().map(Text::as_str).unwrap_or_default();
    let message: String = message.chars().take(LONGEST).collect();
    let about = &event.involved_object;
    Ok(last.or(object.metadata.creation_timestamp).map(|at| {
        Fact::Warning(Warning {
            name,
            about: (observer.some(about.kind.as_ref()).unwrap_or_default(), about.name.as_ref().map_or("", Text::as_str).into()),
            uid: Uid::from(about.uid.as_ref().map_or("", Text::as_str)),
            reason: observer.some(event.reason.as_ref()).filter(|_| is_warning).unwrap_or_default(),
            message: ArcStr::from(message.trim_end()),
            at,
        })
    }))
}
