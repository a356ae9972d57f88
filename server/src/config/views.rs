//! `[[views]]`: views that have a name, as links in the header.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::SavedView;
use app::address::{Density, Mode, Theme, ViewQuery, unescape};
use app::board::group::Grouping;
use app::board::sort::{Key, Sort};
use app::i18n::Language;
use model::ids::EnvironmentName;
use model::query::Query;

use super::problem::{listed, nearest};
use super::section::Section;

/// Which environments a view may name.
pub(super) enum Known {
    /// These, which are all there are.
    Only(Vec<EnvironmentName>),
    /// Any: CI may name more.
    Any,
}

/// All of them, in the order of the file.
pub(super) fn read(sections: Vec<Section<'_>>, known: &Known) -> Arc<[SavedView]> {
    let mut names = BTreeSet::new();
    sections.into_iter().filter_map(|section| view(section, &mut names, known)).collect()
}

fn view(section: Section<'_>, names: &mut BTreeSet<String>, known: &Known) -> Option<SavedView> {
    let name = section.text("name").unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        section.problem(if section.has("name") { "name" } else { "" }, "has no name: add name = \"Production trouble\" or the like");
    } else if !names.insert(name.to_lowercase()) {
        section.problem("name", format!("`{name}` is already the name of a view: each must be different"));
    }
    let query = section.parsed("query", |text| query(text, known));
    if !section.has("query") {
        section.problem("", "has no query: add query = \"q=is:red&group=team\", the part of the page's address behind the `?`");
    }
    section.finish();
    Some(SavedView { name: name.into(), query: query? })
}

/// Reads the part of an address behind the `?`. Unlike the page, which shows something whatever its address says, this says
/// what is wrong.
fn query(text: &str, known: &Known) -> Result<ViewQuery, String> {
    let text = text.trim().trim_start_matches('?');
    for parameter in text.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        check(name, &unescape(&value.replace('+', " ")), known)?;
    }
    Ok(ViewQuery::parse(text))
}

fn check(name: &str, value: &str, known: &Known) -> Result<(), String> {
    let one_of = |is_one: bool, words: &[&str]| match is_one {
        true => Ok(()),
        false => Err(format!("`{name}={value}`: there is no such {name}; it must be one of {}", listed(words.iter().copied()))),
    };
    match name {
        "q" => Query::parse(value).map(drop).map_err(|error| format!("the search `{value}` cannot be read: {error}")),
        "sort" => match value.parse::<Sort>().map_err(|error| error.to_string())?.key {
            Key::Name => Ok(()),
            Key::Time(environment) | Key::Status(environment) | Key::Version(environment) => known.check(environment.as_str()),
        },
        "group" => one_of(Grouping::from_word(value).is_some(), &Grouping::ALL.map(Grouping::as_str)),
        "env" => {
            ViewQuery::parse(&format!("env={}", app::address::escape(value))).columns.iter().try_for_each(|name| known.check(name.as_str()))
        }
        "density" => one_of(Density::from_word(value).is_some(), &Density::ALL.map(Density::as_str)),
        "theme" => one_of(Theme::from_word(value).is_some(), &["light", "dark"]),
        "view" => one_of(Mode::from_word(value).is_some(), &[Mode::Board.as_str(), Mode::Wall.as_str()]),
        "lang" => one_of(Language::from_tag(value).is_some(), &Language::ALL.map(Language::tag)),
        other => Err(match nearest(other, ViewQuery::PARAMETERS) {
            Some(near) => format!("unknown parameter `{other}`: did you mean `{near}`?"),
            None => format!("unknown parameter `{other}`: there are {}", listed(ViewQuery::PARAMETERS)),
        }),
    }
}

impl Known {
    fn check(&self, name: &str) -> Result<(), String> {
        let Self::Only(known) = self else { return Ok(()) };
        let words = || known.iter().map(EnvironmentName::as_str);
        if words().any(|known| known == name) {
            return Ok(());
        }
        Err(match nearest(name, words()) {
            Some(near) => format!("`{name}` is no environment: did you mean `{near}`?"),
            None => format!("`{name}` is no environment: there are {}", listed(words())),
        })
    }
}
