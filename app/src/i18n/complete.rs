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
