//! How long ago something was.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use js_sys::{Array, Object};
use leptos::prelude::*;
use maud::{Markup, html};
use model::time;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::i18n::Ages;

/// A moment, written as its age at a time. The exact time is in `datetime` and shows on hover. It does not tick by itself (see
/// [`refresh`]).
#[must_use]
pub fn time(at: DateTime<Utc>, now: DateTime<Utc>, ages: &Ages) -> Markup {
    let iso = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    html! {
        time datetime=(iso) title=(absolute(at)) { (age(now - at, ages)) }
    }
}

/// [`time()`] in a view.
#[must_use]
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>, ages: &Ages) -> impl IntoView + use<> {
    view! {
        <time datetime=at.to_rfc3339_opts(SecondsFormat::Secs, true) title=absolute(at)>
            {age(now - at, ages)}
        </time>
    }
}

/// Writes the ages of all moments in an element anew, as far as they changed.
pub fn refresh(element: &web_sys::Element, now: DateTime<Utc>, ages: &Ages) {
    let Ok(moments) = element.query_selector_all("time[datetime]") else { return };
    for place in 0..moments.length() {
        let Some(moment) = moments.item(place).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else { continue };
        let at = moment.get_attribute("datetime").and_then(|at| time::parse(&at).ok());
        let Some(at) = at else { continue };
        let age = age(now - at, ages);
        if moment.text_content().as_deref() != Some(age.as_str()) {
            moment.set_text_content(Some(&age));
        }
    }
}

/// A moment as people read it, UTC: `2026-11-20 10:00:00 UTC`.
#[must_use]
pub fn absolute(at: DateTime<Utc>) -> String {
    // What reads a pattern weighs more than all of this page's own code.
    at.to_rfc3339_opts(SecondsFormat::Secs, true).replace('T', " ").replace('Z', " UTC")
}

/// An age in its largest unit. What is not over yet (clocks differ) is now. The clock of a page ticks every ten seconds, give or take some
/// milliseconds: what it heard one tick ago was ten seconds ago.
#[must_use]
pub fn age(age: TimeDelta, ages: &Ages) -> String {
    let age = age + TimeDelta::milliseconds(500);
    let (number, unit) = match age.num_seconds() {
        ..10 => return ages.now.to_owned(),
        seconds @ 10..60 => (seconds, ages.seconds),
        _ if age.num_minutes() < 60 => (age.num_minutes(), ages.minutes),
        _ if age.num_hours() < 24 => (age.num_hours(), ages.hours),
        _ if age.num_days() < 14 => (age.num_days(), ages.days),
        _ if age.num_weeks() < 53 => (age.num_weeks(), ages.weeks),
        _ => (age.num_days() / 365, ages.years),
    };
    format!("{number} {unit}")
}

/// Gives a moment a title in local time, once somebody points at it: nobody points at all of them, and the first one takes a browser
/// some thirty milliseconds.
pub fn localise(time: &web_sys::Element) {
    if time.has_attribute("data-local") {
        return;
    }
    let Some(at) = time.get_attribute("datetime") else { return };
    let local = Instant::new(&at).local();
    // Setting an attribute of a fixed, valid name does not fail.
    drop(time.set_attribute("title", &format!("{at}\n{local}")));
    drop(time.set_attribute("data-local", ""));
}

#[wasm_bindgen]
extern "C" {
    /// A `Date`, with no more of its interface than is needed.
    #[wasm_bindgen(js_name = Date)]
    type Instant;

    #[wasm_bindgen(constructor, js_class = "Date")]
    fn new(text: &str) -> Instant;

    #[wasm_bindgen(method, js_class = "Date", js_name = toLocaleString)]
    fn to_locale_string(this: &Instant, locales: &Array, options: &Object) -> String;
}

impl Instant {
    /// As the browser's user writes it, in the browser's time zone, which is named.
    fn local(&self) -> String {
        let styles = [("dateStyle", "full"), ("timeStyle", "long")];
        let entries: Array = styles.into_iter().map(|(name, style)| Array::of2(&name.into(), &style.into())).collect();
        let options = Object::from_entries(&entries).unwrap_or_default();
        self.to_locale_string(&window().navigator().languages(), &options)
    }
}

#[cfg(test)]
mod tests {
    use super::age;
    use crate::i18n::Language;
    use chrono::TimeDelta;

    #[test]
    fn a_moment_is_written_in_full() {
        assert_eq!(super::absolute("2026-11-20T09:05:00.7Z".parse().unwrap()), "2026-11-20 09:05:00 UTC");
    }

    #[test]
    fn ages_are_written_in_their_largest_unit() {
        let (minute, hour, day) = (60, 3600, 86400);
        for (seconds, expected) in [
            (-30, "just now"),
            (9, "just now"),
            (10, "10 s"),
            (59, "59 s"),
            (minute, "1 min"),
            (38 * minute + 59, "38 min"),
            (hour, "1 h"),
            (day - 1, "23 h"),
            (day, "1 d"),
            (13 * day, "13 d"),
            (14 * day, "2 w"),
            (364 * day, "52 w"),
            (371 * day, "1 y"),
            (3 * 365 * day, "3 y"),
        ] {
            assert_eq!(age(TimeDelta::seconds(seconds), &Language::English.strings().ages), expected);
        }
        for (milliseconds, expected) in [(9_499, "just now"), (9_999, "10 s"), (59_998, "1 min")] {
            assert_eq!(age(TimeDelta::milliseconds(milliseconds), &Language::English.strings().ages), expected, "of a clock that is early");
        }
        assert_eq!(age(TimeDelta::days(21), &Language::Spanish.strings().ages), "3 sem");
    }
}
