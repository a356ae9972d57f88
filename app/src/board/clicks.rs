//! Clicks in the table and in the details: one handler each, instead of one for each cell.

use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::page::Page;
use super::pointed;

/// Copies, or follows a link without leaving the page.
pub fn handle(page: Page, event: &MouseEvent) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    if let Some(cell) = pointed::cell_of_button(&target) {
        page.copy(&cell);
        return;
    }
    if let Some(button) = target.closest("[data-copy]").ok().flatten() {
        event.prevent_default();
        page.toast.copy(button.get_attribute("data-copy").unwrap_or_default());
        return;
    }
    if let Some(pin) = target.closest("[data-pin]").ok().flatten() {
        page.pin(&pin.get_attribute("data-pin").unwrap_or_default().into());
        return;
    }
    let Some(link) = page.location.link_of(event) else { return };
    // The link was written with the search of back then; the path stays, the search is that of now.
    event.prevent_default();
    let path = link.split('?').next().unwrap_or_default();
    page.location.go(&format!("{path}{}", page.view.query_untracked()));
}
