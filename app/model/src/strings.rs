//! Texts that repeat, kept once.

pub use arcstr::ArcStr;
use std::collections::HashSet;

/// Shares equal texts: thousands of pods name the same few namespaces, images, nodes and reasons.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    known: HashSet<ArcStr>,
    sweep_at: usize,
}

impl Strings {
    const SMALLEST: usize = 1024;

    /// The one copy of a text.
    pub fn share(&mut self, text: &str) -> ArcStr {
        if let Some(known) = self.known.get(text) {
            return ArcStr::clone(known);
        }
        if self.known.len() >= self.sweep_at.max(Self::SMALLEST) {
            self.known.retain(|known| ArcStr::strong_count(known) != Some(1));
            // Looking at all of them is shared by an eighth as many new ones; unused ones would be half of all at twice as many.
            self.sweep_at = self.known.len() + self.known.len() / 8;
        }
        let text: ArcStr = ArcStr::from(text);
        self.known.insert(ArcStr::clone(&text));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_unused_ones_are_dropped() {
        let mut strings = Strings::default();
        let kept = strings.share("shop");
        assert!(ArcStr::ptr_eq(&kept, &strings.share("shop")));
        for number in 0..10 * Strings::SMALLEST {
            strings.share(&number.to_string());
        }
        assert!(strings.known.len() <= 2 * Strings::SMALLEST);
        assert!(ArcStr::ptr_eq(&kept, &strings.share("shop")));
    }
}
