//! Links to other tools that an administrator named in the configuration, filled in for one cell.

use model::strings::ArcStr;
use std::fmt::Write as _;
use std::sync::Arc;

use leptos::prelude::*;
use model::board::Cell;
use model::ids::{EnvironmentName, ServiceName};

use super::Scope;
use super::versions::web_address;

/// What stands for something in a template.
const PLACEHOLDERS: [&str; 8] = ["service", "environment", "commit", "tag", "digest", "team", "namespace", "cluster"];

/// A link as it was configured: a name, and an address with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The words of the link.
    pub name: Arc<str>,
    /// Its address.
    pub template: Template,
}

/// An address with placeholders: `https://git.example.com/{service}/commit/{commit}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Arc<str>),
    Placeholder(&'static str),
}

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Links lead to the web, and nowhere else.
    #[error("must begin with http:// or https://")]
    Scheme,
    /// Nothing of that name is known.
    #[error(
        "`{{{0}}}` stands for nothing: there are {{service}}, {{environment}}, {{commit}}, {{tag}}, {{digest}}, {{team}}, {{namespace}} and {{cluster}}"
    )]
    Placeholder(String),
    /// A brace without its other half.
    #[error("a `{{` or `}}` stands alone: write %7B or %7D for the letter itself")]
    Brace,
}

impl std::str::FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        web_address(text).ok_or(TemplateError::Scheme)?;
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(TemplateError::Brace)?;
            let known = PLACEHOLDERS.into_iter().find(|known| *known == name);
            pieces.extend([
                Piece::Text(before.into()),
                Piece::Placeholder(known.ok_or_else(|| TemplateError::Placeholder(name.to_owned()))?),
            ]);
            rest = after;
        }
        pieces.push(Piece::Text(rest.into()));
        let alone = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains('}'));
        if pieces.iter().any(alone) { Err(TemplateError::Brace) } else { Ok(Self(pieces)) }
    }
}

impl Template {
    /// The address; none when a placeholder stands for something that this cell does not have.
    fn fill<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
        let mut address = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => address.push_str(text),
                Piece::Placeholder(name) => escape_into(&mut address, value(name)?),
            }
        }
        Some(address)
    }
}

/// Percent-encodes all but the letters that mean nothing anywhere in an address (RFC 3986, 2.3): names come from clusters and
/// from CI, and must not lead elsewhere.
fn escape_into(address: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => address.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(address, "%{byte:02X}")),
        }
    }
}

/// The links of a cell that have all they need.
#[component]
pub fn Links(
    /// What the parts share.
    scope: Scope,
    /// The service.
    service: ServiceName,
    /// Its team.
    team: Option<ArcStr>,
    /// The environment.
    environment: EnvironmentName,
    /// The cell.
    cell: Cell,
) -> impl IntoView {
    let version = cell.version().unwrap_or_default();
    let workload = cell.workloads.first();
    let value = |name: &str| match name {
        "service" => Some(service.as_str()),
        "environment" => Some(environment.as_str()),
        "commit" => version.commit.as_deref(),
        "tag" => version.label.as_deref(),
        "digest" => version.digest.as_deref(),
        "team" => team.as_deref(),
        "namespace" => workload.map(|workload| &*workload.namespace),
        "cluster" => workload.map(|workload| workload.cluster.as_str()),
        _ => None,
    };
    let links = scope.links.iter().filter_map(|link| {
        let address = link.template.fill(value)?;
        Some(view! {
            <a href=address rel="external noreferrer">
                {link.name.to_string()}
            </a>
        })
    });
    let links: Vec<_> = links.collect();
    (!links.is_empty()).then(|| view! { <p class="meta links">{links}</p> })
}

#[cfg(test)]
mod tests {
    use super::{Template, TemplateError};

    #[test]
    fn placeholders_become_what_they_stand_for() {
        let value = |name: &str| match name {
            "service" => Some("shop/cart"),
            "commit" => Some("7fc38a2"),
            "tag" => Some("a@b:c?d=e#f ñ"),
            _ => None,
        };
        for (template, expected) in [
            ("https://git.example.com/{service}/commit/{commit}", Some("https://git.example.com/shop%2Fcart/commit/7fc38a2")),
            ("https://{tag}.example.com/", Some("https://a%40b%3Ac%3Fd%3De%23f%20%C3%B1.example.com/")),
            ("http://example.com", Some("http://example.com")),
            ("https://example.com/{service}/{digest}", None),
        ] {
            assert_eq!(template.parse::<Template>().unwrap().fill(value).as_deref(), expected, "{template}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for (template, expected) in [
            ("javascript:alert(1)", TemplateError::Scheme),
            ("{service}.example.com", TemplateError::Scheme),
            ("https://x/{commmit}", TemplateError::Placeholder("commmit".into())),
            ("https://x/{commit", TemplateError::Brace),
            ("https://x/}", TemplateError::Brace),
            ("https://x/{}", TemplateError::Placeholder(String::new())),
        ] {
            assert_eq!(template.parse::<Template>(), Err(expected), "{template}");
        }
    }
}
