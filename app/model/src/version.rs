//! What runs: git commit, label and image digest, and when two of them are the same.

use arcstr::ArcStr;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalogue::{Meta, VersionRules};

/// Digits of an abbreviated commit: the fewest that are taken for one, and how many are shown.
const SHORT: usize = 7;
/// Digits of a full commit.
const FULL: usize = 40;
/// Characters of a short digest: `sha256:` and twelve digits.
const SHORT_DIGEST: usize = 19;

/// What runs, or should run. The digest is the identity, the label is only a name (board.md, "Which version").
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// The git commit, 7 to 40 lower-case hex digits.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub commit: Option<ArcStr>,
    /// The tag as written, or the version CI gave.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub label: Option<ArcStr>,
    /// The image's digest, `sha256:…`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub digest: Option<ArcStr>,
    /// The digest of the multi-platform index that the image is of, where the registry says so and it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub index: Option<ArcStr>,
}

/// How two versions compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// Equal digests; or, where one is missing, equal commits; or equal labels.
    Same,
    /// One label or commit, and two different images: the tag was moved, or the commit was built twice.
    MovedTag,
    /// Not the same.
    Different,
}

impl fmt::Display for Version {
    /// The short form a cell shows: seven digits of the commit, else the label, else the short digest, else `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())
    }
}

impl Version {
    /// The short form a cell shows: seven digits of the commit, else the label, else the short digest, else `?`.
    #[must_use]
    pub fn short(&self) -> &str {
        if let Some(commit) = &self.commit {
            commit.get(..SHORT).unwrap_or(commit)
        } else if let Some(label) = &self.label {
            label
        } else if let Some(digest) = &self.digest {
            digest.get(..SHORT_DIGEST).unwrap_or(digest)
        } else {
            "?"
        }
    }

    /// Whether two versions are the same (board.md, "Which version"). Symmetric; not transitive in general, since
    /// versions may know different parts of themselves.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Sameness {
        let commits = both(&self.commit, &other.commit).map(|(a, b)| same_commit(a, b));
        let labels = both(&self.label, &other.label).map(|(a, b)| a == b);
        let different = || if labels == Some(true) { Sameness::MovedTag } else { Sameness::Different };
        match (both(&self.digest, &other.digest), commits, labels) {
            (Some(_), ..) if self.is_of_image(other) => Sameness::Same,
            (Some(_), Some(true), _) => Sameness::MovedTag,
            (Some(_), ..) | (None, Some(false), _) => different(),
            (None, Some(true), _) | (None, None, Some(true)) => Sameness::Same,
            (None, None, _) => Sameness::Different,
        }
    }

    /// Whether the digests are of one image: equal, or of one multi-platform index, or of an index and a platform of it.
    fn is_of_image(&self, other: &Self) -> bool {
        let mine = [&self.digest, &self.index].into_iter().flatten();
        mine.into_iter().any(|mine| [&other.digest, &other.index].into_iter().flatten().any(|theirs| mine == theirs))
    }

    /// Whether what is known of both proves that they are not the same. Unlike [`Version::compare`], versions that have
    /// no part in common do not contradict one another, and neither does one commit with two digests.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        if let Some((a, b)) = both(&self.commit, &other.commit) {
            return !same_commit(a, b);
        }
        if both(&self.digest, &other.digest).is_some() {
            return !self.is_of_image(other);
        }
        both(&self.label, &other.label).is_some_and(|(a, b)| a.trim_start_matches('v') != b.trim_start_matches('v'))
    }
}

/// Whether two commits are one: equal, or one is an abbreviation of the other.
#[must_use]
pub fn same_commit(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.len() >= SHORT && long.get(..short.len()).is_some_and(|start| start.eq_ignore_ascii_case(short))
}

/// Whether a text is a commit or an abbreviation of one: 7 to 40 hex digits.
#[must_use]
pub fn is_commit(text: &str) -> bool {
    (SHORT..=FULL).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl VersionRules {
    /// The commit that annotations or labels of a pod template name, lower-case.
    #[must_use]
    pub fn commit_in(&self, meta: Meta<'_>) -> Option<ArcStr> {
        self.commit_keys
            .iter()
            .filter_map(|key| meta.annotations.get(key).or_else(|| meta.labels.get(key)))
            .map(|value| value.trim())
            .find(|value| is_certain_commit(value))
            .map(|value| ArcStr::from(value.to_ascii_lowercase()))
    }

    /// The commit that a tag holds by one of the patterns, lower-case.
    #[must_use]
    pub fn commit_of_tag(&self, tag: &str) -> Option<ArcStr> {
        self.tag_patterns.iter().find_map(|pattern| sha_by(pattern, tag)).map(|sha| ArcStr::from(sha.to_ascii_lowercase()))
    }
}

/// The part of a tag that stands where the pattern has `{sha}`; `*` stands for anything.
fn sha_by<'t>(pattern: &str, tag: &'t str) -> Option<&'t str> {
    let (before, after) = pattern.split_once("{sha}")?;
    // The longest run of hex digits may begin anywhere: try each place at which the left side ends.
    (0..=tag.len()).filter(|at| tag.is_char_boundary(*at)).find_map(|start| {
        let rest = &tag[start..];
        let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        let sha = &rest[..end];
        (is_certain_commit(sha) && glob(before, &tag[..start]) && glob(after, &rest[end..])).then_some(sha)
    })
}

/// Whether a text is surely a commit: digits alone are rather a date or a build number, and letters alone a word
/// (`20240101`, `defaced`), unless it has all forty.
#[must_use]
pub fn is_certain_commit(text: &str) -> bool {
    is_commit(text) && (text.len() == FULL || text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// Whether a text is as the pattern says, where `*` stands for anything.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| glob(rest, &text[at..]))),
    }
}

fn both<'a>(a: &'a Option<ArcStr>, b: &'a Option<ArcStr>) -> Option<(&'a str, &'a str)> {
    Some((a.as_deref()?, b.as_deref()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const SHA: &str = "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa";

    fn version(commit: &str, label: &str, digest: &str) -> Version {
        let part = |text: &str| (!text.is_empty()).then(|| ArcStr::from(text));
        let (digest, index) = digest.split_once('/').map_or((digest, ""), |(index, digest)| (digest, index));
        Version { commit: part(commit), label: part(label), digest: part(digest), index: part(index) }
    }

    #[test]
    fn sameness() {
        use Sameness::{Different, MovedTag, Same};
        let short = &SHA[..12];
        for (a, b, expected, why) in [
            (("", "v1", "sha256:a"), ("", "v2", "sha256:a"), Same, "the digest is the identity"),
            (("", "latest", "sha256:a"), ("", "latest", "sha256:b"), MovedTag, "the moved latest"),
            ((SHA, "v1", "sha256:a"), (SHA, "v2", "sha256:b"), MovedTag, "one commit, built twice"),
            (("", "v1", "sha256:a"), ("", "v2", "sha256:b"), Different, "nothing in common"),
            (("", "v1", "sha256:i"), ("", "v2", "sha256:i/sha256:a"), Same, "an index and a platform of it"),
            (("", "v1", "sha256:i/sha256:b"), ("", "v2", "sha256:i/sha256:a"), Same, "two platforms of an index"),
            (("", "v1", "sha256:j/sha256:a"), ("", "v2", "sha256:i/sha256:a"), Same, "one image in two indexes"),
            (("", "v1", "sha256:j"), ("", "v1", "sha256:i/sha256:a"), MovedTag, "a platform of another index"),
            ((SHA, "v1", "sha256:a"), (SHA, "v1", ""), Same, "a digest is missing: commits"),
            ((SHA, "", ""), (short, "", ""), Same, "an abbreviation"),
            ((SHA, "", ""), ("7fc38a3", "", ""), Different, "another commit"),
            ((SHA, "", ""), ("7fc38a", "", ""), Different, "six digits are too few"),
            ((SHA, "latest", ""), ("993e5fc", "latest", ""), MovedTag, "one tag, two commits"),
            (("", "v1", ""), ("", "v1", ""), Same, "only tags"),
            ((SHA, "v1", ""), ("", "v1", ""), Same, "a commit is missing: tags"),
            ((SHA, "", ""), ("", "v1", ""), Different, "not comparable"),
            (("", "", ""), ("", "", ""), Different, "nothing is known"),
        ] {
            let (a, b) = (version(a.0, a.1, a.2), version(b.0, b.1, b.2));
            assert_eq!(a.compare(&b), expected, "{why}");
        }
    }

    #[test]
    fn contradictions() {
        let check = |a: (&str, &str, &str), b: (&str, &str, &str), expected| {
            assert_eq!(version(a.0, a.1, a.2).contradicts(&version(b.0, b.1, b.2)), expected, "{a:?} {b:?}");
        };
        check((SHA, "", ""), ("993e5fc", "", ""), true);
        check((SHA, "", "sha256:a"), (SHA, "", "sha256:b"), false);
        check((SHA, "", ""), ("", "v1", ""), false);
        check(("", "1.4.0", ""), ("", "v1.4.0", ""), false);
        check(("", "1.4.0", ""), ("", "1.5.0", ""), true);
        check(("", "latest", "sha256:a"), ("", "latest", "sha256:b"), true);
        check(("", "latest", "sha256:i"), ("", "latest", "sha256:i/sha256:a"), false);
    }

    #[test]
    fn short_forms() {
        let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        assert_eq!(version(SHA, "v1", "").short(), "7fc38a2");
        assert_eq!(version("", "v1", digest).short(), "v1");
        assert_eq!(version("", "", digest).short(), "sha256:0123456789ab");
        assert_eq!(version("", "", "").to_string(), "?");
    }

    #[test]
    fn commits_of_tags() {
        let rules = VersionRules::default();
        let check = |tag: &str, commit: Option<&str>| assert_eq!(rules.commit_of_tag(tag).as_deref(), commit, "{tag}");
        check(SHA, Some(SHA));
        check("7fc38a2", Some("7fc38a2"));
        check("7FC38A2", Some("7fc38a2"));
        check("main-7fc38a2", Some("7fc38a2"));
        check("sha-7fc38a2", Some("7fc38a2"));
        check("v1.2.3-7fc38a2", Some("7fc38a2"));
        check("feature-x-7fc38a2b69e3", Some("7fc38a2b69e3"));
        check("1.4.0", None);
        check("latest", None);
        check("20240101", None);
        check("main-20240101", None);
        check("main-defaced", None);
        check("7fc38a", None);
        check(&format!("{SHA}0"), None);
        check("7fc38a2-dirty", None);
        let own = VersionRules { tag_patterns: vec!["*_{sha}-*".into()], ..VersionRules::default() };
        assert_eq!(own.commit_of_tag("b12_7fc38a2-amd64").as_deref(), Some("7fc38a2"));
        assert_eq!(own.commit_of_tag("7fc38a2").as_deref(), None);
    }

    #[test]
    fn commits_of_templates() {
        let rules = VersionRules::default();
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>();
        let check = |annotations: &[(&str, &str)], labels: &[(&str, &str)], commit: Option<&str>| {
            let meta = Meta { name: "cart", labels: &map(labels), annotations: &map(annotations) };
            assert_eq!(rules.commit_in(meta).as_deref(), commit);
        };
        check(&[("org.opencontainers.image.revision", SHA)], &[("app.kubernetes.io/version", "993e5fc")], Some(SHA));
        check(&[], &[("app.kubernetes.io/version", "75b14116630d")], Some("75b14116630d"));
        check(&[], &[("app.kubernetes.io/version", "1.4.0")], None);
    }

    fn any_version() -> impl Strategy<Value = Version> {
        let part = |values: &'static [&'static str]| {
            proptest::option::of(proptest::sample::select(values)).prop_map(|part| part.map(ArcStr::from))
        };
        let digests = (part(&["sha256:a", "sha256:b"]), part(&["sha256:b", "sha256:c"]));
        (part(&[SHA, "7fc38a2", "993e5fc"]), part(&["latest", "v1"]), digests).prop_map(|(commit, label, (digest, index))| {
            let index = index.filter(|_| digest.is_some());
            Version { commit, label, digest, index }
        })
    }

    proptest! {
        #[test]
        fn sameness_is_symmetric(a in any_version(), b in any_version()) {
            prop_assert_eq!(a.compare(&b), b.compare(&a));
            prop_assert_eq!(a.contradicts(&b), b.contradicts(&a));
        }

        #[test]
        fn a_version_with_any_part_is_the_same_as_itself(a in any_version()) {
            prop_assert_eq!(a.compare(&a) == Sameness::Same, a != Version::default());
        }
    }
}
