//! Text → query, with the place of every mistake.

use super::fold::Needle;
use super::term::{Environments, QUALIFIERS, Term, Test};
use super::{Query, QueryError, value};

/// Longest query, in characters: a bound on the work a request can ask for.
const MAX_LENGTH: usize = 1000;

/// Most terms in a query: what matching keeps track of in one machine word.
pub(super) const MAX_TERMS: usize = 64;

impl Query {
    /// Parses the search language.
    ///
    /// # Errors
    /// Says where the text does not parse, and what would be right there.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut parser = Parser { letters: text.chars().collect(), at: 0 };
        if parser.letters.len() > MAX_LENGTH {
            return Err(error(format!("a query has at most {MAX_LENGTH} characters"), MAX_LENGTH, parser.letters.len() - MAX_LENGTH));
        }
        let mut terms = Vec::new();
        while parser.skip_space() {
            let start = parser.at;
            let term = parser.term()?;
            if terms.len() == MAX_TERMS {
                return Err(error(format!("a query has at most {MAX_TERMS} terms"), start, parser.at - start));
            }
            terms.push(term);
        }
        Ok(Self { terms })
    }
}

/// A value as it was written, without its quotes, and where.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) at: usize,
    pub(super) length: usize,
}

impl Written {
    pub(super) fn error(&self, message: String) -> QueryError {
        error(message, self.at, self.length)
    }
}

struct Parser {
    letters: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn at_end_of_term(&self) -> bool {
        self.peek().is_none_or(char::is_whitespace)
    }

    /// Whether anything is left.
    fn skip_space(&mut self) -> bool {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.at < self.letters.len()
    }

    fn term(&mut self) -> Result<Term, QueryError> {
        let negated = self.peek() == Some('-');
        if negated {
            self.at += 1;
            if self.at_end_of_term() {
                return Err(error("`-` leaves out what follows it: write it without a space, as in `-is:red`".into(), self.at - 1, 1));
            }
        }
        let start = self.at;
        let name = self.qualifier();
        if let Some(name) = &name {
            let length = name.chars().count();
            if !QUALIFIERS.iter().any(|(known, _)| known == name) {
                return Err(error(unknown_qualifier(name), start, length + 1));
            }
            self.at += length + 1;
        }
        let test = test(name.as_deref(), self.values(name.as_deref())?)?;
        Ok(Term { negated, test })
    }

    /// The lower-case name before a `:`, if the text here begins with one. The place stays.
    fn qualifier(&self) -> Option<String> {
        let rest = &self.letters[self.at..];
        let length = rest.iter().take_while(|letter| letter.is_ascii_alphabetic()).count();
        (length > 0 && rest.get(length) == Some(&':')).then(|| rest[..length].iter().map(char::to_ascii_lowercase).collect())
    }

    fn values(&mut self, qualifier: Option<&str>) -> Result<Vec<Written>, QueryError> {
        let mut values = Vec::new();
        loop {
            let value = self.value()?;
            if value.text.is_empty() {
                return Err(self.missing_value(qualifier, &value));
            }
            values.push(value);
            if self.peek() != Some('|') {
                return Ok(values);
            }
            self.at += 1;
            if let Some(second) = self.qualifier() {
                let message = format!(
                    "`|` separates values of one term: write the qualifier once, as in `by:ana|leo`, or put quotes around `{second}:…`"
                );
                return Err(error(message, self.at, second.len() + 1));
            }
        }
    }

    fn missing_value(&self, qualifier: Option<&str>, value: &Written) -> QueryError {
        let known = QUALIFIERS.iter().find(|(name, _)| Some(*name) == qualifier);
        let message = match known {
            Some((name, example)) => format!("`{name}:` needs a value, without a space: `{example}`"),
            None if value.length > 0 => "there is nothing between the quotes".to_owned(),
            None => "`|` needs a word on both sides, without spaces: `cart|order`".to_owned(),
        };
        // Points at something that can be seen, at the end of the text too.
        let at = if value.length == 0 { value.at.min(self.letters.len().saturating_sub(1)) } else { value.at };
        error(message, at, value.length.max(1))
    }

    fn value(&mut self) -> Result<Written, QueryError> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let at = self.at;
        while !self.at_end_of_term() && self.peek() != Some('|') {
            self.at += 1;
        }
        Ok(Written { text: self.letters[at..self.at].iter().collect(), at, length: self.at - at })
    }

    fn quoted(&mut self) -> Result<Written, QueryError> {
        let at = self.at;
        let mut text = String::new();
        loop {
            self.at += 1;
            match (self.peek(), self.letters.get(self.at + 1)) {
                (None, _) => return Err(error("this quote is not closed: add a `\"`".into(), at, self.at - at)),
                (Some('"'), _) => break,
                (Some('\\'), Some(escaped @ ('"' | '\\'))) => {
                    text.push(*escaped);
                    self.at += 1;
                }
                (Some(letter), _) => text.push(letter),
            }
        }
        self.at += 1;
        if !self.at_end_of_term() && self.peek() != Some('|') {
            return Err(error("after a closing quote comes a space or `|`".into(), self.at, 1));
        }
        Ok(Written { text, at, length: self.at - at })
    }
}

fn test(qualifier: Option<&str>, values: Vec<Written>) -> Result<Test, QueryError> {
    let Some(qualifier) = qualifier else { return Ok(Test::Words(values.iter().map(value::word).collect())) };
    let needles = || values.iter().map(|value| Needle::new(&value.text)).collect();
    Ok(match qualifier {
        "service" => Test::Service(needles()),
        "team" => Test::Team(needles()),
        "env" => Test::Environment(needles()),
        "by" => Test::By(needles()),
        "tag" => Test::Tag(needles()),
        "ns" => Test::Namespace(needles()),
        "cluster" => Test::Cluster(needles()),
        "status" => Test::Status(each(&values, value::status)?),
        "is" => Test::Is(each(&values, value::is)?),
        "commit" => Test::Commit(each(&values, value::commit)?),
        "age" => Test::Age(each(&values, value::age)?),
        "agree" => Test::Agree(each(&values, |value| environments("agree", value))?),
        _ => Test::Differ(each(&values, |value| environments("differ", value))?),
    })
}

fn each<T>(values: &[Written], parse: impl Fn(&Written) -> Result<T, QueryError>) -> Result<Vec<T>, QueryError> {
    values.iter().map(parse).collect()
}

fn environments(qualifier: &str, value: &Written) -> Result<Environments, QueryError> {
    let names: Vec<&str> = value.text.split(',').collect();
    if names.len() < 2 || names.iter().any(|name| name.is_empty()) {
        return Err(value.error(format!("`{qualifier}:` compares two or more environments: `{qualifier}:dev,pre`, without spaces")));
    }
    Ok(Environments(names.into_iter().map(Needle::new).collect()))
}

fn unknown_qualifier(name: &str) -> String {
    let known = QUALIFIERS.iter().map(|(known, _)| *known);
    let hint = value::nearest(name, known.clone()).map_or_else(
        || format!("there are {}.", known.map(|name| format!("`{name}:`")).collect::<Vec<_>>().join(" ")),
        |near| format!("did you mean `{near}:`?"),
    );
    format!("there is no `{name}:`; {hint} To find the text itself, put it in quotes")
}

fn error(message: String, at: usize, length: usize) -> QueryError {
    QueryError { message, at, length }
}
