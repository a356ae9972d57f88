//! The recorded traffic.

use std::path::PathBuf;

use serde_json::Value;

fn file(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/kubernetes")).join(path)
}

/// A recorded body as text.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A recorded body as JSON.
pub(crate) fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

/// The events of a recorded stream.
pub(crate) fn events(path: &str) -> Vec<Value> {
    text(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The status and headers of a recorded answer.
pub(crate) fn meta(path: &str) -> Value {
    json(&format!("{path}.meta.json"))
}

/// Every recorded stream of a resource.
pub(crate) fn streams(resource: &str) -> Vec<Vec<Value>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(file("watch"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join(format!("{resource}.ndjson")))
        .filter(|path| path.exists())
        .collect();
    paths.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    paths.iter().map(read).collect()
}
