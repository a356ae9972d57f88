//! What only some kinds of workload have.

use arcstr::ArcStr;

use chrono::{DateTime, Utc};

use super::Owner;

/// What only some kinds of workload have.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Special {
    /// Nothing: its pods run until they are replaced.
    #[default]
    None,
    /// A CronJob.
    CronJob(Schedule),
    /// A Job.
    Job(JobRun),
    /// A Rollout of Argo Rollouts.
    Rollout(Box<Delivery>),
}

/// When a CronJob runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// `spec.suspend`.
    pub suspended: bool,
    /// `spec.schedule`, as written.
    pub schedule: Option<ArcStr>,
    /// `status.lastScheduleTime`, UTC.
    pub last_scheduled: Option<DateTime<Utc>>,
}

/// How far a Job is. Its end is in its conditions: `Complete` or `Failed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobRun {
    /// The CronJob that made it.
    pub owner: Option<Owner>,
    /// `spec.suspend`.
    pub suspended: bool,
    /// `status.succeeded`: pods that ended well.
    pub succeeded: u32,
    /// `status.failed`: pods that ended badly.
    pub failed: u32,
    /// `status.startTime`, UTC.
    pub started: Option<DateTime<Utc>>,
    /// `status.completionTime`, UTC; only of a Job that ended well.
    pub completed: Option<DateTime<Utc>>,
}

/// How far a Rollout of Argo Rollouts is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// `status.phase`: `Healthy`, `Progressing`, `Paused`, `Degraded`.
    pub phase: Option<ArcStr>,
    /// `status.message`.
    pub message: Option<ArcStr>,
    /// The reasons in `status.pauseConditions`: `CanaryPauseStep`, `BlueGreenPause` …
    pub pauses: Vec<ArcStr>,
    /// `status.abort`: the stable version serves, and goes on to.
    pub aborted: bool,
    /// Its canary, when that is its strategy.
    pub canary: Option<Canary>,
    /// Its pair of sides, when that is its strategy.
    pub blue_green: Option<BlueGreen>,
}

/// A Rollout's canary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Canary {
    /// `status.canary.weights.canary.weight`, else the last `setWeight` that was reached, in per cent.
    pub weight: Option<u32>,
    /// `status.currentStepIndex`: so many steps are done.
    pub step: Option<u32>,
    /// How many steps there are.
    pub steps: u32,
}

/// A Rollout's pair of sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlueGreen {
    /// `status.blueGreen.activeSelector`: the hash of the pods that serve.
    pub active: Option<ArcStr>,
    /// `status.blueGreen.previewSelector`: the hash of the pods that wait to.
    pub preview: Option<ArcStr>,
}
