//! JSON becomes deployment records (api.md, "A deployment record").

mod fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use model::record::Record;
use serde::Serialize;
use serde_json::Value;

use self::fields::Fields;

/// How far a sender's clock may be ahead.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// Most records in one array.
pub const MAX_RECORDS: usize = 1000;

/// A field that is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema, thiserror::Error)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) of the field at fault; empty for the whole document.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.is_empty() {
            true => f.write_str(&self.detail),
            false => write!(f, "{}: {}", self.pointer, self.detail),
        }
    }
}

impl FieldError {
    /// An error of one field.
    pub(super) fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// The same error, of a part of a larger document.
    pub(super) fn within(self, prefix: &str) -> Self {
        Self { pointer: format!("{prefix}{}", self.pointer), ..self }
    }
}

/// Reads one record or an array of them; `now` is when they were received.
///
/// # Errors
/// Everything that is wrong, with the place in the array; one bad record refuses the whole array.
pub fn parse_all(value: Value, now: DateTime<Utc>) -> Result<Vec<Record>, Vec<FieldError>> {
    let Value::Array(items) = value else {
        return parse(value, now).map(|record| vec![record]);
    };
    if items.is_empty() {
        return Err(vec![FieldError::new("", "the array is empty: send at least one record")]);
    }
    if items.len() > MAX_RECORDS {
        return Err(vec![FieldError::new("", format!("{} records at once: send at most {MAX_RECORDS}", items.len()))]);
    }
    let mut records = Vec::with_capacity(items.len());
    let mut errors = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match parse(item, now) {
            Ok(record) => records.push(record),
            Err(wrong) => errors.extend(wrong.into_iter().map(|error| error.within(&format!("/{index}")))),
        }
    }
    if errors.is_empty() { Ok(records) } else { Err(errors) }
}

/// Reads one record; `now` is when it was received.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(value: Value, now: DateTime<Utc>) -> Result<Record, Vec<FieldError>> {
    let Value::Object(object) = value else {
        return Err(vec![FieldError::new("", format!("a record is a JSON object, not {}", fields::kind(&value)))]);
    };
    let mut fields = Fields::new(object);
    let service = fields.name("service");
    let environment = fields.name("environment");
    let commit = fields.commit("commit");
    let digest = fields.digest("digest");
    let image = fields.image("image");
    let version = fields.text("version", 256);
    let by = fields.text("by", 256);
    let branch = fields.text("branch", 512);
    let repository = fields.text("repository", 2048);
    let url = fields.url("url");
    let at = fields.time("at", now);
    let outcome = fields.outcome("outcome");
    // A field that is wrong was meant to be there: one complaint is enough.
    if [&commit, &digest, &image, &version].iter().all(|field| field.is_none())
        && !fields.has_error(&["commit", "digest", "image", "version"])
    {
        fields.error("", "what was deployed is missing: give at least one of `commit`, `digest`, `image`, `version`");
    }
    let extra = fields.extra();
    match (service, environment, fields.finish()) {
        (Some(service), Some(environment), errors) if errors.is_empty() => Ok(Record {
            service: service.into(),
            environment: environment.into(),
            commit: commit.map(Into::into),
            by: by.map(Into::into),
            at: at.unwrap_or(now),
            image: image.map(Into::into),
            digest: digest.map(Into::into),
            version: version.map(Into::into),
            branch: branch.map(Into::into),
            repository: repository.map(Into::into),
            url: url.map(Into::into),
            outcome: outcome.unwrap_or_default(),
            extra: extra.into_iter().collect::<BTreeMap<_, _>>(),
        }),
        (_, _, errors) => Err(errors),
    }
}
