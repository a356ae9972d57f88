//! One table of the configuration, read key by key. The keys that are asked for are the known ones: what is left
//! is unknown, and its nearest known key is named.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::problem::{Collector, Origin, listed, nearest};
use super::tree::{Node, Table, Value};

/// A table, where it is, and what was asked of it.
pub(super) struct Section<'a> {
    path: String,
    origin: Origin,
    table: Option<&'a Table>,
    asked: RefCell<Vec<String>>,
    context: &'a Context<'a>,
}

/// What all sections share.
pub(super) struct Context<'a> {
    /// Where problems go.
    pub(super) problems: &'a Collector,
    /// Relative paths begin here: the folder of the file.
    pub(super) folder: &'a Path,
    /// `~/` begins here.
    pub(super) home: Option<&'a Path>,
}

impl<'a> Section<'a> {
    /// The outermost table.
    pub(super) fn root(table: &'a Table, origin: Origin, context: &'a Context<'a>) -> Self {
        Self { path: String::new(), origin, table: Some(table), asked: RefCell::default(), context }
    }

    /// The full name of a key of this table.
    pub(super) fn key(&self, key: &str) -> String {
        match (self.path.is_empty(), key.is_empty()) {
            (_, true) => self.path.clone(),
            (true, false) => key.to_owned(),
            (false, false) => format!("{}.{key}", self.path),
        }
    }

    /// Says that something is wrong with a key, or with the table when the key is empty.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        let node = self.table.and_then(|table| table.get(key));
        let origin = node.map_or(&self.origin, |node| &node.origin);
        self.context.problems.add(origin, self.key(key), message);
    }

    /// Where the table was said.
    pub(super) fn place(&self) -> (Origin, String) {
        (self.origin.clone(), self.path.clone())
    }

    /// Whether the file or a variable says anything here.
    pub(super) fn is_given(&self) -> bool {
        self.table.is_some()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    fn get(&self, key: &str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key.to_owned());
        self.table?.get(key)
    }

    /// A value of some kind, or a problem that says what it should be.
    fn read<T>(&self, key: &str, wanted: &str, read: impl FnOnce(&'a Value) -> Result<T, String>) -> Option<T> {
        let node = self.get(key)?;
        match read(&node.value) {
            Ok(value) => Some(value),
            Err(found) => {
                self.problem(key, format!("must be {wanted}, not {found}"));
                None
            }
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.read(key, "text", text)
    }

    /// Text that is read by a function, which says what is wrong.
    pub(super) fn parsed<T, E: ToString>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text(key)?;
        parse(&text).map_err(|error| self.problem(key, error.to_string())).ok()
    }

    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        self.read(key, "true or false", |value| match value {
            Value::Boolean(boolean) => Ok(*boolean),
            Value::Untyped(text) => text.trim().parse().map_err(|_| format!("`{text}`")),
            other => Err(other.kind().to_owned()),
        })
    }

    pub(super) fn integer(&self, key: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let wanted = format!("an integer from {} to {}", range.start(), range.end());
        self.read(key, &wanted, |value| match value {
            Value::Integer(integer) if range.contains(integer) => Ok(*integer),
            Value::Integer(integer) => Err(format!("{integer}")),
            Value::Untyped(text) => match text.trim().parse() {
                Ok(integer) if range.contains(&integer) => Ok(integer),
                _ => Err(format!("`{text}`")),
            },
            other => Err(other.kind().to_owned()),
        })
    }

    /// A span of time, at least so long.
    pub(super) fn duration(&self, key: &str, least: Duration) -> Option<Duration> {
        let wanted = format!("a time like \"30s\", \"5m\" or \"1h 30m\", at least {}", humantime::format_duration(least));
        self.read(key, &wanted, |value| {
            let text = text(value).map_err(|found| found + " (put a unit and quotes around it)")?;
            match humantime::parse_duration(text.trim()) {
                Ok(duration) if duration >= least => Ok(duration),
                _ => Err(format!("`{text}`")),
            }
        })
    }

    /// A number of bytes: `1048576` or `"1 MiB"`.
    pub(super) fn bytes(&self, key: &str, range: std::ops::RangeInclusive<usize>) -> Option<usize> {
        let wanted = format!("a size like \"1 MiB\", from {} to {} bytes", range.start(), range.end());
        self.read(key, &wanted, |value| {
            let (size, shown) = match value {
                Value::Integer(integer) => (usize::try_from(*integer).ok(), integer.to_string()),
                Value::Text(text) | Value::Untyped(text) => (size(text), format!("`{text}`")),
                other => (None, other.kind().to_owned()),
            };
            size.filter(|size| range.contains(size)).ok_or(shown)
        })
    }

    /// An `http` or `https` URL.
    pub(super) fn url(&self, key: &str) -> Option<Url> {
        self.parsed(key, |text| match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
            Ok(_) => Err("must begin with http:// or https:// and name a host".to_owned()),
            Err(error) => Err(format!("is not a URL ({error}): write it like https://host.example.com/path")),
        })
    }

    /// A list of texts. A variable separates them with commas.
    pub(super) fn list(&self, key: &str) -> Option<Vec<String>> {
        self.read(key, "a list of texts like [\"a\", \"b\"]", |value| match value {
            Value::Array(items) => {
                items.iter().map(|item| text(&item.value).map_err(|found| format!("a list that holds {found}"))).collect()
            }
            Value::Untyped(text) => Ok(text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()),
            other => Err(other.kind().to_owned()),
        })
    }

    /// A path; a relative one begins at the folder of the configuration file, `~/` at the home folder.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        let text = self.text(key)?;
        Some(match (text.strip_prefix("~/"), self.context.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.context.folder.join(text),
        })
    }

    /// What is in a file: the configuration is loaded again when that changes.
    pub(super) fn read_file(&self, path: &Path) -> std::io::Result<String> {
        self.context.problems.read(path)
    }

    /// A path of a file that can be read now.
    pub(super) fn file(&self, key: &str) -> Option<PathBuf> {
        let path = self.path(key)?;
        match std::fs::File::open(&path).and_then(|file| file.metadata()) {
            Ok(metadata) if metadata.is_file() => Some(path),
            Ok(_) => {
                self.problem(key, format!("{} is not a file", path.display()));
                None
            }
            Err(error) => {
                self.problem(key, format!("{} cannot be read: {error}", path.display()));
                None
            }
        }
    }

    /// A secret: the value itself, or with `_file` at the end of the key, a file that holds it.
    pub(super) fn secret(&self, key: &str) -> Option<SecretString> {
        let file_key = format!("{key}_file");
        self.asked.borrow_mut().push(file_key.clone());
        if self.has(key) && self.has(&file_key) {
            self.problem(&file_key, format!("give either `{key}` or `{file_key}`, not both"));
            return self.text(key).map(SecretString::from);
        }
        let (key, secret) = match self.text(key) {
            Some(secret) => (key, secret),
            None => {
                let path = self.file(&file_key)?;
                match self.context.problems.read(&path) {
                    Ok(secret) => (file_key.as_str(), secret),
                    Err(error) => {
                        self.problem(&file_key, format!("{} cannot be read: {error}", path.display()));
                        return None;
                    }
                }
            }
        };
        match secret.trim() {
            "" => {
                self.problem(key, "is empty");
                None
            }
            secret => Some(SecretString::from(secret.to_owned())),
        }
    }

    /// A table of texts.
    pub(super) fn texts(&self, key: &str) -> BTreeMap<String, String> {
        let section = self.section(key);
        let keys: Vec<String> = section.table.into_iter().flat_map(Table::keys).cloned().collect();
        keys.into_iter().filter_map(|key| section.text(&key).map(|text| (key, text))).collect()
    }

    /// A table of texts that are read by a function, which says what is wrong.
    pub(super) fn parsed_texts<T, E: ToString>(&self, key: &str, parse: impl Fn(&str) -> Result<T, E>) -> Vec<(String, T)> {
        let section = self.section(key);
        let keys: Vec<String> = section.table.into_iter().flat_map(Table::keys).cloned().collect();
        keys.into_iter().filter_map(|key| Some((key.clone(), section.parsed(&key, &parse)?))).collect()
    }

    /// A table in this one; an empty one when it is not given.
    pub(super) fn section(&self, key: &str) -> Section<'a> {
        let node = self.get(key);
        let table = node.and_then(|node| match &node.value {
            Value::Table(table) => Some(table),
            other => {
                self.problem(key, format!("must be a table, not {}: write [{}]", other.kind(), self.key(key)));
                None
            }
        });
        let origin = node.map_or(&self.origin, |node| &node.origin).clone();
        Section { path: self.key(key), origin, table, asked: RefCell::default(), context: self.context }
    }

    /// An array of tables in this one; none when it is not given.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'a>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let Value::Array(items) = &node.value else {
            self.problem(key, format!("must be an array of tables, not {}: write [[{}]]", node.value.kind(), self.key(key)));
            return Vec::new();
        };
        let sections = items.iter().enumerate().filter_map(|(index, item)| {
            let path = format!("{}[{index}]", self.key(key));
            match &item.value {
                Value::Table(table) => {
                    let origin = item.origin.clone();
                    Some(Section { path, origin, table: Some(table), asked: RefCell::default(), context: self.context })
                }
                other => {
                    self.context.problems.add(&item.origin, path, format!("must be a table, not {}", other.kind()));
                    None
                }
            }
        });
        sections.collect()
    }

    /// Says which keys nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.table.into_iter().flat_map(Table::keys).filter(|key| !asked.contains(key)) {
            let known = || asked.iter().map(String::as_str);
            let message = match nearest(key, known()) {
                Some(near) => format!("unknown key: did you mean `{near}`?"),
                None => format!("unknown key: the keys here are {}", listed(known())),
            };
            self.problem(key, message);
        }
    }
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) | Value::Untyped(text) => Ok(text.clone()),
        other => Err(other.kind().to_owned()),
    }
}

fn size(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "kib" | "k" => 1 << 10,
        "mb" => 1_000_000,
        "mib" | "m" => 1 << 20,
        "gib" | "g" => 1 << 30,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}
