//! The workloads of one service in one environment, and what they are to one another: canaries, blue/green pairs, clusters.

use arcstr::ArcStr;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::board::{PodCounts, Running, Shortage, WorkloadRef};
use crate::ids::{ClusterName, TargetId};
use crate::index::Objects;
use crate::status::{Flag, Status};
use crate::version::{Sameness, Version};
use crate::workload::Workload;

use super::census::add;
use super::places::Place;
use super::rollout::{Progress, of_pods};
use super::runs::is_run;
use super::{delivery, places};

/// One workload, judged.
#[derive(Clone)]
pub(crate) struct Side<'a> {
    pub(crate) target: TargetId,
    pub(crate) cluster: &'a ClusterName,
    pub(crate) workload: &'a Workload,
    /// The objects of its target.
    pub(crate) objects: &'a Objects,
    pub(crate) progress: Progress,
    pub(crate) wanted: Option<Version>,
    pub(crate) running: Vec<Running>,
    /// What its pods of the wanted template run, when all that run are of one version.
    pub(crate) identity: Option<Version>,
    /// Registry and path of its main image.
    pub(crate) repository: Option<ArcStr>,
    /// Pods that are ready, whatever they run.
    pub(crate) serving: usize,
    /// Pods that are there in whatever way.
    pub(crate) left: usize,
    /// When the first pod of the wanted template was made.
    pub(crate) started: Option<DateTime<Utc>>,
}

/// All sides in an environment.
#[derive(Clone)]
pub(crate) struct Sides<'a> {
    /// In the order of the targets; those without a share in the status are left out.
    active: Vec<Side<'a>>,
    /// Scaled to zero beside another that is not.
    idle: Vec<Side<'a>>,
}

/// What all sides together say.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) status: Status,
    pub(crate) reason: String,
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) pods: PodCounts,
    pub(crate) running: Vec<Running>,
    pub(crate) flags: Vec<Flag>,
}

impl<'a> Sides<'a> {
    /// None when there are no workloads.
    ///
    /// A side that was scaled to zero beside one that was not is no pause of the service: it has no share in the status
    /// once its last pod is gone, and until then a change is under way.
    pub(crate) fn of(mut sides: Vec<Side<'a>>) -> Option<Self> {
        let serves = sides.iter().any(|side| !side.is_zero());
        for side in sides.iter_mut().filter(|side| serves && side.is_zero() && side.left > 0) {
            side.progress.status = side.progress.status.min(Status::Rolling);
        }
        let (idle, active) = sides.into_iter().partition(|side| serves && side.is_zero() && side.left == 0);
        let sides = Self { active, idle };
        if sides.active.is_empty() { None } else { Some(sides) }
    }

    /// The side whose version the cell shows: the serving one of the first place.
    pub(crate) fn primary(&self) -> Option<&Side<'a>> {
        self.places().into_iter().next().map(|place| place.serving)
    }

    /// Whether any of them is in the target.
    pub(crate) fn are_in(&self, target: TargetId) -> bool {
        self.active.iter().chain(&self.idle).any(|side| side.target == target)
    }

    /// Sides that have a share in the status.
    pub(crate) fn active(&self) -> &[Side<'a>] {
        &self.active
    }

    /// Whether each place wants a version that passes, on one of its sides.
    pub(crate) fn everywhere(&self, passes: impl Fn(&Version) -> bool) -> bool {
        self.places().iter().all(|place| place.sides.iter().any(|side| side.wanted.as_ref().is_some_and(&passes)))
    }

    pub(crate) fn refs(&self) -> Vec<WorkloadRef> {
        let mut refs: Vec<_> = self.active.iter().chain(&self.idle).map(Side::to_ref).collect();
        refs.sort();
        refs
    }

    /// Those of them that are short of pods, and since when.
    pub(crate) fn shortages(&self) -> Box<[Shortage]> {
        let sides = self.active.iter().chain(&self.idle);
        let short = sides.filter_map(|side| {
            let since = side.progress.short_since?;
            Some(Shortage { workload: side.to_ref(), uid: side.workload.uid.clone(), since })
        });
        short.collect()
    }

    pub(crate) fn teams(&self) -> impl Iterator<Item = &ArcStr> {
        self.active.iter().chain(&self.idle).filter_map(|side| side.workload.team.as_ref())
    }

    /// Whether its places want different versions.
    pub(crate) fn is_split(&self) -> bool {
        let places = self.places();
        let mut wanted = places.iter().map(|place| &place.serving.wanted);
        let Some(Some(first)) = wanted.next() else { return false };
        !wanted.all(|other| other.as_ref().is_some_and(|other| other.compare(first) == Sameness::Same))
    }

    /// The worst status, with the reason of the side that has it.
    pub(crate) fn summary(&self) -> Summary {
        let places = self.places();
        let mut pods = PodCounts::default();
        let mut running = Vec::new();
        // The pods of a side that was scaled to zero beside others are shown as running, and are not counted as wanted ones;
        // nor are those of runs beside what stays.
        let serves = self.active.iter().any(|side| !side.is_zero());
        let stays = self.active.iter().any(|side| !is_run(side.workload));
        for side in self.active.iter().filter(|side| (!serves || !side.is_zero()) && (!stays || !is_run(side.workload))) {
            let counts = side.progress.pods;
            pods.wanted += counts.wanted;
            pods.updated += counts.updated;
            pods.ready += counts.ready;
        }
        for entry in self.active.iter().chain(&self.idle).flat_map(|side| &side.running) {
            add(&mut running, entry.version.clone(), entry.pods, entry.ready);
        }
        // Of the sides with the worst status the first is told; of a place, the serving one.
        let in_order = places.iter().flat_map(|place| std::iter::once(place.serving).chain(place.others()));
        let worst = in_order.min_by_key(|side| side.progress.status);
        let (status, mut reason, since) = match worst {
            Some(side) => (side.progress.status, self.named(side, &places), side.progress.since),
            None => (Status::Absent, String::new(), None),
        };
        let mut flags = Vec::new();
        for place in &places {
            if let Some(flag) = place.pairing(&self.idle) {
                flags.push(flag);
                push(&mut reason, &place.shares());
            }
        }
        flags.extend(self.active.iter().filter_map(|side| delivery::pairing(side.workload)));
        if self.is_split() {
            flags.push(Flag::Split);
            push(&mut reason, &format!("split: {}", places::list(places.iter().map(|place| (place.name(&places), place.serving)))));
        }
        if let Some(moved) = moved_tag(&running) {
            flags.push(Flag::MovedTag);
            // While something is going on, that is what there is to say.
            if status == Status::Ready && reason.is_empty() {
                reason = moved;
            }
        }
        Summary { status, reason, since, pods, running, flags }
    }

    /// The reason of a side, with its name when there are others.
    fn named(&self, side: &Side<'_>, places: &[Place<'_, 'a>]) -> String {
        let reason = &side.progress.reason;
        let place = places.iter().find(|place| place.sides.iter().any(|of| std::ptr::eq(*of, side)));
        let is_serving = place.is_some_and(|place| std::ptr::eq(place.serving, side));
        match place {
            _ if reason.is_empty() => String::new(),
            Some(_) if !is_serving => format!("{}: {reason}", side.workload.name.name),
            Some(place) if places.len() > 1 => format!("{}: {reason}", place.name(places)),
            _ => reason.clone(),
        }
    }

    /// The active sides by target and namespace, in the order of the targets.
    fn places(&self) -> Vec<Place<'_, 'a>> {
        let mut places: BTreeMap<(TargetId, &str), Vec<&Side<'a>>> = BTreeMap::new();
        for side in &self.active {
            places.entry((side.target, &side.workload.name.namespace)).or_default().push(side);
        }
        places.into_values().filter_map(Place::of).collect()
    }
}

impl Side<'_> {
    pub(super) fn is_zero(&self) -> bool {
        self.workload.replicas.wanted == 0 && !is_run(self.workload)
    }

    pub(super) fn has_track(&self, names: &[&str]) -> bool {
        self.workload.track.as_deref().is_some_and(|track| names.iter().any(|name| track.eq_ignore_ascii_case(name)))
    }

    /// The better side serves: not one that runs and ends; not the one that was scaled to zero; most ready pods; not the canary;
    /// the older one.
    pub(super) fn prefer(a: &Self, b: &Self) -> std::cmp::Ordering {
        let key = |side: &Self| (!is_run(side.workload), !side.is_zero(), side.serving, !side.has_track(&["canary"]));
        let age = |side: &Self| (side.workload.created, side.workload.kind, side.workload.name.clone());
        key(a).cmp(&key(b)).then_with(|| age(b).cmp(&age(a)))
    }

    fn to_ref(&self) -> WorkloadRef {
        WorkloadRef::of(self.cluster, self.workload)
    }
}

/// Adds to a reason.
pub(crate) fn push(reason: &mut String, more: &str) {
    if !reason.is_empty() && !more.is_empty() {
        reason.push_str("; ");
    }
    reason.push_str(more);
}

/// One tag, or one commit, with two images among the pods: in words.
fn moved_tag(running: &[Running]) -> Option<String> {
    let moved = |a: &Running, b: &Running| a.version.compare(&b.version) == Sameness::MovedTag;
    let (a, b) = running.iter().enumerate().find_map(|(at, a)| Some((a, running[at + 1..].iter().find(|b| moved(a, b))?)))?;
    let what = if a.version.label == b.version.label { "same tag" } else { "same commit" };
    let image = |running: &Running| {
        let digest = Version { digest: running.version.digest.clone(), ..Version::default() };
        format!("{} {} {digest}", of_pods(running.pods as usize), if running.pods == 1 { "runs" } else { "run" })
    };
    Some(format!("{what}, different images: {}, {}", image(a), image(b)))
}
