use model::event::Event;
use model::ids::TargetId;
use model::workload::Kind;
use server::clusters::observe::{Line, Observer};

use super::{Target, assert_in_proportion, index, merge_all, now};

pub(super) const TARGET: Target = Target {
    name: "watch",
    run,
    words: &[
        "{\"type\":\"ADDED\",\"object\":",
        "\"MODIFIED\"",
        "\"DELETED\"",
        "\"BOOKMARK\"",
        "\"ERROR\"",
        "\"metadata\":",
        "\"name\":",
        "\"namespace\":",
        "\"uid\":",
        "\"spec\":",
        "\"status\":",
        "\"replicas\":",
        "\"template\":",
        "\"containers\":",
        "\"image\":",
        "\"conditions\":",
        "\"containerStatuses\":",
        "\"state\":",
        "\"restartCount\":",
        "\"ownerReferences\":",
        "\"controller\":true",
        "null",
        "-1",
        "1e999",
        "99999999999",
        "\"2026-11-20T10:00:00Z\"",
        "\"+262142-12-31T23:59:59Z\"",
        "\"-262143-01-01T00:00:00Z\"",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\n",
        "\\ud800",
    ],
    allowance: |length| 2_000_000 + 20_000 * length,
};

/// Lines of a watch, and a page of a list: as any kind, since nobody promises that a server sends what was asked for.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut events = Vec::new();
    let mut index = index();
    for kind in Kind::ALL {
        let mut observer = Observer::new(kind, std::sync::Arc::clone(index.catalogue()));
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (target, at) = (TargetId(0), now());
            match observer.line(line) {
                Line::Seen { fact: Ok(fact), .. } => {
                    assert_in_proportion(format!("{fact:?}").len(), input, 256);
                    events.push(Event::Seen { target, fact, at });
                }
                Line::Gone { name: Ok(name), .. } => events.push(Event::Gone { target, kind, name, at }),
                Line::Seen { fact: Err(unreadable), .. } | Line::Gone { name: Err(unreadable), .. } => {
                    assert_in_proportion(unreadable.to_string().len(), input, 2);
                }
                Line::Malformed(why) => assert_in_proportion(why.len(), input, 2),
                Line::Error { text, .. } => assert_in_proportion(text.len(), input, 2),
                Line::Bookmark { .. } => {}
            }
        }
        if let Ok(page) = observer.page(&text) {
            let (target, at) = (TargetId(0), now());
            events.push(Event::Listed { target, kind, namespace: None, facts: page.facts, at });
        }
    }
    merge_all(&mut index, events);
}
