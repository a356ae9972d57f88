//! `[[ci]]` from the file.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::format::{Item, StrftimeItems};
use secrecy::{ExposeSecret, SecretString};

use super::{Ci, JsonEndpoint, JsonFields, Locator};
use crate::config::section::Section;

/// The optional fields of a record that a JSON document may hold.
const OTHERS: [&str; 9] = ["commit", "by", "image", "digest", "version", "branch", "repository", "url", "outcome"];
/// One of these must be there.
const IDENTITIES: [&str; 4] = ["commit", "image", "digest", "version"];

/// All sources.
pub(in crate::config) fn read(sections: Vec<Section<'_>>) -> Vec<Ci> {
    let mut names = BTreeSet::new();
    let mut tokens: Vec<SecretString> = Vec::new();
    sections
        .into_iter()
        .map(|section| {
            let name = section.text("name").unwrap_or_default();
            if name.is_empty() {
                section.problem(if section.has("name") { "name" } else { "" }, "has no name: add name = \"jenkins\" or the like");
            } else if !names.insert(name.clone()) {
                section.problem("name", format!("`{name}` is already the name of a CI: each must be different"));
            }
            let token = section.secret("token");
            if let Some(token) = &token {
                if tokens.iter().any(|known| known.expose_secret() == token.expose_secret()) {
                    section.problem("token", "is the token of another CI too: each needs its own, it tells who sent a record");
                }
                tokens.push(token.clone());
            }
            let json = section.section("json");
            let json = json.is_given().then(|| endpoint(json)).flatten();
            let create_environments = section.boolean("create_environments").unwrap_or(json.is_some());
            if token.is_none() && !["token", "token_file", "json"].iter().any(|key| section.has(key)) {
                section.problem("", "says not how its records come: add `token` (it sends them) or [ci.json] (they are polled)");
            }
            section.finish();
            Ci { name, token, create_environments, json }
        })
        .collect()
}

fn endpoint(section: Section<'_>) -> Option<JsonEndpoint> {
    let url = section.url("url");
    if url.is_none() && !section.has("url") {
        section.problem("", "has no url: add url = \"https://…\"");
    }
    let interval = section.duration("interval", Duration::from_secs(1)).unwrap_or(Duration::from_secs(30));
    let timeout = section.duration("timeout", Duration::from_millis(100)).unwrap_or(Duration::from_secs(10));
    let max_bytes = section.bytes("max_bytes", 1024..=(256 << 20)).unwrap_or(8 << 20);
    let authorization = section.secret("authorization");
    let entries = section.parsed("entries", pointer).unwrap_or_else(|| "/*".to_owned());
    let wildcards = entries.split('/').filter(|part| *part == "*").count();
    let time_zone = section.parsed("time_zone", time_zone).unwrap_or(chrono_tz::UTC);
    let date_format = section.parsed("date_format", date_format);
    let fields = fields(section.section("fields"), wildcards);
    section.finish();
    Some(JsonEndpoint { url: url?, interval, timeout, max_bytes, authorization, entries, fields, time_zone, date_format })
}

/// A field that is not given is under its own name.
fn fields(section: Section<'_>, wildcards: usize) -> JsonFields {
    let read = |key: &str| section.parsed(key, |text| locator(text, wildcards)).unwrap_or_else(|| Locator::Pointer(format!("/{key}")));
    let fields = JsonFields {
        service: read("service"),
        environment: read("environment"),
        at: read("at"),
        others: OTHERS.iter().map(|key| (*key, read(key))).collect(),
    };
    if let Some(key) = IDENTITIES.iter().find(|key| matches!(fields.other(key), Some(Locator::Constant(_)))) {
        section.problem(key, "cannot be the same in all entries: give a JSON pointer like \"/commit\"");
    }
    section.finish();
    fields
}

impl JsonFields {
    fn other(&self, key: &str) -> Option<&Locator> {
        self.others.iter().find(|(other, _)| *other == key).map(|(_, locator)| locator)
    }
}

fn pointer(text: &str) -> Result<String, String> {
    match text.is_empty() || text.starts_with('/') {
        true => Ok(text.to_owned()),
        false => Err(format!("`{text}` is not a JSON pointer: it begins with `/`, and `*` stands for any key or index, as in \"/*/*\"")),
    }
}

fn locator(text: &str, wildcards: usize) -> Result<Locator, String> {
    if let Some(number) = text.strip_prefix('$') {
        return match number.parse::<usize>() {
            Ok(number) if (1..=wildcards).contains(&number) => Ok(Locator::Key(number - 1)),
            Ok(number) => Err(format!("${number} is the key of the {number}. `*` of `entries`, which has {wildcards}")),
            Err(_) => Err(format!("`{text}` is no key: $1 is the key that the first `*` of `entries` stands for")),
        };
    }
    match text.strip_prefix('=') {
        Some(constant) if !constant.is_empty() => Ok(Locator::Constant(constant.to_owned())),
        None if text.is_empty() || text.starts_with('/') => Ok(Locator::Pointer(text.to_owned())),
        _ => Err(format!(
            "`{text}` says not where the field is: \"/name\" (a JSON pointer in the entry), \"$1\" (a key on the way to it) or \"=text\" (always this)"
        )),
    }
}

fn time_zone(text: &str) -> Result<chrono_tz::Tz, String> {
    text.parse().map_err(|_| format!("`{text}` is no time zone: write it like Europe/Madrid or UTC"))
}

fn date_format(text: &str) -> Result<String, String> {
    match StrftimeItems::new(text).any(|item| matches!(item, Item::Error)) || !text.contains('%') {
        false => Ok(text.to_owned()),
        true => Err(format!("`{text}` is no date format: write it like \"%d/%m/%Y %H:%M:%S\"")),
    }
}
