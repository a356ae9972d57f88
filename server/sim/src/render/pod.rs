//! Pods.

use serde_json::{Value, json};

use super::{SECRETS, containers, metadata, node_name, object, resources, time};
use crate::identity;
use crate::spec::{Container, ContainerRole, Init};
use crate::world::{ContainerState, ContainerStatus, Exit, OwnerKind, Pod};

pub(crate) fn pod(pod: &Pod, rv: u64) -> Value {
    let mut meta = metadata(&pod.meta, rv, &pod.template.annotations, Some(&pod.owner));
    if let Some(meta) = meta.as_object_mut() {
        meta.insert("generateName".to_owned(), json!(pod.generate_name));
    }
    json!({ "metadata": meta, "spec": spec(pod), "status": status(pod) })
}

fn spec(pod: &Pod) -> Value {
    let node = node_name(pod.node);
    let of_daemon_set = pod.owner.kind == OwnerKind::DaemonSet;
    object([
        ("volumes", Some(volumes(&pod.volume))),
        ("initContainers", containers(&pod.template, Init::Init, Some(&pod.volume))),
        ("containers", containers(&pod.template, Init::App, Some(&pod.volume))),
        ("restartPolicy", Some("Always".into())),
        ("terminationGracePeriodSeconds", Some(10.into())),
        ("dnsPolicy", Some("ClusterFirst".into())),
        ("serviceAccountName", Some("default".into())),
        ("serviceAccount", Some("default".into())),
        ("nodeName", pod.bound.map(|_| json!(node))),
        ("securityContext", Some(json!({}))),
        ("hostname", pod.ordinal.map(|_| json!(pod.meta.name.name))),
        ("subdomain", pod.ordinal.map(|_| json!(pod.owner.name.name))),
        ("affinity", of_daemon_set.then(|| on_node(&node))),
        ("schedulerName", Some("default-scheduler".into())),
        ("tolerations", Some(tolerations(of_daemon_set))),
        ("priority", Some(0.into())),
        ("enableServiceLinks", Some(true.into())),
        ("preemptionPolicy", Some("PreemptLowerPriority".into())),
    ])
}

fn volumes(name: &str) -> Value {
    json!([{ "name": name, "projected": { "sources": [
        { "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } },
        { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
        { "downwardAPI": { "items": [{ "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" } }] } },
    ], "defaultMode": 420 } }])
}

fn on_node(node: &str) -> Value {
    json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
        { "matchFields": [{ "key": "metadata.name", "operator": "In", "values": [node] }] }
    ] } } })
}

fn tolerations(of_daemon_set: bool) -> Value {
    let both = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
    if !of_daemon_set {
        return both
            .map(|key| json!({ "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }))
            .to_vec()
            .into();
    }
    let pressures = ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"];
    let execute = both.map(|key| json!({ "key": key, "operator": "Exists", "effect": "NoExecute" }));
    let schedule =
        pressures.map(|what| json!({ "key": format!("node.kubernetes.io/{what}"), "operator": "Exists", "effect": "NoSchedule" }));
    execute.into_iter().chain(schedule).collect::<Vec<_>>().into()
}

fn status(pod: &Pod) -> Value {
    let accepted = pod.accepted.is_some();
    let observed = accepted.then_some(pod.meta.generation);
    let host_ip = format!("10.1.0.{}", 10 + pod.node);
    let ip = format!("{}.{}.{}.{}", pod.ip[0], pod.ip[1], pod.ip[2], pod.ip[3]);
    // A pod that has ended keeps its address.
    let addressed = pod.sandbox || pod.phase.ended();
    let inits = pod.inits();
    object([
        ("observedGeneration", observed.map(Into::into)),
        ("phase", Some(pod.phase.as_str().into())),
        ("conditions", conditions(pod)),
        ("hostIP", accepted.then(|| json!(host_ip))),
        ("hostIPs", accepted.then(|| json!([{ "ip": host_ip }]))),
        ("podIP", addressed.then(|| json!(ip))),
        ("podIPs", addressed.then(|| json!([{ "ip": ip }]))),
        ("startTime", pod.accepted.map(time)),
        ("initContainerStatuses", (accepted && inits > 0).then(|| statuses(pod, 0, inits))),
        ("containerStatuses", accepted.then(|| statuses(pod, inits, pod.containers.len()))),
        ("qosClass", Some("Burstable".into())),
    ])
}

fn conditions(pod: &Pod) -> Option<Value> {
    let bound = pod.bound?;
    let condition = |kind: &str, status: bool, reason: Option<&str>, message: Option<&str>, since| {
        object([
            ("type", Some(kind.into())),
            ("observedGeneration", pod.accepted.map(|_| pod.meta.generation.into())),
            ("status", Some(if status { "True" } else { "False" }.into())),
            ("lastProbeTime", Some(Value::Null)),
            ("lastTransitionTime", Some(time(since))),
            ("reason", reason.map(Into::into)),
            ("message", message.map(Into::into)),
        ])
    };
    let names = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"];
    let judged = pod.conditions.iter().flatten().zip(names);
    let mut all: Vec<Value> = judged.map(|(c, kind)| condition(kind, c.status, c.reason, c.message.as_deref(), c.since)).collect();
    all.push(condition("PodScheduled", true, None, None, bound));
    Some(all.into())
}

fn statuses(pod: &Pod, from: usize, to: usize) -> Value {
    pod.specs()
        .zip(&pod.containers)
        .take(to)
        .skip(from)
        .map(|(spec, status)| container_status(spec, status, &pod.volume))
        .collect::<Vec<_>>()
        .into()
}

fn container_status(spec: &Container, status: &ContainerStatus, volume: &str) -> Value {
    let pulled = status.container_id.is_some();
    // An image named by its digest alone is reported as the id of its config.
    let image = if spec.image.contains('@') && identity::tag(&spec.image).is_empty() && pulled {
        identity::digest_of(&format!("config of {}", spec.image))
    } else {
        spec.image.clone()
    };
    let image_id =
        if pulled { format!("{}@{}", identity::repository(&spec.image), identity::digest_of(&spec.image)) } else { String::new() };
    let resources = resources(spec);
    let state = match &status.state {
        ContainerState::Waiting { reason, message } => {
            json!({ "waiting": object([("reason", Some((*reason).into())), ("message", message.as_ref().map(|text| json!(text)))]) })
        }
        ContainerState::Running { since } => json!({ "running": { "startedAt": time(*since) } }),
        ContainerState::Terminated(exit) => terminated(exit),
    };
    let running = matches!(status.state, ContainerState::Running { .. });
    object([
        ("name", Some(json!(spec.name))),
        ("state", Some(state)),
        ("lastState", Some(status.last.as_ref().map_or_else(|| json!({}), terminated))),
        ("ready", Some(status.ready.into())),
        ("restartCount", Some(status.restarts.into())),
        ("image", Some(image.into())),
        ("imageID", Some(image_id.into())),
        ("containerID", status.container_id.as_ref().map(|id| json!(id))),
        ("started", Some(status.started.into())),
        ("allocatedResources", (spec.role != ContainerRole::Init).then(|| resources["requests"].clone())),
        ("resources", Some(resources)),
        ("volumeMounts", Some(json!([{ "name": volume, "mountPath": SECRETS, "readOnly": true, "recursiveReadOnly": "Disabled" }]))),
        ("user", running.then(|| json!({ "linux": { "uid": 0, "gid": 0, "supplementalGroups": [0] } }))),
    ])
}

fn terminated(exit: &Exit) -> Value {
    json!({ "terminated": {
        "exitCode": exit.code, "reason": exit.reason, "startedAt": time(exit.started), "finishedAt": time(exit.finished),
        "containerID": exit.container_id,
    } })
}
