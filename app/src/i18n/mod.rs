//! What the page says, in every language it speaks.
//!
//! A language is a value of [`Strings`]: one that lacks a string does not compile.

#[cfg(test)]
mod complete;
mod en;
mod es;
#[cfg(any(test, feature = "ssr"))]
mod es_phrases;
mod phrases;
mod strings;

use std::borrow::Cow;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub(crate) use self::phrases::PHRASES_ID;
pub use self::phrases::Phrases;
pub use self::strings::{Ages, Strings};
#[cfg(feature = "ssr")]
pub use self::strings::{Keys, Panel, Refused};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// The tag of BCP 47, as in `<html lang>`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
        }
    }

    /// The language a tag names (`es`, `es-MX`); none for one the page does not speak.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language of an answer: what the address asks for (`?lang=`), else what was chosen before
    /// (cookie `lang`), else the best of `Accept-Language`, else English.
    #[must_use]
    pub fn choose(query: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        query
            .and_then(Self::from_tag)
            .or_else(|| cookie.and_then(Self::from_tag))
            .or_else(|| accept_language.and_then(Self::accepted))
            .unwrap_or_default()
    }

    /// The best of an `Accept-Language` header (RFC 9110, 12.5.4).
    fn accepted(header: &str) -> Option<Self> {
        let ranges = header.split(',').filter_map(|range| {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = match parameters.trim().strip_prefix("q=") {
                Some(weight) => weight.trim().parse::<f32>().ok()?,
                None => 1.0,
            };
            Some((Self::from_tag(tag.trim())?, weight))
        });
        // Of equal weights the first wins, so a later one must be greater.
        let best = ranges.fold(None, |best: Option<(Self, f32)>, (language, weight)| match best {
            Some((_, other)) if other >= weight => best,
            _ if weight > 0.0 => Some((language, weight)),
            _ => best,
        });
        best.map(|(language, _)| language)
    }

    /// What the page says in it.
    #[must_use]
    pub const fn strings(self) -> &'static Strings {
        match self {
            Self::English => &en::STRINGS,
            Self::Spanish => &es::STRINGS,
        }
    }
}

impl Strings {
    /// What the server says in a sentence, in this language as far as it is known; and the language of the sentence, where it is
    /// another: whatever reads it out has to know.
    #[must_use]
    pub fn said<'a>(&self, sentence: &'a str) -> (Cow<'a, str>, Option<&'static str>) {
        match self.phrases.map(|phrases| phrases().say(sentence)) {
            None => (Cow::Borrowed(sentence), None),
            Some(said) if said == sentence => (Cow::Borrowed(sentence), Some(Language::English.tag())),
            Some(said) => (Cow::Owned(said), None),
        }
    }
}

/// The language of the page being rendered; English outside one.
#[must_use]
pub fn use_language() -> Language {
    use_context().unwrap_or_default()
}

/// What the page being rendered says.
#[must_use]
pub fn use_strings() -> &'static Strings {
    use_language().strings()
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, Spanish};

    #[test]
    fn the_address_wins_over_the_cookie_and_the_cookie_over_the_browser() {
        assert_eq!(Language::choose(Some("es"), Some("en"), Some("en")), Spanish);
        assert_eq!(Language::choose(Some("xx"), Some("es-MX"), Some("en")), Spanish);
        assert_eq!(Language::choose(None, None, Some("es")), Spanish);
        assert_eq!(Language::choose(None, None, None), English);
    }

    #[test]
    fn the_browser_is_served_its_best_language() {
        for (header, expected) in [
            ("es-ES,es;q=0.9,en;q=0.8", Spanish),
            ("de, en;q=0.7, es;q=0.9", Spanish),
            ("en, es", English),
            ("fr, es;q=0", English),
            ("es;q=nonsense, en;q=0.1", English),
            ("", English),
        ] {
            assert_eq!(Language::choose(None, None, Some(header)), expected, "{header}");
        }
    }
}
