//! That every language says everything in its own words. A string that is missing does not compile, since a language is a
//! value of [`super::Strings`]; what can be forgotten is to translate one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Lines that both languages write alike, on purpose.
const ALIKE: [&str; 6] = [
    r#"Grouping::Namespace => "namespace","#,
    r#"Flag::Canary => "canary","#,
    r#"Flag::BlueGreen => "blue/green","#,
    r#"Tier::Other => "","#,
    r#"Role::Side => "sidecar","#,
    r#"Role::Init => "init","#,
];

/// The lines with a text in them.
fn lines(source: &'static str) -> impl Iterator<Item = &'static str> {
    source.lines().map(str::trim).filter(|line| line.contains('"') && !line.starts_with("//") && !line.starts_with("#["))
}

#[test]
fn what_two_languages_say_alike_is_meant_so() {
    let (english, spanish): (Vec<_>, Vec<_>) = (lines(include_str!("en.rs")).collect(), lines(include_str!("es.rs")).collect());
    assert!(english.len() > 100, "the lines are not found");
    let alike: BTreeSet<_> = english.iter().filter(|line| spanish.contains(line)).copied().collect();
    assert_eq!(alike, BTreeSet::from(ALIKE), "translate it, or say that it is meant so");
}

/// What the model compares with, or takes away, and does not say.
const NOT_SAID: [&str; 14] = [
    "already exists",
    "is being deleted",
    "Back-off pulling image",
    "failed to pull and unpack image",
    "failed to resolve reference",
    "rpc error",
    "desc =",
    "latest",
    "blue",
    "green",
    "canary",
    "preview",
    "run",
    // The page marks the place.
    "(at character",
];

/// What the code of the clusters says to nobody who looks at the board.
const NOT_SAID_OF_CLUSTERS: [&str; 5] = [
    // Only in a log: why a watch, or the list that it begins with, is given up for a list.
    "no bookmark ends the initial events",
    "not a watch event",
    "unknown watch event",
    // How a server within the process is called, as tests have it.
    "the current context",
    "the cluster it runs in",
];

/// Code without what it writes to the log.
fn without_logs(code: &str) -> String {
    let mut parts = code.split("tracing::");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut open = 0;
        let end = part.find(|c: char| {
            open += i32::from(c == '(') - i32::from(c == ')');
            c == ')' && open == 0
        });
        kept += end.map_or("", |end| &part[end + 1..]);
    }
    kept
}

/// The texts in the code of a file, without its tests, comments, attributes and logs. What an error says is an attribute of it.
fn literals(source: &str) -> Vec<String> {
    let code = without_logs(source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
    let is_code = |line: &&str| !line.starts_with("//") && (!line.starts_with("#[") || line.starts_with("#[error("));
    let lines = code.lines().map(str::trim_start).filter(is_code);
    let mut found = Vec::new();
    for line in lines {
        let line = line.replace("\\\"", "”").replace("'\"'", "");
        found.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    found
}

/// The words of a text around what is put in, between the marks that stand between fragments.
fn fragments(literal: &str) -> Vec<Vec<String>> {
    // What stands between backticks is an example, in the language of queries.
    let literal: String = literal.split('`').enumerate().map(|(place, text)| if place % 2 == 0 { text } else { "{}" }).collect();
    let mut plain = String::new();
    let mut rest = literal.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        plain += before;
        plain.push('\0');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    plain += rest;
    let mut fragments = vec![plain];
    for between in super::phrases::BETWEEN {
        fragments = fragments.iter().flat_map(|fragment| fragment.split(between).map(str::to_owned).collect::<Vec<_>>()).collect();
    }
    let words = |fragment: &String| -> Vec<String> {
        fragment
            .split('\0')
            .map(|words| words.trim_matches([' ', ',', ';', ':', '/']).to_owned())
            // What is put in between brackets may end in another fragment.
            .filter(|words| !words.is_empty() && words != ")")
            .collect()
    };
    fragments.iter().map(words).filter(|words| !words.is_empty()).collect()
}

/// Checks that what the code in some files says has its phrases: of what may be a sentence there, what `not_said` does not name.
fn check(files: &[PathBuf], is_sentence: impl Fn(&Path, &str) -> bool, not_said: &[&str], at_least: usize) {
    let phrases: Vec<_> = super::es_phrases::all().map(|(said, _)| said).collect();
    let is_known = |words: &[String]| {
        phrases.iter().any(|said| {
            let mut rest = *said;
            words.iter().all(|words| {
                rest.find(words.as_str()).is_some_and(|at| {
                    rest = &rest[at + words.len()..];
                    true
                })
            })
        })
    };
    // Kubernetes' own words begin with a capital letter and have no spaces; what is in a query has no spaces either.
    let is_said = |words: &[String]| {
        let text = words.join(" ");
        let own = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase() || b"'-".contains(&byte));
        text.split(' ').any(own) && !not_said.contains(&text.as_str())
    };
    let (mut checked, mut missing) = (0, Vec::new());
    for file in files {
        let source = std::fs::read_to_string(file).unwrap();
        for literal in literals(&source).iter().filter(|literal| is_sentence(file, literal)) {
            for words in fragments(literal).iter().filter(|words| is_said(words)) {
                checked += 1;
                if !is_known(words) {
                    missing.push(format!("{}: {literal:?}: {words:?}", file.display()));
                }
            }
        }
    }
    assert!(checked > at_least, "the sentences are not found: {checked}");
    assert!(missing.is_empty(), "say it in Spanish (es_phrases.rs, es_phrases/):\n{}", missing.join("\n"));
}

#[test]
fn every_sentence_of_the_model_has_its_phrases() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/model/src/");
    let mut files: Vec<PathBuf> =
        ["merge.rs", "index/health.rs", "index/objects/unread.rs", "query/mod.rs", "query/parse.rs", "query/value.rs"]
            .map(|name| format!("{model}{name}").into())
            .into();
    files.extend(files_of(Path::new(&format!("{model}merge"))));
    let is_of_queries = |file: &Path| file.parent().is_some_and(|folder| folder.ends_with("query"));
    check(&files, |file, literal| !is_of_queries(file) || literal.contains(' '), &NOT_SAID, 120);
}

#[test]
fn every_sentence_of_the_clusters_has_its_phrases() {
    let mut files = files_of(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../server/src/clusters")));
    // What `relboard check` says in a terminal; and tests.
    files.retain(|file| !file.ends_with("clusters/check.rs") && !file.ends_with("observe/tests.rs"));
    // A word alone is a name: of a header, a parameter, a field.
    check(&files, |_, literal| literal.contains(' '), &NOT_SAID_OF_CLUSTERS, 80);
}

/// The files in a folder, and in the folders in it.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_of(&path) } else { vec![path] }).collect()
}

#[test]
fn every_phrase_says_what_it_is_for() {
    let phrases = super::Phrases::of(super::es_phrases::all());
    for (said, says) in super::es_phrases::all() {
        let marks: usize = super::phrases::BETWEEN.iter().map(|between| said.matches(between).count()).sum();
        assert!(marks <= 1, "{said} is more than two fragments");
        let fill = |text: &str| text.replace("{#}", "7").replace("{}", "Qx");
        let mut spanish = says.to_string();
        for hole in said.match_indices('{').map(|(at, _)| if said[at..].starts_with("{#}") { "7" } else { "Qx" }) {
            assert!(spanish.contains("{}"), "{said} has more holes");
            spanish = spanish.replacen("{}", hole, 1);
        }
        assert!(!spanish.contains('{'), "{said} has fewer holes");
        assert_eq!(phrases.say(&fill(said)), spanish, "an earlier one is taken for {said}");
    }
}
