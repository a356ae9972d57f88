//! The one clock of the page. The server's time starts it; in the browser it ticks.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

/// Ages are written in seconds only while they are young; this often they are written anew.
const TICK: Duration = Duration::from_secs(10);

/// A browser's clock that differs by more than this is wrong: the server's is used, with the time that went by.
const TOLERANCE: TimeDelta = TimeDelta::seconds(60);

/// The time that ages are counted to, UTC.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    now: RwSignal<DateTime<Utc>>,
    /// What to add to the browser's clock.
    correction: StoredValue<TimeDelta>,
}

impl Clock {
    /// Starts at the server's time. In the browser it ticks once the page is hydrated.
    #[must_use]
    pub fn start(now: DateTime<Utc>) -> Self {
        let clock = Self { now: RwSignal::new(now), correction: StoredValue::new(TimeDelta::zero()) };
        Effect::new(move || {
            let Some(browser) = browser_time() else { return };
            let difference = now - browser;
            if difference.abs() > TOLERANCE {
                clock.correction.set_value(difference);
            }
            clock.tick();
            if let Ok(handle) = set_interval_with_handle(move || clock.tick(), TICK) {
                on_cleanup(move || handle.clear());
            }
        });
        clock
    }

    /// The time; whoever asks is told of every tick.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        self.now.get()
    }

    /// The time of the last tick, for those who do not want to be told.
    #[must_use]
    pub fn now_untracked(self) -> DateTime<Utc> {
        self.now.get_untracked()
    }

    fn tick(self) {
        if let Some(browser) = browser_time() {
            self.now.set(browser + self.correction.get_value());
        }
    }
}

/// How long ago a moment of the browser's clock was, which it has in milliseconds since 1970. A moment to come is one of before the clock was
/// set back: nobody is to wait for it.
#[must_use]
pub fn since(moment: f64) -> Duration {
    Duration::try_from_secs_f64((js_sys::Date::now() - moment) / 1000.0).unwrap_or(Duration::MAX)
}

/// What the browser's clock says.
fn browser_time() -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit an i64 for ages")]
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64)
}
