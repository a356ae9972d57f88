//! From a document to records, by the configured pointers. One wrong entry costs the others nothing.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, SecondsFormat, Utc};
use model::record::Record;
use serde_json::{Map, Value};

use super::date;
use crate::ci::FieldError;
use crate::ci::record;
use crate::config::{JsonEndpoint, Locator};

/// Most entries of a document.
const MOST_ENTRIES: usize = 50_000;

/// An entry that is right.
#[derive(Clone, Debug)]
pub(in crate::ci) struct Entry {
    /// Its place in the document.
    pub(in crate::ci) pointer: String,
    /// Changes when the entry does.
    pub(in crate::ci) fingerprint: u64,
    /// What it says.
    pub(in crate::ci) record: Record,
}

/// What a document holds.
#[derive(Debug)]
pub(in crate::ci) struct Read {
    /// The entries that are right.
    pub(in crate::ci) entries: Vec<Entry>,
    /// What is wrong with the others, by place in the document.
    pub(in crate::ci) wrong: Vec<FieldError>,
    /// How many entries there are.
    pub(in crate::ci) total: usize,
}

/// Reads a document.
///
/// # Errors
/// It has no entries where they should be: the document has another shape than configured.
pub(in crate::ci) fn read(document: &Value, endpoint: &JsonEndpoint, now: DateTime<Utc>) -> Result<Read, String> {
    let steps: Vec<&str> = endpoint.entries.split('/').skip(1).collect();
    let mut found = Vec::new();
    walk(document, &steps, String::new(), &mut Vec::new(), &mut found)?;
    let mut read = Read { entries: Vec::new(), wrong: Vec::new(), total: found.len() };
    for Found { pointer, keys, value } in found {
        match record(value, &keys, endpoint, now) {
            Ok(record) => {
                let fingerprint = fingerprint(&record);
                read.entries.push(Entry { pointer, fingerprint, record });
            }
            Err(errors) => read.wrong.extend(errors.into_iter().map(|error| error.within(&pointer))),
        }
    }
    Ok(read)
}

/// A place that `entries` points to.
struct Found<'a> {
    pointer: String,
    /// What each `*` stood for.
    keys: Vec<String>,
    value: &'a Value,
}

fn walk<'a>(value: &'a Value, steps: &[&str], pointer: String, keys: &mut Vec<String>, found: &mut Vec<Found<'a>>) -> Result<(), String> {
    // A service that is not in an environment, or in none, may be written as null.
    if value.is_null() && !pointer.is_empty() {
        return Ok(());
    }
    let Some((step, rest)) = steps.split_first() else {
        if found.len() == MOST_ENTRIES {
            return Err(format!("the document has more than {MOST_ENTRIES} entries"));
        }
        found.push(Found { pointer, keys: keys.clone(), value });
        return Ok(());
    };
    if *step != "*" {
        let next = value.pointer(&format!("/{step}"));
        let next = next.ok_or_else(|| format!("the document has nothing at `{pointer}/{step}`: check `entries`"))?;
        return walk(next, rest, format!("{pointer}/{step}"), keys, found);
    }
    let mut child = |key: String, value: &'a Value| {
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        keys.push(key);
        let walked = walk(value, rest, pointer, keys, found);
        keys.pop();
        walked
    };
    match value {
        Value::Object(object) => object.iter().try_for_each(|(key, value)| child(key.clone(), value)),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, value)| child(index.to_string(), value)),
        // The whole document has another shape; further down, it is one odd entry that `record` complains of.
        _ if pointer.is_empty() => Err("the document is neither an object nor an array".to_owned()),
        _ => {
            found.push(Found { pointer, keys: keys.clone(), value });
            Ok(())
        }
    }
}

/// The entry as a deployment record of the API, read by the API's own rules.
fn record(entry: &Value, keys: &[String], endpoint: &JsonEndpoint, now: DateTime<Utc>) -> Result<Record, Vec<FieldError>> {
    let fields = &endpoint.fields;
    let wildcards = endpoint.entries.split('/').filter(|step| *step == "*").count();
    if keys.len() < wildcards {
        return Err(vec![FieldError::new("", "is not an entry: an object or an array was expected here")]);
    }
    let mut object = match entry {
        Value::Object(object) => extra(object, endpoint),
        _ => Map::new(),
    };
    let required = [("service", &fields.service), ("environment", &fields.environment)];
    for (name, locator) in required.into_iter().chain(fields.others.iter().map(|(name, locator)| (*name, locator))) {
        match locate(entry, keys, locator) {
            Some(Value::String(text)) if name == "outcome" => object.insert(name.to_owned(), outcome(&text).into()),
            Some(Value::Number(number)) => object.insert(name.to_owned(), number.to_string().into()),
            Some(value) => object.insert(name.to_owned(), value),
            None => object.remove(name),
        };
    }
    let at = locate(entry, keys, &fields.at).unwrap_or(Value::Null);
    match date::parse(&at, endpoint.time_zone, endpoint.date_format.as_deref()) {
        Ok(at) => {
            object.insert("at".to_owned(), at.to_rfc3339_opts(SecondsFormat::Millis, true).into());
        }
        Err(error) => return Err(vec![FieldError::new(pointer(&fields.at), error)]),
    }
    record::parse(Value::Object(object), now).map_err(|errors| errors.into_iter().map(|error| translate(error, endpoint)).collect())
}

/// The fields of an entry that no pointer takes out: kept.
fn extra(object: &Map<String, Value>, endpoint: &JsonEndpoint) -> Map<String, Value> {
    let fields = &endpoint.fields;
    let locators = [&fields.service, &fields.environment, &fields.at].into_iter().chain(fields.others.iter().map(|(_, locator)| locator));
    let taken: Vec<String> = locators.map(pointer).collect();
    object.iter().filter(|(key, _)| !taken.contains(&format!("/{key}"))).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn locate(entry: &Value, keys: &[String], locator: &Locator) -> Option<Value> {
    match locator {
        Locator::Key(place) => keys.get(*place).map(|key| Value::String(key.clone())),
        Locator::Constant(text) => Some(Value::String(text.clone())),
        Locator::Pointer(pointer) => entry.pointer(pointer).filter(|value| !value.is_null()).cloned(),
    }
}

/// An error names the document's field, not the record's.
fn translate(error: FieldError, endpoint: &JsonEndpoint) -> FieldError {
    let fields = &endpoint.fields;
    let named = error.pointer.strip_prefix('/').and_then(|name| match name {
        "service" => Some(&fields.service),
        "environment" => Some(&fields.environment),
        "at" => Some(&fields.at),
        other => fields.others.iter().find(|(name, _)| *name == other).map(|(_, locator)| locator),
    });
    match named {
        Some(locator) => FieldError::new(pointer(locator), error.detail),
        None => error,
    }
}

/// Where in the entry; a key is the entry's own place.
fn pointer(locator: &Locator) -> String {
    match locator {
        Locator::Pointer(pointer) => pointer.clone(),
        Locator::Key(_) | Locator::Constant(_) => String::new(),
    }
}

/// The words of the usual CI servers.
fn outcome(text: &str) -> &str {
    match text.trim().to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "successful" | "passed" | "ok" | "done" => "success",
        "failure" | "failed" | "error" | "broken" => "failure",
        "cancelled" | "canceled" | "aborted" | "stopped" => "cancelled",
        "started" | "running" | "in_progress" | "pending" | "building" => "started",
        _ => text,
    }
}

/// Within one run of the program only.
fn fingerprint(record: &Record) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(record).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
