//! Objects as the API serves them: the same fields, with the same types, as the recordings have.
//!
//! Zero counters are absent where Go's `omitempty` makes them so, and present where it does not.

mod pod;
mod workload;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

pub(crate) use pod::pod;
pub(crate) use workload::{daemon_set, deployment, replica_set, stateful_set};

use crate::spec::{Container, ContainerRole, Init, Labels, Template};
use crate::world::{Manifest, Meta, Namespace, ObjectKind, Owner, OwnerKind};

/// A time of whole seconds, as in `metadata` and `status`.
fn time(at: DateTime<Utc>) -> Value {
    at.to_rfc3339_opts(SecondsFormat::Secs, true).into()
}

/// The name of a node by its index: `node-a`, `node-b` … `node-26`.
pub(crate) fn node_name(index: usize) -> String {
    match u8::try_from(index) {
        Ok(letter @ 0..26) => format!("node-{}", char::from(b'a' + letter)),
        _ => format!("node-{index}"),
    }
}

/// An object of some fields, of which empty maps and nulls are left out.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let mut map = Map::new();
    for (key, value) in fields {
        if let Some(value) = value {
            map.insert(key.to_owned(), value);
        }
    }
    Value::Object(map)
}

/// A counter with `omitempty`.
fn count(number: u32) -> Option<Value> {
    (number > 0).then(|| number.into())
}

fn labels(labels: &Labels) -> Option<Value> {
    (!labels.is_empty()).then(|| json!(labels))
}

fn metadata(meta: &Meta, rv: u64, annotations: &Labels, owner: Option<&Owner>) -> Value {
    object([
        ("name", Some(json!(meta.name.name))),
        ("namespace", (!meta.name.namespace.is_empty()).then(|| json!(meta.name.namespace))),
        ("uid", Some(json!(meta.uid))),
        ("resourceVersion", Some(rv.to_string().into())),
        ("generation", Some(meta.generation.into())),
        ("creationTimestamp", Some(time(meta.created))),
        ("deletionTimestamp", meta.deletion.map(|(at, _)| time(at))),
        ("deletionGracePeriodSeconds", meta.deletion.map(|(_, grace)| grace.into())),
        ("labels", labels(&meta.labels)),
        ("annotations", labels(annotations)),
        ("ownerReferences", owner.map(|owner| json!([owner_reference(owner)]))),
    ])
}

fn owner_reference(owner: &Owner) -> Value {
    let kind = match owner.kind {
        OwnerKind::Deployment => "Deployment",
        OwnerKind::ReplicaSet => "ReplicaSet",
        OwnerKind::StatefulSet => "StatefulSet",
        OwnerKind::DaemonSet => "DaemonSet",
    };
    json!({
        "apiVersion": "apps/v1", "kind": kind, "name": owner.name.name, "uid": owner.uid,
        "controller": true, "blockOwnerDeletion": true,
    })
}

/// A pod template with the selector's labels and perhaps a hash.
fn template(template: &Template, selector: &Labels) -> Value {
    let mut all = selector.clone();
    all.extend(template.labels.clone());
    json!({
        "metadata": object([("labels", labels(&all)), ("annotations", labels(&template.annotations))]),
        "spec": object([
            ("initContainers", containers(template, Init::Init, None)),
            ("containers", containers(template, Init::App, None)),
            ("restartPolicy", Some("Always".into())),
            ("terminationGracePeriodSeconds", Some(10.into())),
            ("dnsPolicy", Some("ClusterFirst".into())),
            ("securityContext", Some(json!({}))),
            ("schedulerName", Some("default-scheduler".into())),
        ]),
    })
}

/// The containers of one of the two lists; a pod's have the service account's volume mounted.
fn containers(template: &Template, init: Init, volume: Option<&str>) -> Option<Value> {
    let list: Vec<Value> = template
        .of_role(init)
        .enumerate()
        .map(|(index, spec)| {
            let main = init == Init::App && index == 0;
            object([
                ("name", Some(json!(spec.name))),
                ("image", Some(json!(spec.image))),
                ("ports", main.then(|| json!([{ "containerPort": 8080, "protocol": "TCP" }]))),
                ("resources", Some(resources(spec))),
                ("restartPolicy", (spec.role == ContainerRole::Sidecar).then(|| "Always".into())),
                ("volumeMounts", volume.map(|name| json!([{ "name": name, "readOnly": true, "mountPath": SECRETS }]))),
                ("readinessProbe", main.then(readiness_probe)),
                ("terminationMessagePath", Some("/dev/termination-log".into())),
                ("terminationMessagePolicy", Some("File".into())),
                ("imagePullPolicy", Some("IfNotPresent".into())),
            ])
        })
        .collect();
    (!list.is_empty()).then_some(Value::Array(list))
}

const SECRETS: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn readiness_probe() -> Value {
    json!({
        "httpGet": { "path": "/healthz", "port": 8080, "scheme": "HTTP" },
        "timeoutSeconds": 1, "periodSeconds": 5, "successThreshold": 1, "failureThreshold": 3,
    })
}

fn resources(spec: &Container) -> Value {
    match spec.role {
        ContainerRole::App => json!({ "limits": { "memory": "256Mi" }, "requests": { "cpu": "50m", "memory": "64Mi" } }),
        ContainerRole::Sidecar => json!({ "requests": { "cpu": "10m", "memory": "32Mi" } }),
        ContainerRole::Init => json!({}),
    }
}

pub(crate) fn namespace(namespace: &Namespace, rv: u64) -> Value {
    let meta = &namespace.meta;
    json!({
        "metadata": {
            "name": meta.name.name, "uid": meta.uid, "resourceVersion": rv.to_string(),
            "creationTimestamp": time(meta.created), "labels": *meta.labels,
        },
        "spec": { "finalizers": ["kubernetes"] },
        "status": { "phase": "Active" },
    })
}

/// An object as it was applied, with what the API server sets.
pub(crate) fn manifest(manifest: &Manifest, rv: u64) -> Value {
    let mut meta = metadata(&manifest.meta, rv, &manifest.annotations, None);
    if let (Some(meta), Some(owners)) = (meta.as_object_mut(), &manifest.owners) {
        meta.insert("ownerReferences".to_owned(), owners.clone());
    }
    let mut whole = Map::from_iter([("metadata".to_owned(), meta)]);
    whole.extend(manifest.fields.clone());
    Value::Object(whole)
}

pub(crate) fn event(event: &crate::world::EventObject, rv: u64) -> Value {
    let field = event.container.as_ref().map(|(init, name)| {
        let list = if *init { "initContainers" } else { "containers" };
        format!("spec.{list}{{{name}}}").into()
    });
    let newer = event.count.is_none();
    let stamp = |at: DateTime<Utc>| if newer { Value::Null } else { time(at) };
    let source = match (newer, &event.host) {
        (true, _) => json!({}),
        (false, None) => json!({ "component": event.component }),
        (false, Some(host)) => json!({ "component": event.component, "host": host }),
    };
    object([
        (
            "metadata",
            Some(json!({
                "name": event.name.name, "namespace": event.name.namespace, "uid": event.uid,
                "resourceVersion": rv.to_string(), "creationTimestamp": time(event.first),
            })),
        ),
        (
            "involvedObject",
            Some(object([
                ("kind", Some(event.about_kind.as_str().into())),
                ("namespace", Some(json!(event.about.namespace))),
                ("name", Some(json!(event.about.name))),
                ("uid", Some(json!(event.about_uid))),
                ("apiVersion", Some(event.about_kind.api_version().into())),
                ("resourceVersion", Some(event.about_rv.to_string().into())),
                ("fieldPath", field),
            ])),
        ),
        ("reason", Some(event.reason.into())),
        ("message", Some(json!(event.message))),
        ("source", Some(source)),
        ("firstTimestamp", Some(stamp(event.first))),
        ("lastTimestamp", Some(stamp(event.last))),
        ("count", event.count.map(Into::into)),
        ("type", Some(if event.warning { "Warning" } else { "Normal" }.into())),
        ("eventTime", Some(if newer { event.first.to_rfc3339_opts(SecondsFormat::Micros, true).into() } else { Value::Null })),
        ("action", newer.then(|| "Binding".into())),
        ("reportingComponent", Some(event.component.into())),
        ("reportingInstance", Some(if newer { "default-scheduler-vm".into() } else { json!(event.host.clone().unwrap_or_default()) })),
    ])
}

/// A BOOKMARK's object: a resourceVersion and the zero value of everything else.
pub(crate) fn bookmark(kind: ObjectKind, rv: u64, initial_events_end: bool) -> Value {
    let mut annotations = Map::new();
    if kind == ObjectKind::DaemonSet {
        annotations.insert("deprecated.daemonset.template.generation".to_owned(), "0".into());
    }
    if initial_events_end {
        annotations.insert("k8s.io/initial-events-end".to_owned(), "true".into());
    }
    let annotations = (!annotations.is_empty()).then_some(Value::Object(annotations));
    let metadata = object([("resourceVersion", Some(rv.to_string().into())), ("annotations", annotations)]);
    let template = json!({ "metadata": {}, "spec": { "containers": null } });
    let rest = match kind {
        ObjectKind::Deployment => {
            json!({ "spec": { "replicas": 0, "selector": null, "template": template, "strategy": {} }, "status": {} })
        }
        ObjectKind::StatefulSet => json!({
            "spec": { "replicas": 0, "selector": null, "template": template, "serviceName": "", "updateStrategy": {} },
            "status": { "replicas": 0, "availableReplicas": 0 },
        }),
        ObjectKind::DaemonSet => json!({
            "spec": { "selector": null, "template": template, "updateStrategy": {} },
            "status": { "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0 },
        }),
        ObjectKind::ReplicaSet => {
            json!({ "spec": { "replicas": 0, "selector": null, "template": template }, "status": { "replicas": 0 } })
        }
        ObjectKind::Pod => json!({ "spec": { "containers": null }, "status": {} }),
        ObjectKind::Namespace => json!({ "spec": {}, "status": {} }),
        ObjectKind::Event => json!({
            "involvedObject": {}, "source": {}, "firstTimestamp": null, "lastTimestamp": null, "eventTime": null,
            "reportingComponent": "", "reportingInstance": "",
        }),
        ObjectKind::CronJob => json!({
            "spec": { "schedule": "", "jobTemplate": { "metadata": {}, "spec": { "template": template } } }, "status": {},
        }),
        ObjectKind::Job => json!({ "spec": { "template": template }, "status": {} }),
        ObjectKind::Service => json!({ "spec": {}, "status": { "loadBalancer": {} } }),
        ObjectKind::HorizontalPodAutoscaler => json!({
            "spec": { "scaleTargetRef": { "kind": "", "name": "" }, "maxReplicas": 0 },
            "status": { "desiredReplicas": 0, "currentMetrics": null },
        }),
        // Of a kind that was defined, only its metadata is known.
        ObjectKind::Rollout => json!({}),
    };
    let mut whole = json!({ "kind": kind.as_str(), "apiVersion": kind.api_version(), "metadata": metadata });
    if let (Some(whole), Value::Object(rest)) = (whole.as_object_mut(), rest) {
        whole.extend(rest);
    }
    whole
}
