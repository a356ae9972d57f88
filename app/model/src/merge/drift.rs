//! What is wanted and what runs, against what CI says.

use chrono::{DateTime, Duration, Utc};

use crate::board::Cell;
use crate::catalogue::EnvironmentSpec;
use crate::record::Record;
use crate::status::{Flag, Status};
use crate::version::Version;

use super::cell::Verdict;
use super::claims::Claims;
use super::clock::{Clock, after, moment};
use super::rollout::of_pods;
use super::sides::{Sides, push};

/// The workloads of a service in an environment, and what CI says of them.
pub(crate) struct Drift<'a> {
    pub(crate) environment: &'a EnvironmentSpec,
    pub(crate) sides: &'a Sides<'a>,
    pub(crate) claims: Claims<'a>,
    pub(crate) previous: Option<&'a Cell>,
    /// How long the cluster, or CI, may take to follow the other.
    pub(crate) grace: Duration,
}

impl Drift<'_> {
    /// What the cell says when the clusters alone say `base`. The flag is set whenever there is drift; the status only when
    /// everything runs, since whatever else is wrong comes first.
    pub(crate) fn verdict(&self, base: Verdict, flags: &mut Vec<Flag>, clock: &mut Clock) -> Verdict {
        let unfollowed = self.unfollowed();
        let reason = match unfollowed {
            Some(record) => Some(self.claimed(record)),
            None => self.stray().filter(|_| base.status == Status::Ready),
        };
        let Some(reason) = reason else { return base };
        let since = self.since();
        let is_drift = self.was_drift() || !self.is_beginning() && since.is_none_or(|since| clock.is_past(after(since, self.grace)));
        if is_drift {
            flags.push(Flag::Drifted);
        }
        let joined = |reason: &str| {
            let mut reason = reason.to_owned();
            push(&mut reason, &base.reason);
            reason
        };
        let is_cluster_behind = unfollowed.is_none_or(|record| self.started().is_none_or(|started| record.at >= started));
        match (base.status, is_drift, is_cluster_behind) {
            (Status::Ready, true, _) => Verdict { status: Status::Drifted, reason: joined(&reason), since },
            (Status::Ready, false, true) => {
                Verdict { status: Status::Rolling, reason: joined(&format!("waiting for the cluster: {reason}")), since }
            }
            // The cluster is ahead: CI records when it is done.
            (Status::Ready, false, false) => Verdict { reason: joined("waiting for CI's record"), ..base },
            _ => base,
        }
    }

    /// The newest successful record, when some place of the environment wants something that no record explains.
    fn unfollowed(&self) -> Option<&Record> {
        let record = self.claims.success().filter(|_| self.environment.drift)?;
        let is_explained = self.sides.everywhere(|version| self.claims.explaining(version).is_some());
        (!is_explained).then_some(record)
    }

    /// Pods that run something else than their template wants: a tag has moved, its new image was recorded, and they have
    /// not pulled it.
    fn stray(&self) -> Option<String> {
        self.sides.active().iter().find_map(|side| {
            let wanted = side.wanted.as_ref()?;
            let stray = side.running.iter().find(|running| running.version.contradicts(wanted))?;
            let (pods, run) = (of_pods(stray.pods as usize), if stray.pods == 1 { "runs" } else { "run" });
            Some(format!("{pods} {run} {}, but the template wants {wanted}", stray.version))
        })
    }

    /// When the wanted version began to come.
    fn started(&self) -> Option<DateTime<Utc>> {
        self.sides.active().iter().filter_map(|side| side.started).min()
    }

    /// The template was heard before the first of its pods: a rollout has just begun, however old the newest record is.
    fn is_beginning(&self) -> bool {
        self.started().is_none() && self.sides.active().iter().any(|side| side.workload.replicas.wanted > 0)
    }

    /// When the cluster and CI last came apart: the later of the rollout and the record.
    fn since(&self) -> Option<DateTime<Utc>> {
        self.started().into_iter().chain(self.claims.success().map(|record| record.at)).max()
    }

    /// Whether the very same was drift before: pods that are replaced meanwhile, as when nodes are renewed, look like a
    /// rollout that CI is about to record.
    fn was_drift(&self) -> bool {
        let wanted = self.sides.primary().and_then(|side| side.wanted.as_ref());
        let recorded = self.claims.success().map(|record| record.at);
        self.previous.is_some_and(|cell| {
            let is_same = cell.wanted.as_ref() == wanted && cell.record.as_ref().map(|record| record.at) == recorded;
            is_same && cell.flags.contains(&Flag::Drifted)
        })
    }

    /// What CI says, and what is there instead.
    fn claimed(&self, record: &Record) -> String {
        let by = record.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let wanted = self.sides.primary().and_then(|side| side.wanted.as_ref()).map_or("?", Version::short);
        format!("CI recorded {}{by} at {}, but the cluster has {wanted}", self.claims.version(record), moment(record.at))
    }
}
