//! Dates as CI servers write them.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;

/// From here on a number counts milliseconds: as seconds it would be the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// Formats without an offset.
const LOCAL: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
/// Formats with one, beside RFC 3339.
const ZONED: [&str; 3] = ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f%z"];

/// Reads a date; one without an offset is of `zone`. `format` is tried first.
pub(super) fn parse(value: &Value, zone: Tz, format: Option<&str>) -> Result<DateTime<Utc>, String> {
    let parsed = match value {
        Value::Null => return Err("has no date: `at` is required".to_owned()),
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)).and_then(epoch),
        Value::String(text) => {
            let text = text.trim();
            format.and_then(|format| formatted(text, zone, format)).or_else(|| usual(text, zone))
        }
        _ => None,
    };
    parsed.ok_or_else(|| {
        let expected = format.map_or_else(String::new, |format| format!("\"{format}\", "));
        format!("{value} is not a date: {expected}RFC 3339, \"YYYY-MM-DD HH:MM:SS\" and seconds or milliseconds since 1970 are read")
    })
}

fn usual(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    if let Ok(number) = text.parse() {
        return epoch(number);
    }
    let zoned = || ZONED.iter().find_map(|format| DateTime::parse_from_str(text, format).ok());
    let naive = || LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    zoned().map(|at| at.to_utc()).or_else(|| local(naive()?, zone))
}

fn formatted(text: &str, zone: Tz, format: &str) -> Option<DateTime<Utc>> {
    match DateTime::parse_from_str(text, format) {
        Ok(at) => Some(at.to_utc()),
        Err(_) => local(NaiveDateTime::parse_from_str(text, format).ok()?, zone),
    }
}

fn local(naive: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    // When clocks go back an hour is there twice: the earlier is taken. When they go forward one is missing: it is
    // read as if the clock had not been moved yet.
    let at = zone.from_local_datetime(&naive).earliest();
    let before = || naive.checked_sub_signed(TimeDelta::hours(1));
    let moved = || zone.from_local_datetime(&before()?).earliest()?.checked_add_signed(TimeDelta::hours(1));
    at.or_else(moved).map(|at| at.to_utc())
}

fn epoch(number: i64) -> Option<DateTime<Utc>> {
    match number {
        ..0 => None,
        0..MILLISECONDS => DateTime::from_timestamp(number, 0),
        _ => DateTime::from_timestamp_millis(number),
    }
}
