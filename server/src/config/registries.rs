//! `[registries]`: which image registries may be asked, and as whom.

mod docker;

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

use super::section::Section;

/// Requests a minute to one registry, unless said otherwise.
const REQUESTS_PER_MINUTE: u32 = 300;

/// A registry that may be asked what an image is.
#[derive(Clone, Debug)]
pub struct Registry {
    /// Its host, with the port if it has one, as in image names; `docker.io` for names without a host.
    pub host: String,
    /// As whom.
    pub login: Login,
    /// Whether it speaks HTTP without TLS: only on loopback.
    pub transport: Transport,
    /// A PEM file of certificates to trust beside the usual ones.
    pub ca_file: Option<PathBuf>,
    /// The most requests in a minute. Default 300.
    pub requests_per_minute: u32,
}

/// As whom a registry is asked.
#[derive(Clone, Debug)]
pub enum Login {
    /// As nobody.
    Anonymous,
    /// With a password.
    Password {
        /// The user.
        username: String,
        /// The password.
        password: SecretString,
    },
    /// With a bearer token.
    Token(SecretString),
    /// With what a docker credential helper says.
    Helper {
        /// Its name: the program is `docker-credential-NAME`.
        name: String,
        /// The registry as docker names it: `https://index.docker.io/v1/`.
        server: String,
    },
}

/// How a registry is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS.
    Tls,
    /// HTTP, on loopback.
    Plain,
}

impl Registry {
    fn new(host: String, login: Login) -> Self {
        Self { host, login, transport: Transport::Tls, ca_file: None, requests_per_minute: REQUESTS_PER_MINUTE }
    }
}

/// Where the docker configuration is when nobody says: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`.
pub(super) fn default_docker_config(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let folder = variable("DOCKER_CONFIG").or_else(|| Some(variable("HOME")?.join(".docker")))?;
    Some(folder.join("config.json"))
}

/// All registries, by host: those of `[[registries.hosts]]`, then those that the docker configuration has logins for.
pub(super) fn read(section: Section<'_>, default_docker_config: Option<PathBuf>) -> Vec<Registry> {
    if section.boolean("enabled") == Some(false) {
        // The rest is still read, so that what is wrong with it is said.
        hosts(&section);
        docker::read(&section, None);
        section.finish();
        return Vec::new();
    }
    let mut registries = docker::read(&section, default_docker_config);
    registries.extend(hosts(&section));
    section.finish();
    registries.into_values().collect()
}

fn hosts(section: &Section<'_>) -> BTreeMap<String, Registry> {
    let mut registries = BTreeMap::new();
    for host in section.sections("hosts") {
        let Some(registry) = registry(host) else { continue };
        let name = registry.host.clone();
        if registries.insert(name.clone(), registry).is_some() {
            section.problem("hosts", format!("`{name}` is there twice"));
        }
    }
    registries
}

fn registry(section: Section<'_>) -> Option<Registry> {
    let host = section.parsed("host", host);
    if host.is_none() && !section.has("host") {
        section.problem("", "has no host: add host = \"registry.example.com\"");
    }
    let username = section.text("username");
    let password = section.secret("password");
    let token = section.secret("token");
    let login = match (username, password, token) {
        (None, None, None) => Login::Anonymous,
        (None, None, Some(token)) => Login::Token(token),
        (Some(username), Some(password), None) => Login::Password { username, password },
        (_, _, Some(_)) => {
            section.problem("token", "give either a token, or username and password");
            Login::Anonymous
        }
        (Some(_), None, None) => {
            if !section.has("password_file") {
                section.problem("username", "has no password: add password_file = \"…\"");
            }
            Login::Anonymous
        }
        (None, Some(_), None) => {
            section.problem("password", "has no username: add username = \"…\"");
            Login::Anonymous
        }
    };
    let plain = section.boolean("plain_http").unwrap_or_default();
    if plain && !host.as_deref().is_some_and(is_loopback) {
        section.problem(
            "plain_http",
            "is only for registries on this machine (localhost, 127.0.0.1): passwords would be read by others on the way",
        );
    }
    let ca_file = section.file("ca_file");
    let requests_per_minute = section.integer("requests_per_minute", 1..=60_000).and_then(|number| u32::try_from(number).ok());
    section.finish();
    Some(Registry {
        transport: if plain { Transport::Plain } else { Transport::Tls },
        ca_file,
        requests_per_minute: requests_per_minute.unwrap_or(REQUESTS_PER_MINUTE),
        ..Registry::new(host?, login)
    })
}

/// A host as image names have it.
fn host(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    match text.is_empty() || !text.chars().all(fits) {
        true => Err(format!("`{text}` is no host: write it as in image names, like registry.example.com:5000, without https:// and path")),
        false => Ok(docker::canonical(text)),
    }
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name);
    name == "localhost" || name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
