//! Times as RFC 3339 writes them, and nothing else: what reads any pattern of chrono's is ten times as slow, and a weight
//! in the browser.

use chrono::{DateTime, ParseError, Utc};
use serde::de::{Deserialize, Deserializer, Error as _};

/// Reads a time with its offset: `2018-08-13T15:56:53Z`. Years that RFC 3339 cannot write have a sign (ISO 8601, and chrono): what
/// somebody once recorded so must not make a board unreadable, and is the beginning or the end of what can be written.
///
/// # Errors
/// When it is none.
pub fn parse(text: &str) -> Result<DateTime<Utc>, ParseError> {
    let nearest = match text.as_bytes().first() {
        Some(b'-') => "0000-01-01T00:00:00Z",
        Some(b'+') => "9999-12-31T23:59:59Z",
        _ => text,
    };
    DateTime::parse_from_rfc3339(nearest).map(|time| time.to_utc())
}

/// Reads a time of JSON, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// When it is none.
pub fn utc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Reads a time of JSON that may be null, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// When it is neither.
pub fn utc_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse(&text).map_err(D::Error::custom)).transpose()
}

#[cfg(test)]
mod tests {
    use super::{parse, utc, utc_or_null};
    use chrono::{DateTime, Utc};

    #[test]
    fn what_is_written_is_read() {
        for text in ["2018-08-13T15:56:53Z", "2018-08-13T15:56:53.123456789Z", "1969-12-31T23:59:59Z"] {
            let time = parse(text).unwrap();
            let json = serde_json::to_string(&time).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(utc(&mut serde_json::Deserializer::from_str(&json)).unwrap(), time);
            assert_eq!(utc_or_null(&mut serde_json::Deserializer::from_str(&json)).unwrap(), Some(time));
        }
        assert_eq!(utc_or_null(&mut serde_json::Deserializer::from_str("null")).unwrap(), None);
        assert_eq!(parse("2018-08-13T17:56:53+02:00"), parse("2018-08-13T15:56:53Z"));
        for (beyond, nearest) in [(DateTime::<Utc>::MIN_UTC, "0000-01-01T00:00:00Z"), (DateTime::<Utc>::MAX_UTC, "9999-12-31T23:59:59Z")] {
            let json = serde_json::to_string(&beyond).unwrap();
            assert_eq!(utc(&mut serde_json::Deserializer::from_str(&json)).unwrap(), parse(nearest).unwrap(), "{json}");
        }
    }

    #[test]
    fn what_is_no_time_is_said() {
        for json in ["\"\"", "\"2018-08-13\"", "\"2018-13-13T15:56:53Z\"", "\"2018-08-13T15:56:53\"", "7"] {
            assert!(utc(&mut serde_json::Deserializer::from_str(json)).is_err(), "{json}");
            assert!(utc_or_null(&mut serde_json::Deserializer::from_str(json)).is_err(), "{json}");
        }
    }
}
