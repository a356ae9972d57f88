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

/// Logins by host. Entries without one are left out: their login is with a credential helper, which is never run.
fn logins(text: &str) -> Result<BTreeMap<String, Login>, serde_json::Error> {
    let file: File = serde_json::from_str(text)?;
    let logins = file.auths.into_iter().filter_map(|(place, entry)| Some((host_of(&place), login(entry)?)));
    Ok(logins.collect())
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
            "broken.example.com": { "auth": "%%%" } } }"#;
        let shown: Vec<_> = logins(text)
            .unwrap()
            .into_iter()
            .map(|(host, login)| match login {
                Login::Password { username, password } => format!("{host} {username} {}", password.expose_secret()),
                Login::Token(token) => format!("{host} {}", token.expose_secret()),
                Login::Anonymous => format!("{host} nobody"),
            })
            .collect();
        assert_eq!(shown, ["docker.io ignas hush:hush", "ghcr.io t0ken", "registry.example.com:5000 reader s3cret"]);
        assert!(logins("7").is_err());
    }
}
