//! Makes an element like another one and keeps its nodes as far as they are the same: the focus, the pointer that is just
//! pressed, and the transitions of what changed go on. And a browser neither styles nor lays out anew what it keeps.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::{Element, Node};

use super::lines::GLOW;
use crate::board::pointed::{POINTED, is_button};

#[wasm_bindgen]
extern "C" {
    /// A node whose names and texts stay in JavaScript. A row has hundreds, and to bring them over takes as long as to make the row.
    #[wasm_bindgen(extends = Node)]
    type Tree;
    #[wasm_bindgen(method, getter, js_name = firstChild)]
    fn first(this: &Tree) -> Option<Tree>;
    #[wasm_bindgen(method, getter, js_name = nextSibling)]
    fn next(this: &Tree) -> Option<Tree>;
    #[wasm_bindgen(method, getter, js_name = nodeName)]
    fn name(this: &Tree) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = nodeType)]
    fn kind(this: &Tree) -> u16;
    #[wasm_bindgen(method, getter, js_name = nodeValue)]
    fn text(this: &Tree) -> JsValue;
    #[wasm_bindgen(method, setter, js_name = nodeValue)]
    fn set_text(this: &Tree, text: &JsValue);
    #[wasm_bindgen(method, js_name = getAttributeNames)]
    fn names(this: &Tree) -> Array;
    #[wasm_bindgen(method, js_name = getAttribute)]
    fn value(this: &Tree, name: &JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = setAttribute)]
    fn set_value(this: &Tree, name: &JsValue, value: &JsValue);
    #[wasm_bindgen(method, js_name = removeAttribute)]
    fn remove_value(this: &Tree, name: &JsValue);
}

/// Makes an element like another of the same name, which is used up. It is the same as before, in another state: what the page added to
/// it stays.
pub(super) fn patch(old: &Element, new: &Element) {
    become_like(old.unchecked_ref(), new.unchecked_ref(), true);
}

/// Makes an element another one of the same name, which is used up: nothing stays of what the page added to it.
pub(super) fn reuse(old: &Element, new: &Element) {
    become_like(old.unchecked_ref(), new.unchecked_ref(), false);
}

fn become_like(old: &Tree, new: &Tree, is_same: bool) {
    attributes(old, new, is_same);
    let (mut old_child, mut new_child) = (old.first(), new.first());
    loop {
        let (old_next, new_next) = (old_child.as_ref().and_then(Tree::next), new_child.as_ref().and_then(Tree::next));
        // The nodes are children of these elements, so that nothing of this fails.
        match (&old_child, &new_child) {
            (Some(before), Some(now)) if before.name() == now.name() => child(before, now, is_same),
            (Some(before), Some(now)) => drop(old.replace_child(now, before)),
            (Some(before), None) if is_same && is_button(before) => {}
            (Some(before), None) => drop(old.remove_child(before)),
            (None, Some(now)) => drop(old.append_child(now)),
            (None, None) => break,
        }
        (old_child, new_child) = (old_next, new_next);
    }
}

fn child(old: &Tree, new: &Tree, is_same: bool) {
    if new.kind() == Node::ELEMENT_NODE {
        return become_like(old, new, is_same);
    }
    let text = new.text();
    if old.text() != text {
        old.set_text(&text);
    }
}

fn attributes(old: &Tree, new: &Tree, is_same: bool) {
    let (before, now) = (old.names(), new.names());
    let is_alike = before.length() == now.length() && before.iter().zip(now.iter()).all(|(before, now)| before == now);
    if !is_alike {
        let is_kept = |name: &JsValue| is_same && [GLOW, POINTED].iter().any(|kept| *name == JsValue::from_str(kept));
        for name in before.iter().filter(|name| !now.includes(name, 0) && !is_kept(name)) {
            old.remove_value(&name);
        }
    }
    for name in now.iter() {
        let value = new.value(&name);
        if old.value(&name) != value {
            old.set_value(&name, &value);
        }
    }
}
