//! The configuration as a tree of values that know where they were said: a TOML file, overlaid with variables.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Collector, Origin};

/// Variables that begin with this and hold [`NESTING`] are keys.
const PREFIX: &str = "RELBOARD_";
/// Stands for the dot between keys. Kubernetes puts `RELBOARD_PORT` and the like into every pod beside a Service of
/// that name; none of those holds two underscores.
const NESTING: &str = "__";

/// A table of the tree.
pub(super) type Table = BTreeMap<String, Node>;

/// A value, and where it was said.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// A value. No key is a number with a fraction or a date, so those are only told apart.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float,
    Boolean(bool),
    Array(Vec<Node>),
    Table(Table),
    /// Of a variable: what it is depends on what is asked for.
    Untyped(String),
}

impl Value {
    /// What it is, with its article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Untyped(_) => "text",
            Self::Integer(_) => "an integer",
            Self::Float => "a number with a fraction",
            Self::Boolean(_) => "a boolean",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Reads a TOML document. What does not parse is a problem of its own line; the rest is still read.
pub(super) fn parse(text: &str, path: &Path, problems: &Collector) -> Table {
    let (document, errors) = DeTable::parse_recoverable(text);
    let reader = Reader { text, path };
    for error in &errors {
        let origin = reader.origin(error.span().map_or(0, |span| span.start));
        problems.add(&origin, "", format!("this is not TOML: {} (texts are in quotes)", error.message()));
    }
    reader.table(document.get_ref())
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Reader<'_> {
    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.as_bytes().iter().take(offset);
        Origin::File { path: self.path.to_owned(), line: 1 + before.filter(|byte| **byte == b'\n').count() }
    }

    fn table(&self, table: &DeTable<'_>) -> Table {
        table
            .iter()
            .map(|(key, value)| {
                let mut node = self.node(value);
                // The line of the key: a table's own place may be that of a header further up.
                node.origin = self.origin(key.span().start);
                (key.get_ref().to_string(), node)
            })
            .collect()
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let origin = self.origin(value.span().start);
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(integer) => Value::Integer(integer),
                Err(_) => Value::Text(integer.as_str().to_owned()),
            },
            DeValue::Float(_) => Value::Float,
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Datetime(time) => Value::Text(time.to_string()),
            DeValue::Array(items) => Value::Array(items.iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node { value, origin }
    }
}

/// Lays variables over the tree: `RELBOARD_ENVIRONMENTS__0__NAME` is `environments[0].name`.
pub(super) fn overlay(table: &mut Table, variables: &[(String, String)], problems: &Collector) {
    let mut keys: Vec<(Vec<Segment>, &str, &str)> = variables
        .iter()
        .filter_map(|(name, value)| {
            let path = name.strip_prefix(PREFIX).filter(|path| path.contains(NESTING))?;
            Some((path.split(NESTING).map(Segment::new).collect(), name.as_str(), value.as_str()))
        })
        .collect();
    // In the order of their indexes, so that an array grows item by item.
    keys.sort();
    for (path, name, value) in keys {
        let origin = Origin::Variable(name.to_owned());
        let leaf = Node { value: Value::Untyped(value.to_owned()), origin: origin.clone() };
        if let Err(message) = put(table, &path, leaf) {
            problems.add(&origin, "", message);
        }
    }
}

/// One key of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Index(usize),
    Key(String),
}

impl Segment {
    fn new(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Key(text.to_ascii_lowercase()), Self::Index)
    }
}

fn put(table: &mut Table, path: &[Segment], leaf: Node) -> Result<(), String> {
    let (Some(first), rest) = (path.first(), path.get(1..).unwrap_or_default()) else { return Ok(()) };
    let key = match first {
        Segment::Key(key) if !key.is_empty() => key.clone(),
        Segment::Index(index) => index.to_string(),
        Segment::Key(_) => return Err("a key is empty: separate keys with two underscores".to_owned()),
    };
    if rest.is_empty() {
        table.insert(key, leaf);
        return Ok(());
    }
    let empty = match rest.first() {
        Some(Segment::Index(_)) => Value::Array(Vec::new()),
        _ => Value::Table(Table::new()),
    };
    let node = table.entry(key.clone()).or_insert_with(|| Node { value: empty, origin: leaf.origin.clone() });
    match (&mut node.value, rest) {
        (Value::Table(table), rest) => put(table, rest, leaf),
        (Value::Array(items), [Segment::Index(index), rest @ ..]) => {
            let next = items.len();
            match (items.get_mut(*index), rest) {
                (Some(item), []) => *item = leaf,
                (Some(Node { value: Value::Table(table), .. }), rest) => put(table, rest, leaf)?,
                (Some(_), _) => return Err(format!("`{key}[{index}]` is not a table")),
                (None, []) if *index == next => items.push(leaf),
                (None, rest) if *index == next => {
                    let mut table = Table::new();
                    let origin = leaf.origin.clone();
                    put(&mut table, rest, leaf)?;
                    items.push(Node { value: Value::Table(table), origin });
                }
                (None, _) => return Err(format!("`{key}` has {next} items: the next one is number {next}, counted from 0")),
            }
            Ok(())
        }
        (Value::Array(_), _) => Err(format!("`{key}` is an array: name its items by number, counted from 0")),
        _ => Err(format!("`{key}` is not a table")),
    }
}
