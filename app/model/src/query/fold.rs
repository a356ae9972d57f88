//! Comparing text the way people search: without case and accents, and without allocating.

use std::fmt;

/// A text to look for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Needle {
    /// As written.
    text: String,
    /// Without case and accents.
    folded: String,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), folded: folded(text).collect() }
    }

    /// As written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Without case and accents.
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    pub(super) fn is(&self, text: &str) -> bool {
        if text.is_ascii() { text.eq_ignore_ascii_case(&self.folded) } else { folded(text).eq(self.folded.chars()) }
    }

    /// Whether it is in a text that is without case and accents already.
    pub(super) fn is_in(&self, folded: &str) -> bool {
        self.is_among(folded.as_bytes())
    }

    pub(super) fn is_part_of(&self, text: &str) -> bool {
        if text.is_ascii() { self.is_among(text.as_bytes()) } else { text.char_indices().any(|(start, _)| self.begins(&text[start..])) }
    }

    /// Looks for it without the case of ASCII. What searches in the standard library looks at each byte, and takes more than twice as long in WebAssembly.
    fn is_among(&self, text: &[u8]) -> bool {
        let Some((first, rest)) = self.folded.as_bytes().split_first() else { return true };
        let Some(starts) = (text.len() + 1).checked_sub(self.folded.len()) else { return false };
        memchr::memchr2_iter(*first, first.to_ascii_uppercase(), &text[..starts])
            .any(|start| text[start + 1..].iter().zip(rest).all(|(letter, wanted)| letter.to_ascii_lowercase() == *wanted))
    }

    pub(super) fn begins(&self, text: &str) -> bool {
        if text.is_ascii() {
            return text.get(..self.folded.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(&self.folded));
        }
        let mut letters = folded(text);
        self.folded.chars().all(|letter| letters.next() == Some(letter))
    }
}

impl fmt::Debug for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// A text without case and accents.
pub(super) fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).filter(|letter| !is_combining(*letter)).map(without_accent)
}

/// The accents of decomposed text, U+0300 to U+036F.
const fn is_combining(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// The plain letter of the lower-case letters of Latin-1 and Latin Extended-A.
const fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Needle;

    proptest! {
        #[test]
        fn a_text_is_found_wherever_it_is(text in "[abñ\n]{0,12}", needle in "[abñ\n]{0,4}") {
            let folded: String = super::folded(&text).collect();
            let needle = Needle::new(&needle);
            prop_assert_eq!(needle.is_in(&folded), folded.contains(needle.folded()), "{:?} in {:?}", needle, folded);
        }
    }
}
