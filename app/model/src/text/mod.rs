//! Board ⇄ plain text, for tests, the command line and `Accept: text/plain`.

#[cfg(feature = "testing")]
mod compact;
mod csv;
mod table;
#[cfg(test)]
mod tests;

use chrono::Duration;

#[cfg(feature = "testing")]
pub use compact::{CompactError, TIME, compact, parse};
pub use csv::{CSV_HEADER, csv_rows};
pub use table::table;

/// A duration as people say it: `just now`, `5 min`, `3 h`, `2 d`, `9 w`, `2 y`, rounded down. A duration below zero, which clocks that
/// differ may give, is `just now`; from a minute on it says so: `in 5 min`.
#[must_use]
pub fn age(age: Duration) -> String {
    let minutes = age.num_minutes();
    let future = if minutes < 0 { "in " } else { "" };
    let minutes = minutes.unsigned_abs();
    let (hours, days) = (minutes / 60, minutes / (60 * 24));
    match () {
        () if minutes == 0 => "just now".to_owned(),
        () if minutes < 60 => format!("{future}{minutes} min"),
        () if hours < 48 => format!("{future}{hours} h"),
        () if days < 60 => format!("{future}{days} d"),
        () if days < 2 * 365 => format!("{future}{} w", days / 7),
        () => format!("{future}{} y", days / 365),
    }
}

/// The text on one line and without control characters: it may come from a pod's message, and go to a terminal.
fn one_line(text: &str) -> String {
    text.split(|letter: char| letter.is_control() || letter.is_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
