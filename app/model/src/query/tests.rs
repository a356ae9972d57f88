use proptest::prelude::*;

use super::*;
use crate::board::Board;
use crate::status::{Flag, Status};
use crate::text::{TIME, parse};

/// `cart` rolls in dev, agrees in pre and pro; `mail` fails in pre and never was in pro; `web` is behind in pro; `böse` is stale.
const BOARD: &str = r#"
environments: dev development | pre staging | pro production
cart @shop   dev: 993e5fc1=v1.5.0 rolling 1/2/3 runs 7fc38a2b 2/2 runs 993e5fc1 1/2 by ana at 2026-11-20T08:58:00Z in eu-1/shop "1 of 3 pods" | pre: 7fc38a2b=v1.4.0@sha256:beef01 ready 3/3 by leo at 2026-11-10T10:00:00Z ~pro in eu-1/shop-pre | pro: 7fc38a2b=v1.4.0@sha256:beef01 ready 3/3 by leo at 2026-11-12T10:00:00Z ~pre in us-1/shop
mail @post   dev: 75b1411 ready 1/1 by "Ana María Muñoz" at 2026-10-31T23:59:59Z ~pre in eu-1/post | pre: 75b1411 failing 0/1 by ignas at 2026-11-20T08:00:00Z ~dev in eu-1/post "ImagePullBackOff: not found" | pro: -
web          dev: main ready 2/2 since 2026-11-19T09:00:00Z ~pre +no-record in eu-1/web | pre: main ready 2/2 ~dev in eu-1/web | pro: 1.0 ready 4/4 +behind +locked in us-1/web
böse @Größe  dev: ? missing by leo of 0123abc | pre: 0123abc unknown 2/2 in eu-1/x "not heard" | pro: 0123abc drifted 1/1 by eva in us-1/x
"#;

pub(super) fn board() -> Board {
    parse(BOARD).unwrap()
}

/// The rows that a query shows.
fn found(query: &str) -> String {
    let (board, query) = (board(), Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}")));
    let context = Context { environments: &board.environments, now: TIME };
    let matches = |row: &&std::sync::Arc<crate::board::Row>| {
        let matches = query.matches(row, context);
        let answer = query.answer(&Haystack::of(row));
        assert!(answer.is_none_or(|answer| answer == matches), "{query} is {answer:?} for the haystack of {}", row.name);
        matches
    };
    let rows = board.services.values().filter(matches);
    rows.map(|row| row.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn check(cases: &[(&str, &str)]) {
    for (query, rows) in cases {
        assert_eq!(found(query), *rows, "{query}");
    }
}

const ALL: &str = "böse cart mail web";

#[test]
fn only_ages_change_by_themselves() {
    for (query, expected) in [("", false), ("cart 2026-11", false), ("age:<1d", true), ("is:red -age:>1w", true)] {
        assert_eq!(Query::parse(query).unwrap().depends_on_time(), expected, "{query}");
    }
}

#[test]
fn words() {
    check(&[
        ("", ALL),
        ("  ", ALL),
        ("car", "cart"),
        ("CART", "cart"),
        ("shop", "cart"),
        ("bose", "böse"),
        ("BÖSE", "böse"),
        ("grosse", ""),
        ("größe", "böse"),
        ("munoz", "mail"),
        ("\"maría muñoz\"", "mail"),
        ("7fc3", "cart"),
        ("7FC38A2B69", "cart"),
        ("fc38", ""),
        ("7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa", "cart"),
        ("beef", "cart"),
        ("sha256:beef01", "cart"),
        ("1.4", "cart"),
        ("pullback", "mail"),
        ("fail", "mail"),
        ("failing", "mail"),
        ("ailing", ""),
        ("behind", "web"),
        ("no-rec", "web"),
        ("pro", "böse cart web"),
        ("absent", "mail"),
        ("nothing-like-it", ""),
    ]);
}

#[test]
fn dates() {
    check(&[
        ("2026-11-10", "cart"),
        ("2026-10", "mail"),
        ("2026-10-31T23", "mail"),
        ("2026-10-31T23:59:59Z", "mail"),
        ("2026-10-31t23:59:58", ""),
        ("2026-11-19", "web"),
        ("2026-11-20T08:58", "cart"),
        ("2026-13", ""),
        ("2026", ""),
    ]);
}

#[test]
fn all_terms_hold_for_one_cell() {
    check(&[
        ("ana rolling", "cart"),
        ("ana pro", ""),
        ("leo 2026-11-12", "cart"),
        ("cart leo", "cart"),
        ("mail ana failing", ""),
        ("by:ignas is:failing", "mail"),
        ("by:ana is:failing", ""),
        ("cart shop leo", "cart"),
    ]);
}

#[test]
fn alternatives() {
    check(&[
        ("cart|web", "cart web"),
        ("by:ignas|ana", "cart mail"),
        ("is:failing|behind", "mail web"),
        ("cart|mail by:leo|ignas", "cart mail"),
        ("\"1 of 3\"|main", "cart web"),
        ("-cart|mail", "böse web"),
    ]);
}

#[test]
fn qualifiers() {
    check(&[
        ("service:a", "cart mail"),
        ("SERVICE:A", "cart mail"),
        ("service:shop", ""),
        ("team:o", "böse cart mail"),
        ("team:grosse", ""),
        ("by:leo", "böse cart"),
        ("by:munoz", "mail"),
        ("commit:7", "cart mail"),
        ("commit:993E5FC1", "cart"),
        ("commit:7fc38a2b is:rolling", "cart"),
        ("commit:0123abc", "böse"),
        ("tag:v1", "cart"),
        ("tag:7fc38a2b", ""),
        ("ns:shop", "cart"),
        ("ns:shop-pre", "cart"),
        ("cluster:us", "böse cart web"),
        ("status:ready", "cart mail web"),
        ("status:ready|rolling", "cart mail web"),
    ]);
    // A cell without workloads is in the clusters of its environment.
    check(&[("cluster:dev-cluster", "böse"), ("cluster:pro-cluster", "")]);
}

#[test]
fn words_of_is() {
    check(&[
        ("is:red", "böse cart mail"),
        ("is:rolling", "cart"),
        ("is:failing", "mail"),
        ("is:missing", "böse"),
        ("is:drifted", "böse"),
        ("is:stale", "böse"),
        ("is:unknown", "böse"),
        ("is:absent", "mail"),
        ("is:behind", "web"),
        ("is:locked", "web"),
        ("is:no-record", "web"),
        ("is:split", ""),
        ("is:RED", "böse cart mail"),
    ]);
    for word in Status::ALL.map(Status::as_str).into_iter().chain(Flag::ALL.map(Flag::as_str)) {
        assert!(Query::parse(&format!("is:{word}")).is_ok(), "{word}");
    }
}

#[test]
fn env_says_which_cells_are_looked_at() {
    check(&[
        ("env:pro", "böse cart web"),
        ("env:PRO", "böse cart web"),
        ("env:pr", ""),
        ("env:pro is:absent", "mail"),
        ("env:pro mail", ""),
        ("env:pro is:red", "böse"),
        ("env:dev|pre is:red", "böse cart mail"),
        ("-env:pro is:red", "böse cart mail"),
        ("-env:dev is:red", "böse mail"),
        ("-env:dev -env:pre", "böse cart web"),
        ("env:dev env:pre", ""),
    ]);
}

#[test]
fn negation_means_no_cell() {
    check(&[
        ("-is:red", "web"),
        ("-cart", "böse mail web"),
        ("-by:ignas", "böse cart web"),
        ("-by:leo", "mail web"),
        ("env:dev -by:leo", "cart mail web"),
        ("env:pro -is:red", "cart web"),
        ("-env:dev -is:red", "cart web"),
        ("-service:cart -team:post", "böse web"),
        ("-age:<1d is:ready", "web"),
        ("ana -rolling", "mail"),
        ("-agree:dev,pre", "böse cart"),
        ("-\"-x\"", ALL),
    ]);
}

#[test]
fn ages() {
    check(&[
        ("age:<5m", "böse cart"),
        ("age:<=2m", "böse cart"),
        ("age:<2m", "böse"),
        ("age:>2w", "mail"),
        ("age:>=1w", "cart mail"),
        ("age:>=1d", "cart mail web"),
        ("age:>1d", "cart mail"),
        ("age:>4294967295w", ""),
        ("env:pro age:>7d", "cart"),
    ]);
}

#[test]
fn agreement() {
    check(&[
        ("agree:dev,pre", "mail web"),
        ("agree:pre,dev", "mail web"),
        ("agree:PRE,Pro", "cart"),
        ("agree:dev,pre,pro", ""),
        ("agree:pre,pro|dev,pre", "cart mail web"),
        ("differ:pre,pro", "böse web"),
        ("differ:dev,pre", "cart"),
        ("differ:dev,pro", "cart web"),
        ("differ:dev,nowhere", ""),
    ]);
}

/// Where the mistake is, and what the message has to say.
#[test]
fn errors_say_where_and_what_would_be_right() {
    let check = |query: &str, marked: &str, says: &str| {
        let error = Query::parse(query).expect_err(query);
        let place: String = query.chars().skip(error.at).take(error.length).collect();
        assert_eq!(place, marked, "{query}: {error}");
        assert!(error.message.contains(says), "{query}: {error}");
    };
    check("ana evn:dev", "evn:", "did you mean `env:`?");
    check("año sevice:x", "sevice:", "did you mean `service:`?");
    check("-zzz:x", "zzz:", "there are `service:`");
    check("is:faling", "faling", "did you mean `is:failing`?");
    check("is:failing|zzz", "zzz", "it can be red stale");
    check("status:red", "red", "`status:` does not know `red`");
    check("by:", ":", "`by:` needs a value");
    check("by: ana", " ", "`by:` needs a value");
    check("by:ana|", "|", "`by:` needs a value");
    check("cart|", "|", "`|` needs a word on both sides");
    check("|cart", "|", "`|` needs a word on both sides");
    check("ana - cart", "-", "without a space");
    check("ana -", "-", "without a space");
    check("say \"hello", "\"hello", "not closed");
    check("\"\"", "\"\"", "nothing between the quotes");
    check("\"a\"b", "b", "after a closing quote");
    check("by:ana|is:red", "is:", "separates values of one term");
    check("commit:main", "main", "`tag:main`");
    check("age:7d", "7d", "`age:>7d`");
    check("age:>d", ">d", "`age:>7d`");
    check("age:>99999999999d", ">99999999999d", "`age:>7d`");
    check("agree:dev", "dev", "two or more");
    check("differ:dev,", "dev,", "two or more");
    check(&"ana ".repeat(65), "ana", "at most 64 terms");
    check(&"a".repeat(1001), "a", "at most 1000 characters");
    assert_eq!(
        Query::parse("x env").and_then(|_| Query::parse("x evn:pro")).unwrap_err().to_string(),
        "there is no `evn:`; did you mean `env:`? To find the text itself, put it in quotes (at character 3)"
    );
}

#[test]
fn what_looks_like_a_qualifier_but_is_none() {
    for query in ["sha256:abcd", "10:30", "a/b:latest", "é:x", ":x"] {
        assert!(Query::parse(query).is_ok(), "{query}");
    }
    check(&[("\"evn:dev\"", "")]);
}

#[test]
fn a_query_is_written_as_it_is_read() {
    for (query, text) in [
        ("  cart   -is:RED ", "cart -is:red"),
        ("by:\"ana\"|\"maría muñoz\"", "by:ana|\"maría muñoz\""),
        ("age:>=2W commit:7FC", "age:>=2w commit:7fc"),
        ("agree:dev,pre|pre,pro", "agree:dev,pre|pre,pro"),
        (r#"-"-x" "is:red" "a\"b\\c""#, r#"-"-x" "is:red" "a\"b\\c""#),
        ("", ""),
    ] {
        assert_eq!(Query::parse(query).unwrap().to_string(), text, "{query}");
    }
}

/// Texts that are mostly queries, with some mistakes.
fn any_query() -> impl Strategy<Value = String> {
    let qualifier =
        prop::sample::select(vec!["", "service:", "env:", "status:", "is:", "by:", "commit:", "tag:", "age:", "agree:", "Differ:", "x:"]);
    let value = prop_oneof![
        "[a-zé0-9:.,<>-]{1,6}",
        "\"[a-zé \\\\\"|:-]{0,6}\"",
        prop::sample::select(vec!["red", "ready", "behind", ">7d", "<=2h", "dev,pre", "7fc38a2", "2026-11-20", "\"a b\"|c"])
            .prop_map(str::to_owned),
    ];
    let term =
        ("-?", qualifier, prop::collection::vec(value, 1..3)).prop_map(|(sign, name, values)| format!("{sign}{name}{}", values.join("|")));
    prop::collection::vec(term, 0..6).prop_map(|terms| terms.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_is_written_is_read_as_the_same(text in any_query()) {
        if let Ok(query) = Query::parse(&text) {
            prop_assert_eq!(Query::parse(&query.to_string()), Ok(query));
        }
    }

    #[test]
    fn no_text_is_too_strange(text in prop_oneof![any::<String>(), any_query()]) {
        let board = board();
        match Query::parse(&text) {
            Ok(query) => {
                let context = Context { environments: &board.environments, now: TIME };
                for row in board.services.values() {
                    let answer = query.answer(&Haystack::of(row));
                    prop_assert!(answer.is_none_or(|answer| answer == query.matches(row, context)), "{query} is {answer:?} for {}", row.name);
                }
                prop_assert_eq!(Query::parse(&query.to_string()), Ok(query));
            }
            Err(error) => {
                let length = text.chars().count();
                prop_assert!(error.length > 0 && error.at + error.length <= length, "{error:?} in {length} characters");
            }
        }
    }

    #[test]
    fn a_negated_row_term_is_the_opposite(term in prop::sample::select(vec!["service:a", "team:o", "agree:dev,pre", "differ:pre,pro"])) {
        let both = format!("{} {}", found(term), found(&format!("-{term}")));
        prop_assert_eq!(both.split_whitespace().collect::<std::collections::BTreeSet<_>>().len(), 4);
    }
}

#[test]
fn a_term_is_written_so_that_it_is_read_again() {
    for value in ["pro", "eu west", "a|b", "-x", "a:b", "\"", ""] {
        let text = qualified("env", value);
        assert_eq!(
            Query::parse(&text).map(|query| query.to_string()).as_deref().ok(),
            Some(&*text).filter(|_| !value.is_empty()),
            "{text}"
        );
    }
}
