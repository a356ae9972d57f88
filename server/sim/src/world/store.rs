//! Every object's current version as serialised bytes, and the recent changes: what a watch cache holds.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::name::{Name, ObjectKind};
use crate::spec::Labels;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It came.
    Added,
    /// It changed.
    Modified,
    /// It went.
    Deleted,
}

impl ChangeKind {
    /// As a watch event's `type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One version of one object: serialised once, shared by every list and every watch that sends it.
#[derive(Debug)]
pub struct Version {
    /// Its namespace and name.
    pub name: Name,
    /// Its resourceVersion.
    pub rv: u64,
    /// Its labels, for selectors.
    pub labels: Arc<Labels>,
    kind: ObjectKind,
    change: ChangeKind,
    /// The whole watch event, newline included.
    line: Bytes,
    /// Where the object's own fields begin, after `kind` and `apiVersion`.
    fields: usize,
}

impl Version {
    fn new(kind: ObjectKind, change: ChangeKind, name: Name, rv: u64, labels: Arc<Labels>, object: &Value) -> Self {
        let object = object.to_string();
        let prefix = event_prefix(kind, change);
        let fields = prefix.len();
        // Exactly as large as it is: there are tens of thousands of them.
        let mut line = String::with_capacity(fields + object.len() + 1);
        line.push_str(&prefix);
        // The object's opening brace is in the prefix already.
        line.push_str(&object[1..]);
        line.push_str("}\n");
        Self { name, rv, labels, kind, change, line: Bytes::from(line), fields }
    }

    /// The object as an item of a list, which has neither `kind` nor `apiVersion`: the bytes after the opening brace.
    #[must_use]
    pub fn item_after_brace(&self) -> Bytes {
        self.line.slice(self.fields..self.line.len() - 2)
    }

    /// The object alone, as a GET answers it.
    #[must_use]
    pub fn object(&self) -> Bytes {
        let mut text = Vec::with_capacity(self.line.len());
        text.extend_from_slice(format!("{{\"kind\":\"{}\",\"apiVersion\":\"{}\",", self.kind.as_str(), self.kind.api_version()).as_bytes());
        text.extend_from_slice(&self.item_after_brace());
        Bytes::from(text)
    }

    /// Whether a field anywhere in the object is this text, written without escapes. Inside of a text quotes are escaped, so
    /// that nothing a message says can be taken for a field.
    #[must_use]
    pub(crate) fn has_text(&self, field: &str, text: &str) -> bool {
        let wanted = format!("\"{field}\":\"{text}\"");
        self.line[self.fields..].windows(wanted.len()).any(|bytes| bytes == wanted.as_bytes())
    }

    /// The watch event of some type that carries this version.
    #[must_use]
    pub fn event(&self, change: ChangeKind) -> Bytes {
        if change == self.change {
            return self.line.clone();
        }
        let mut text = event_prefix(self.kind, change).into_bytes();
        text.extend_from_slice(&self.line[self.fields..]);
        Bytes::from(text)
    }
}

fn event_prefix(kind: ObjectKind, change: ChangeKind) -> String {
    let (change, kind, version) = (change.as_str(), kind.as_str(), kind.api_version());
    format!("{{\"type\":\"{change}\",\"object\":{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",")
}

/// One change in the order of resourceVersions.
#[derive(Debug)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The version that came of it; the last one, with the deletion's resourceVersion, when the object went.
    pub version: Arc<Version>,
    /// The version before.
    pub before: Option<Arc<Version>>,
}

#[derive(Debug, Default)]
struct Shelf {
    objects: BTreeMap<Name, Arc<Version>>,
    log: VecDeque<Arc<Change>>,
    /// Changes up to this resourceVersion are no longer known.
    lost: u64,
    /// Nothing may begin from before this resourceVersion, though a watch that is open goes on.
    floor: u64,
}

/// The resourceVersion asked for is no longer known: 410.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired {
    /// The oldest resourceVersion a watch may start from.
    pub oldest: u64,
}

/// All objects of a cluster and their recent changes.
#[derive(Debug)]
pub struct Store {
    rv: u64,
    shelves: [Shelf; ObjectKind::ALL.len()],
    log_limit: usize,
    /// Fields that are overwritten in what is served, by JSON pointer: unreadable objects on demand.
    spoiled: BTreeMap<(ObjectKind, Name), (String, Value)>,
}

impl Store {
    /// An empty store. It keeps at most `log_limit` changes of each kind; older ones answer 410.
    #[must_use]
    pub fn new(first_rv: u64, log_limit: usize) -> Self {
        let shelves = std::array::from_fn(|_| Shelf { lost: first_rv, ..Shelf::default() });
        Self { rv: first_rv, shelves, log_limit, spoiled: BTreeMap::new() }
    }

    /// The newest resourceVersion; one counter for all kinds, as in etcd.
    #[must_use]
    pub fn rv(&self) -> u64 {
        self.rv
    }

    fn shelf(&self, kind: ObjectKind) -> &Shelf {
        &self.shelves[kind as usize]
    }

    /// Writes a new version of an object, created when it is not there. Returns its resourceVersion.
    pub(crate) fn put(&mut self, kind: ObjectKind, name: &Name, labels: &Arc<Labels>, render: impl FnOnce(u64) -> Value) -> u64 {
        self.rv += 1;
        let mut object = render(self.rv);
        if let Some((pointer, value)) = self.spoiled.get(&(kind, name.clone()))
            && let Some(slot) = object.pointer_mut(pointer)
        {
            slot.clone_from(value);
        }
        let shelf = &mut self.shelves[kind as usize];
        let change = if shelf.objects.contains_key(name) { ChangeKind::Modified } else { ChangeKind::Added };
        let version = Arc::new(Version::new(kind, change, name.clone(), self.rv, Arc::clone(labels), &object));
        let before = shelf.objects.insert(name.clone(), Arc::clone(&version));
        self.log(kind, Change { kind: change, version, before });
        self.rv
    }

    /// Removes an object; its last state is rendered once more, with the deletion's resourceVersion.
    pub(crate) fn delete(&mut self, kind: ObjectKind, name: &Name, render: impl FnOnce(u64) -> Value) {
        let Some(before) = self.shelves[kind as usize].objects.remove(name) else { return };
        self.rv += 1;
        let object = render(self.rv);
        let version = Arc::new(Version::new(kind, ChangeKind::Deleted, name.clone(), self.rv, Arc::clone(&before.labels), &object));
        self.log(kind, Change { kind: ChangeKind::Deleted, version, before: Some(before) });
    }

    fn log(&mut self, kind: ObjectKind, change: Change) {
        let shelf = &mut self.shelves[kind as usize];
        shelf.log.push_back(Arc::new(change));
        while shelf.log.len() > self.log_limit {
            if let Some(old) = shelf.log.pop_front() {
                shelf.lost = old.version.rv;
            }
        }
    }

    /// Makes every resourceVersion and continue token handed out so far too old. Open watches go on.
    pub(crate) fn compact(&mut self) {
        // One step ahead, so that even the newest one is.
        self.rv += 1;
        for shelf in &mut self.shelves {
            shelf.floor = self.rv;
        }
    }

    /// Starts over from a low resourceVersion with nothing stored: an etcd restored from a backup.
    pub(crate) fn restart(&mut self, first_rv: u64) {
        self.rv = first_rv;
        self.shelves = std::array::from_fn(|_| Shelf { lost: first_rv, ..Shelf::default() });
    }

    /// From the next version on, overwrites a field of an object in what is served.
    pub(crate) fn spoil(&mut self, kind: ObjectKind, name: Name, pointer: &str, value: Value) {
        self.spoiled.insert((kind, name), (pointer.to_owned(), value));
    }

    /// Ends [`Store::spoil`]; the names of what was spoiled.
    pub(crate) fn mend(&mut self) -> Vec<(ObjectKind, Name)> {
        std::mem::take(&mut self.spoiled).into_keys().collect()
    }

    /// One object.
    #[must_use]
    pub fn get(&self, kind: ObjectKind, name: &Name) -> Option<Arc<Version>> {
        self.shelf(kind).objects.get(name).cloned()
    }

    /// How many objects of a kind there are.
    #[must_use]
    pub fn count(&self, kind: ObjectKind) -> usize {
        self.shelf(kind).objects.len()
    }

    /// The resourceVersion of the newest change of a kind.
    #[must_use]
    pub fn newest(&self, kind: ObjectKind) -> u64 {
        let shelf = self.shelf(kind);
        shelf.log.back().map_or(shelf.lost, |change| change.version.rv)
    }

    /// Every object of a kind, in the order of namespace and name.
    #[must_use]
    pub fn all(&self, kind: ObjectKind) -> Vec<Arc<Version>> {
        self.shelf(kind).objects.values().cloned().collect()
    }

    /// Every object of a kind as it was at a resourceVersion, by undoing the changes since.
    ///
    /// # Errors
    /// [`Expired`] when those changes are no longer known.
    pub fn all_at(&self, kind: ObjectKind, rv: u64) -> Result<Vec<Arc<Version>>, Expired> {
        self.may_begin(kind, rv)?;
        let shelf = self.shelf(kind);
        let mut undone: BTreeMap<&Name, Option<&Arc<Version>>> = BTreeMap::new();
        for change in shelf.log.iter().rev().take_while(|change| change.version.rv > rv) {
            undone.insert(&change.version.name, change.before.as_ref());
        }
        let mut objects: BTreeMap<&Name, &Arc<Version>> = shelf.objects.iter().collect();
        for (name, before) in undone {
            match before {
                Some(version) => objects.insert(name, version),
                None => objects.remove(name),
            };
        }
        Ok(objects.into_values().cloned().collect())
    }

    /// Whether a list or a watch may begin from a resourceVersion.
    ///
    /// # Errors
    /// [`Expired`] when it is too old.
    pub fn may_begin(&self, kind: ObjectKind, rv: u64) -> Result<(), Expired> {
        let shelf = self.shelf(kind);
        let oldest = shelf.lost.max(shelf.floor);
        if rv < oldest { Err(Expired { oldest }) } else { Ok(()) }
    }

    /// The changes of a kind after a resourceVersion.
    ///
    /// # Errors
    /// [`Expired`] when some of them are no longer known.
    pub fn since(&self, kind: ObjectKind, rv: u64) -> Result<Vec<Arc<Change>>, Expired> {
        let shelf = self.shelf(kind);
        if rv < shelf.lost {
            return Err(Expired { oldest: shelf.lost });
        }
        let start = shelf.log.partition_point(|change| change.version.rv <= rv);
        Ok(shelf.log.range(start..).cloned().collect())
    }
}
