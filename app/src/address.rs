//! The address of a view: everything that is looked at is in it, so that a view is a link. Pure.

use std::fmt::Write as _;

use model::ids::{EnvironmentName, ServiceName};

use crate::board::group::Grouping;
use crate::board::sort::Sort;

/// The part of an address behind the `?`. What is as usual is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewQuery {
    /// The search.
    pub q: String,
    /// The order of the rows.
    pub sort: Sort,
    /// What rows are grouped by.
    pub group: Grouping,
    /// The columns that are shown, in their order; none stands for all of them.
    pub columns: Vec<EnvironmentName>,
    /// The theme, when the address names one.
    pub theme: Option<Theme>,
    /// How close the rows are.
    pub density: Density,
    /// The language, when the address names one.
    pub lang: Option<String>,
    /// The page of rows, from 0, for those who read without JavaScript; the address counts from 1.
    pub page: usize,
    /// For whom it is shown.
    pub mode: Mode,
}

/// For whom the board is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// For somebody who sits before it.
    #[default]
    Board,
    /// For a screen on a wall: large, without controls, problems first.
    Wall,
}

impl Mode {
    /// The word in the address (`view=`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Board => "board",
            Self::Wall => "wall",
        }
    }

    /// The mode a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Board, Self::Wall].into_iter().find(|mode| mode.as_str() == word)
    }
}

/// How close the rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// Two lines with room around them.
    #[default]
    Comfortable,
    /// Two lines.
    Compact,
    /// The first line only.
    Dense,
}

impl Density {
    /// Every density, the widest first.
    pub const ALL: [Self; 3] = [Self::Comfortable, Self::Compact, Self::Dense];

    /// The word in the address, and in `<table data-density>`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
            Self::Dense => "dense",
        }
    }

    /// How high a row is, in CSS pixels: `--row` in the style sheet.
    #[must_use]
    pub const fn height(self) -> usize {
        match self {
            Self::Comfortable => 51,
            Self::Compact => 41,
            Self::Dense => 29,
        }
    }

    /// The density a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|density| density.as_str() == word)
    }

    /// The next one, and after the last the first.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Comfortable => Self::Compact,
            Self::Compact => Self::Dense,
            Self::Dense => Self::Comfortable,
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The word in the address, and in `<html data-theme>`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == word)
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }
}

impl ViewQuery {
    /// The names of the parameters that say what is looked at.
    pub const PARAMETERS: [&str; 8] = ["q", "sort", "group", "env", "density", "theme", "lang", "view"];

    /// Reads the part of an address behind the `?`. A parameter that cannot be read counts as not given.
    #[must_use]
    pub fn parse(search: &str) -> Self {
        let mut query = Self::default();
        for parameter in search.trim_start_matches('?').split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = unescape(&value.replace('+', " "));
            match name {
                "q" => query.q = value,
                "sort" => query.sort = value.parse().unwrap_or_default(),
                "group" => query.group = Grouping::from_word(&value).unwrap_or_default(),
                // A form says it once for each column.
                "env" => query.columns.extend(names(&value)),
                "density" => query.density = Density::from_word(&value).unwrap_or_default(),
                "theme" => query.theme = Theme::from_word(&value),
                "lang" if !value.is_empty() => query.lang = Some(value),
                "view" => query.mode = Mode::from_word(&value).unwrap_or_default(),
                "page" => query.page = value.parse().map_or(0, |page: usize| page.saturating_sub(1)),
                _ => {}
            }
        }
        query
    }

    /// The parameters as `(name, value)`, without those that are as usual.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        if !self.q.is_empty() {
            parameters.push(("q", self.q.clone()));
        }
        if self.sort != Sort::default() {
            parameters.push(("sort", self.sort.to_string()));
        }
        if self.group != Grouping::default() {
            parameters.push(("group", self.group.as_str().to_owned()));
        }
        if !self.columns.is_empty() {
            let names: Vec<_> = self.columns.iter().map(|name| name.as_str().replace('%', "%25").replace(',', "%2C")).collect();
            parameters.push(("env", names.join(",")));
        }
        if self.density != Density::default() {
            parameters.push(("density", self.density.as_str().to_owned()));
        }
        if let Some(theme) = self.theme {
            parameters.push(("theme", theme.as_str().to_owned()));
        }
        if let Some(lang) = &self.lang {
            parameters.push(("lang", lang.clone()));
        }
        if self.mode != Mode::default() {
            parameters.push(("view", self.mode.as_str().to_owned()));
        }
        if self.page > 0 {
            parameters.push(("page", (self.page + 1).to_string()));
        }
        parameters
    }

    /// This view on another page of rows.
    #[must_use]
    pub fn with_page(self, page: usize) -> Self {
        Self { page, ..self }
    }

    /// What is looked at, on its first page, for somebody else.
    #[must_use]
    pub fn with_mode(self, mode: Mode) -> Self {
        Self { mode, page: 0, ..self }
    }

    /// The board in this view: `/relboard/?q=is:failing`.
    #[must_use]
    pub fn board(&self, base: &str) -> String {
        format!("{base}/{self}")
    }

    /// The same rows and columns as a file for spreadsheets.
    #[must_use]
    pub fn csv(&self, base: &str) -> String {
        let Self { q, sort, group, columns, .. } = self.clone();
        let rows = Self { q, sort, group, columns, ..Self::default() };
        format!("{base}/api/v1/board?format=csv{}", rows.to_string().replacen('?', "&", 1))
    }

    /// Whether both show the same rows and columns, however they look.
    #[must_use]
    pub fn shows_what(&self, other: &Self) -> bool {
        let shown = |view: &Self| (view.q.trim().to_owned(), view.sort.clone(), view.group, view.columns.clone(), view.mode);
        shown(self) == shown(other)
    }

    /// The panel with the details of a service in an environment, without the page around it.
    #[must_use]
    pub fn panel(&self, base: &str, service: &ServiceName, environment: &EnvironmentName) -> String {
        format!("{base}/services/{}/{}/panel{self}", escape(service.as_str()), escape(environment.as_str()))
    }

    /// The details of a service in an environment, in this view.
    #[must_use]
    pub fn details(&self, base: &str, service: &ServiceName, environment: Option<&EnvironmentName>) -> String {
        let mut address = format!("{base}/services/{}", escape(service.as_str()));
        if let Some(environment) = environment {
            address.push('/');
            address.push_str(&escape(environment.as_str()));
        }
        format!("{address}{self}")
    }
}

impl std::fmt::Display for ViewQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, (name, value)) in self.parameters().into_iter().enumerate() {
            write!(f, "{}{name}={}", if place == 0 { '?' } else { '&' }, escape(&value))?;
        }
        Ok(())
    }
}

/// The names in a list with commas; a comma in a name is escaped once more.
fn names(list: &str) -> impl Iterator<Item = EnvironmentName> {
    list.split(',').filter(|name| !name.is_empty()).map(|name| unescape(name).into())
}

/// Percent-encodes what may not stand in a path segment or a query value, and leaves the rest readable.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' | b',' | b'@' | b'*' => {
                escaped.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => drop(write!(escaped, "%{byte:02X}")),
        }
    }
    escaped
}

/// Undoes [`escape`]. A `%` that begins no escape stands for itself.
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let escaped = after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Density, Mode, Theme, ViewQuery, escape, unescape};
    use crate::board::group::Grouping;

    #[test]
    fn what_is_as_usual_is_not_in_the_address() {
        assert_eq!(ViewQuery::default().board(""), "/");
        assert_eq!(ViewQuery::default().board("/relboard"), "/relboard/");
    }

    #[test]
    fn rows_are_as_high_as_the_style_makes_them() {
        let style = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../style/main.css"));
        let given = [".table", ".table[data-density=\"compact\"]", ".table[data-density=\"dense\"]"].map(|selector| {
            let height = style.split_once(&format!("{selector} {{ --row: "))?.1.split_once("px")?.0;
            height.parse().ok()
        });
        assert_eq!(given, Density::ALL.map(|density| Some(density.height())));
    }

    #[test]
    fn a_view_is_a_link() {
        let view = ViewQuery {
            q: "by:ignas a|b".into(),
            sort: "-dev:time".parse().unwrap(),
            group: Grouping::Team,
            columns: vec!["pro".into(), "eu,west 1%".into()],
            density: Density::Dense,
            theme: Some(Theme::Dark),
            lang: Some("es".into()),
            page: 2,
            mode: Mode::Wall,
        };
        let arranged = "/?q=by:ignas%20a%7Cb&sort=-dev:time&group=team&env=pro,eu%252Cwest%201%2525";
        assert_eq!(view.board(""), format!("{arranged}&density=dense&theme=dark&lang=es&view=wall&page=3"));
        assert_eq!(ViewQuery::parse(&view.to_string()), view);
        for first in ["view=board", "view=", "view=door", "page=1", "page=0", "page=-1", "page=x", "page="] {
            assert_eq!(ViewQuery::parse(first), ViewQuery::default(), "{first}");
        }
    }

    #[test]
    fn a_view_is_a_file() {
        let view = ViewQuery::parse("q=a%26b&sort=-name&group=team&env=pro,dev&density=dense&theme=dark&lang=es&page=3");
        assert_eq!(view.csv("/x"), "/x/api/v1/board?format=csv&q=a%26b&sort=-name&group=team&env=pro,dev");
        assert_eq!(ViewQuery::default().csv(""), "/api/v1/board?format=csv");
    }

    #[test]
    fn a_view_is_the_same_in_another_theme() {
        let view = ViewQuery::parse("q=a&group=team");
        for (other, same) in [
            ("q=+a&group=team&theme=dark&page=2", true),
            ("q=a", false),
            ("q=a&group=team&env=dev", false),
            ("q=a&group=team&view=wall", false),
        ] {
            assert_eq!(view.shows_what(&ViewQuery::parse(other)), same, "{other}");
        }
    }

    #[test]
    fn a_component_of_a_service_is_one_segment() {
        let address = ViewQuery::default().details("/x", &"shop/cart worker".into(), Some(&"dev".into()));
        assert_eq!(address, "/x/services/shop%2Fcart%20worker/dev");
    }

    #[test]
    fn a_form_without_script_says_the_same() {
        let view = ViewQuery::parse("?q=by%3Aignas+%22a+b%22&sort=nonsense&group=colour&env=&theme=green&lang=&other=1");
        assert_eq!(view, ViewQuery { q: "by:ignas \"a b\"".into(), ..ViewQuery::default() });
        let ticked = ViewQuery::parse("env=dev&env=eu%20west&group=letter");
        assert_eq!(ticked.to_string(), "?group=letter&env=dev,eu%20west", "boxes of a form, one by one");
    }

    #[test]
    fn every_text_comes_back() {
        for text in ["", "100%", "%41", "%", "%zz", "a+b&c=d", "ñ→💥", "\u{0}"] {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(unescape("100% %4"), "100% %4");
        assert_eq!(unescape("%ñ"), "%ñ");
    }

    #[test]
    fn text_beyond_ascii_is_escaped_byte_by_byte() {
        assert_eq!(escape("ñ+&"), "%C3%B1%2B%26");
    }
}
