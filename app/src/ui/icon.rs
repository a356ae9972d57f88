//! What a tab in the background tells: its title counts what fails, and its icon turns red.

use leptos::prelude::*;

/// The title of the window, when so many of the services that are shown fail.
#[must_use]
pub fn title(failing: usize) -> String {
    if failing == 0 { "Relboard".to_owned() } else { format!("({failing}) Relboard") }
}

/// The file of the icon.
#[must_use]
pub const fn file(failing: usize) -> &'static str {
    if failing == 0 { "icon.svg" } else { "icon-failing.svg" }
}

/// Puts title and icon in place.
pub fn tell(base: &str, failing: usize) {
    document().set_title(&title(failing));
    if let Ok(Some(icon)) = document().query_selector("link[rel=icon]") {
        // Setting an attribute of a fixed, valid name does not fail.
        drop(icon.set_attribute("href", &format!("{base}/{}", file(failing))));
    }
}
