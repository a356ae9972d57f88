//! Which namespaces a target is about.

use crate::config::Namespaces;

/// A namespace selection: names, globs (`*`, `?`) and exclusions (`!`).
#[derive(Clone, Debug)]
pub(super) struct Selection {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

/// Up to this many namespaces that are all named are listed one by one, which needs fewer rights and
/// less traffic than the whole cluster.
const FEW: usize = 4;

impl Selection {
    pub(super) fn new(namespaces: &Namespaces) -> Self {
        let (unwanted, wanted): (Vec<&String>, Vec<&String>) = namespaces.0.iter().partition(|text| text.starts_with('!'));
        Self { wanted: wanted.into_iter().cloned().collect(), unwanted: unwanted.into_iter().map(|text| text[1..].to_owned()).collect() }
    }

    /// Whether the target is about this namespace.
    pub(super) fn matches(&self, namespace: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| glob(pattern.as_bytes(), namespace.as_bytes()));
        (self.wanted.is_empty() || any(&self.wanted)) && !any(&self.unwanted)
    }

    /// The namespaces that are named in full.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().map(String::as_str).filter(|name| !is_glob(name) && self.matches(name))
    }

    /// The namespaces, when they are few and all named in full.
    pub(super) fn exact(&self) -> Option<Vec<&str>> {
        let all_named = !self.wanted.is_empty() && self.wanted.len() <= FEW && !self.wanted.iter().any(|name| is_glob(name));
        all_named.then(|| self.named().collect())
    }
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// `*` stands for any text, `?` for one character; namespaces are ASCII.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => glob(rest, text),
        (Some((b'*', rest)), Some((_, tail))) => glob(rest, text) || glob(pattern, tail),
        (Some((b'?', rest)), Some((_, tail))) => glob(rest, tail),
        (Some((p, rest)), Some((t, tail))) => p == t && glob(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(patterns: &[&str]) -> Selection {
        Selection::new(&Namespaces(patterns.iter().map(|&text| text.to_owned()).collect()))
    }

    #[test]
    fn names_globs_and_exclusions() {
        for (patterns, namespace, expected) in [
            (&[][..], "shop", true),
            (&["shop"], "shop", true),
            (&["shop"], "shop-2", false),
            (&["team-*"], "team-a", true),
            (&["team-*"], "team", false),
            (&["*-pre"], "shop-pre", true),
            (&["a*b*c"], "axxbyyc", true),
            (&["team-?"], "team-10", false),
            (&["!kube-*"], "kube-system", false),
            (&["!kube-*"], "shop", true),
            (&["team-*", "!team-x"], "team-x", false),
            (&["team-*", "!team-x"], "team-y", true),
        ] {
            assert_eq!(selection(patterns).matches(namespace), expected, "{patterns:?} {namespace}");
        }
    }

    #[test]
    fn few_names_are_listed_one_by_one() {
        assert_eq!(selection(&["shop", "!kube-*"]).exact(), Some(vec!["shop"]));
        assert_eq!(selection(&[]).exact(), None);
        assert_eq!(selection(&["shop", "team-*"]).exact(), None);
        assert_eq!(selection(&["shop", "team-*"]).named().collect::<Vec<_>>(), ["shop"]);
        assert_eq!(selection(&["a", "b", "c", "d", "e"]).exact(), None);
    }
}
