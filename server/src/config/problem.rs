//! What is wrong with a configuration: where, which key, and what would be right.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

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
    files: RefCell<Vec<PathBuf>>,
}

impl Collector {
    pub(super) fn add(&self, origin: &Origin, key: impl Into<String>, message: impl Into<String>) {
        self.problems.borrow_mut().push(Problem { origin: origin.clone(), key: key.into(), message: message.into() });
    }

    /// Notes that a file was read: the configuration is loaded again when it changes.
    pub(super) fn used(&self, path: impl Into<PathBuf>) {
        self.files.borrow_mut().push(path.into());
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
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
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
