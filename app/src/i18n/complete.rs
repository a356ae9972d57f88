//! That every language says everything in its own words. A string that is missing does not compile, since a language is a
//! value of [`super::Strings`]; what can be forgotten is to translate one.

use std::collections::BTreeSet;

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
const NOT_SAID: [&str; 13] = [
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
];

/// The texts in the code of a file of the model, without its tests and comments.
fn literals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("#["));
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
            .filter(|words| !words.is_empty())
            .collect()
    };
    fragments.iter().map(words).filter(|words| !words.is_empty()).collect()
}

#[test]
fn every_sentence_of_the_model_has_its_phrases() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/model/src/");
    let mut files: Vec<std::path::PathBuf> =
        ["merge.rs", "index/health.rs", "index/objects/unread.rs", "query/mod.rs", "query/parse.rs", "query/value.rs"]
            .map(|name| format!("{model}{name}").into())
            .into();
    files.extend(std::fs::read_dir(format!("{model}merge")).unwrap().map(|entry| entry.unwrap().path()));
    let phrases = super::es_phrases::PHRASES;
    let is_known = |words: &[String]| {
        phrases.iter().any(|(said, _)| {
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
        text.split(' ').any(own) && !NOT_SAID.contains(&text.as_str())
    };
    let (mut checked, mut missing) = (0, Vec::new());
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        for literal in literals(&source)
            .iter()
            .filter(|literal| !file.parent().is_some_and(|folder| folder.ends_with("query")) || literal.contains(' '))
        {
            for words in fragments(literal).iter().filter(|words| is_said(words)) {
                checked += 1;
                if !is_known(words) {
                    missing.push(format!("{}: {literal:?}: {words:?}", file.display()));
                }
            }
        }
    }
    assert!(checked > 120, "the sentences are not found: {checked}");
    assert!(missing.is_empty(), "say it in Spanish (es_phrases.rs):\n{}", missing.join("\n"));
}

#[test]
fn every_phrase_says_what_it_is_for() {
    let phrases = super::Phrases::of(super::es_phrases::PHRASES);
    for (said, says) in super::es_phrases::PHRASES {
        assert!(!super::phrases::BETWEEN.iter().any(|between| said.contains(between)), "{said} is more than a fragment");
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
