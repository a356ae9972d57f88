//! Which format the client wants.

use axum::http::{HeaderMap, header};
use serde::Deserialize;

use crate::web::problem::{Kind, Problem};

/// The formats of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::web) enum Format {
    /// As the API's manual says.
    Json,
    /// For spreadsheets.
    Csv,
    /// For terminals.
    Text,
}

impl Format {
    const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Text];

    /// What the address says, else the best of `Accept`, else JSON.
    pub(super) fn choose(asked: Option<Self>, headers: &HeaderMap) -> Result<Self, Problem> {
        if let Some(format) = asked {
            return Ok(format);
        }
        let accepted: Vec<_> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        let accepted = accepted.join(",");
        if accepted.trim().is_empty() {
            return Ok(Self::Json);
        }
        // The first of equals wins; `max_by_key` would give the last.
        let best = Self::ALL.into_iter().rev().max_by_key(|format| format.quality(&accepted)).filter(|best| best.quality(&accepted) > 0);
        best.ok_or_else(|| {
            let detail = format!("`Accept: {accepted}` asks for none of application/json, text/csv, text/plain.");
            Problem::new(Kind::NotAcceptable, detail)
        })
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// In thousandths: what the most specific range of an `Accept` header gives it.
    fn quality(self, accepted: &str) -> u32 {
        let name = self.content_type().split(';').next().unwrap_or_default();
        let group = name.split('/').next().unwrap_or_default();
        let ranges = accepted.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let specific = match parts.next()? {
                full if full.eq_ignore_ascii_case(name) => 2,
                "*/*" => 0,
                half if half.strip_suffix("/*").is_some_and(|half| half.eq_ignore_ascii_case(group)) => 1,
                _ => return None,
            };
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |quality| quality.parse::<f32>().unwrap_or(0.0));
            Some((specific, quality.clamp(0.0, 1.0)))
        });
        ranges.max_by_key(|(specific, _)| *specific).map_or(0, |(_, quality)| (quality * 1000.0) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, wanted: Option<Format>) {
        let headers = [(header::ACCEPT, accept.parse().unwrap())].into_iter().collect();
        assert_eq!(Format::choose(None, &headers).ok(), wanted, "{accept}");
    }

    #[test]
    fn accept_chooses() {
        check("", Some(Format::Json));
        check("*/*", Some(Format::Json));
        check("text/html,application/xhtml+xml,*/*;q=0.8", Some(Format::Json));
        check("text/csv", Some(Format::Csv));
        check("text/*", Some(Format::Csv));
        check("text/*;q=0.5, text/plain", Some(Format::Text));
        check("application/json;q=0.1, TEXT/PLAIN;q=0.2", Some(Format::Text));
        check("text/csv;q=0, text/*", Some(Format::Text));
        check("image/png", None);
    }
}
