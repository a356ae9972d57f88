use std::sync::OnceLock;

use model::board::Board;
use model::query::{Context, Query};
use model::text;

use super::{Target, assert_in_proportion, now};

pub(super) const TARGET: Target = Target {
    name: "query",
    run,
    words: &[
        "service:", "env:", "status:", "is:", "by:", "commit:", "tag:", "ns:", "cluster:", "team:", "age:", "agree:", "differ:", "-", "|",
        "\"", "\\", "red", "failing", "dev,pre", ">7d", "<=2h", "2026-11", "cart", "é", "\u{301}",
    ],
    allowance: |length| 256_000 + 1024 * length,
};

/// A board on which queries are tried.
const BOARD: &str = r#"
environments: dev development | pre staging | pro production unreachable "connection refused"
cart @shop  dev: 7fc38a2=v1.4.0 ready 3/3 by ana ~pre in dev-1/shop | pre: 7fc38a2=v1.4.0 ready 2/2 by lucía ~dev | pro: 993e5fc rolling 2/3/5 runs 993e5fc 2/2 runs 1234567 3/3 +canary
payments/api  dev: latest@sha256:0123 failing 0/2 "ImagePullBackOff: not found" +moved-tag | pre: - | pro: ? unknown 0/0 since 2026-11-01T00:00:00Z
"#;

fn board() -> Option<&'static Board> {
    static SAMPLE: OnceLock<Option<Board>> = OnceLock::new();
    SAMPLE.get_or_init(|| text::parse(BOARD).ok()).as_ref()
}

/// Searches, as they come in a URL.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let board = board().expect("the sample is a board");
    match Query::parse(&text) {
        Ok(query) => {
            let again = query.to_string();
            assert_in_proportion(again.len(), input, 8);
            assert_eq!(Query::parse(&again).as_ref(), Ok(&query), "it displays as a text that means the same: {again:?}");
            let context = Context { environments: &board.environments, now: now() };
            let matching = board.services.values().filter(|row| query.matches(row, context)).count();
            assert!(!query.is_empty() || matching == board.services.size());
        }
        Err(error) => {
            assert!(error.at + error.length <= text.chars().count() + 1, "it points outside: {error:?}");
            assert_in_proportion(error.to_string().len(), input, 4);
        }
    }
}
