//! Which registries are asked, and as whom.

use super::Place;
use crate::config::{Config, Login, Transport};

fn shown(config: &Config) -> Vec<String> {
    let login = |login: &Login| match login {
        Login::Anonymous => "nobody".to_owned(),
        Login::Password { username, .. } => username.clone(),
        Login::Token(_) => "token".to_owned(),
        Login::Helper { name, .. } => name.clone(),
    };
    let transport = |transport| if transport == Transport::Plain { " plain" } else { "" };
    config
        .registries
        .iter()
        .map(|registry| format!("{} {}{}", registry.host, login(&registry.login), transport(registry.transport)))
        .collect()
}

const DOCKER: &str =
    r#"{ "auths": { "https://index.docker.io/v1/": { "auth": "aWduYXM6aHVzaA==" }, "ghcr.io": { "auth": "bGVvOmh1c2g=" } } }"#;

#[test]
fn none_is_asked_unless_it_is_named_or_there_is_a_login() {
    let place = Place::with("");
    assert!(shown(&place.load().unwrap()).is_empty());

    std::fs::create_dir(place.folder.path().join(".docker")).unwrap();
    place.write(".docker/config.json", DOCKER);
    let home = place.folder.path().display().to_string();
    let place = place.variables(&[("HOME", &home)]);
    assert_eq!(shown(&place.load().unwrap()), ["docker.io ignas", "ghcr.io leo"]);
    place.write("relboard.toml", "[registries]\nenabled = false\n[[registries.hosts]]\nhost = \"a\"\n");
    assert!(shown(&place.load().unwrap()).is_empty());

    // What is said here goes before what docker knows.
    place.write("other.json", r#"{ "auths": { "ghcr.io": { "auth": "YW5hOmh1c2g=" } } }"#);
    place.write(
        "relboard.toml",
        "[registries]\ndocker_config = \"other.json\"\n[[registries.hosts]]\nhost = \"127.0.0.1:5000\"\nplain_http = true\n\
         [[registries.hosts]]\nhost = \"index.docker.io\"\ntoken_file = \"secret\"\n",
    );
    assert_eq!(shown(&place.load().unwrap()), ["127.0.0.1:5000 nobody plain", "docker.io token", "ghcr.io ana"]);

    let docker = place.folder.path().display().to_string();
    let place = place.variables(&[("DOCKER_CONFIG", &docker)]);
    place.write("relboard.toml", "");
    place.write("config.json", r#"{ "auths": { "ghcr.io": { "auth": "YW5hOmh1c2g=" } } }"#);
    assert_eq!(shown(&place.load().unwrap()), ["ghcr.io ana"]);
    place.write("config.json", "broken");
    assert!(shown(&place.load().unwrap()).is_empty(), "a file for other programs");
}

#[test]
fn what_is_wrong() {
    let problems = |text: &str| Place::with(text).problems();
    let check = |keys: &str, expected: &str| {
        let said = problems(&format!("[[registries.hosts]]\n{keys}\n"));
        assert!(said.contains(expected), "{said}");
    };
    check("username = \"a\"", "registries.hosts[0]: has no host");
    check("host = \"https://a/b\"", "without https:// and path");
    check("host = \"a\"\nusername = \"b\"", "has no password");
    check("host = \"a\"\npassword = \"b\"", "has no username");
    check("host = \"a\"\nusername = \"b\"\npassword = \"c\"\ntoken = \"d\"", "give either a token");
    check("host = \"a\"\nplain_http = true", "only for registries on this machine");
    check("host = \"a\"\nhots = 1", "did you mean `host`");
    check("host = \"a\"\n[[registries.hosts]]\nhost = \"a\"", "`a` is there twice");
    assert!(problems("[registries]\ndocker_config = \"nowhere\"\n").contains("nowhere cannot be read"));
    assert!(problems("[registries]\ndocker_config = \"empty\"\n").contains("is no docker configuration"));
}
