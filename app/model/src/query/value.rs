//! The values of terms: words, dates, statuses, commits, ages.

use chrono::{DateTime, Datelike, Duration, Months, Utc};

use super::QueryError;
use super::fold::Needle;
use super::haystack::begun_by;
use super::parse::Written;
use super::term::{Age, Is, Order, Unit, Word};
use crate::status::Status;

/// Fewer hex digits than this are a word like any other: `add`, `be`.
const SHORTEST_COMMIT_WORD: usize = 4;

/// Digits of a full commit (SHA-1) and of a digest (SHA-256).
const COMMIT_DIGITS: usize = 40;
const DIGEST_DIGITS: usize = 64;

pub(super) fn word(value: &Written) -> Word {
    let needle = Needle::new(&value.text);
    let text = needle.folded();
    let digits = text.strip_prefix("sha256:");
    let is_hex = |text: &&str| text.len() >= SHORTEST_COMMIT_WORD && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Word {
        commit: Some(text).filter(is_hex).filter(|text| text.len() <= COMMIT_DIGITS).map(str::to_owned),
        digest: Some(digits.unwrap_or(text)).filter(is_hex).filter(|text| text.len() <= DIGEST_DIGITS).map(str::to_owned),
        date: date(text),
        begins: begun_by(text),
        needle,
    }
}

pub(super) fn status(value: &Written) -> Result<Status, QueryError> {
    let word = value.text.to_lowercase();
    let known = Status::ALL.iter().map(|status| status.as_str());
    Status::ALL.into_iter().find(|status| status.as_str() == word).ok_or_else(|| value.error(unknown_word("status", &word, known)))
}

pub(super) fn is(value: &Written) -> Result<Is, QueryError> {
    let word = value.text.to_lowercase();
    Is::all().find(|is| is.as_str() == word).ok_or_else(|| value.error(unknown_word("is", &word, Is::all().map(Is::as_str))))
}

pub(super) fn commit(value: &Written) -> Result<String, QueryError> {
    let text = value.text.to_ascii_lowercase();
    if text.len() > COMMIT_DIGITS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("a commit is up to {COMMIT_DIGITS} hex digits, as in `commit:7fc38a2`; for a tag write `tag:{text}`");
        return Err(value.error(message));
    }
    Ok(text)
}

pub(super) fn age(value: &Written) -> Result<Age, QueryError> {
    parse_age(&value.text).ok_or_else(|| {
        value.error("an age is `<`, `<=`, `>` or `>=`, a number, and `m`, `h`, `d` or `w`: `age:>7d` is older than 7 days".into())
    })
}

fn parse_age(text: &str) -> Option<Age> {
    let orders = [("<=", Order::LessOrEqual), (">=", Order::GreaterOrEqual), ("<", Order::Less), (">", Order::Greater)];
    let (order, rest) = orders.into_iter().find_map(|(sign, order)| Some((order, text.strip_prefix(sign)?)))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let unit = match &rest[digits..] {
        "m" | "M" => Unit::Minutes,
        "h" | "H" => Unit::Hours,
        "d" | "D" => Unit::Days,
        "w" | "W" => Unit::Weeks,
        _ => return None,
    };
    Some(Age { order, amount: rest[..digits].parse().ok()?, unit })
}

/// The time that the beginning of an ISO date stands for, from the month on: `2026-11`, `2026-11-20`, `2026-11-20t10`,
/// `2026-11-20t10:00`, `2026-11-20t10:00:05`, each with a `z` or without. The text is in lower case.
fn date(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let from = |text: &str, missing: &str| {
        let from = crate::time::parse(&format!("{text}{missing}Z")).ok();
        from.filter(|from| (1000..=9999).contains(&from.year()))
    };
    if text.len() == "2026-11".len() {
        let first = from(text, "-01t00:00:00")?;
        return Some((first, first.checked_add_months(Months::new(1))?));
    }
    let time = text.strip_suffix('z').unwrap_or(text);
    let (text, missing, length) = match (text.len(), time.len()) {
        (10, _) => (text, "t00:00:00", Duration::days(1)),
        (_, 13) => (time, ":00:00", Duration::hours(1)),
        (_, 16) => (time, ":00", Duration::minutes(1)),
        (_, 19) => (time, "", Duration::seconds(1)),
        _ => return None,
    };
    let from = from(text, missing)?;
    Some((from, from.checked_add_signed(length)?))
}

fn unknown_word(qualifier: &str, word: &str, known: impl Iterator<Item = &'static str> + Clone) -> String {
    let hint = nearest(word, known.clone())
        .map_or_else(|| format!("it can be {}", known.collect::<Vec<_>>().join(" ")), |near| format!("did you mean `{qualifier}:{near}`?"));
    format!("`{qualifier}:` does not know `{word}`; {hint}")
}

/// The word that was probably meant.
pub(super) fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let likeness = |known: &&str| strsim::normalized_damerau_levenshtein(word, known);
    known
        .map(|known| (likeness(&known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .map(|(_, known)| known)
}
