//! What is wrong with a configuration: where, which key, and what would be right.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Where a value was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// In an environment variable.
    Variable(String),
    /// In a flag of the command line.
    Flag(&'static str),
    /// Nowhere: it is a default, or it is missing.
    Nowhere,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Flag(name) => f.write_str(name),
            Self::Nowhere => f.write_str("configuration"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub origin: Origin,
    /// The key, `environments[0].targets[1].context`; empty when it is about no key.
    pub key: String,
    /// What is wrong, and what would be right. Never holds a secret.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.is_empty() {
            true => write!(f, "{}: {}", self.origin, self.message),
            false => write!(f, "{}: {}: {}", self.origin, self.key, self.message),
        }
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// Collects problems while a configuration is read, so that all are said at once.
#[derive(Debug, Default)]
pub(super) struct Collector {
    problems: RefCell<Vec<Problem>>,
    files: RefCell<Files>,
}

/// The files a configuration was read from, with a digest of what was in them; none for one that was not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<PathBuf, Option<u64>>);

impl Files {
    /// The same files as they are now.
    pub(super) fn now(&self) -> Self {
        Self(self.0.keys().map(|path| (path.clone(), std::fs::read(path).ok().map(|bytes| digest(&bytes)))).collect())
    }
}

/// Within one run of the program only.
fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

impl Collector {
    pub(super) fn add(&self, origin: &Origin, key: impl Into<String>, message: impl Into<String>) {
        self.problems.borrow_mut().push(Problem { origin: origin.clone(), key: key.into(), message: message.into() });
    }

    /// Reads a file and notes what was in it: the configuration is loaded again when it changes.
    pub(super) fn read(&self, path: &Path) -> std::io::Result<String> {
        let read = std::fs::read_to_string(path);
        let digest = read.as_ref().ok().map(|text| digest(text.as_bytes()));
        self.files.borrow_mut().0.insert(path.to_owned(), digest);
        read
    }

    pub(super) fn is_empty(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    pub(super) fn files(&self) -> Files {
        self.files.borrow().clone()
    }

    /// The value, if nothing was wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Problems> {
        let mut problems = self.problems.into_inner();
        // By line, as one reads the file; what is of no line comes last.
        problems.sort_by_key(|problem| match problem.origin {
            Origin::File { line, .. } => line,
            _ => usize::MAX,
        });
        if problems.is_empty() { Ok(value) } else { Err(Problems(problems)) }
    }
}

/// The known word that is nearest, if one is near enough to be a slip of the pen.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let scored = known.into_iter().map(|candidate| {
        let score = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
        (score, candidate)
    });
    let (score, candidate) = scored.min_by_key(|(score, _)| *score)?;
    (score <= 1 + candidate.len() / 4).then_some(candidate)
}

/// The words as a list in a sentence: "`a`, `b`".
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut seen = BTreeSet::new();
    words.into_iter().filter(|word| seen.insert(*word)).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
