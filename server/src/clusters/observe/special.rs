//! CronJobs, Jobs and Rollouts: what all workloads have, and what only they do.

use model::ids::ObjectName;
use model::workload::{BlueGreen, Canary, Delivery, Fact, JobRun, Labels, Replicas, Schedule, Special, Workload};

use super::wire::{Metadata, Number, Object, PodTemplate, Text, nullable, wire};
use super::{Observer, count, workload};

wire!(
    /// A CronJob.
    CronJob {
        spec: CronJobSpec<'a>,
        status: CronJobStatus<'a>,
    }
);
wire!(
    /// `spec` of a CronJob.
    CronJobSpec {
        suspend: bool,
        schedule: Option<Text<'a>>,
        job_template: JobTemplate<'a>,
    }
);
wire!(
    /// `spec.jobTemplate`.
    JobTemplate {
        spec: JobSpec<'a>,
    }
);
wire!(
    /// `status` of a CronJob.
    CronJobStatus {
        last_schedule_time: Option<chrono::DateTime<chrono::Utc>>,
    }
);
wire!(
    /// A Job.
    Job {
        metadata: Metadata<'a>,
        spec: JobSpec<'a>,
        status: JobStatus<'a>,
    }
);
wire!(
    /// `spec` of a Job.
    JobSpec {
        suspend: bool,
        completions: Option<i64>,
        parallelism: Option<i64>,
        template: PodTemplate<'a>,
    }
);
wire!(
    /// `status` of a Job.
    JobStatus {
        active: i64,
        succeeded: i64,
        failed: i64,
        start_time: Option<chrono::DateTime<chrono::Utc>>,
        completion_time: Option<chrono::DateTime<chrono::Utc>>,
    }
);
wire!(
    /// A Rollout of Argo Rollouts.
    Rollout {
        spec: RolloutSpec<'a>,
        status: RolloutStatus<'a>,
    }
);
wire!(
    /// `spec` of a Rollout.
    RolloutSpec {
        strategy: RolloutStrategy<'a>,
    }
);
wire!(
    /// `spec.strategy` of a Rollout.
    RolloutStrategy {
        canary: Option<CanaryStrategy<'a>>,
        blue_green: Option<Nothing<'a>>,
    }
);
wire!(
    /// `spec.strategy.canary`.
    CanaryStrategy {
        steps: Vec<Step<'a>>,
    }
);
wire!(
    /// `steps[]`; what else a step may be is only counted.
    Step {
        set_weight: Option<i64>,
    }
);
wire!(
    /// That it is there is enough.
    Nothing {}
);
wire!(
    /// `status` of a Rollout.
    RolloutStatus {
        phase: Option<Text<'a>>,
        message: Option<Text<'a>>,
        abort: bool,
        current_pod_hash: Option<Text<'a>>,
        #[serde(rename = "stableRS")]
        stable_rs: Option<Text<'a>>,
        current_step_index: Number,
        pause_conditions: Vec<Pause<'a>>,
        canary: CanaryStatus<'a>,
        blue_green: BlueGreenStatus<'a>,
    }
);
wire!(
    /// `status.pauseConditions[]`.
    Pause {
        reason: Option<Text<'a>>,
    }
);
wire!(
    /// `status.canary`.
    CanaryStatus {
        weights: Option<Weights<'a>>,
    }
);
wire!(
    /// `status.canary.weights`; only there with traffic routing.
    Weights {
        canary: Weight<'a>,
    }
);
wire!(
    /// `status.canary.weights.canary`.
    Weight {
        weight: i64,
    }
);
wire!(
    /// `status.blueGreen`.
    BlueGreenStatus {
        active_selector: Option<Text<'a>>,
        preview_selector: Option<Text<'a>>,
    }
);

type Read = Result<Option<Fact>, serde_json::Error>;

pub(super) fn cron_job(name: ObjectName, object: &Object<'_>, json: &str, observer: &mut Observer) -> Read {
    let CronJob { spec, status, .. } = serde_json::from_str(json)?;
    Ok(common(name, object, observer).map(|mut workload| {
        workload.template = template(&spec.job_template.spec.template, &workload, observer);
        // How many pods a run wants is its Job's business.
        workload.replicas = Replicas::default();
        workload.special = Special::CronJob(Schedule {
            suspended: spec.suspend,
            schedule: observer.some(spec.schedule.as_ref()),
            last_scheduled: status.last_schedule_time,
        });
        Fact::Workload(Box::new(workload))
    }))
}

pub(super) fn job(name: ObjectName, object: &Object<'_>, json: &str, observer: &mut Observer) -> Read {
    let Job { metadata, spec, status, .. } = serde_json::from_str(json)?;
    let owner = observer.owner(&metadata).filter(|owner| &*owner.kind == "CronJob");
    Ok(common(name, object, observer).map(|mut workload| {
        let wanted = spec.completions.or(spec.parallelism).unwrap_or(1);
        workload.replicas = Replicas { wanted: count(wanted), current: count(status.active), ..Replicas::default() };
        // The labels of its pods name the run.
        workload.pod_labels = Labels::default();
        workload.special = Special::Job(JobRun {
            owner,
            suspended: spec.suspend,
            succeeded: count(status.succeeded),
            failed: count(status.failed),
            started: status.start_time,
            completed: status.completion_time,
        });
        Fact::Workload(Box::new(workload))
    }))
}

pub(super) fn rollout(name: ObjectName, object: &Object<'_>, json: &str, observer: &mut Observer) -> Read {
    let Rollout { spec, status, .. } = serde_json::from_str(json)?;
    Ok(common(name, object, observer).map(|mut workload| {
        workload.update_hash = observer.some(status.current_pod_hash.as_ref());
        workload.current_hash = observer.some(status.stable_rs.as_ref());
        let canary = spec.strategy.canary.as_ref().map(|canary| {
            let step = status.current_step_index.0.map(count);
            let done = canary.steps.iter().take(step.unwrap_or(0) as usize);
            let reached = done.filter_map(|step| step.set_weight).next_back();
            let weight = status.canary.weights.as_ref().map(|weights| weights.canary.weight).or(reached).map(count);
            Canary { weight, step, steps: count(canary.steps.len().try_into().unwrap_or(0)) }
        });
        let blue_green = spec.strategy.blue_green.as_ref().map(|_| BlueGreen {
            active: observer.some(status.blue_green.active_selector.as_ref()),
            preview: observer.some(status.blue_green.preview_selector.as_ref()),
        });
        workload.special = Special::Rollout(Box::new(Delivery {
            phase: observer.some(status.phase.as_ref()),
            message: observer.some(status.message.as_ref()),
            pauses: status.pause_conditions.iter().filter_map(|pause| observer.some(pause.reason.as_ref())).collect(),
            aborted: status.abort,
            canary,
            blue_green,
        }));
        Fact::Workload(Box::new(workload))
    }))
}

fn common(name: ObjectName, object: &Object<'_>, observer: &mut Observer) -> Option<Workload> {
    workload::fact(name, object, observer)
}

fn template(template: &PodTemplate<'_>, workload: &Workload, observer: &mut Observer) -> model::workload::Template {
    workload::template(template, &workload.service, &workload.name.name, observer)
}
