//! Puts the wall into the document, where it differs from what is there.

use std::sync::Arc;

use leptos::prelude::*;
use model::board::Row;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};

use super::Parts;
use super::html::Scene;
use super::ranking::Fit;
use super::state::Wall;
use crate::live::connection::Connection;

/// What was put into the document.
#[derive(Debug, Default)]
pub struct Painter {
    /// The texts of the parts beside the rows.
    texts: [String; 6],
    /// The rows with their texts.
    rows: Vec<(Arc<Row>, String)>,
    /// The number of the page that is shown.
    page: Option<usize>,
}

impl Painter {
    /// Paints whenever there is something new, in the browser.
    pub fn start(wall: Wall, parts: Parts) {
        measure(wall, parts);
        let news = wall.news();
        let painter = StoredValue::new(Self::default());
        Effect::new(move |_| {
            news.track();
            wall.held.track();
            let now = wall.clock.now();
            // Tells the document's own watch that the page lives; see the document's scripts.
            if let Some(root) = document().document_element() {
                drop(root.set_attribute("data-beat", &js_sys::Date::now().to_string()));
            }
            // Until all of a large board is here, the document shows what the server chose.
            if wall.live.known.get().is_none() {
                let scene = wall.scene(now);
                painter.update_value(|painter| painter.paint(wall, parts, &scene));
            }
        });
    }

    fn paint(&mut self, wall: Wall, parts: Parts, scene: &Scene) {
        let Some((root, table, body, progress)) =
            untrack(|| Some((parts.root.get()?, parts.table.get()?, parts.body.get()?, parts.progress.get()?)))
        else {
            return;
        };
        let elements: [Option<Element>; 6] = untrack(|| {
            [
                parts.counts.get().map(|part| Element::from((*part).clone())),
                parts.state.get().map(|part| Element::from((*part).clone())),
                parts.time.get().map(|part| Element::from((*part).clone())),
                parts.head.get().map(|part| Element::from((*part).clone())),
                parts.empty.get().map(|part| Element::from((*part).clone())),
                parts.foot.get().map(|part| Element::from((*part).clone())),
            ]
        });
        let texts = [scene.counts(), scene.state(), maud::PreEscaped(scene.time.clone()), scene.head(), scene.empty(), scene.foot()];
        for ((element, text), old) in elements.iter().zip(texts).zip(&mut self.texts) {
            let text = text.into_string();
            if let Some(element) = element.as_ref().filter(|_| *old != text) {
                element.set_inner_html(&text);
                *old = text;
            }
        }
        let state = match scene.connection {
            Connection::Rendered(_) => "rendered",
            Connection::Live => "live",
            Connection::Paused => "paused",
        };
        set(&root, "data-state", state);
        set(&root, "data-held", if wall.held.get_untracked() { "true" } else { "false" });
        set(&table, "class", &format!("wall-table columns-{}", scene.sheet.columns.len()));
        set(&progress, "data-pages", if scene.sheet.of > 1 { "many" } else { "one" });
        self.paint_rows(wall, &body, scene);
    }

    fn paint_rows(&mut self, wall: Wall, body: &Element, scene: &Scene) {
        let page = Some(scene.sheet.number);
        let turned = self.page.is_some() && self.page != page;
        let before = std::mem::take(&mut self.rows);
        let rows = scene.sheet.rows.iter().filter_map(|name| wall.live.row(name));
        self.rows = rows
            .map(|row| {
                let old = before.iter().find(|(old, _)| old.name == row.name).map(|(old, _)| &**old);
                let text = scene.row(&row, old).into_string();
                (row, text)
            })
            .collect();
        if before.len() == self.rows.len() && body.child_element_count() as usize == self.rows.len() {
            for (place, ((_, new), (_, old))) in (0..).zip(self.rows.iter().zip(&before)) {
                if let Some(element) = body.children().item(place).filter(|_| new != old) {
                    element.set_outer_html(new);
                }
            }
        } else {
            body.set_inner_html(&self.rows.iter().map(|(_, text)| text.as_str()).collect::<String>());
        }
        if turned {
            // Another name of the same movement begins it anew.
            set(body, "data-turn", if scene.sheet.number.is_multiple_of(2) { "even" } else { "odd" });
        }
        self.page = page;
    }
}

/// Sets an attribute that differs. Setting one of a fixed, valid name does not fail.
fn set(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        drop(element.set_attribute(name, value));
    }
}

/// Keeps in step how much fits on the screen.
fn measure(wall: Wall, parts: Parts) {
    let look = move || {
        let Some((head, body, least)) = untrack(|| Some((parts.head.get()?, parts.body.get()?, parts.least.get()?))) else { return };
        let (room, least) = (body.get_bounding_client_rect(), least.get_bounding_client_rect());
        let names = head.first_element_child().map_or(0.0, |names| names.get_bounding_client_rect().width());
        let fit = Fit { rows: fits(room.height(), least.height()), columns: fits(room.width() - names, least.width()).min(MOST_COLUMNS) };
        if wall.fit.get_untracked() != fit {
            wall.fit.set(fit);
        }
    };
    Effect::new(move |_| {
        let (Some(root), Some(body)) = (parts.root.get(), parts.body.get()) else { return };
        let resized = Closure::<dyn FnMut()>::new(look);
        if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(&root);
            observer.observe(&body);
        }
        // As long as the document.
        resized.forget();
    });
}

/// The style sheet has no more.
const MOST_COLUMNS: usize = 24;

/// How often something fits, at least once.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "screens are not that large, and lengths not negative")]
fn fits(room: f64, least: f64) -> usize {
    // What is off by less than a pixel fits.
    if least > 0.0 { (((room + 1.0) / least) as usize).max(1) } else { 1 }
}
