//! CronJobs and Jobs: not pods that stay, but runs that end.

use chrono::{DateTime, Utc};

use crate::board::PodCounts;
use crate::status::Status;
use crate::workload::{Condition, JobRun, Kind, Schedule, Special, Workload};

use super::census::images;
use super::clock::{Clock, moment};
use super::rollout::{Judge, Progress, count, of_pods, words};
use super::trouble::{self, condition};

/// How a Job ended.
enum End<'a> {
    Well,
    Badly(&'a Condition),
}

impl Judge<'_> {
    /// A Job is ready when it has ended well: only then all that was wanted of its version is done.
    pub(super) fn job(&self, run: &JobRun, clock: &mut Clock) -> Progress {
        let job = self.workload;
        let is = |status, reason, since| Progress { status, reason, pods: counts(job), since, short_since: None };
        match end(job) {
            Some((End::Well, at)) => return is(Status::Ready, String::new(), at),
            Some((End::Badly(failed), at)) => return is(Status::Failing, self.failed(failed), at),
            None => {}
        }
        if run.suspended {
            return is(Status::Paused, "suspended".to_owned(), None);
        }
        let refusal = || self.census.wanted.is_empty().then(|| self.refusal()).flatten().map(|refusal| (refusal, run.started));
        if let Some((reason, since)) = self.trouble(clock).or_else(refusal) {
            return is(Status::Failing, reason, since);
        }
        let mut reason = format!("running, {} of {} done", run.succeeded, of_pods(job.replicas.wanted as usize));
        if run.failed > 0 {
            reason += &format!(", {} failed", run.failed);
            reason += &self.last_words();
        }
        is(Status::Rolling, reason, run.started)
    }

    /// A CronJob is as its last run was, and as the one that runs is. That it runs now and then is no rollout.
    pub(super) fn cron_job(&self, schedule: &Schedule, clock: &mut Clock) -> Progress {
        let mut jobs: Vec<&Workload> = self.objects.jobs_of(&self.workload.uid).collect();
        jobs.sort_by(|a, b| a.created.cmp(&b.created).then_with(|| a.name.cmp(&b.name)));
        let pods = jobs.last().map(|job| counts(job)).unwrap_or_default();
        let is = |status, reason, since| Progress { status, reason, pods, since, short_since: None };
        let ended = jobs.iter().filter_map(|job| end(job).map(|(end, at)| (*job, end, at)));
        let last = ended.max_by_key(|(job, _, at)| (*at, job.created));
        let running: Vec<&Workload> = jobs.iter().copied().filter(|job| end(job).is_none()).collect();
        let told = match &last {
            Some((_, End::Well, at)) => format!("the last run ended well{}", when(*at)),
            Some((job, End::Badly(failed), at)) => {
                let of_pod = self.pod_of(job).unwrap_or_default();
                format!("the last run failed{}: {}{of_pod}", when(*at), words(failed, "no reason given"))
            }
            None => "it has not run yet".to_owned(),
        };
        if schedule.suspended {
            return is(Status::Paused, format!("suspended; {told}"), None);
        }
        let refusal = || {
            let warnings = running.iter().filter(|job| !self.has_pods(job)).filter_map(|job| self.objects.beside().warning(&job.uid));
            let mut refused = warnings.filter(|warning| &*warning.reason == "FailedCreate");
            refused.next().map(|warning| (format!("{}: {}", warning.reason, warning.message), Some(warning.at)))
        };
        if let Some((reason, since)) = self.trouble(clock).or_else(refusal) {
            return is(Status::Failing, reason, since);
        }
        let since = last.as_ref().and_then(|(.., at)| *at);
        if matches!(last, Some((_, End::Badly(_), _))) {
            let again = if running.is_empty() { "" } else { "; it is running again" };
            return is(Status::Failing, format!("{told}{again}"), since);
        }
        if !self.census.old.is_empty() {
            return is(Status::Rolling, format!("{} of another image left from a run before", of_pods(self.census.old.len())), None);
        }
        let is_current = |job: &Workload| images(&job.template).eq(images(&self.workload.template));
        let reason = match (&last, running.last()) {
            (_, Some(job)) if is_current(job) => {
                format!("running{}", started(job).map(|at| format!(" since {}", moment(at))).unwrap_or_default())
            }
            (Some((job, ..)), _) if is_current(job) => String::new(),
            (Some(_), _) => format!("the wanted image has not run yet; {told}"),
            (None, _) => match &schedule.schedule {
                Some(text) => format!("{told}; its schedule is {text}"),
                None => told,
            },
        };
        is(Status::Ready, reason, since)
    }

    /// What the Job says, and how its last pod ended.
    fn failed(&self, failed: &Condition) -> String {
        format!("{}{}", words(failed, "the Job has failed"), self.last_words())
    }

    /// How the last pod ended.
    fn last_words(&self) -> String {
        let ends = self.census.ended.iter().rev().filter(|pod| pod.phase == crate::workload::Phase::Failed);
        ends.filter_map(|pod| trouble::end_of(pod)).next().map(|end| format!("; {end}")).unwrap_or_default()
    }

    /// How the last pod of a run ended.
    fn pod_of(&self, job: &Workload) -> Option<String> {
        let pods = self.objects.pods_of(job).filter(|pod| pod.phase == crate::workload::Phase::Failed);
        let last = pods.max_by(|a, b| a.created.cmp(&b.created).then_with(|| a.name.cmp(&b.name)))?;
        trouble::end_of(last).map(|end| format!("; {end}"))
    }

    fn has_pods(&self, job: &Workload) -> bool {
        self.objects.pods_of(job).next().is_some()
    }
}

/// Whether a workload is made of runs.
pub(crate) fn is_run(workload: &Workload) -> bool {
    matches!(workload.kind, Kind::CronJob | Kind::Job)
}

/// When what a run is of began to come: with the Job itself, whose pods may be gone long before it is.
pub(crate) fn started_at(workload: &Workload) -> Option<DateTime<Utc>> {
    (workload.kind == Kind::Job).then_some(workload.created)
}

/// Whether a newer Job of the same service replaces this one: of the same image, and of the same name but for what tells
/// one run from another (`migrate-7fc38a2`, `migrate-2`).
pub(crate) fn is_superseded(job: &Workload, others: &[&Workload]) -> bool {
    let is_newer = |other: &&Workload| {
        let is_later = (other.created, &other.name) > (job.created, &job.name);
        other.kind == Kind::Job && is_later && other.name.namespace == job.name.namespace && stem(&other.name.name) == stem(&job.name.name)
    };
    job.kind == Kind::Job && others.iter().any(is_newer)
}

/// The name without a last part that has a digit in it.
fn stem(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((stem, run)) if run.contains(|c: char| c.is_ascii_digit()) => stem,
        _ => name,
    }
}

/// How a Job ended, and when; none while it may still run.
fn end(job: &Workload) -> Option<(End<'_>, Option<DateTime<Utc>>)> {
    let is_true = |kind| condition(&job.conditions, kind).filter(|c| &*c.status == "True");
    if let Some(complete) = is_true("Complete") {
        let completed = match &job.special {
            Special::Job(run) => run.completed,
            _ => None,
        };
        return Some((End::Well, completed.or(complete.since)));
    }
    // The Job has failed from then on; its last pods may still have to go.
    let failed = is_true("Failed").or_else(|| is_true("FailureTarget"))?;
    Some((End::Badly(failed), failed.since))
}

fn started(job: &Workload) -> Option<DateTime<Utc>> {
    match &job.special {
        Special::Job(run) => run.started,
        _ => None,
    }
}

/// Pods that ended well, of those that were wanted.
fn counts(job: &Workload) -> PodCounts {
    let wanted = job.replicas.wanted;
    let done = match (&job.special, end(job)) {
        (_, Some((End::Well, _))) => wanted,
        (Special::Job(run), _) => run.succeeded.min(wanted),
        _ => 0,
    };
    PodCounts { wanted, updated: done.max(count(job.replicas.current as usize).min(wanted)), ready: done }
}

fn when(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| format!(" at {}", moment(at))).unwrap_or_default()
}
