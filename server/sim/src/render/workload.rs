//! Deployments, ReplicaSets, StatefulSets and DaemonSets.

use serde_json::{Value, json};

use super::{count, metadata, object, template, time};
use crate::spec::{Labels, Strategy, Workload};
use crate::world::{DaemonSet, Deployment, ReplicaSet, StatefulSet};

fn with(annotations: &Labels, more: &[(&str, String)]) -> Labels {
    let mut all = annotations.clone();
    all.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    all
}

fn min_ready(spec: &Workload) -> Option<Value> {
    count(spec.min_ready_seconds)
}

pub(crate) fn deployment(deployment: &Deployment, rv: u64) -> Value {
    let spec = &deployment.spec;
    let revision = (deployment.revision > 0).then(|| ("deployment.kubernetes.io/revision", deployment.revision.to_string()));
    let annotations = with(&spec.annotations, revision.as_slice());
    let strategy = match spec.strategy {
        Strategy::Rolling => json!({ "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": "25%", "maxSurge": "25%" } }),
        Strategy::Recreate => json!({ "type": "Recreate" }),
    };
    let counts = deployment.counts;
    let conditions: Vec<Value> = deployment
        .conditions
        .iter()
        .map(|condition| {
            json!({
                "type": condition.kind, "status": condition.status,
                "lastUpdateTime": time(condition.updated), "lastTransitionTime": time(condition.since),
                "reason": condition.reason, "message": condition.message,
            })
        })
        .collect();
    json!({
        "metadata": metadata(&deployment.meta, rv, &annotations, None),
        "spec": object([
            ("replicas", Some(spec.replicas.into())),
            ("selector", Some(json!({ "matchLabels": spec.selector }))),
            ("template", Some(template(&spec.template, &spec.selector))),
            ("strategy", Some(strategy)),
            ("minReadySeconds", min_ready(spec)),
            ("revisionHistoryLimit", Some(5.into())),
            ("paused", spec.paused.then_some(Value::Bool(true))),
            ("progressDeadlineSeconds", Some(spec.progress_deadline_seconds.into())),
        ]),
        "status": object([
            ("observedGeneration", deployment.observed.map(Into::into)),
            ("replicas", count(counts.replicas)),
            ("updatedReplicas", count(counts.updated)),
            ("readyReplicas", count(counts.ready)),
            ("availableReplicas", count(counts.available)),
            ("unavailableReplicas", count(counts.unavailable)),
            ("terminatingReplicas", deployment.observed.map(|_| counts.terminating.into())),
            ("conditions", (!conditions.is_empty()).then_some(Value::Array(conditions))),
        ]),
    })
}

pub(crate) fn replica_set(set: &ReplicaSet, rv: u64) -> Value {
    let annotations = with(
        &Labels::new(),
        &[
            ("deployment.kubernetes.io/desired-replicas", set.desired.to_string()),
            ("deployment.kubernetes.io/max-replicas", set.max.to_string()),
            ("deployment.kubernetes.io/revision", set.revision.to_string()),
        ],
    );
    let counts = set.counts;
    json!({
        "metadata": metadata(&set.meta, rv, &annotations, Some(&set.deployment)),
        "spec": object([
            ("replicas", Some(set.replicas.into())),
            ("minReadySeconds", count(set.min_ready_seconds)),
            ("selector", Some(json!({ "matchLabels": set.selector }))),
            ("template", Some(template(&set.template, &set.selector))),
        ]),
        "status": object([
            ("replicas", Some(counts.replicas.into())),
            ("fullyLabeledReplicas", count(counts.replicas)),
            ("readyReplicas", count(counts.ready)),
            ("availableReplicas", count(counts.available)),
            ("terminatingReplicas", counts.terminating.map(Into::into)),
            ("observedGeneration", counts.observed.map(Into::into)),
        ]),
    })
}

pub(crate) fn stateful_set(set: &StatefulSet, rv: u64) -> Value {
    let (spec, counts) = (&set.spec, set.counts);
    let shown = set.shown.as_ref();
    json!({
        "metadata": metadata(&set.meta, rv, &spec.annotations, None),
        "spec": object([
            ("replicas", Some(spec.replicas.into())),
            ("selector", Some(json!({ "matchLabels": spec.selector }))),
            ("template", Some(template(&spec.template, &spec.selector))),
            ("serviceName", Some(json!(spec.name))),
            ("podManagementPolicy", Some("OrderedReady".into())),
            ("updateStrategy", Some(json!({ "type": "RollingUpdate" }))),
            ("minReadySeconds", min_ready(spec)),
            ("revisionHistoryLimit", Some(5.into())),
            ("persistentVolumeClaimRetentionPolicy", Some(json!({ "whenDeleted": "Retain", "whenScaled": "Retain" }))),
        ]),
        "status": object([
            ("observedGeneration", set.observed.map(Into::into)),
            ("replicas", Some(counts.replicas.into())),
            ("readyReplicas", count(counts.ready)),
            ("currentReplicas", count(counts.current)),
            ("updatedReplicas", count(counts.updated)),
            ("currentRevision", shown.map(|(current, _)| json!(current))),
            ("updateRevision", shown.map(|(_, update)| json!(update))),
            ("collisionCount", shown.map(|_| 0.into())),
            ("availableReplicas", Some(counts.available.into())),
        ]),
    })
}

pub(crate) fn daemon_set(set: &DaemonSet, rv: u64) -> Value {
    let (spec, counts) = (&set.spec, set.counts);
    let generation = ("deprecated.daemonset.template.generation", set.update.generation.to_string());
    json!({
        "metadata": metadata(&set.meta, rv, &with(&spec.annotations, &[generation]), None),
        "spec": object([
            ("selector", Some(json!({ "matchLabels": spec.selector }))),
            ("template", Some(template(&spec.template, &spec.selector))),
            ("updateStrategy", Some(json!({ "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": 1, "maxSurge": 0 } }))),
            ("minReadySeconds", min_ready(spec)),
            ("revisionHistoryLimit", Some(5.into())),
        ]),
        "status": object([
            ("currentNumberScheduled", Some(counts.current.into())),
            ("numberMisscheduled", Some(0.into())),
            ("desiredNumberScheduled", Some(counts.desired.into())),
            ("numberReady", Some(counts.ready.into())),
            ("observedGeneration", set.observed.map(Into::into)),
            ("updatedNumberScheduled", count(counts.updated)),
            ("numberAvailable", count(counts.available)),
            ("numberUnavailable", count(counts.unavailable)),
        ]),
    })
}
