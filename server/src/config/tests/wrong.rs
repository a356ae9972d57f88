//! What is wrong, and how it is said.

use super::{Place, columns};

#[test]
fn all_that_is_wrong_is_said_at_once_with_file_line_and_key() {
    let place = Place::with(
        r#"
[server]
lisen = "127.0.0.1:8080"
base_path = "board"
public_url = "board.example.com"
max_body = "huge"
request_timeout = 30
trusted_proxies = ["10.0.0.1", "proxy"]
records_per_minute = 0

[store]
url = ["sqlite://a"]
keep = "3h"
zzz = 1

[stroe]

[[environments]]
name = "dev"
[[environments]]
name = "DEV"
tier = "produktion"
[[environments.targets]]
context = "dev-clster"
namespaces = ["Shop", "team-?"]
[[environments]]
name = "pre stage"
aliases = "x"
[[environments.targets]]
mode = "pull"
[[environments.targets]]
context = "dev-cluster"
in_cluster = true
[[environments.targets]]
server = "ftp://x"
token_file = "nowhere"
interval = "5s"
[[environments.targets]]
context = "pre-cluster"
token_file = "secret"
mode = "poll"
streaming = true
interval = "0s"
[[environments]]
[[environments.targets]]
kubeconfig = "no-such-kubeconfig"
[[environments]]
name = "moon"
records_only = true
[[environments.targets]]
context = "pro-cluster"
[[environments]]
name = "sun"
[[environments.targets]]
context = "pro-cluster"
[[environments.targets]]
server = "https://10.0.0.1"
cluster = "pro-cluster"

[services]
annotation = ["x"]
labels = [1]
tag_patterns = ["v*"]
teams = "x"

[timing]
freshness = "1s"
relist = "1s"

[[ci]]
name = "a"
[[ci]]
name = "a"
token = "same"
[[ci]]
token_file = "empty"
[[ci]]
name = "b"
token = "same"
token_file = "secret"
[ci.json]
url = "nowhere"
interval = "10ms"
entries = "*/*"
time_zone = "Mars"
date_format = "%Q"
[ci.json.fields]
service = "$3"
environment = "env"
commit = "=7fc38a2"
user = "/user"
[[ci]]
name = "c"
[ci.json]
"#,
    );
    insta::assert_snapshot!(place.problems());
}

#[test]
fn a_cluster_that_is_asked_too_seldom_to_stay_fresh_is_named() {
    let target = "[[environments]]\nname = \"dev\"\n[[environments.targets]]\ncontext = \"dev-cluster\"\nmode = \"poll\"\n";
    let place = Place::with(&format!("{target}interval = \"2m\"\n"));
    let problems = place.problems();
    assert!(problems.contains("is asked every 2m, and is stale after 1m 30s without news"), "{problems}");
    let place = Place::with(&format!("{target}interval = \"2m\"\n[timing]\nfreshness = \"5m\"\n"));
    assert_eq!(columns(&place.load().unwrap()).len(), 1, "a longer bound allows it");
}

#[test]
fn what_is_not_toml_names_its_line() {
    insta::assert_snapshot!(Place::with("[server]\nlisten = 127.0.0.1:8080\n\n[store\nurl = \"sqlite://a\"\n").problems());
}

#[test]
fn a_variable_that_is_wrong_is_named() {
    let place = Place::with("").variables(&[
        ("RELBOARD_SERVER__LISEN", "127.0.0.1:1"),
        ("RELBOARD_SERVER__MAX_BODY", "big"),
        ("RELBOARD_ENVIRONMENTS__1__NAME", "x"),
        ("RELBOARD_TIMING", "ignored: it holds no two underscores"),
        ("RELBOARD_CI__NAME", "x"),
        ("RELBOARD_SERVER__LISTEN__PORT", "1"),
    ]);
    insta::assert_snapshot!(place.problems());
}

#[test]
fn files_that_are_not_there_are_named() {
    let mut place = Place::new();
    assert!(place.problems().contains("relboard.toml cannot be read: No such file"), "{}", place.problems());
    place.write("relboard.toml", "");
    place.write("kubeconfig", "contexts: {{");
    assert!(place.problems().contains("no [[environments]] are configured, and kubeconfig cannot be read: "), "{}", place.problems());
    place.sources.kubeconfig = Some(place.folder.path().join("nope"));
    assert!(place.problems().contains("nope cannot be read"), "{}", place.problems());
    // Records alone make a board too.
    place.write("relboard.toml", "[[ci]]\nname = \"a\"\ntoken = \"t\"");
    assert_eq!(columns(&place.load().unwrap()), Vec::<String>::new());
}
