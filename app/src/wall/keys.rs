//! The keys of a wall, for whoever stands before it with a keyboard or a remote control.

use leptos::prelude::*;

use super::round::Turn;
use super::state::Wall;
use crate::address::Mode;
use crate::api;
use crate::ui::theme;

/// Listens for as long as the page is there.
pub fn listen(wall: Wall) {
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            match event.key().as_str() {
                "w" | "Escape" => {
                    let view = wall.view;
                    api::go_when_answered(view.query_untracked().with_mode(Mode::Board).board(&view.base()));
                }
                "t" => theme::toggle(wall.view),
                "ArrowRight" | "ArrowDown" | "PageDown" => wall.turn(Turn::Next),
                "ArrowLeft" | "ArrowUp" | "PageUp" => wall.turn(Turn::Back),
                " " => wall.held.update(|held| *held = !*held),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || handle.remove());
    });
}
