use std::sync::Arc;

use model::event::Event;
use server::ci::record::parse_all;

use super::{Target, assert_in_proportion, index, merge_all, now};

pub(super) const TARGET: Target = Target {
    name: "record",
    run,
    words: &[
        "\"service\":",
        "\"environment\":",
        "\"commit\":",
        "\"by\":",
        "\"at\":",
        "\"image\":",
        "\"digest\":",
        "\"version\":",
        "\"outcome\":",
        "\"url\":",
        "\"dev\"",
        "\"7fc38a2\"",
        "null",
        "[",
        "{",
        "]",
        "}",
        ",",
        "\\u0000",
        "1e999",
        "9999-12-31T23:59:59Z",
        "+262142-01-01T00:00:00Z",
        "-262143-01-01T00:00:00Z",
    ],
    allowance: |length| 2_000_000 + 20_000 * length,
};

/// The body of `POST /api/v1/records`.
pub fn run(input: &[u8]) {
    let Ok(value) = serde_json::from_slice(input) else { return };
    match parse_all(value, now()) {
        Ok(records) => {
            let written = serde_json::to_string(&records).expect("records are JSON");
            assert_in_proportion(written.len(), input, 64);
            let read: Vec<model::record::Record> = serde_json::from_str(&written).expect("what was written can be read");
            assert_eq!(read, records, "the store gives back what it took");
            merge_all(&mut index(), records.into_iter().map(|record| Event::Record(Arc::new(record))));
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert_in_proportion(errors.iter().map(|error| error.to_string().len()).sum(), input, 256);
        }
    }
}
