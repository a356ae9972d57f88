//! A workload: its conditions, and its pods by version with reason, restarts and every container.

use leptos::prelude::*;
use model::details::{ContainerDetails, PodDetails, WorkloadDetails};
use model::workload::Condition;

use super::Scope;

/// A workload.
#[component]
pub fn Workload(
    /// What the parts share.
    scope: Scope,
    /// The workload.
    workload: WorkloadDetails,
) -> impl IntoView {
    let strings = scope.strings;
    let WorkloadDetails { workload, wanted: _, conditions, autoscaler, pods } = workload;
    let empty = pods.is_empty().then(|| view! { <p class="note">{strings.panel.no_pods}</p> });
    let of_pods = scope.clone();
    let groups = by_version(pods).into_iter().map(move |(version, pods)| {
        view! {
            <h4>
                <code>{version}</code>
                <span class="label">{pods.len()}</span>
            </h4>
            <ul class="pods">{pods.into_iter().map(|pod| view! { <Pod scope=of_pods.clone() pod /> }).collect_view()}</ul>
        }
    });
    view! {
        <section>
            <h3>{format!("{} {}", workload.kind, workload.name)}</h3>
            <p class="meta">
                <span>{workload.cluster.to_string()}</span>
                <span>{workload.namespace.to_string()}</span>
                {autoscaler.as_ref().map(|scaler| view! { <span>{(strings.panel.autoscaled)(scaler.min, scaler.max, scaler.current)}</span> })}
            </p>
            {autoscaler.and_then(|scaler| scaler.problem).map(|problem| scope.said("pod-reason", &problem))}
            {groups.collect_view()}
            {empty}
            <details class="fold" data-key=format!("{} {}", workload.cluster, workload.name)>
                <summary>{strings.panel.conditions}</summary>
                <ul class="conditions">{conditions.into_iter().map(|condition| view! { <ConditionItem scope=scope.clone() condition /> }).collect_view()}</ul>
            </details>
        </section>
    }
}

/// Pods in groups of one version, in the order in which the versions come: those with trouble are first.
fn by_version(pods: Vec<PodDetails>) -> Vec<(String, Vec<PodDetails>)> {
    let mut groups: Vec<(String, Vec<PodDetails>)> = Vec::new();
    for pod in pods {
        let version = pod.version.as_ref().map_or_else(|| "?".to_owned(), |version| version.short().to_owned());
        match groups.iter_mut().find(|(name, _)| *name == version) {
            Some((_, group)) => group.push(pod),
            None => groups.push((version, vec![pod])),
        }
    }
    groups
}

/// A pod; its containers unfold.
#[component]
fn Pod(scope: Scope, pod: PodDetails) -> impl IntoView {
    let strings = scope.strings;
    let state = match (pod.terminating, pod.ready) {
        (true, _) => ("terminating", strings.panel.terminating),
        (false, true) => ("ready", strings.panel.ready),
        (false, false) => ("waiting", strings.panel.not_ready),
    };
    let reason = (!pod.reason.is_empty()).then(|| scope.said("pod-reason", &pod.reason));
    let node = pod.node.map(|node| view! { <span>{format!("{} {node}", strings.panel.on_node)}</span> });
    view! {
        <li>
            <details class="fold" data-key=pod.name.to_string()>
                <summary>
                    <span class="pod-state" data-state=state.0>
                        {state.1}
                    </span>
                    <span class="pod-name">{pod.name.to_string()}</span>
                    {(pod.restarts > 0).then(|| view! { <span class="restarts">{(strings.panel.restarts)(pod.restarts)}</span> })}
                </summary>
                <p class="meta">
                    <span>{format!("{:?}", pod.phase)}</span>
                    {node}
                    {scope.moment(pod.created)}
                </p>
                <ul class="containers">
                    {pod.containers.into_iter().map(|container| view! { <Container scope=scope.clone() container /> }).collect_view()}
                </ul>
            </details>
            {reason}
        </li>
    }
}

/// A container with its image and digest.
#[component]
fn Container(scope: Scope, container: ContainerDetails) -> impl IntoView {
    let strings = scope.strings;
    let ContainerDetails { name, role, image, digest, ready: _, restarts, state } = container;
    let (state, lang) = strings.said(&state);
    view! {
        <li>
            <p>
                <b>{name.to_string()}</b>
                <span class="label">{(strings.panel.role)(role)}</span>
                <span class="label" lang=lang>{state.into_owned()}</span>
                {(restarts > 0).then(|| view! { <span class="restarts">{(strings.panel.restarts)(restarts)}</span> })}
            </p>
            <code class="long">{image.to_string()}</code>
            {digest.map(|digest| view! { <code class="long">{digest.to_string()}</code> })}
        </li>
    }
}

/// A condition as Kubernetes says it.
#[component]
fn ConditionItem(scope: Scope, condition: Condition) -> impl IntoView {
    let Condition { kind, status, reason, message, since } = condition;
    view! {
        <li>
            <p>
                <b>{kind.to_string()}</b>
                <span class="label">{status.to_string()}</span>
                {reason.map(|reason| view! { <span class="label">{reason.to_string()}</span> })}
                {since.map(|at| view! { {scope.moment(at)} })}
            </p>
            {message.map(|message| view! { <p>{message.to_string()}</p> })}
        </li>
    }
}
