//! Recorded watches of one scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use model::workload::Kind;
use serde_json::Value;

/// A recorded scenario: the state when it began, and what was then seen of each kind.
pub(super) struct Recording {
    /// When the watches were opened, rounded up to a second, so that nothing recorded is of the future.
    pub(super) opened: DateTime<Utc>,
    /// The objects of each kind when it began.
    pub(super) initial: BTreeMap<Kind, Vec<String>>,
    /// The `resourceVersion` of that state.
    pub(super) version: String,
    /// What was then seen, in the order of arrival.
    pub(super) lines: Vec<Line>,
}

/// A line of a watch.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// When it arrived, after [`Recording::opened`].
    pub(super) after: TimeDelta,
    pub(super) json: String,
}

/// The recordings' folder.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/kubernetes")
}

/// A recorded file.
pub(super) fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A recorded file as bytes.
pub(super) fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl Recording {
    /// The names of all recorded scenarios.
    pub(super) fn all() -> BTreeSet<String> {
        let folders = std::fs::read_dir(root().join("watch")).unwrap();
        folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Reads a scenario. A kind that was not recorded had no objects that matter.
    pub(super) fn read(scenario: &str) -> Self {
        let mut recording = Self { opened: DateTime::UNIX_EPOCH, initial: BTreeMap::new(), version: String::new(), lines: Vec::new() };
        let mut versions = Vec::new();
        for kind in Kind::ALL {
            recording.initial.insert(kind, Vec::new());
            let name = format!("watch/{scenario}/{}.ndjson", kind.plural());
            if !root().join(&name).exists() {
                continue;
            }
            let meta: Value = serde_json::from_str(&file(&format!("{name}.meta.json"))).unwrap();
            let date = DateTime::parse_from_rfc2822(meta["headers"]["Date"].as_str().unwrap()).unwrap();
            recording.opened = recording.opened.max(date.to_utc() + TimeDelta::seconds(1));
            versions.push(recording.read_kind(kind, &file(&name), &file(&format!("{name}.times"))));
        }
        recording.lines.sort_by_key(|line| line.after);
        // The streams were opened together; a watch from the oldest of their versions misses nothing.
        let oldest = versions.iter().min_by_key(|version| version.parse::<u64>().unwrap()).unwrap();
        recording.version.clone_from(oldest);
        assert!(!recording.lines.is_empty(), "{scenario} was recorded");
        recording
    }

    /// The part of a scenario that is about objects whose names begin so.
    pub(super) fn of(mut self, prefix: &str) -> Self {
        let is_of = |object: &Value| object["metadata"]["name"].as_str().is_none_or(|name| name.starts_with(prefix));
        self.lines.retain(|line| is_of(&serde_json::from_str::<Value>(&line.json).unwrap()["object"]));
        for objects in self.initial.values_mut() {
            objects.retain(|object| is_of(&serde_json::from_str(object).unwrap()));
        }
        self
    }

    fn read_kind(&mut self, kind: Kind, lines: &str, times: &str) -> String {
        let mut begun = None;
        assert_eq!(lines.lines().count(), times.lines().count(), "a time for each line of {kind}");
        for (line, time) in lines.lines().zip(times.lines()) {
            let event: Value = serde_json::from_str(line).unwrap();
            if begun.is_some() {
                let after = TimeDelta::milliseconds(time.trim().parse().unwrap());
                self.lines.push(Line { kind, after, json: line.to_owned() });
            } else if event["type"] == "BOOKMARK" {
                begun = Some(event["object"]["metadata"]["resourceVersion"].as_str().unwrap().to_owned());
            } else {
                assert_eq!(event["type"], "ADDED");
                self.initial.get_mut(&kind).unwrap().push(event["object"].to_string());
            }
        }
        begun.unwrap_or_else(|| panic!("the initial events of {kind} end"))
    }

    /// The state when it began, as the answer to a list.
    pub(super) fn list(&self, kind: Kind) -> String {
        list(kind, &self.version, self.initial[&kind].iter().map(String::as_str))
    }

    /// The state after all lines, as the answer to a list.
    pub(super) fn final_list(&self, kind: Kind) -> String {
        let mut objects: BTreeMap<String, String> = BTreeMap::new();
        let name = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        for object in &self.initial[&kind] {
            objects.insert(name(&serde_json::from_str(object).unwrap()), object.clone());
        }
        for line in self.lines.iter().filter(|line| line.kind == kind) {
            let event: Value = serde_json::from_str(&line.json).unwrap();
            match event["type"].as_str().unwrap() {
                "DELETED" => drop(objects.remove(&name(&event["object"]))),
                "BOOKMARK" => {}
                _ => drop(objects.insert(name(&event["object"]), event["object"].to_string())),
            }
        }
        list(kind, "999999", objects.values().map(String::as_str))
    }
}

/// The answer to a list.
pub(super) fn list<'a>(kind: Kind, version: &str, objects: impl Iterator<Item = &'a str>) -> String {
    let group = kind.api_version();
    let items = objects.collect::<Vec<_>>().join(",");
    format!(r#"{{"kind":"{kind}List","apiVersion":"{group}","metadata":{{"resourceVersion":"{version}"}},"items":[{items}]}}"#)
}
