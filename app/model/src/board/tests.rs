use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::text::{TIME, parse};

const CART: &str = "cart @shop  dev: 7fc38a2 ready 3/3 by ana | pre: 993e5fc ready 3/3 by leo";

fn board(text: &str) -> Board {
    parse(text).unwrap()
}

/// The rows and columns of the texts as changes.
fn changes(text: &str) -> Changes {
    let board = board(text);
    let rows = board.services.values().map(|row| (row.name.clone(), Some(Row::clone(row)))).collect();
    Changes { rows, header: Some((board.environments, 0)) }
}

fn cell<'a>(board: &'a Board, service: &str, environment: &str) -> &'a Arc<Cell> {
    &board.services[service].cells[environment]
}

fn stamps(board: &Board, service: &str) -> Vec<u64> {
    board.services[service].cells_changed.values().copied().collect()
}

#[test]
fn only_what_really_changed_is_stamped() {
    let before = board(CART);
    let after = before.advance(changes(&CART.replace("993e5fc", "7fc38a2")), TIME).unwrap();

    assert_eq!(after.revision.number, 2);
    assert_eq!(stamps(&after, "cart"), [1, 2]);
    assert_eq!((after.services["cart"].changed, after.services["cart"].whole_since, after.header_changed), (2, 1, 1));
    assert!(Arc::ptr_eq(cell(&before, "cart", "dev"), cell(&after, "cart", "dev")), "an unchanged cell is shared");
}

#[test]
fn nothing_new_is_no_state() {
    assert_eq!(board(CART).advance(changes(CART), TIME + chrono::Duration::hours(1)), None);
    assert_eq!(board(CART).advance(Changes::default(), TIME), None);
    assert_eq!(board(CART).advance(Changes { rows: vec![("gone".into(), None)], header: None }, TIME), None);
}

#[test]
fn the_last_of_several_changes_of_a_row_counts() {
    let mut both = changes(&CART.replace("ana", "eva"));
    both.rows.extend(changes(CART).rows);
    assert_eq!(board(CART).advance(both, TIME), None);
}

#[test]
fn a_team_is_a_change_of_the_row_alone() {
    let after = board(CART).advance(changes(&CART.replace("@shop", "@web")), TIME).unwrap();
    assert_eq!(after.services["cart"].changed, 2);
    assert_eq!(stamps(&after, "cart"), [1, 1]);
}

#[test]
fn a_removed_row_is_listed_until_it_comes_back() {
    let gone = board(CART).advance(Changes { rows: vec![("cart".into(), None)], header: None }, TIME).unwrap();
    assert_eq!(gone.removed.iter().collect::<Vec<_>>(), [(&"cart".into(), &2)]);
    assert!(gone.services.is_empty());

    let back = gone.advance(changes(CART), TIME).unwrap();
    assert!(back.removed.is_empty());
    assert_eq!((stamps(&back, "cart"), back.services["cart"].whole_since), (vec![3, 3], 3));
}

#[test]
fn a_lost_cell_makes_the_row_whole() {
    let mut without_pre = changes(CART);
    let row = without_pre.rows[0].1.as_mut().unwrap();
    row.cells.remove("pre");
    let after = board(CART).advance(without_pre, TIME).unwrap();
    assert_eq!((stamps(&after, "cart"), after.services["cart"].whole_since), (vec![1], 2));
}

#[test]
fn revisions_are_read_as_they_are_written() {
    for text in ["8f1c-42", "a-b-0", "-7"] {
        assert_eq!(text.parse::<Revision>().unwrap().to_string(), text);
    }
    for text in ["", "42", "8f1c-", "8f1c-x", "8f1c-99999999999999999999"] {
        assert_eq!(text.parse::<Revision>().unwrap_err().to_string(), format!("`{text}` is not a revision: it must look like `8f1c-42`"));
    }
}

/// The example of the API's description, with the places filled that it leaves open.
#[test]
fn the_board_is_the_json_of_the_api() {
    let example = json!({
        "revision": "8f1c-42", "generated_at": "2026-11-20T10:00:00Z",
        "environments": [ { "name": "dev", "tier": "development",
            "targets": [ { "cluster": "dev-cluster", "state": "live", "since": "2026-11-20T09:00:00Z", "last_heard": "2026-11-20T09:59:50Z", "error": null } ] } ],
        "services": [ { "name": "order-service", "team": null,
            "cells": { "dev": {
                "status": "rolling", "reason": "3 of 5 pods updated, 2 ready",
                "wanted":  { "commit": "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa", "label": "7fc38a2…", "digest": "sha256:…" },
                "running": [ { "version": { "commit": "…", "label": "…", "digest": "…" }, "pods": 3, "ready": 2 } ],
                "pods": { "wanted": 5, "updated": 3, "ready": 2 },
                "record": { "commit": "…", "by": "gauxachs", "at": "2018-08-13T15:56:53Z", "outcome": "success", "url": null },
                "agrees_with": ["pre"], "flags": ["drifted"], "since": "2026-11-20T09:58:00Z",
                "workloads": [ { "cluster": "dev-cluster", "namespace": "shop", "kind": "Deployment", "name": "order-service" } ] } } } ],
        "unplaced_records": 0
    });
    let board: Board = serde_json::from_value(example.clone()).unwrap();
    assert_eq!(serde_json::to_value(&board).unwrap(), example);
    let cell = cell(&board, "order-service", "dev");
    assert_eq!((cell.status, cell.flags.as_slice()), (Status::Rolling, [Flag::Drifted].as_slice()));
}

#[test]
fn an_absent_cell_says_so_and_leaves_no_key_out() {
    let board = board("cart  dev: - | pre: 7fc38a2 ready 1/1");
    let json = serde_json::to_value(&board).unwrap();
    assert_eq!(
        json["services"][0]["cells"]["dev"],
        json!({ "status": "absent", "reason": "", "wanted": null, "running": [], "pods": { "wanted": 0, "updated": 0, "ready": 0 },
                "record": null, "agrees_with": [], "flags": [], "since": null, "workloads": [] })
    );
}

#[test]
fn services_are_an_array_sorted_by_name() {
    let json = serde_json::to_value(board("web  dev: -\ncart  dev: -\nmail  dev: -")).unwrap();
    let names: Vec<&str> = json["services"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["cart", "mail", "web"]);
}

/// `as_str` and serde say the same words.
#[test]
fn words_are_those_of_the_api() {
    fn check<T: Serialize>(values: impl IntoIterator<Item = T>, as_str: impl Fn(&T) -> &'static str) {
        for value in values {
            assert_eq!(serde_json::to_value(&value).unwrap(), json!(as_str(&value)));
        }
    }
    use TargetState::{Forbidden, Live, Stale, Syncing, Unreachable};
    check(Status::ALL, |status| status.as_str());
    check(Flag::ALL, |flag| flag.as_str());
    check([Syncing, Live, Stale, Unreachable, Forbidden], |state| state.as_str());
    check([Tier::Development, Tier::Testing, Tier::Staging, Tier::Production, Tier::Other], |tier| tier.as_str());
}
