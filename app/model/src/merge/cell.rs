//! What one service is in one environment: workloads, records and the freshness of both, put together in the order of
//! the status table (board.md, "What a cell says").

use chrono::{DateTime, Utc};

use crate::board::{Cell, RecordSummary, TargetState, WorkloadRef};
use crate::catalogue::EnvironmentSpec;
use crate::ids::{ClusterName, ServiceName, TargetId};
use crate::index::{Freshness, Index, Objects};
use crate::record::Outcome;
use crate::status::{Flag, Status};
use crate::version::Version;
use crate::workload::{Kind, Workload};

use super::census::Census;
use super::claims::Claims;
use super::clock::{Clock, after, moment};
use super::drift::Drift;
use super::rollout::{Judge, Progress};
use super::runs;
use super::sides::{Side, Sides, push};
use super::trouble;
use super::versions::{self, Reader, of_record};

/// What the cells of one row have in common.
pub(crate) struct Context<'a> {
    pub(crate) index: &'a Index,
    pub(crate) service: &'a ServiceName,
    pub(crate) reader: Reader<'a>,
}

/// A cell before it is compared with its neighbours.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) cell: Cell,
    /// The version by which it agrees with others; none when its clusters are split.
    pub(crate) identity: Option<Version>,
    /// When CI recorded what is wanted.
    pub(crate) recorded_at: Option<DateTime<Utc>>,
    /// Since when, as far as the facts tell.
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) team: Option<arcstr::ArcStr>,
    /// Whether all its targets are live: the age of what the others say is told.
    pub(crate) is_live: bool,
}

/// A status with its reason, and since when.
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) reason: String,
    pub(crate) since: Option<DateTime<Utc>>,
}

/// What one service is in one environment.
pub(crate) fn draft(context: &Context<'_>, environment: &EnvironmentSpec, previous: Option<&Cell>, clock: &mut Clock) -> Draft {
    let Context { index, service, .. } = context;
    let claims = Claims::of(index.records(service, &environment.name), index.images());
    let targets: Vec<(TargetId, &ClusterName, Freshness)> = environment
        .targets
        .iter()
        .filter_map(|target| Some((*target, &index.catalogue().target(*target)?.cluster, index.freshness(*target, clock.now))))
        .collect();
    let sides = Sides::of(context.sides(environment, &targets, previous, clock));
    let primary = sides.as_ref().and_then(Sides::primary);
    let wanted = primary.and_then(|side| side.wanted.clone());
    let record = claims.shown(wanted.as_ref());

    let mut flags = Vec::new();
    let mut cell = Cell::absent();
    let mut verdict = match &sides {
        Some(sides) => {
            let summary = sides.summary();
            flags.extend(summary.flags);
            (cell.pods, cell.running) = (summary.pods, summary.running.into());
            let base = Verdict { status: summary.status, reason: summary.reason, since: summary.since };
            let grace = index.catalogue().timing.follow_grace;
            Drift { environment, sides, claims, previous, grace }.verdict(base, &mut flags, clock)
        }
        None => without_workload(context, environment, claims, clock),
    };
    if let Some(lost) = lost(&targets, sides.as_ref(), &verdict, clock) {
        verdict = lost;
    }
    if sides.is_some() && claims.is_empty() {
        flags.push(Flag::NoRecord);
    }
    if claims.newest().is_some_and(|record| record.outcome == Outcome::Failure) {
        flags.push(Flag::DeployFailed);
    }
    flags.sort_unstable();
    flags.dedup();

    let is_split = sides.as_ref().is_some_and(Sides::is_split);
    let identity = primary.and_then(|side| side.identity.clone().or_else(|| side.wanted.clone())).filter(|_| !is_split);
    let team = sides.as_ref().and_then(|sides| sides.teams().next().cloned());
    let recorded_at = wanted.as_ref().and_then(|version| claims.explaining(version)).map(|record| record.at);
    if let Some(told) = previous.filter(|cell| cell.wanted == wanted && trouble::says_more(&cell.reason, &verdict.reason)) {
        verdict.reason.clone_from(&told.reason);
    }
    cell.shortages = sides.as_ref().map(Sides::shortages).unwrap_or_default();
    cell.failed_record = claims.failed(wanted.as_ref()).map(Box::new);
    if verdict.status == Status::Ready
        && let Some(failed) = claims.newest().filter(|_| cell.failed_record.is_some())
    {
        let by = failed.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        push(&mut verdict.reason, &format!("the deploy of {}{by} failed at {}", claims.version(failed), moment(failed.at)));
    }
    // Texts of their own for what is the same are megabytes in a fleet.
    for running in cell.running.iter_mut().filter(|running| Some(&running.version) == wanted.as_ref()) {
        running.version = wanted.clone().unwrap_or_default();
    }
    cell.workloads = sides.as_ref().map(Sides::refs).unwrap_or_default().into();
    cell.record = record.map(RecordSummary::from);
    (cell.status, cell.reason, cell.wanted, cell.flags) = (verdict.status, verdict.reason, wanted, flags);
    let is_live = targets.iter().all(|(.., freshness)| freshness.is_live());
    Draft { cell, identity, recorded_at, since: verdict.since, team, is_live }
}

impl<'a> Context<'a> {
    /// A cluster of an environment with the kinds of workloads that may not be read there.
    fn unseen_workloads(&self, environment: &EnvironmentSpec) -> Option<(&'a ClusterName, String)> {
        environment.targets.iter().find_map(|target| {
            let kinds: Vec<_> = self.index.objects(*target)?.unseen_workloads().map(Kind::plural).collect();
            let cluster = &self.index.catalogue().target(*target)?.cluster;
            (!kinds.is_empty()).then(|| (cluster, kinds.join(", ")))
        })
    }

    /// The workloads of the service in an environment, judged one by one.
    fn sides(
        &self,
        environment: &EnvironmentSpec,
        targets: &[(TargetId, &'a ClusterName, Freshness)],
        previous: Option<&Cell>,
        clock: &mut Clock,
    ) -> Vec<Side<'a>> {
        let mut sides = Vec::new();
        for (target, cluster, freshness) in targets {
            let all: Vec<&Workload> = self.index.workloads(self.service, *target).collect();
            for workload in all.iter().copied().filter(|workload| !runs::is_superseded(workload, &all)) {
                let Some(objects) = self.index.objects(*target) else { continue };
                let census = Census::of(workload, objects);
                let place = WorkloadRef::of(cluster, workload);
                let short_since = previous.and_then(|cell| cell.short_since(&place, &workload.uid));
                let mut progress = match (objects.unread_of(workload), unseen(workload, objects, freshness)) {
                    (Some(reason), _) => unknown(workload, reason),
                    (None, Some(kind)) => blind(workload, kind, cluster),
                    (None, None) => {
                        let timing = &self.index.catalogue().timing;
                        Judge { workload, census: &census, objects, timing, short_since }.progress(clock)
                    }
                };
                if !freshness.is_live() {
                    // It may have recovered, and lost others, unheard.
                    progress.short_since = None;
                }
                let mut wanted = self.reader.wanted(census.template, self.index.claims(self.service, &environment.name));
                let running = census.running(workload, objects, &self.reader);
                let identity = wanted.as_ref().and_then(|wanted| census.identity(wanted, &self.reader));
                // What the tag stands for is known by the image that its pods pulled.
                if let (Some(wanted), Some(identity)) = (&mut wanted, &identity) {
                    wanted.commit.clone_from(&identity.commit);
                }
                sides.push(Side {
                    target: *target,
                    cluster,
                    workload,
                    objects,
                    progress,
                    wanted,
                    running,
                    identity,
                    repository: versions::repository(census.template),
                    serving: census.serving(),
                    left: census.left(),
                    started: runs::started_at(workload).or_else(|| census.wanted.iter().map(|pod| pod.created).min()),
                });
            }
        }
        sides
    }
}

/// The kind without which nobody knows how a workload is doing, when it may not be read.
fn unseen(workload: &Workload, objects: &Objects, freshness: &Freshness) -> Option<Kind> {
    if !freshness.is_live() {
        return None;
    }
    let needed = match workload.kind {
        Kind::CronJob => Kind::Job,
        Kind::Pod => return None,
        // Its own conditions say how it ended.
        Kind::Job => return None,
        _ if workload.replicas.wanted == 0 => return None,
        _ => Kind::Pod,
    };
    (!objects.can_see(needed, &workload.name.namespace)).then_some(needed)
}

/// What is needed may not be read: nothing that needs it is claimed.
fn blind(workload: &Workload, kind: Kind, cluster: &ClusterName) -> Progress {
    let what = kind.plural();
    let reason = format!("the {what} in {cluster} may not be read, so nobody knows what runs: grant list and watch on {what}");
    unknown(workload, reason)
}

fn unknown(workload: &Workload, reason: String) -> Progress {
    let pods = crate::board::PodCounts { wanted: workload.replicas.wanted, ..Default::default() };
    Progress { status: Status::Unknown, reason, pods, since: None, short_since: None }
}

/// No workload: what CI says is all there is.
fn without_workload(context: &Context<'_>, environment: &EnvironmentSpec, claims: Claims<'_>, clock: &mut Clock) -> Verdict {
    let Some(record) = claims.success().or_else(|| claims.newest().filter(|record| record.outcome == Outcome::Started)) else {
        return Verdict { status: Status::Absent, reason: String::new(), since: None };
    };
    let by = record.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let claim = format!("CI recorded {}{by} at {}", of_record(record, context.index.images()), moment(record.at));
    if environment.targets.is_empty() {
        let reason = format!("no cluster is watched for {}: {claim}", environment.name);
        return Verdict { status: Status::Unknown, reason, since: Some(record.at) };
    }
    let newest = claims.newest().filter(|newest| newest.outcome == Outcome::Started).unwrap_or(record);
    if !clock.is_past(after(newest.at, context.index.catalogue().timing.follow_grace)) {
        let reason = format!("waiting for the cluster: {claim}");
        return Verdict { status: Status::Rolling, reason, since: Some(newest.at) };
    }
    if record.outcome == Outcome::Started {
        return Verdict { status: Status::Absent, reason: format!("{claim}, and nothing came of it"), since: None };
    }
    if let Some((cluster, kinds)) = context.unseen_workloads(environment) {
        let reason = format!("the {kinds} in {cluster} may not be read, so nobody knows whether it is there: {claim}");
        return Verdict { status: Status::Unknown, reason, since: Some(record.at) };
    }
    Verdict { status: Status::Missing, reason: format!("{claim}, but there is no workload"), since: Some(record.at) }
}

/// Unknown, when what was heard is too old to be believed: a target that has the service is not live, or one was never
/// read and may have it; or, where nothing is known of the service, all of them.
fn lost(
    targets: &[(TargetId, &ClusterName, Freshness)],
    sides: Option<&Sides<'_>>,
    verdict: &Verdict,
    clock: &mut Clock,
) -> Option<Verdict> {
    for (_, _, freshness) in targets {
        if let Some(until) = freshness.until {
            clock.is_past(until + chrono::Duration::milliseconds(1));
        }
    }
    let mut dead = targets.iter().filter(|(.., freshness)| !freshness.is_live());
    let all_dead = !targets.is_empty() && targets.iter().all(|(.., freshness)| !freshness.is_live());
    let found = match sides {
        Some(sides) => dead.find(|(target, _, freshness)| sides.are_in(*target) || !freshness.was_synced),
        None => dead.find(|(.., freshness)| all_dead || !freshness.was_synced || verdict.status != Status::Absent),
    };
    let (_, cluster, freshness) = found?;
    Some(Verdict { status: Status::Unknown, reason: why_lost(cluster, freshness), since: freshness.since })
}

fn why_lost(cluster: &ClusterName, freshness: &Freshness) -> String {
    let cause = freshness.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
    let what = match freshness.state {
        TargetState::Syncing => return format!("{cluster} is syncing: its first lists are not complete yet"),
        TargetState::Unreachable => "is unreachable",
        TargetState::Forbidden => "refuses",
        TargetState::Stale | TargetState::Live => "is stale",
    };
    let heard = freshness.heard.map_or_else(|| "never heard".to_owned(), |at| format!("last heard {}", moment(at)));
    format!("{cluster} {what}{cause}; {heard}")
}
