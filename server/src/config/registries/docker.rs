//! Logins in a docker configuration: `auths` of `~/.docker/config.json`, which is also what a Kubernetes secret of type
//! `kubernetes.io/dockerconfigjson` holds.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Login, Registry};
use crate::config::section::Section;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
    /// The credential helper for all registries that have no other.
    creds_store: Option<String>,
    /// Credential helpers by registry.
    #[serde(default)]
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Entry {
    /// `user:password` in Base64.
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    registrytoken: Option<String>,
}

/// The registries that the docker configuration has logins for. One that nobody named may be missing.
pub(super) fn read(section: &Section<'_>, default: Option<PathBuf>) -> BTreeMap<String, Registry> {
    let named = section.path("docker_config");
    let is_named = named.is_some();
    let Some(path) = named.or(default) else { return BTreeMap::new() };
    let text = match section.read_file(&path) {
        Ok(text) => text,
        // A file that is there for other programs is none of ours to complain about.
        Err(_) if !is_named => return BTreeMap::new(),
        Err(error) => {
            section.problem("docker_config", format!("{} cannot be read: {error}", path.display()));
            return BTreeMap::new();
        }
    };
    match logins(&text) {
        Ok(logins) => logins.into_iter().map(|(host, login)| (host.clone(), Registry::new(host, login))).collect(),
        Err(_) if !is_named => BTreeMap::new(),
        Err(error) => {
            section.problem("docker_config", format!("{} is no docker configuration: {error}", path.display()));
            BTreeMap::new()
        }
    }
}

/// Logins by host. An entry without one has it with a credential helper, if there is any.
fn logins(text: &str) -> Result<BTreeMap<String, Login>, serde_json::Error> {
    let File { auths, creds_store, cred_helpers } = serde_json::from_str(text)?;
    let helped = |name: &String, server: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_name = !name.is_empty() && name.chars().all(fits);
        is_name.then(|| (host_of(server), Login::Helper { name: name.clone(), server: server.to_owned() }))
    };
    let mut logins: BTreeMap<String, Login> = cred_helpers.iter().filter_map(|(server, name)| helped(name, server)).collect();
    for (server, entry) in auths {
        match login(entry) {
            Some(login) => _ = logins.insert(host_of(&server), login),
            None if logins.contains_key(&host_of(&server)) => {}
            None => logins.extend(creds_store.as_ref().and_then(|name| helped(name, &server))),
        }
    }
    Ok(logins)
}

fn login(entry: Entry) -> Option<Login> {
    if let Some(token) = entry.registrytoken {
        return Some(Login::Token(SecretString::from(token)));
    }
    let decoded = entry.auth.as_deref().and_then(|auth| String::from_utf8(STANDARD.decode(auth.trim()).ok()?).ok());
    let (username, password) = match decoded.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((username, password)) => (username.to_owned(), password.trim_end_matches('\0').to_owned()),
        None => (entry.username?, entry.password?),
    };
    (!username.is_empty() && !password.is_empty()).then(|| Login::Password { username, password: SecretString::from(password) })
}

/// The host of an entry: `https://index.docker.io/v1/` is Docker Hub's.
fn host_of(place: &str) -> String {
    let rest = place.strip_prefix("https://").or_else(|| place.strip_prefix("http://")).unwrap_or(place);
    canonical(rest.split('/').next().unwrap_or(rest))
}

/// Docker Hub has several names.
pub(super) fn canonical(host: &str) -> String {
    match host {
        "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => "docker.io".to_owned(),
        host => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn logins_of_a_docker_configuration() {
        let text = r#"{ "credsStore": "desktop", "auths": {
            "https://index.docker.io/v1/": { "auth": "aWduYXM6aHVzaDpodXNo" },
            "registry.example.com:5000": { "username": "reader", "password": "s3cret" },
            "ghcr.io": { "registrytoken": "t0ken" },
            "helped.example.com": {},
            "https://broken.example.com/v2/": { "auth": "%%%" } },
            "credHelpers": { "eu.example.com": "cloud", "helped.example.com": "cloud", "bad.example.com": "../sh", "ghcr.io": "cloud" } }"#;
        let shown: Vec<_> = logins(text)
            .unwrap()
            .into_iter()
            .map(|(host, login)| match login {
                Login::Password { username, password } => format!("{host} {username} {}", password.expose_secret()),
                Login::Token(token) => format!("{host} {}", token.expose_secret()),
                Login::Helper { name, server } => format!("{host} asks {name} for {server}"),
                Login::Anonymous => format!("{host} nobody"),
            })
            .collect();
        let expected = [
            "broken.example.com asks desktop for https://broken.example.com/v2/",
            "docker.io ignas hush:hush",
            "eu.example.com asks cloud for eu.example.com",
            "ghcr.io t0ken",
            "helped.example.com asks cloud for helped.example.com",
            "registry.example.com:5000 reader s3cret",
        ];
        assert_eq!(shown, expected);
        assert!(logins("7").is_err());
    }
}
