use chrono::Duration;
use proptest::prelude::*;

use super::*;
use crate::board::{Board, Row};

const BOARD: &str = r#"
environments: dev development | pre staging unreachable "connection refused" | pro production
cart @shop  dev: 7fc38a2b rolling 2/2/5 runs 993e5fc1 3/3 runs 7fc38a2b 2/2 by ana at 2026-11-20T08:58:00Z in eu-1/shop "2 of 5 pods updated" | pre: 993e5fc1 unknown 3/3 by leo at 2026-11-18T09:00:00Z "connection refused" | pro: -
order       dev: v1.4.0 ready 1/1 since 2026-11-20T08:59:30Z +behind +no-record in eu-1/shop in eu-1/shop-b | pre: ? missing by =eva of 75b1411 | pro: 75b1411=1.3@sha256:abc failing 0/3 by "Ana María" "+CrashLoopBackOff"
"#;

fn board() -> Board {
    parse(BOARD).unwrap()
}

fn rows(board: &Board) -> impl Iterator<Item = &Row> {
    board.services.values().map(|row| &**row)
}

#[test]
fn the_table_is_aligned_and_says_what_is_wrong() {
    let board = board();
    let expected = "\
SERVICE  dev                                            pre (unreachable)              pro
cart     993e5fc → 7fc38a2 ROLLING 2/5 ana 2 min        993e5fc unknown 3/3 leo 2 d    -
order    v1.4.0 ready 1/1 just now (behind, no-record)  75b1411 MISSING =eva just now  75b1411 FAILING 0/3 Ana María just now

pre: cluster pre-cluster is unreachable (just now): connection refused
cart in dev: ROLLING: 2 of 5 pods updated
order in pro: FAILING: +CrashLoopBackOff
";
    assert_eq!(table(&board, rows(&board), TIME), expected);
}

#[test]
fn a_table_without_trouble_is_the_table_alone() {
    let board = parse("cart  dev: v1 ready 1/1 by ana").unwrap();
    assert_eq!(table(&board, rows(&board), TIME), "SERVICE  dev\ncart     v1 ready 1/1 ana just now\n");
    assert_eq!(table(&board, [], TIME), "SERVICE  dev\n");
}

#[test]
fn messages_cannot_break_lines_or_drive_the_terminal() {
    let mut board = parse("cart  dev: v1 failing 0/1").unwrap();
    let mut row = Row::clone(&board.services["cart"]);
    let mut cell = row.cells["dev"].as_ref().clone();
    cell.reason = "exit 1:\r\n\t\u{1b}[31mno such file\u{7}".into();
    row.cells.insert("dev".into(), cell.into());
    board.services.insert_mut("cart".into(), row.into());
    let table = table(&board, rows(&board), TIME);
    assert_eq!(table.lines().last(), Some("cart in dev: FAILING: exit 1: [31mno such file"));
}

#[test]
fn csv_has_a_line_a_cell() {
    let board = board();
    let lines: Vec<Vec<String>> = csv_rows(&board, rows(&board)).collect();
    assert_eq!(lines.len(), 1 + 2 * 3);
    assert!(lines.iter().all(|line| line.len() == CSV_HEADER.len()));
    let line = |place: usize| lines[place].join(";");
    assert_eq!(line(0), CSV_HEADER.join(";"));
    assert_eq!(line(1), "cart;shop;dev;rolling;2 of 5 pods updated;7fc38a2b;;;5;2;2;ana;2026-11-20T08:58:00Z;;;eu-1");
    assert_eq!(line(3), "cart;shop;pro;absent;;;;;0;0;0;;;;;");
    assert_eq!(line(4), "order;;dev;ready;;;v1.4.0;;1;1;1;;;2026-11-20T08:59:30Z;behind no-record;eu-1");
    assert_eq!(line(5), "order;;pre;missing;;75b1411;;;0;0;0;'=eva;2026-11-20T09:00:00Z;;;");
    assert_eq!(line(6), "order;;pro;failing;'+CrashLoopBackOff;75b1411;1.3;sha256:abc;3;3;0;Ana María;2026-11-20T09:00:00Z;;;");
}

#[test]
fn ages() {
    for (seconds, text) in [
        (0, "just now"),
        (59, "just now"),
        (-59, "just now"),
        (60, "1 min"),
        (-300, "in 5 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (47 * 3600 + 3599, "47 h"),
        (48 * 3600, "2 d"),
        (59 * 86_400, "59 d"),
        (60 * 86_400, "8 w"),
        (729 * 86_400, "104 w"),
        (730 * 86_400, "2 y"),
    ] {
        assert_eq!(age(Duration::seconds(seconds)), text, "{seconds} s");
    }
}

#[test]
fn compact_text_names_the_line_of_a_mistake() {
    for (text, error) in [
        ("\ncart  dev: v1 redy 1/1", "line 2: `redy` is no status"),
        ("cart  dev: v1", "line 1: a cell without a status"),
        ("cart  dev:", "line 1: dev has no cell"),
        ("cart  dev v1", "line 1: `dev` should be `<environment>:`"),
        ("cart  dev: v1 ready 1", "line 1: `1` is not known here; pod counts are `2/3` or `2/2/3`"),
        ("cart  dev: v1 ready by", "line 1: nothing follows `by`"),
        ("cart  dev: v1 ready \"x", "line 1: a quote is not closed"),
        ("cart  dev: - |", "line 1: a cell is missing beside `|`"),
        ("environments: dev tst", "line 1: `tst` is no tier or state"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), error, "{text}");
    }
}

#[test]
fn a_compact_text_that_was_written_is_read_as_the_same_board() {
    for text in [BOARD, "", "cart  dev: - | pre: -", "a  x: v1 ready 0/0 runs -\nb  x: 0123456 paused | y: v2@sha256:0 ready 1/1"] {
        let board = parse(text).unwrap();
        assert_eq!(parse(&compact(&board)).unwrap(), board, "{}", compact(&board));
    }
}

fn any_cell_text() -> impl Strategy<Value = String> {
    let version = || prop::sample::select(vec!["7fc38a2", "v1.4.0", "7fc38a2=main", "abc@sha256:12", "7fc38a2@sha256:12", "?"]);
    let status = prop::sample::select(vec!["ready", "rolling", "failing", "missing", "unknown"]);
    let extras = prop::collection::vec(
        prop_oneof![
            (0..3_u32, 0..3_u32, 0..3_u32).prop_map(|(ready, updated, wanted)| format!("{ready}/{updated}/{wanted}")),
            (version(), 0..3_u32, 0..3_u32).prop_map(|(version, ready, pods)| format!("runs {version} {ready}/{pods}")),
            "by (\"[a-z \\|é]{1,4}\"|[a-z]{1,4})",
            prop::sample::select(vec![
                "runs -",
                "at 2026-11-19T01:02:03Z",
                "of 75b1411",
                "since 2020-01-01T00:00:00.5Z",
                "~a,b",
                "+behind",
                "in c/n"
            ])
            .prop_map(str::to_owned),
            "\"[a-z |:\\~]{0,6}\"",
        ],
        0..6,
    );
    (version(), status, extras).prop_map(|(version, status, extras)| format!("{version} {status} {}", extras.join(" ")))
}

proptest! {
    #[test]
    fn any_compact_text_is_written_as_it_is_read(cells in prop::collection::vec(prop_oneof![3 => any_cell_text(), 1 => Just("-".to_owned())], 1..4)) {
        let cells: Vec<String> = cells.iter().zip(["dev", "pre", "pro"]).map(|(cell, name)| format!("{name}: {cell}")).collect();
        let board = parse(&format!("cart @shop  {}\nweb  dev: -", cells.join(" | "))).unwrap();
        prop_assert_eq!(parse(&compact(&board)).unwrap(), board);
    }
}
