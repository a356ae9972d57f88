use arcstr::ArcStr;
use proptest::prelude::*;

use super::*;
use crate::text::{TIME, parse};

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Option<ArcStr>> {
    prop::option::of(prop::sample::select(words)).prop_map(|word| word.map(ArcStr::from))
}

fn any_version() -> impl Strategy<Value = Version> {
    let digests = (word(&["sha256:aa", "sha256:bb"]), word(&["sha256:cc"]));
    (word(&["7fc38a2", "993e5fc"]), word(&["7fc38a2", "v1", ""]), digests).prop_map(|(commit, label, (digest, index))| Version {
        commit,
        label,
        digest,
        index,
    })
}

fn any_time() -> impl Strategy<Value = DateTime<Utc>> {
    prop::sample::select(vec![TIME, TIME - chrono::Duration::nanoseconds(1), crate::time::parse("0000-01-01T00:00:00Z").unwrap()])
}

fn any_record() -> impl Strategy<Value = RecordSummary> {
    let outcomes = prop::sample::select(vec![Outcome::Success, Outcome::Failure]);
    (word(&["7fc38a2", "993e5fc"]), word(&["v1"]), word(&["ana"]), any_time(), outcomes, word(&["https://ci/1"]))
        .prop_map(|(commit, version, by, at, outcome, url)| RecordSummary { commit, version, by, at, outcome, url })
}

fn any_cell() -> impl Strategy<Value = Cell> {
    let running = (any_version(), 0..4_u32, 0..4_u32).prop_map(|(version, pods, ready)| Running { version, pods, ready });
    let workloads = prop::sample::select(vec!["cart", "cart-canary"]).prop_map(|name| WorkloadRef {
        cluster: "eu".into(),
        namespace: "shop".into(),
        kind: Kind::StatefulSet,
        name: name.into(),
    });
    let said = (
        prop::sample::select(Status::ALL.to_vec()),
        prop::sample::select(vec!["", "because"]),
        prop::sample::subsequence(vec![EnvironmentName::from("dev"), "pre".into(), "pro".into()], 0..=3),
        prop::sample::subsequence(Flag::ALL.to_vec(), 0..3),
        prop::collection::vec(workloads, 0..3),
    );
    let records = (prop::option::of(any_record()), prop::option::of(any_record()), prop::option::of(any_time()));
    let versions = (prop::option::of(any_version()), prop::collection::vec(running, 0..3), any::<bool>(), (0..3_u32, 0..3_u32, 0..3_u32));
    (said, records, versions).prop_map(|(said, (record, failed_record, since), (wanted, running, usually, (of_all, updated, ready)))| {
        let pods = PodCounts { wanted: of_all, updated, ready };
        let running = if usually { usual(wanted.as_ref(), pods) } else { running.into() };
        let (status, reason, agrees_with, flags, workloads) = said;
        let (reason, failed_record, shortages) = (reason.to_owned(), failed_record.map(Box::new), Box::default());
        let (agrees_with, workloads) = (agrees_with.into(), workloads.into());
        Cell { status, reason, wanted, running, pods, record, agrees_with, flags, since, shortages, failed_record, workloads }
    })
}

fn any_board() -> impl Strategy<Value = Board> {
    let cells = prop::collection::vec(any_cell(), 3);
    let row = (prop::sample::select(vec!["cart", "web"]), word(&["shop"]), cells);
    prop::collection::vec(row, 0..3).prop_map(|rows| {
        let mut board = parse("environments: dev development | pre staging | pro production unreachable \"refused\"").unwrap();
        for (name, team, cells) in rows {
            let names = board.environments.iter().map(|environment| environment.name.clone());
            let cells = names.zip(cells.into_iter().map(Arc::new)).collect();
            board.services.insert_mut(name.into(), Arc::new(Row::new(name.into(), team, cells)));
        }
        board
    })
}

/// The board as it comes out of the wire.
fn sent(board: &Board) -> Board {
    let json = serde_json::to_string(&SlimHead::of(board)).unwrap();
    let head: SlimHead = serde_json::from_str(&json).unwrap();
    assert_eq!(head.rows, board.services.size());
    let rows = board.services.values().map(|row| serde_json::to_vec(&SlimRow::of(row, &board.environments)).unwrap());
    let rows: Vec<Row> = rows.map(|line| head.expand(serde_json::from_slice(&line).unwrap())).collect();
    head.board(rows)
}

proptest! {
    #[test]
    fn nothing_is_lost(board in any_board()) {
        prop_assert_eq!(serde_json::to_value(sent(&board)).unwrap(), serde_json::to_value(&board).unwrap());
    }
}

#[test]
fn what_is_usual_is_not_said() {
    let board =
        parse("environments: dev | pre\ncart @shop  dev: 7fc38a2 ready 3/3 by ana ~pre | pre: 7fc38a2 ready 3/3 by ana ~dev").unwrap();
    let line = serde_json::to_string(&SlimRow::of(&board.services["cart"], &board.environments)).unwrap();
    assert_eq!(line.matches("7fc38a2").count(), 1, "{line}");
    assert!(line.len() * 3 < serde_json::to_string(&board.services["cart"]).unwrap().len(), "{line}");
}

#[test]
fn a_row_without_all_its_cells_is_absent_where_it_has_none() {
    let mut board = parse("environments: dev | pre\ncart  dev: 7fc38a2 ready 3/3 | pre: 7fc38a2 ready 3/3").unwrap();
    let row = Arc::make_mut(board.services.get_mut("cart").unwrap());
    row.cells.remove("pre");
    assert_eq!(*sent(&board).services["cart"].cells["pre"], Cell::absent());
}
