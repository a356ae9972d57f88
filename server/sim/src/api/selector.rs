//! Label and field selectors.

use super::answer::Status;
use crate::spec::Labels;
use crate::world::{ObjectKind, Version};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Requirement {
    Is(String, String),
    IsNot(String, String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Has(String),
    HasNot(String),
}

impl Requirement {
    fn matches(&self, labels: &Labels) -> bool {
        match self {
            Self::Is(key, value) => labels.get(key) == Some(value),
            Self::IsNot(key, value) => labels.get(key) != Some(value),
            Self::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Self::NotIn(key, values) => !labels.get(key).is_some_and(|value| values.contains(value)),
            Self::Has(key) => labels.contains_key(key),
            Self::HasNot(key) => !labels.contains_key(key),
        }
    }
}

/// What a list or a watch is limited to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    labels: Vec<Requirement>,
    name: Option<String>,
    namespace: Option<String>,
    /// The `type` of an Event.
    severity: Option<String>,
}

impl Selector {
    pub(crate) fn parse(label_selector: &str, field_selector: &str, kind: ObjectKind) -> Result<Self, Status> {
        let mut selector = Self { labels: parse_labels(label_selector)?, ..Self::default() };
        for field in field_selector.split(',').filter(|field| !field.is_empty()) {
            let (key, value) = field.split_once('=').unwrap_or((field, ""));
            let value = Some(value.trim_start_matches('=').to_owned());
            match key {
                "metadata.name" => selector.name = value,
                "metadata.namespace" if kind.namespaced() => selector.namespace = value,
                "type" if kind == ObjectKind::Event => selector.severity = value,
                _ => {
                    let message = format!("\"{key}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
                    return Err(Status::bad_request(&message));
                }
            }
        }
        Ok(selector)
    }

    /// It limits nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.name.is_none() && self.namespace.is_none() && self.severity.is_none()
    }

    /// Whether it takes an object; the namespace is that of the path.
    pub(crate) fn takes(&self, version: &Version, namespace: Option<&str>) -> bool {
        let is = |wanted: Option<&str>, given: &str| wanted.is_none_or(|wanted| wanted == given);
        is(namespace, &version.name.namespace)
            && is(self.namespace.as_deref(), &version.name.namespace)
            && is(self.name.as_deref(), &version.name.name)
            && self.labels.iter().all(|requirement| requirement.matches(&version.labels))
            && self.severity.as_deref().is_none_or(|severity| version.has_text("type", severity))
    }
}

fn parse_labels(text: &str) -> Result<Vec<Requirement>, Status> {
    split_outside_brackets(text).into_iter().map(|part| parse_requirement(part.trim())).collect()
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut depth = 0_u32;
    text.split(move |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
    .collect()
}

fn parse_requirement(part: &str) -> Result<Requirement, Status> {
    let word = |text: &str| -> Result<String, Status> {
        let fine = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        match text.chars().find(|letter| !fine(*letter)) {
            Some(letter) => Err(unparsable(&letter.to_string())),
            None => Ok(text.to_owned()),
        }
    };
    let key = |text: &str| if text.is_empty() { Err(unparsable("")) } else { word(text) };
    let set = |list: &str| -> Result<Vec<String>, Status> {
        let inside = list.trim().strip_prefix('(').and_then(|list| list.strip_suffix(')')).ok_or_else(|| unparsable(list))?;
        inside.split(',').map(|value| word(value.trim())).collect()
    };
    if let Some((left, right)) = part.split_once(" notin ") {
        return Ok(Requirement::NotIn(key(left.trim())?, set(right)?));
    }
    if let Some((left, right)) = part.split_once(" in ") {
        return Ok(Requirement::In(key(left.trim())?, set(right)?));
    }
    if let Some((left, right)) = part.split_once("!=") {
        return Ok(Requirement::IsNot(key(left.trim())?, word(right.trim())?));
    }
    if let Some((left, right)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Ok(Requirement::Is(key(left.trim())?, word(right.trim())?));
    }
    match part.strip_prefix('!') {
        Some(name) => Ok(Requirement::HasNot(key(name.trim())?)),
        None => Ok(Requirement::Has(key(part)?)),
    }
}

fn unparsable(found: &str) -> Status {
    Status::bad_request(&format!("unable to parse requirement: found '{found}', expected: identifier"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_selectors() {
        let labels: Labels = [("app", "cart"), ("tier", "web")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        for (selector, matches) in [
            ("", true),
            ("app=cart", true),
            ("app==cart,tier=web", true),
            ("app=cart,tier!=web", false),
            ("app in (cart, users),tier", true),
            ("app notin (cart)", false),
            ("!app", false),
            ("!track", true),
        ] {
            let requirements = parse_labels(selector).unwrap();
            assert_eq!(requirements.iter().all(|requirement| requirement.matches(&labels)), matches, "{selector}");
        }
        assert!(parse_labels("a===b,,").is_err());
    }
}
