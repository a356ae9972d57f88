//! What a look at the cell means for somebody who waits for a commit. Pure: what was seen before is all it keeps.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::board::{Cell, PodCounts, Target, TargetState};
use model::details::{Details, WorkloadDetails};
use model::ids::EnvironmentName;
use model::record::{Outcome, Record};
use model::status::{Flag, Status};
use model::version::{Sameness, Version};
use model::workload::Phase;

/// What to tell who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The commit runs everywhere; how.
    Ready(String),
    /// It will not: its rollout failed, or another commit overtook it; why.
    Failed(String),
    /// Not yet; what there is instead.
    Waiting(String),
}

/// What there is to see of one service in one environment.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    /// The environment's targets, and the cell; of one state of the board.
    pub(super) targets: Vec<Target>,
    pub(super) cell: Option<Arc<Cell>>,
    /// What the cell does not say: workloads and records, newest first.
    pub(super) details: Option<Details>,
}

/// Waits for one commit in one environment.
#[derive(Debug)]
pub(super) struct Watcher {
    environment: EnvironmentName,
    target: Version,
    /// What the environment wanted at the first look, when that was something else.
    before: Option<Version>,
    looked: bool,
    /// Whether the cluster wanted the commit at an earlier look.
    was_wanted: bool,
    /// Whether CI's newest claim was the commit at an earlier look.
    was_claimed: bool,
}

impl Watcher {
    /// `target` has a commit and nothing else.
    pub(super) fn new(environment: EnvironmentName, target: Version) -> Self {
        Self { environment, target, before: None, looked: false, was_wanted: false, was_claimed: false }
    }

    /// Looks at the cell.
    ///
    /// What was there before the commit was first seen overtakes nothing: it may not have started yet, and after a
    /// rollback the newer record is that of the commit that is left behind.
    pub(super) fn look(&mut self, sight: &Sight) -> Verdict {
        let Some(cell) = &sight.cell else {
            self.looked = true;
            return Verdict::Waiting("not started: the board does not know the service".to_owned());
        };
        let (workloads, records) = sight.details.as_ref().map_or((&[][..], &[][..]), |known| (&*known.workloads, &*known.records));
        let is_wanted = self.is(cell.wanted.as_ref()) || workloads.iter().any(|workload| self.wants(workload));
        let claim = records.iter().find(|record| matches!(record.outcome, Outcome::Started | Outcome::Success));
        let is_claimed = claim.is_some_and(|claim| self.is(Some(&of_record(claim))));
        if !self.looked && !is_wanted {
            self.before.clone_from(&cell.wanted);
        }
        // A cluster that is not heard may want anything.
        let deaf = sight.targets.iter().find(|target| target.state != TargetState::Live);
        let verdict = if self.runs(cell) {
            match deaf {
                None => Verdict::Ready(ready(cell)),
                Some(deaf) => Verdict::Waiting(format!("ready as far as is known: {} is {}", deaf.cluster, state(deaf))),
            }
        } else if cell.status == Status::Failing && is_wanted && self.fails(workloads) {
            Verdict::Failed(format!("failing: {}", cell.reason))
        } else if self.was_wanted && !is_wanted && deaf.is_none() && !workloads.is_empty() {
            let by = cell.record.as_ref().and_then(|record| record.by.as_ref()).map(|by| format!(" by {by}")).unwrap_or_default();
            Verdict::Failed(format!("overtaken: {} wants {}{by} now", self.environment, of(cell.wanted.as_ref())))
        } else if let Some(other) = claim.filter(|claim| self.is_overtaken_by(claim)) {
            let by = other.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            Verdict::Failed(format!("overtaken: CI recorded {}{by} after it", of_record(other)))
        } else {
            Verdict::Waiting(self.waiting(cell, is_wanted, if is_claimed { "recorded, and not started" } else { "not started" }))
        };
        self.looked = true;
        self.was_wanted |= is_wanted;
        self.was_claimed |= is_claimed;
        verdict
    }

    fn is(&self, version: Option<&Version>) -> bool {
        version.is_some_and(|version| self.target.compare(version) == Sameness::Same)
    }

    fn wants(&self, workload: &WorkloadDetails) -> bool {
        self.is(workload.wanted.as_ref())
    }

    /// Every wanted pod is of the commit and ready, in every cluster. That CI recorded something else is no matter: what
    /// runs, runs.
    fn runs(&self, cell: &Cell) -> bool {
        let is_done = match cell.status {
            Status::Ready => true,
            Status::Drifted => cell.running.iter().all(|running| !running.version.contradicts(&self.target)),
            _ => false,
        };
        is_done && self.is(cell.wanted.as_ref()) && !cell.flags.contains(&Flag::Split)
    }

    /// Whether what fails is of the commit: of several workloads that want different ones (clusters that are split, a
    /// canary) only one may.
    fn fails(&self, workloads: &[WorkloadDetails]) -> bool {
        let is_other = |workload: &WorkloadDetails| workload.wanted.as_ref().is_some_and(|wanted| wanted.contradicts(&self.target));
        if !workloads.iter().any(is_other) {
            return true;
        }
        workloads.iter().filter(|workload| self.wants(workload)).any(|workload| {
            let is_refused = workload.conditions.iter().any(|condition| match &*condition.kind {
                "ReplicaFailure" => &*condition.status == "True",
                "Progressing" => &*condition.status == "False",
                _ => false,
            });
            let pods = workload.pods.iter().filter(|pod| !pod.ready && !pod.terminating && pod.phase != Phase::Failed);
            let mut of_commit = pods.filter(|pod| pod.version.as_ref().is_none_or(|version| !version.contradicts(&self.target)));
            is_refused || of_commit.any(|pod| !pod.reason.is_empty())
        })
    }

    /// Whether CI's newest claim replaces that of the commit. What ran before may be recorded late, by a pipeline that
    /// ended as this one began.
    fn is_overtaken_by(&self, claim: &Record) -> bool {
        let version = of_record(claim);
        let is_late = self.before.as_ref().is_some_and(|before| !before.contradicts(&version));
        self.was_claimed && version.contradicts(&self.target) && !is_late
    }

    fn waiting(&self, cell: &Cell, is_wanted: bool, not_started: &str) -> String {
        let reason = if cell.reason.is_empty() { String::new() } else { format!(": {}", cell.reason) };
        match (cell.status, is_wanted) {
            (Status::Unknown, _) => format!("unknown{reason}"),
            (Status::Absent, _) => format!("{not_started}: nothing is deployed in {}", self.environment),
            (Status::Missing, _) => format!("missing{reason}"),
            (Status::Ready, false) => format!("{not_started}: {} wants {}", self.environment, of(cell.wanted.as_ref())),
            (status, false) => format!("{not_started}: {} wants {} ({status}{reason})", self.environment, of(cell.wanted.as_ref())),
            (Status::Ready, true) => format!("ready, but not everywhere{reason}"),
            (status, true) => format!("{status}{reason}{}", self.left(cell)),
        }
    }

    /// What else still runs.
    fn left(&self, cell: &Cell) -> String {
        let other = cell.running.iter().find(|running| running.version.contradicts(&self.target));
        other.map(|running| format!(" ({} → {})", running.version, self.target)).unwrap_or_default()
    }
}

fn state(target: &Target) -> String {
    let state = target.state.as_str();
    target.error.as_ref().map_or_else(|| state.to_owned(), |error| format!("{state}: {error}"))
}

fn of(version: Option<&Version>) -> &str {
    version.map_or("?", Version::short)
}

fn of_record(record: &Record) -> Version {
    Version { commit: record.commit.clone(), label: record.version.clone(), digest: record.digest.clone(), index: None }
}

fn ready(cell: &Cell) -> String {
    let PodCounts { wanted, ready, .. } = cell.pods;
    let drifted = if cell.status == Status::Drifted { " (CI recorded another version)" } else { "" };
    match wanted {
        1 => format!("its pod is ready{drifted}"),
        _ => format!("{ready} of {wanted} pods ready{drifted}"),
    }
}
