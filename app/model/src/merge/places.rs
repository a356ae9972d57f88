//! The sides of one service in one namespace: which of them serves, and how they share the traffic.

use crate::status::Flag;
use crate::version::{Sameness, Version};
use crate::workload::Service;

use super::runs::is_run;
use super::sides::Side;

/// A namespace of a cluster with the workloads of the service in it.
pub(crate) struct Place<'s, 'a> {
    pub(super) serving: &'s Side<'a>,
    pub(super) sides: Vec<&'s Side<'a>>,
    /// The Service that sends the traffic to one side of a pair.
    switch: Option<&'a Service>,
}

impl<'s, 'a> Place<'s, 'a> {
    pub(super) fn of(sides: Vec<&'s Side<'a>>) -> Option<Self> {
        let switch = switch(&sides);
        let is_selected = |side: &&&Side<'a>| switch.is_none_or(|service| service.selects(&side.workload.pod_labels));
        let serving = sides.iter().filter(is_selected).copied().max_by(|a, b| Side::prefer(a, b))?;
        Some(Self { serving, sides, switch })
    }

    pub(super) fn others(&self) -> impl Iterator<Item = &'s Side<'a>> {
        self.sides.iter().copied().filter(|side| !std::ptr::eq(*side, self.serving))
    }

    /// The cluster, and the namespace when the service is in several of one cluster.
    pub(super) fn name(&self, places: &[Self]) -> String {
        let cluster = self.serving.cluster;
        let in_cluster = places.iter().filter(|place| place.serving.cluster == cluster).count();
        if in_cluster > 1 { format!("{cluster}/{}", self.serving.workload.name.namespace) } else { cluster.to_string() }
    }

    /// Canary or blue/green: another workload of the same image beside the serving one. Workloads of one name with other
    /// images (a queue and its exporter), or with the same version and no track, are only parts of the service.
    pub(super) fn pairing(&self, idle: &[Side<'_>]) -> Option<Flag> {
        let serving = self.serving;
        if is_run(serving.workload) {
            return None;
        }
        let is_of_pair = |side: &&Side<'_>| self.is_of_pair(side);
        let colour = |side: &Side<'_>| side.has_track(&["blue", "green"]);
        let canary = |side: &Side<'_>| side.has_track(&["canary"]);
        let beside: Vec<_> = self.others().filter(is_of_pair).collect();
        let here = |side: &&Side<'_>| side.target == serving.target && side.workload.name.namespace == serving.workload.name.namespace;
        let resting: Vec<_> = idle.iter().filter(here).filter(is_of_pair).collect();
        if beside.iter().chain(&resting).any(|side| colour(side)) && colour(serving) {
            return Some(Flag::BlueGreen);
        }
        let differs = |side: &Side<'_>| !matches!((&side.wanted, &serving.wanted), (Some(a), Some(b)) if a.compare(b) == Sameness::Same);
        let stands_by = |side: &Side<'_>| self.switch.is_some_and(|service| !service.selects(&side.workload.pod_labels));
        if beside.iter().any(|side| stands_by(side) && differs(side)) {
            return Some(Flag::BlueGreen);
        }
        if beside.iter().any(|side| canary(side) || canary(serving) || differs(side)) {
            return Some(Flag::Canary);
        }
        resting.iter().any(|side| !canary(side)).then_some(Flag::BlueGreen)
    }

    /// What serves: by workload and version, of the pods that are ready. A workload that rolls serves two versions.
    pub(super) fn shares(&self) -> String {
        let of_image = self.sides.iter().filter(|side| self.is_of_pair(side));
        if let Some(service) = self.switch {
            let serving = self.serving;
            let others = of_image.filter(|side| !std::ptr::eq(**side, serving)).map(|side| {
                let version = side.wanted.as_ref().map_or("?", Version::short);
                format!("{} {version} stands by with {} ready pods", side.workload.name.name, side.serving)
            });
            let version = serving.wanted.as_ref().map_or("?", Version::short);
            let first = format!("{} {version} serves by the Service {}", serving.workload.name.name, service.name.name);
            return std::iter::once(first).chain(others).collect::<Vec<_>>().join(", ");
        }
        let total: usize = of_image.clone().map(|side| side.serving).sum();
        let share = |side: &Side<'_>, version: &str, ready| format!("{} {version} {ready} of {total} ready pods", side.workload.name.name);
        let shares = of_image.flat_map(|side| {
            let serving = side.running.iter().filter(|running| running.ready > 0);
            let mut shares: Vec<_> = serving.map(|running| share(side, running.version.short(), running.ready)).collect();
            if shares.is_empty() {
                shares.push(share(side, side.wanted.as_ref().map_or("?", Version::short), 0));
            }
            shares
        });
        shares.collect::<Vec<_>>().join(", ")
    }

    /// Whether a side is of the same image as the serving one, and stays.
    fn is_of_pair(&self, side: &Side<'_>) -> bool {
        side.repository == self.serving.repository && !is_run(side.workload)
    }
}

/// The Service that sends traffic to some of the sides and not to the others: a blue/green pair is switched by its selector.
/// None when it sends it to all: then they share it.
fn switch<'a>(sides: &[&Side<'a>]) -> Option<&'a Service> {
    let first = sides.first().filter(|_| sides.len() > 1)?;
    let pair: Vec<_> = sides.iter().filter(|side| !is_run(side.workload)).collect();
    let selected = |service: &Service| pair.iter().filter(|side| service.selects(&side.workload.pod_labels)).count();
    let services = first.objects.beside().services_in(&first.workload.name.namespace);
    let name = first.workload.service.as_str();
    // Of several, the one people would ask: named as the service, not a preview or a canary's, the oldest.
    let rank = |service: &&Service| {
        let aside = ["preview", "canary"].iter().any(|word| service.name.name.contains(word));
        (&*service.name.name != name, aside, service.created, service.name.clone())
    };
    let main = services.filter(|service| selected(service) > 0).min_by_key(rank)?;
    (selected(main) < pair.len()).then_some(main)
}

/// What each place wants.
pub(super) fn list<'s, 'a: 's>(places: impl Iterator<Item = (String, &'s Side<'a>)>) -> String {
    let words = places.map(|(name, side)| format!("{name} wants {}", side.wanted.as_ref().map_or("?", Version::short)));
    words.collect::<Vec<_>>().join(", ")
}
