//! The board for a screen on a wall (`?view=wall`): large, without controls, problems first; pages turn when it does not fit.
//!
//! It is text that is written whole ([`html`]) and put into the document where it differs ([`paint`]), so that nothing is left
//! behind by a page that stays open for weeks: only what is on the screen is in the document.

pub mod awake;
pub mod html;
pub mod keys;
pub mod paint;
pub mod ranking;
#[cfg(feature = "ssr")]
pub mod refusal;
pub mod round;
pub mod state;
pub mod update;

use leptos::html as element;
use leptos::prelude::*;

use self::state::Wall;

/// The parts of the wall that are written, each in an element of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// All of it.
    pub root: NodeRef<element::Main>,
    /// What is counted.
    pub counts: NodeRef<element::P>,
    /// Whether it is live.
    pub state: NodeRef<element::P>,
    /// The time of day.
    pub time: NodeRef<element::P>,
    /// The table.
    pub table: NodeRef<element::Table>,
    /// The header row.
    pub head: NodeRef<element::Tr>,
    /// The rows.
    pub body: NodeRef<element::Tbody>,
    /// What stands where rows would be.
    pub empty: NodeRef<element::Div>,
    /// Which page it is.
    pub foot: NodeRef<element::P>,
    /// Runs while a page is shown.
    pub progress: NodeRef<element::Div>,
    /// As large as the smallest cell may be.
    pub least: NodeRef<element::Div>,
}

/// The wall. What the server wrote stays as it is until something differs.
#[component]
pub fn WallPage(
    /// Its state.
    wall: Wall,
) -> impl IntoView {
    let parts = Parts::default();
    wall.come_alive(parts);
    // The browser finds the text in the document, and need not write it again.
    let written = cfg!(feature = "ssr").then(|| untrack(|| wall.written()));
    let scene = written.as_ref().map(|(scene, _)| scene);
    let text = |write: fn(&html::Scene) -> maud::Markup| scene.map(|scene| write(scene).into_string()).unwrap_or_default();
    let (counts, state, head, foot, empty) =
        (text(html::Scene::counts), text(html::Scene::state), text(html::Scene::head), text(html::Scene::foot), text(html::Scene::empty));
    let time = scene.map(|scene| scene.time.clone()).unwrap_or_default();
    let columns = scene.map_or(0, |scene| scene.sheet.columns.len());
    let turns = scene.is_some_and(|scene| scene.sheet.of > 1).then_some("even");
    let rows = written.as_ref().map(|(_, rows)| rows.concat()).unwrap_or_default();
    view! {
        <main class="wall" data-state=scene.map(|_| "rendered") node_ref=parts.root>
            <h1 class="sr">{wall.strings.caption}</h1>
            <header class="wall-bar">
                <p class="wall-counts" node_ref=parts.counts inner_html=counts></p>
                <p class="wall-state" role="status" node_ref=parts.state inner_html=state></p>
                <p class="wall-time" node_ref=parts.time inner_html=time></p>
            </header>
            <table class=format!("wall-table columns-{columns}") node_ref=parts.table>
                <caption class="sr">{wall.strings.caption}</caption>
                <thead>
                    <tr node_ref=parts.head inner_html=head></tr>
                </thead>
                <tbody node_ref=parts.body inner_html=rows></tbody>
            </table>
            <div class="empty" node_ref=parts.empty inner_html=empty></div>
            <p class="wall-foot" node_ref=parts.foot inner_html=foot></p>
            <div class="wall-progress" data-turn=turns node_ref=parts.progress></div>
            <div class="wall-least" aria-hidden="true" node_ref=parts.least></div>
        </main>
    }
}
