//! Makes an element like another one and keeps its nodes as far as they are the same: the focus, the pointer that is just
//! pressed, and the transitions of what changed go on.

use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::lines::{GLOW, set};
use crate::board::pointed::{POINTED, is_button};

/// Makes an element like another of the same name, which is used up.
pub(super) fn patch(old: &Element, new: &Element) {
    attributes(old, new);
    let (mut old_child, mut new_child) = (old.first_child(), new.first_child());
    loop {
        let (old_next, new_next) = (old_child.as_ref().and_then(Node::next_sibling), new_child.as_ref().and_then(Node::next_sibling));
        // The nodes are children of these elements, so that nothing of this fails.
        match (&old_child, &new_child) {
            (Some(before), Some(now)) if before.node_name() == now.node_name() => child(before, now),
            (Some(before), Some(now)) => drop(old.replace_child(now, before)),
            (Some(before), None) if is_button(before) => {}
            (Some(before), None) => drop(old.remove_child(before)),
            (None, Some(now)) => drop(old.append_child(now)),
            (None, None) => break,
        }
        (old_child, new_child) = (old_next, new_next);
    }
}

fn child(old: &Node, new: &Node) {
    match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
        (Some(old), Some(new)) => patch(old, new),
        _ => {
            let text = new.node_value();
            if old.node_value() != text {
                old.set_node_value(text.as_deref());
            }
        }
    }
}

fn attributes(old: &Element, new: &Element) {
    for name in old.get_attribute_names().iter().filter_map(|name| name.as_string()) {
        if name != GLOW && name != POINTED && !new.has_attribute(&name) {
            // Removing an attribute that is there does not fail.
            drop(old.remove_attribute(&name));
        }
    }
    for name in new.get_attribute_names().iter().filter_map(|name| name.as_string()) {
        let value = new.get_attribute(&name).unwrap_or_default();
        if old.get_attribute(&name).as_ref() != Some(&value) {
            set(old, &name, &value);
        }
    }
}
