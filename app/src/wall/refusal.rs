//! What a screen is shown that is not let in: nobody at a television reads JSON.

use maud::{DOCTYPE, html};

use crate::address::{Theme, ViewQuery};
use crate::backend::Assets;
use crate::i18n::Language;
use crate::ui::icon;

/// Why a screen is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody ever made this link.
    Unknown,
    /// It was revoked.
    Revoked,
    /// Too many links were opened in a short time.
    TooMany,
    /// The store cannot be read.
    Unavailable,
}

/// After how many seconds a page tries again that may be let in then.
const AGAIN: u8 = 60;

impl Refusal {
    /// The document that says so, and what to do. `search` is what the address asked for, `base` the path of the server.
    #[must_use]
    pub fn html(self, language: Language, search: &str, base: &str, assets: &Assets) -> String {
        let strings = language.strings();
        let words = &strings.refused;
        let (heading, hint) = match self {
            Self::Unknown => (words.unknown, words.unknown_hint),
            Self::Revoked => (words.revoked, words.revoked_hint),
            Self::TooMany => (words.too_many, words.too_many_hint),
            Self::Unavailable => (words.unavailable, words.unavailable_hint),
        };
        let wants_link = matches!(self, Self::Unknown | Self::Revoked);
        let document = html! {
            (DOCTYPE)
            html lang=(language.tag()) data-theme=[ViewQuery::parse(search).theme.map(Theme::as_str)] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    @if !wants_link {
                        meta http-equiv="refresh" content=(AGAIN);
                    }
                    title { (icon::title(0)) }
                    link rel="stylesheet" href={ (base) "/" (assets.css) };
                    link rel="icon" type="image/svg+xml" href={ (base) "/" (icon::file(0)) };
                }
                body {
                    main.wall data-state="refused" {
                        div.empty {
                            h1 { (heading) }
                            p { (hint) }
                            @if wants_link {
                                p { code { (words.create) } }
                                a.button href={ (base) "/" } { (strings.to_the_board) }
                            }
                        }
                    }
                }
            }
        };
        document.into_string()
    }
}
