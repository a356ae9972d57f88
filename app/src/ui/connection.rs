//! The connection notice: never silently old.

use leptos::prelude::*;

use crate::i18n::use_strings;
use crate::live::connection::Connection;
use crate::ui::ago::absolute;

/// Says whether what is shown is live. Before the page is hydrated, and without JavaScript, it says of when it is.
#[component]
pub fn ConnectionNotice(
    /// The connection.
    connection: RwSignal<Connection>,
) -> impl IntoView {
    let strings = use_strings();
    let state = move || match connection.get() {
        Connection::Rendered(_) => "rendered",
        Connection::Live => "live",
        Connection::Paused => "paused",
    };
    let words = move || match connection.get() {
        // Today is understood.
        Connection::Rendered(at) => format!("{} {}", strings.connecting, absolute(at).split_once(' ').map_or("", |(_, time)| time)),
        Connection::Live => strings.live.to_owned(),
        Connection::Paused => strings.paused.to_owned(),
    };
    let title = move || match connection.get() {
        Connection::Rendered(at) => Some(absolute(at)),
        Connection::Live | Connection::Paused => None,
    };
    view! {
        <span class="connection" role="status" data-state=state title=title>
            {words}
        </span>
    }
}
