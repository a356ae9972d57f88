//! A new version of the server: nobody stands by to load the page again.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::state::Wall;
use crate::api;

/// A page that is younger is not loaded again: while servers of two versions answer in turn, it would be loaded over and over.
const SETTLED: Duration = Duration::from_secs(600);

/// Walls that hear of a new version together do not all come at once.
const SPREAD: Duration = Duration::from_secs(30);

/// After how long a page of some age is loaded again for a new version; `chance` is from 0 up to 1.
#[must_use]
pub fn wait(age: Duration, chance: f64) -> Duration {
    SETTLED.saturating_sub(age) + SPREAD.mul_f64(chance)
}

/// Loads the page again when the server has another version of it, and only once it answers.
pub fn follow(wall: Wall) {
    let begun = js_sys_now();
    let awaited = StoredValue::new(false);
    Effect::new(move |_| {
        let is_other = move |served: &Option<String>| served.as_deref().is_some_and(|served| *served != *wall.version());
        if wall.served.with(is_other) && !awaited.get_value() {
            awaited.set_value(true);
            let age = Duration::from_secs_f64(((js_sys_now() - begun) / 1000.0).max(0.0));
            let load = move || {
                // It may have gone back to the old one meanwhile.
                spawn_local(async move {
                    if wall.served.with_untracked(is_other) && api::answers(&api::here()).await {
                        drop(window().location().reload());
                    }
                    // Else the next word of the server asks again.
                    awaited.set_value(false);
                });
            };
            set_timeout(load, wait(age, js_sys::Math::random()));
        }
    });
}

/// Milliseconds since 1970, by the browser's clock; 0 on the server, where pages have no age.
fn js_sys_now() -> f64 {
    if cfg!(feature = "hydrate") { js_sys::Date::now() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{SETTLED, SPREAD, wait};
    use std::time::Duration;

    #[test]
    fn an_old_page_is_loaded_soon_and_a_young_one_only_when_it_is_old() {
        let hour = Duration::from_secs(3600);
        assert_eq!(wait(hour, 0.0), Duration::ZERO);
        assert_eq!(wait(hour, 0.5), SPREAD / 2);
        assert_eq!(wait(Duration::ZERO, 0.0), SETTLED, "two versions that answer in turn are no loop");
        assert_eq!(wait(SETTLED / 3, 0.0), SETTLED * 2 / 3);
    }
}
