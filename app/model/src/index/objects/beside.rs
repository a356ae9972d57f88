//! What says something about workloads: Services, autoscalers and warnings.

use arcstr::ArcStr;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::ids::{ObjectName, Uid};
use crate::workload::{Autoscaler, Kind, Service, Warning, Workload};

/// Warnings that are kept; the oldest go first. A cluster in distress has many.
const MOST_WARNINGS: usize = 10_000;

/// Services, autoscalers and warnings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    services: BTreeMap<ObjectName, Service>,
    autoscalers: BTreeMap<ObjectName, Autoscaler>,
    warnings: BTreeMap<ObjectName, Warning>,
    /// The warnings about each object, in the order of time.
    by_subject: BTreeSet<(Uid, DateTime<Utc>, ObjectName)>,
    by_time: BTreeSet<(DateTime<Utc>, ObjectName)>,
}

impl Beside {
    /// The Services of a namespace.
    pub(crate) fn services_in(&self, namespace: &ArcStr) -> impl Iterator<Item = &Service> {
        in_namespace(&self.services, namespace)
    }

    /// The autoscaler of a workload.
    pub(crate) fn autoscaler_of(&self, workload: &Workload) -> Option<&Autoscaler> {
        let (kind, name) = (workload.kind.as_str(), &workload.name);
        in_namespace(&self.autoscalers, &name.namespace)
            .find(|autoscaler| &*autoscaler.target.0 == kind && autoscaler.target.1 == name.name)
    }

    /// The newest warning about an object.
    pub(crate) fn warning(&self, uid: &Uid) -> Option<&Warning> {
        let of_uid = self.by_subject.range((uid.clone(), DateTime::<Utc>::MIN_UTC, ObjectName::new("", ""))..);
        let (.., name) = of_uid.take_while(|(subject, ..)| subject == uid).last()?;
        self.warnings.get(name)
    }

    /// The names of what is known of a kind.
    pub(super) fn names(&self, kind: Kind) -> Box<dyn Iterator<Item = &ObjectName> + '_> {
        match kind {
            Kind::Service => Box::new(self.services.keys()),
            Kind::HorizontalPodAutoscaler => Box::new(self.autoscalers.keys()),
            _ => Box::new(self.warnings.keys()),
        }
    }

    /// Takes in a Service; what it was and what it is, when its selector has changed.
    pub(super) fn put_service(&mut self, service: Service) -> Vec<Service> {
        let before = self.services.insert(service.name.clone(), service.clone());
        if before.as_ref() == Some(&service) { Vec::new() } else { before.into_iter().chain([service]).collect() }
    }

    pub(super) fn remove_service(&mut self, name: &ObjectName) -> Vec<Service> {
        self.services.remove(name).into_iter().collect()
    }

    pub(super) fn put_autoscaler(&mut self, autoscaler: Autoscaler) {
        self.autoscalers.insert(autoscaler.name.clone(), autoscaler);
    }

    pub(super) fn remove_autoscaler(&mut self, name: &ObjectName) {
        self.autoscalers.remove(name);
    }

    /// Takes in a warning, when it is used; whether it was news.
    pub(super) fn put_warning(&mut self, warning: Warning) -> bool {
        if !warning.is_used() || self.warnings.get(&warning.name) == Some(&warning) {
            return false;
        }
        self.remove_warning(&warning.name);
        self.by_subject.insert((warning.uid.clone(), warning.at, warning.name.clone()));
        self.by_time.insert((warning.at, warning.name.clone()));
        self.warnings.insert(warning.name.clone(), warning);
        if self.warnings.len() > MOST_WARNINGS
            && let Some((_, oldest)) = self.by_time.first().cloned()
        {
            self.remove_warning(&oldest);
        }
        true
    }

    pub(super) fn remove_warning(&mut self, name: &ObjectName) -> Option<Warning> {
        let warning = self.warnings.remove(name)?;
        self.by_subject.remove(&(warning.uid.clone(), warning.at, name.clone()));
        self.by_time.remove(&(warning.at, name.clone()));
        Some(warning)
    }
}

fn in_namespace<'a, T>(objects: &'a BTreeMap<ObjectName, T>, namespace: &ArcStr) -> impl Iterator<Item = &'a T> + use<'a, T> {
    let namespace = ArcStr::clone(namespace);
    let first = ObjectName { namespace: ArcStr::clone(&namespace), name: ArcStr::from("") };
    objects.range(first..).take_while(move |(name, _)| name.namespace == namespace).map(|(_, object)| object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at;

    fn warning(name: &str, uid: &str, reason: &str, time: &str) -> Warning {
        Warning {
            name: ObjectName::new("shop", name),
            about: (ArcStr::from("Pod"), ArcStr::from("cart-0")),
            uid: Uid::from(uid),
            reason: ArcStr::from(reason),
            message: ArcStr::from("why"),
            at: at(time),
        }
    }

    #[test]
    fn the_newest_warning_of_an_object_is_told() {
        let mut beside = Beside::default();
        let told = |beside: &Beside| beside.warning(&Uid::from("u")).map(|warning| warning.reason.to_string());
        assert!(beside.put_warning(warning("a", "u", "Unhealthy", "09:00:00")));
        assert!(!beside.put_warning(warning("a", "u", "Unhealthy", "09:00:00")), "a relist brings no news");
        assert!(!beside.put_warning(warning("c", "u", "Preempting", "09:01:00")), "not used");
        beside.put_warning(warning("b", "u", "FailedMount", "08:59:00"));
        beside.put_warning(warning("z", "v", "FailedCreate", "09:30:00"));
        assert_eq!(told(&beside).as_deref(), Some("Unhealthy"));
        // It happened again.
        beside.put_warning(warning("b", "u", "FailedMount", "09:02:00"));
        assert_eq!(told(&beside).as_deref(), Some("FailedMount"));
        // When the newest is forgotten, the one before counts: as a new list would have it.
        beside.remove_warning(&ObjectName::new("shop", "b"));
        assert_eq!(told(&beside).as_deref(), Some("Unhealthy"));
        beside.remove_warning(&ObjectName::new("shop", "a"));
        assert_eq!(told(&beside), None);
        beside.remove_warning(&ObjectName::new("shop", "z"));
        assert!(beside.warnings.is_empty() && beside.by_subject.is_empty() && beside.by_time.is_empty());
    }

    #[test]
    fn warnings_are_bounded() {
        let mut beside = Beside::default();
        for n in 0..MOST_WARNINGS + 50 {
            let newest = at("09:00:00") + chrono::Duration::milliseconds(i64::try_from(n).unwrap());
            beside.put_warning(Warning { at: newest, ..warning(&format!("e{n}"), &format!("u{n}"), "Unhealthy", "09:00:00") });
        }
        assert_eq!((beside.warnings.len(), beside.by_subject.len(), beside.by_time.len()), (MOST_WARNINGS, MOST_WARNINGS, MOST_WARNINGS));
        assert_eq!(beside.warning(&Uid::from("u10")), None, "the oldest went");
    }
}
