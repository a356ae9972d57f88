//! What the recorded objects say, read without the code under test, and what a cell may therefore never say.

use std::collections::BTreeMap;

use model::board::Cell;
use model::status::Status;
use model::workload::Kind;
use serde_json::Value;

/// The newest of each object that was fed.
#[derive(Default)]
pub(super) struct Truth {
    objects: BTreeMap<(Kind, String), Value>,
}

/// Whether anything of a scenario ever fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Well,
    Failing,
}

impl Truth {
    pub(super) fn put(&mut self, kind: Kind, object: Value) {
        self.objects.insert((kind, text(&object["metadata"]["name"])), object);
    }

    /// Takes in a line of a watch.
    pub(super) fn line(&mut self, kind: Kind, json: &str) {
        let event: Value = serde_json::from_str(json).unwrap();
        match event["type"].as_str().unwrap() {
            "DELETED" => drop(self.objects.remove(&(kind, text(&event["object"]["metadata"]["name"])))),
            "BOOKMARK" => {}
            _ => self.put(kind, event["object"].clone()),
        }
    }

    fn of(&self, wanted: Kind) -> impl Iterator<Item = &Value> {
        self.objects.iter().filter(move |((kind, _), _)| *kind == wanted).map(|(_, object)| object)
    }

    fn workloads(&self) -> impl Iterator<Item = &Value> {
        [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::Job].into_iter().flat_map(|kind| self.of(kind))
    }

    /// Pods of a workload that are not being deleted and have not ended.
    fn pods<'a>(&'a self, workload: &'a Value) -> impl Iterator<Item = &'a Value> {
        let uid = &workload["metadata"]["uid"];
        let owner = |object: &Value| object["metadata"]["ownerReferences"][0]["uid"].clone();
        let sets: Vec<Value> =
            self.of(Kind::ReplicaSet).filter(|set| owner(set) == *uid).map(|set| set["metadata"]["uid"].clone()).collect();
        self.live_pods().filter(move |pod| owner(pod) == *uid || sets.contains(&owner(pod)))
    }

    fn live_pods(&self) -> impl Iterator<Item = &Value> {
        self.of(Kind::Pod)
            .filter(|pod| pod["metadata"]["deletionTimestamp"].is_null())
            .filter(|pod| !matches!(pod["status"]["phase"].as_str(), Some("Failed" | "Succeeded")))
    }

    /// What a cell may never say, whatever was fed so far.
    pub(super) fn check(&self, cell: &Cell, ends: Ends) -> Result<(), String> {
        self.ready_is_backed(cell)?;
        self.failing_is_backed(cell, ends)?;
        self.wanted_is_of_a_template(cell)?;
        self.running_is_of_live_pods(cell)
    }

    /// Never ready while an old or unready pod of the rollout is left.
    fn ready_is_backed(&self, cell: &Cell) -> Result<(), String> {
        if cell.status != Status::Ready {
            return Ok(());
        }
        for job in self.of(Kind::Job) {
            if condition(job, "Complete") != "True" {
                return Err(format!("ready, but {} has not ended well", job["metadata"]["name"]));
            }
        }
        for workload in self.workloads().filter(|workload| workload["spec"]["backoffLimit"].is_null()) {
            let name = &workload["metadata"]["name"];
            let generation = workload["metadata"]["generation"].as_i64();
            // One scaled to zero whose pods are gone has no share in what the service is.
            let rests = workload["spec"]["replicas"] == 0 && self.pods(workload).next().is_none();
            if !rests && workload["status"]["observedGeneration"].as_i64() < generation {
                return Err(format!("ready, but the controller has not seen the newest template of {name}"));
            }
            let mut ready = 0;
            for pod in self.pods(workload) {
                let pod_name = &pod["metadata"]["name"];
                if images(&pod["spec"]) != images(&workload["spec"]["template"]["spec"]) {
                    return Err(format!("ready, but {pod_name} is old"));
                }
                if condition(pod, "Ready") != "True" {
                    return Err(format!("ready, but {pod_name} is not"));
                }
                ready += 1;
            }
            let wanted = workload["spec"]["replicas"].as_u64().or(workload["status"]["desiredNumberScheduled"].as_u64());
            if Some(ready) < wanted {
                return Err(format!("ready, but {name} has {ready} pods of {wanted:?}"));
            }
        }
        Ok(())
    }

    /// Never failing because of a pod being deleted: something that is not must be wrong.
    fn failing_is_backed(&self, cell: &Cell, ends: Ends) -> Result<(), String> {
        if cell.status != Status::Failing {
            return Ok(());
        }
        if ends == Ends::Well {
            return Err(format!("failing, though nothing ever fails here: {}", cell.reason));
        }
        let is_bad = |status: &Value| {
            let reason = status["state"]["waiting"]["reason"].as_str().unwrap_or_default();
            let waits = !matches!(reason, "" | "ContainerCreating" | "PodInitializing");
            let crashed = |state: &Value| state["terminated"]["exitCode"].as_i64().is_some_and(|code| code != 0);
            waits || crashed(&status["state"]) || crashed(&status["lastState"])
        };
        let of_pod = |pod: &Value| {
            let all = ["initContainerStatuses", "containerStatuses"].map(|key| pod["status"][key].as_array().cloned().unwrap_or_default());
            all.iter().flatten().any(is_bad)
        };
        let is_stuck = |workload| condition(workload, "Progressing") == "False" || condition(workload, "FailureTarget") == "True";
        let stuck = self.workloads().any(is_stuck);
        if stuck || self.live_pods().any(of_pod) { Ok(()) } else { Err(format!("failing without a cause: {}", cell.reason)) }
    }

    /// What is wanted is what a pod template says.
    fn wanted_is_of_a_template(&self, cell: &Cell) -> Result<(), String> {
        let Some(wanted) = &cell.wanted else { return Ok(()) };
        let templates: Vec<String> = self.workloads().flat_map(|workload| images(&workload["spec"]["template"]["spec"])).collect();
        let said = wanted.digest.as_deref().or(wanted.label.as_deref()).unwrap_or_default();
        let is_of = |image: &String| image.ends_with(&format!(":{said}")) || image.ends_with(&format!("@{said}"));
        if templates.iter().any(is_of) { Ok(()) } else { Err(format!("wanted {said}, but the templates say {templates:?}")) }
    }

    /// What runs is what live pods run, and no more pods than there are.
    fn running_is_of_live_pods(&self, cell: &Cell) -> Result<(), String> {
        for running in &cell.running {
            let digest = running.version.digest.as_deref().unwrap_or_default();
            let runs = |pod: &&Value| {
                let statuses = pod["status"]["containerStatuses"].as_array().cloned().unwrap_or_default();
                statuses.iter().any(|status| status["imageID"].as_str().is_some_and(|id| id.ends_with(&format!("@{digest}"))))
            };
            let pods = self.live_pods().filter(runs).count();
            if digest.is_empty() || pods < running.pods as usize {
                return Err(format!("{} pods of {}@{digest} are said to run, there are {pods}", running.pods, running.version));
            }
        }
        Ok(())
    }
}

/// The images of a pod spec by container.
fn images(spec: &Value) -> Vec<String> {
    let containers = spec["containers"].as_array().into_iter().flatten();
    containers.map(|container| format!("{} {}", text(&container["name"]), text(&container["image"]))).collect()
}

fn condition<'a>(object: &'a Value, kind: &str) -> &'a str {
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    conditions.filter(|condition| condition["type"] == kind).find_map(|condition| condition["status"].as_str()).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
