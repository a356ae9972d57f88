use arcstr::ArcStr;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::board::Changes;
use crate::text::{TIME, parse};

const ENVIRONMENTS: [&str; 3] = ["dev", "pre", "pro"];
const SERVICES: [&str; 4] = ["cart", "mail", "order", "web"];

fn board(text: &str) -> Board {
    parse(text).unwrap()
}

/// What is served: everything but the stamps.
fn content(board: &Board) -> serde_json::Value {
    serde_json::to_value(board).unwrap()
}

/// As it comes out of the wire.
fn sent<T: Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// One of six cells.
fn any_cell() -> impl Strategy<Value = Cell> {
    let texts =
        ["-", "7fc38a2 ready 3/3 by ana", "7fc38a2 rolling 1/3", "993e5fc ready 3/3 +behind", "993e5fc failing 0/3", "v1 ready 1/1"];
    prop::sample::select(texts.to_vec()).prop_map(|text| Cell::clone(&board(&format!("cart  dev: {text}")).services["cart"].cells["dev"]))
}

/// A row, of any environments, or its removal.
fn any_row() -> impl Strategy<Value = (ServiceName, Option<Row>)> {
    let cells = prop::collection::btree_map(prop::sample::select(ENVIRONMENTS.to_vec()), any_cell(), 0..=3);
    let team = prop::option::of(prop::sample::select(vec!["shop", "web"]));
    (prop::sample::select(SERVICES.to_vec()), prop::option::weighted(0.8, (team, cells))).prop_map(|(name, row)| {
        let name = ServiceName::from(name);
        let row = row.map(|(team, cells)| {
            let cells = cells.into_iter().map(|(environment, cell)| (environment.into(), Arc::new(cell))).collect();
            Row::new(name.clone(), team.map(ArcStr::from), cells)
        });
        (name, row)
    })
}

fn any_changes() -> impl Strategy<Value = Changes> {
    let columns = prop::sample::subsequence(ENVIRONMENTS.to_vec(), 0..=3).prop_shuffle().prop_map(|names| {
        let text: Vec<String> = names.iter().map(|name| format!("{name} live")).collect();
        board(&format!("environments: {}", text.join(" | "))).environments
    });
    let header = prop::option::weighted(0.3, (columns, 0..2_u64));
    (prop::collection::vec(any_row(), 0..4), header).prop_map(|(rows, header)| Changes { rows, header })
}

/// Every state of a board that went through some changes.
fn any_history() -> impl Strategy<Value = Vec<Board>> {
    prop::collection::vec(any_changes(), 1..12).prop_map(|changes| {
        let mut states = vec![Board::empty("8f1c", TIME)];
        for (at, changes) in changes.into_iter().enumerate() {
            let next = states.last().unwrap().advance(changes, TIME + chrono::Duration::seconds(at as i64));
            states.extend(next);
        }
        states
    })
}

proptest! {
    #[test]
    fn from_any_revision_the_delta_gives_the_current_board(states in any_history()) {
        let current = states.last().unwrap();
        for state in &states {
            let mut client: Board = sent(state);
            client.apply(&sent(&current.since(&state.revision).unwrap()));
            prop_assert_eq!(content(&client), content(current), "from {}", state.revision);
        }
    }

    #[test]
    fn what_is_remembered_of_the_newest_revisions_changes_no_delta(states in any_history()) {
        let current = states.last().unwrap();
        let mut forgetful = current.clone();
        forgetful.recent = Default::default();
        for state in &states {
            prop_assert_eq!(current.since(&state.revision), forgetful.since(&state.revision), "from {}", state.revision);
        }
        let touched: Vec<_> = current.touched().collect();
        let last = current.since(&states[states.len().saturating_sub(2)].revision).unwrap();
        let changed: BTreeSet<_> = last.services.iter().map(|change| &change.name).chain(&last.removed).collect();
        prop_assert_eq!(touched, changed.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn what_is_forgotten_is_never_missed(states in any_history(), least in 0..3_usize) {
        let mut current = states.last().unwrap().clone();
        let before = current.clone();
        current.forget_removed(least);
        prop_assert!(current.removed.size() <= current.services.size().max(least).max(before.removed_at(current.revision.number)));
        prop_assert_eq!(content(&current), content(&before));
        for state in &states {
            // Who is told nothing of it gets the whole board.
            let Some(delta) = current.since(&state.revision) else { continue };
            let mut client: Board = sent(state);
            client.apply(&sent(&delta));
            prop_assert_eq!(content(&client), content(&current), "from {}", state.revision);
        }
        prop_assert!(current.since(&before.revision).is_some(), "who is here goes on");
        if let [.., last, _] = &*states {
            prop_assert!(current.since(&last.revision).is_some(), "who was here a moment ago goes on");
        }
    }

    #[test]
    fn a_client_that_skips_states_stays_true(states in any_history(), skips in prop::collection::vec(any::<bool>(), 12)) {
        let mut client: Board = sent(&states[0]);
        for (state, _) in states.iter().zip(skips).skip(1).filter(|(_, skip)| !skip) {
            client.apply(&state.since(&client.revision).unwrap());
            prop_assert_eq!(content(&client), content(state));
        }
        // What was applied can be passed on.
        let mut second = Board::empty("8f1c", TIME);
        second.apply(&client.since(&states[0].revision).unwrap());
        prop_assert_eq!(&content(&second)["services"], &content(&client)["services"]);
    }

    #[test]
    fn deltas_overlap_and_repeat_without_harm(states in any_history()) {
        let current = states.last().unwrap();
        let mut client: Board = sent(current);
        for state in &states {
            client.apply(&current.since(&state.revision).unwrap());
            client.apply(&state.since(&states[0].revision).unwrap());
        }
        prop_assert_eq!(content(&client), content(current));
    }

    #[test]
    fn a_delta_holds_nothing_that_did_not_change(states in any_history()) {
        for pair in states.windows(2) {
            let delta = pair[1].since(&pair[0].revision).unwrap();
            for change in delta.services.iter().filter(|change| !change.whole) {
                let before = &pair[0].services[&change.name];
                prop_assert!(change.team != before.team || !change.cells.is_empty());
                for (environment, cell) in &change.cells {
                    prop_assert_ne!(before.cells.get(environment), Some(cell));
                }
            }
            let shared: BTreeSet<_> = delta.services.iter().map(|change| &change.name).collect();
            for (name, row) in pair[1].services.iter().filter(|(name, _)| !shared.contains(name)) {
                prop_assert!(Arc::ptr_eq(row, &pair[0].services[name]), "an untouched row is shared");
            }
        }
    }

    #[test]
    fn boards_and_deltas_survive_the_wire(states in any_history()) {
        let current = states.last().unwrap();
        prop_assert_eq!(content(&sent(current)), content(current));
        for state in &states {
            let delta = current.since(&state.revision).unwrap();
            prop_assert_eq!(sent(&delta), delta);
        }
    }
}

impl Board {
    fn removed_at(&self, number: u64) -> usize {
        self.removed.values().filter(|at| **at == number).count()
    }
}

/// Services with a name for each build: what a server sees that runs for months.
#[test]
fn a_board_does_not_grow_by_what_went() {
    let mut board = board("cart  dev: 7fc38a2 ready 3/3");
    let row = Row::clone(&board.services["cart"]);
    for build in 0..5000 {
        let name = ServiceName::from(format!("preview-{build}"));
        let came = Row::new(name.clone(), None, row.cells.clone());
        for row in [Some(came), None] {
            board = board.advance(Changes { rows: vec![(name.clone(), row)], header: None }, TIME).unwrap();
        }
        assert!(board.removed.size() <= REMEMBERED, "{}", board.removed.size());
        assert_eq!(board.removed.get(&name), Some(&board.revision.number), "what went just now is known");
    }
    assert!(board.removed.size() >= REMEMBERED / 2);
    let since = |ago: u64| board.since(&Revision { number: board.revision.number - ago, ..board.revision.clone() });
    assert!(since(2 * (REMEMBERED as u64 / 2 - 1)).is_some(), "who was away for a while goes on");
    assert!(since(2 * REMEMBERED as u64 + 2).is_none(), "who was away for long gets the whole board");
}

#[test]
fn a_foreign_epoch_or_a_future_number_needs_the_whole_board() {
    let board = board("cart  dev: 7fc38a2 ready 3/3");
    let check = |revision: &str, known: bool| assert_eq!(board.since(&revision.parse().unwrap()).is_some(), known, "{revision}");
    check("test-0", true);
    check("test-1", true);
    check("test-2", false);
    check("tset-1", false);
}

#[test]
fn a_foreign_or_older_delta_changes_nothing() {
    let mut client = board("cart  dev: 7fc38a2 ready 3/3");
    let before = client.clone();
    let mut delta = Board::empty("test", TIME).since(&"test-0".parse().unwrap()).unwrap();
    delta.removed.push("cart".into());
    client.apply(&delta);
    delta.revision = "tset-9".parse().unwrap();
    client.apply(&delta);
    assert_eq!(client, before);
}

#[test]
fn a_small_change_is_a_small_delta() {
    let before = board("environments: dev | pre\ncart  dev: 7fc38a2 ready 3/3 | pre: -\nweb  dev: v1 ready 1/1 | pre: -");
    let mut row = Row::clone(&before.services["web"]);
    row.cells.insert("dev".into(), Arc::new(Cell::absent()));
    let after = before.advance(Changes { rows: vec![("web".into(), Some(row))], header: None }, TIME).unwrap();

    let json = serde_json::to_value(after.since(&before.revision).unwrap()).unwrap();
    let expected = serde_json::json!({ "revision": "test-2", "generated_at": "2026-11-20T09:00:00Z", "services": [
        { "name": "web", "team": null, "cells": { "dev": serde_json::to_value(Cell::absent()).unwrap() } } ] });
    assert_eq!(json, expected);
}
