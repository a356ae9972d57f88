//! ReplicaSets of which nothing is asked any more.
//!
//! A Deployment keeps the sets of its last rollouts (`revisionHistoryLimit`, ten unless it says otherwise), so that it can go back to
//! one: nine in ten sets of a cluster have no pods and wait for that. A set that goes back to work is heard of before its pods are.

use super::links::owned;
use super::{Moves, Objects};
use crate::workload::{Fact, Kind, ReplicaSet};

impl Objects {
    /// Whether a list says something of a set that is not known, and that nobody will ask for.
    pub(super) fn is_idle_news(&self, fact: &Fact) -> bool {
        matches!(fact, Fact::ReplicaSet(set) if !self.sets.contains_key(&set.name) && self.is_idle(set))
    }

    /// Forgets the sets that nobody will ask for. Called when pods were listed: a pod that is still being deleted counts as an old one,
    /// and where watches are behind one another it may be heard of after its set.
    pub(super) fn let_go_of_idle(&mut self) {
        let idle: Vec<_> = self.sets.iter().filter(|(_, set)| self.is_idle(set)).map(|(name, _)| name.clone()).collect();
        for name in idle {
            if let Some(set) = self.sets.remove(&name) {
                // No row is told: none looked at it.
                self.unlink_set(&set, &mut Moves::default());
            }
        }
    }

    /// Whether the set is of a rollout before the last one, and has no pods, so that no rule looks at it.
    fn is_idle(&self, set: &ReplicaSet) -> bool {
        let Some(owner) = set.owner.as_ref().filter(|_| set.pods == 0) else { return false };
        let deployment = self.workload_by_uid.get(&owner.uid).and_then(|key| self.workload(key));
        let is_before = set.revision.is_some() && deployment.is_some_and(|deployment| deployment.revision > set.revision);
        let namespace = &set.name.namespace;
        let are_listed = self.is_listed(Kind::Pod, namespace) && self.is_listed(Kind::ReplicaSet, namespace);
        is_before && are_listed && owned(&self.pods_by_owner, &set.uid).next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Moves, Objects};
    use crate::fixture::{Deployed, workload};
    use crate::workload::{Fact, Kind};

    const KINDS: [Kind; 3] = [Kind::Deployment, Kind::ReplicaSet, Kind::Pod];

    /// The set before the last has no pods.
    fn rolled_out() -> Deployed {
        let deployed = workload("dev shop/cart 993e5fc 2/2 old 7fc38a2 0");
        assert_eq!(deployed.sets.iter().map(|set| set.pods).collect::<Vec<_>>(), [0, 2]);
        deployed
    }

    fn list(objects: &mut Objects, kind: Kind, deployed: &Deployed) -> Moves {
        let mut moves = Moves::default();
        let facts = deployed.facts().into_iter().filter(|fact| fact.kind() == kind).collect();
        objects.replace(kind, None, facts, &mut moves);
        moves
    }

    fn check(objects: &Objects, sets: &[&str]) {
        assert_eq!(objects.sets.keys().map(|name| &*name.name).collect::<Vec<_>>(), sets);
        assert_eq!((objects.set_by_uid.len(), objects.sets_by_owner.len()), (sets.len(), sets.len()));
    }

    #[test]
    fn a_set_of_a_rollout_before_is_let_go_in_whatever_order_the_lists_come() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut objects = Objects::default();
            for kind in order {
                list(&mut objects, KINDS[kind], &rolled_out());
            }
            check(&objects, &["cart-2"]);
            let again = list(&mut objects, Kind::ReplicaSet, &rolled_out());
            assert!(again.touched.is_empty(), "{order:?}");
            check(&objects, &["cart-2"]);
        }
    }

    #[test]
    fn a_set_stays_while_anything_hangs_on_it() {
        let with_pod = workload("dev shop/cart 993e5fc 2/2 old 7fc38a2 1");
        let mut stopping = with_pod.clone();
        stopping.sets[0].pods = 0;
        let mut without_revision = rolled_out();
        without_revision.workload.revision = None;
        let mut newer = rolled_out();
        newer.sets[0].revision = Some(7);
        let mut nobodys = rolled_out();
        nobodys.sets[0].owner = None;
        for deployed in [with_pod, stopping, without_revision, newer, nobodys] {
            let mut objects = Objects::default();
            for kind in KINDS {
                list(&mut objects, kind, &deployed);
            }
            assert_eq!(objects.sets.len(), 2, "{:?}", deployed.sets[0]);
        }
        let mut unlisted = Objects::default();
        for kind in [Kind::Deployment, Kind::ReplicaSet] {
            list(&mut unlisted, kind, &rolled_out());
        }
        check(&unlisted, &["cart-1", "cart-2"]);
    }

    #[test]
    fn a_set_whose_last_pod_goes_is_let_go_when_pods_are_listed() {
        let mut before = workload("dev shop/cart 993e5fc 2/2 old 7fc38a2 1");
        before.sets[0].pods = 0;
        let mut objects = Objects::default();
        for kind in KINDS {
            list(&mut objects, kind, &before);
        }
        let mut moves = Moves::default();
        objects.remove(Kind::Pod, &before.pods[0].name, &mut moves);
        assert_eq!(moves.touched.len(), 1, "the row is told");
        check(&objects, &["cart-1", "cart-2"]);
        list(&mut objects, Kind::Pod, &rolled_out());
        check(&objects, &["cart-2"]);
    }

    #[test]
    fn a_set_that_goes_back_to_work_is_heard_of() {
        let mut objects = Objects::default();
        for kind in KINDS {
            list(&mut objects, kind, &rolled_out());
        }
        let mut back = rolled_out().sets[0].clone();
        back.revision = Some(3);
        let mut moves = Moves::default();
        objects.put(Fact::ReplicaSet(Box::new(back)), &mut moves);
        assert_eq!(moves.touched.len(), 1);
        check(&objects, &["cart-1", "cart-2"]);
    }
}
