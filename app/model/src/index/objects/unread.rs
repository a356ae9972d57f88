//! Objects that are there and could not be read when they were last seen: what was known of them before may be wrong by now.

use arcstr::ArcStr;

use super::{Moves, Objects};
use crate::ids::ObjectName;
use crate::workload::{Kind, Unread, Workload};

impl Objects {
    /// An object could not be read. What was known of it stays, and is not believed.
    pub(super) fn put_unread(&mut self, unread: Unread, moves: &mut Moves) {
        let Unread { kind, name, why } = unread;
        if self.unread.insert((kind, name.clone()), ArcStr::clone(&why)) != Some(why) {
            self.touch_object(kind, &name, moves);
        }
    }

    /// An object was read, or is gone.
    pub(super) fn is_read(&mut self, kind: Kind, name: &ObjectName, moves: &mut Moves) {
        if !self.unread.is_empty() && self.unread.remove(&(kind, name.clone())).is_some() {
            self.touch_object(kind, name, moves);
        }
    }

    /// The first object of a workload that could not be read, and what is wrong with it.
    pub(crate) fn unread_of(&self, workload: &Workload) -> Option<String> {
        if self.unread.is_empty() {
            return None;
        }
        let own = std::iter::once((workload.kind, &workload.name));
        let sets = self.sets_of(&workload.uid).map(|set| (Kind::ReplicaSet, &set.name));
        let pods = self.pods_of(workload).map(|pod| (Kind::Pod, &pod.name));
        own.chain(sets).chain(pods).find_map(|(kind, name)| {
            let why = self.unread.get(&(kind, name.clone()))?;
            Some(format!("{kind} {} cannot be read, so nobody knows what it is now: {why}", name.name))
        })
    }

    fn touch_object(&self, kind: Kind, name: &ObjectName, moves: &mut Moves) {
        let owner = match kind {
            Kind::Pod => self.pods.get(name).and_then(|pod| pod.owner.as_ref()),
            Kind::ReplicaSet => self.sets.get(name).and_then(|set| set.owner.as_ref()),
            _ => self.workload(&(kind, name.clone())).and_then(Workload::owner),
        };
        match owner {
            Some(owner) => self.touch(owner, &name.namespace, moves),
            None => moves.touched.extend(self.workloads.get(&(kind, name.clone())).map(|workload| workload.service.clone())),
        }
    }
}
