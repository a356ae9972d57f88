//! Everything known of one cell.

use arcstr::ArcStr;

use chrono::Duration;

use crate::board::{Cell, Row, WorkloadRef};
use crate::details::{AutoscalerDetails, ContainerDetails, Details, Neighbour, PodDetails, WorkloadDetails};
use crate::ids::{ClusterName, EnvironmentName};
use crate::index::Index;
use crate::published::Published;
use crate::workload::{Container, ContainerState, Pod, Workload};

use super::trouble::{self, is_ready};
use super::versions::{Reader, main_of_pod};

/// Everything known of one cell; `history` is left empty for the caller to fill, and `records` has only those that may be what is
/// deployed. None when the row has no such cell.
#[must_use]
pub fn details(index: &Index, row: &Row, environment: &EnvironmentName) -> Option<Details> {
    let catalogue = index.catalogue();
    let spec = catalogue.environments.iter().find(|spec| spec.name == *environment)?;
    let cell = row.cells.get(environment)?;
    let reader = Reader::new(index, &row.name);
    let records = index.records(&row.name, environment);
    let mut workloads = Vec::new();
    for target in &spec.targets {
        let Some(cluster) = catalogue.target(*target).map(|target| &target.cluster) else { continue };
        for workload in index.workloads(&row.name, *target) {
            let Some(objects) = index.objects(*target) else { continue };
            let template = objects.template_of(workload);
            let mut pods: Vec<_> = objects
                .pods_of(workload)
                .map(|pod| {
                    let set = objects.sets_of(&workload.uid).find(|set| pod.owner.as_ref().is_some_and(|owner| owner.uid == set.uid));
                    let commit = set.map_or(template.commit.as_ref(), |set| set.template.commit.as_ref());
                    PodDetails {
                        version: main_of_pod(pod, template).map(|main| reader.running(main, commit)),
                        ..of_pod(index, workload, pod)
                    }
                })
                .collect();
            pods.sort_by(|a, b| {
                let key = |pod: &PodDetails| (pod.reason.is_empty(), pod.ready, pod.terminating);
                key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
            });
            workloads.push(WorkloadDetails {
                workload: reference(cluster, workload),
                wanted: reader.wanted(template, index.claims(&row.name, environment)),
                conditions: workload.conditions.to_vec(),
                autoscaler: objects.beside().autoscaler_of(workload).map(AutoscalerDetails::from),
                pods,
            });
        }
    }
    workloads.sort_by(|a, b| a.workload.cmp(&b.workload));
    Some(Details {
        service: row.name.clone(),
        team: row.team.clone(),
        environment: environment.clone(),
        cell: (**cell).clone(),
        workloads,
        images: images(index, cell),
        records: records.iter().map(|record| (**record).clone()).collect(),
        history: Vec::new(),
        neighbours: neighbours(index, row, environment),
    })
}

/// What registries say of what is wanted and of what runs, each image once.
fn images(index: &Index, cell: &Cell) -> Vec<Published> {
    let mut images: Vec<Published> = Vec::new();
    for version in cell.wanted.iter().chain(cell.running.iter().map(|running| &running.version)) {
        let published = version.digest.as_ref().and_then(|digest| index.images().get(digest));
        if let Some(published) = published.filter(|published| !images.iter().any(|known| known.digest == published.digest)) {
            images.push((**published).clone());
        }
    }
    images
}

fn neighbours(index: &Index, row: &Row, environment: &EnvironmentName) -> Vec<Neighbour> {
    let here = row.cells.get(environment);
    let others = index.catalogue().environments.iter().filter(|spec| spec.name != *environment);
    let neighbour = |name: &EnvironmentName| {
        let cell = row.cells.get(name)?;
        let mut clusters: Vec<_> = cell.workloads.iter().map(|workload| workload.cluster.clone()).collect();
        clusters.dedup();
        Some(Neighbour {
            environment: name.clone(),
            status: cell.status,
            version: cell.wanted.clone(),
            same: here.is_some_and(|here| here.agrees_with.contains(name)),
            clusters,
        })
    };
    others.filter_map(|spec| neighbour(&spec.name)).collect()
}

fn of_pod(index: &Index, workload: &Workload, pod: &Pod) -> PodDetails {
    let min_ready = Duration::seconds(workload.min_ready_seconds.into());
    let trouble = trouble::of(pod, min_ready, &index.catalogue().timing);
    let ready = is_ready(pod);
    PodDetails {
        name: ArcStr::clone(&pod.name.name),
        node: pod.node.clone(),
        phase: pod.phase,
        ready,
        terminating: pod.deleted_at.is_some(),
        restarts: pod.containers.iter().map(|container| container.restarts).sum(),
        created: pod.created,
        version: None,
        reason: match trouble {
            Some(trouble) if !ready => trouble.text,
            _ => trouble::end_of(pod).unwrap_or_default(),
        },
        containers: pod.containers.iter().map(of_container).collect(),
    }
}

fn of_container(container: &Container) -> ContainerDetails {
    let state = match &container.state {
        ContainerState::Unreported => "not started".to_owned(),
        ContainerState::Waiting { reason, .. } => format!("waiting: {}", reason.as_deref().unwrap_or("no reason given")),
        ContainerState::Running { .. } => "running".to_owned(),
        ContainerState::Terminated(end) => match &end.reason {
            Some(reason) => format!("terminated: exit {} ({reason})", end.exit_code),
            None => format!("terminated: exit {}", end.exit_code),
        },
    };
    ContainerDetails {
        name: ArcStr::clone(&container.name),
        role: container.role,
        image: ArcStr::clone(&container.image),
        digest: container.digest.clone(),
        ready: container.ready,
        restarts: container.restarts,
        state,
    }
}

fn reference(cluster: &ClusterName, workload: &Workload) -> WorkloadRef {
    WorkloadRef {
        cluster: cluster.clone(),
        namespace: ArcStr::clone(&workload.name.namespace),
        kind: workload.kind,
        name: ArcStr::clone(&workload.name.name),
    }
}
