//! The fields of one JSON object, taken out one by one; what is wrong is collected.

use chrono::{DateTime, SubsecRound, Utc};
use model::image::ImageRef;
use model::record::Outcome;
use serde_json::{Map, Value};

use super::{CLOCK_SKEW, FieldError};

/// Most unknown fields that are kept.
const MAX_EXTRA_FIELDS: usize = 64;
/// Most bytes of JSON that unknown fields may take.
const MAX_EXTRA_BYTES: usize = 16 * 1024;

/// What is left of the object, and what is wrong so far.
pub(super) struct Fields {
    object: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    pub(super) fn new(object: Map<String, Value>) -> Self {
        Self { object, errors: Vec::new() }
    }

    pub(super) fn error(&mut self, pointer: &str, detail: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, detail));
    }

    pub(super) fn has_error(&self, fields: &[&str]) -> bool {
        self.errors.iter().any(|error| fields.iter().any(|field| error.pointer.strip_prefix('/') == Some(field)))
    }

    pub(super) fn finish(self) -> Vec<FieldError> {
        self.errors
    }

    fn wrong<T>(&mut self, field: &str, detail: impl Into<String>) -> Option<T> {
        self.error(&format!("/{field}"), detail);
        None
    }

    /// Text, trimmed; null and the empty text are no text.
    pub(super) fn text(&mut self, field: &'static str, most: usize) -> Option<String> {
        let text = match self.object.remove(field)? {
            Value::Null => return None,
            Value::String(text) => text,
            other => return self.wrong(field, format!("must be text, not {}", kind(&other))),
        };
        let text = text.trim();
        match text.chars().count() {
            0 => None,
            length if length > most => self.wrong(field, format!("has {length} characters: at most {most} are allowed")),
            _ if text.chars().any(char::is_control) => self.wrong(field, "holds a control character (a line break or the like)"),
            _ => Some(text.to_owned()),
        }
    }

    /// A name that must be there.
    pub(super) fn name(&mut self, field: &'static str) -> Option<String> {
        let before = self.errors.len();
        match self.text(field, 253) {
            None if self.errors.len() == before => self.wrong(field, "is missing: a record names its service and its environment"),
            name => name,
        }
    }

    pub(super) fn commit(&mut self, field: &'static str) -> Option<String> {
        let commit = self.text(field, 256)?;
        match (7..=40).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => Some(commit.to_ascii_lowercase()),
            false => self.wrong(field, format!("`{commit}` is not a git commit: 7 to 40 hexadecimal digits")),
        }
    }

    pub(super) fn digest(&mut self, field: &'static str) -> Option<String> {
        let digest = self.text(field, 256)?;
        let length = match digest.split_once(':') {
            Some(("sha256", hex)) if lower_hex(hex) => hex.len() == 64,
            Some(("sha512", hex)) if lower_hex(hex) => hex.len() == 128,
            _ => false,
        };
        match length {
            true => Some(digest),
            false => self.wrong(field, format!("`{digest}` is not an image digest: `sha256:` and 64 lower-case hexadecimal digits")),
        }
    }

    pub(super) fn image(&mut self, field: &'static str) -> Option<String> {
        let image = self.text(field, 1024)?;
        match image.parse::<ImageRef>() {
            Ok(_) => Some(image),
            Err(error) => self.wrong(field, error.to_string()),
        }
    }

    /// Links are shown: only `http` and `https` may be.
    pub(super) fn url(&mut self, field: &'static str) -> Option<String> {
        let text = self.text(field, 2048)?;
        match url::Url::parse(&text) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                self.wrong(field, format!("must begin with http:// or https://, not {}:", url.scheme()))
            }
            Ok(_) => Some(text),
            Err(error) => self.wrong(field, format!("`{text}` is not a URL: {error}")),
        }
    }

    /// A time with an offset, to the millisecond.
    pub(super) fn time(&mut self, field: &'static str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let text = self.text(field, 64)?;
        match DateTime::parse_from_rfc3339(&text) {
            Ok(at) if at > now + CLOCK_SKEW => {
                let detail = format!("{text} is in the future: it is {} here. Check the clock and the offset", now.to_rfc3339());
                self.wrong(field, detail)
            }
            Ok(at) => Some(at.with_timezone(&Utc).trunc_subsecs(3)),
            Err(_) => self.wrong(field, format!("`{text}` is not an RFC 3339 time: write it like 2018-08-13T15:56:53Z")),
        }
    }

    pub(super) fn outcome(&mut self, field: &'static str) -> Option<Outcome> {
        match self.text(field, 256)?.as_str() {
            "started" => Some(Outcome::Started),
            "success" => Some(Outcome::Success),
            "failure" => Some(Outcome::Failure),
            "cancelled" => Some(Outcome::Cancelled),
            other => self.wrong(field, format!("`{other}` is not an outcome: one of `started`, `success`, `failure`, `cancelled`")),
        }
    }

    /// What nobody asked for: kept.
    pub(super) fn extra(&mut self) -> Map<String, Value> {
        let extra = std::mem::take(&mut self.object);
        if extra.len() > MAX_EXTRA_FIELDS {
            self.error("", format!("{} unknown fields: at most {MAX_EXTRA_FIELDS} are kept", extra.len()));
        } else if serde_json::to_string(&extra).map_or(0, |text| text.len()) > MAX_EXTRA_BYTES {
            self.error("", format!("the unknown fields are longer than {MAX_EXTRA_BYTES} bytes of JSON"));
        }
        extra
    }
}

fn lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The kind of a JSON value, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
