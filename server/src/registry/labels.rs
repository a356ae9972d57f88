//! What an image says of itself: the annotations of OCI, and the older labels of label-schema.org. Pure.

use model::strings::ArcStr;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::published::Published;
use model::version::is_certain_commit;

/// Labels of an image's configuration, or annotations of a manifest.
pub(super) type Labels = BTreeMap<String, String>;

const COMMIT: [&str; 2] = ["org.opencontainers.image.revision", "org.label-schema.vcs-ref"];
const VERSION: [&str; 2] = ["org.opencontainers.image.version", "org.label-schema.version"];
const SOURCE: [&str; 2] = ["org.opencontainers.image.source", "org.label-schema.vcs-url"];
const CREATED: [&str; 2] = ["org.opencontainers.image.created", "org.label-schema.build-date"];
/// What is longer is no name that somebody could read.
const LONGEST: usize = 512;

/// What is said, by whatever says it first. Annotations are given first: an image inherits the labels of the image that it
/// was built on, but not its annotations. Of one that says it twice, OCI's key goes before the older one.
pub(super) fn read(said: &[&Labels], digest: &ArcStr, platforms: Vec<ArcStr>) -> Published {
    let first = |keys: [&str; 2], fits: fn(&str) -> bool| {
        let values = said.iter().flat_map(|labels| keys.into_iter().filter_map(|key| labels.get(key)));
        values.map(|value| value.trim()).find(|value| !value.is_empty() && value.len() <= LONGEST && fits(value))
    };
    Published {
        digest: ArcStr::clone(digest),
        platforms,
        commit: first(COMMIT, is_certain_commit).map(|commit| commit.to_ascii_lowercase().into()),
        version: first(VERSION, |_| true).map(Into::into),
        source: first(SOURCE, is_web).map(Into::into),
        created: first(CREATED, |text| time(text).is_some()).and_then(time),
    }
}

/// Only what is safe as a link.
fn is_web(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa";

    /// What is read of annotations and labels: `commit version source created`.
    #[track_caller]
    fn check(annotations: &[(&str, &str)], labels: &[(&str, &str)], expected: &str) {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Labels>();
        let read = read(&[&map(annotations), &map(labels)], &ArcStr::from("sha256:a"), Vec::new());
        let created = read.created.map(|created| created.format("%F").to_string());
        let shown = [read.commit.as_deref(), read.version.as_deref(), read.source.as_deref(), created.as_deref()];
        assert_eq!(shown.map(|part| part.unwrap_or("-")).join(" "), expected);
    }

    #[test]
    fn labels() {
        let whole = [
            ("org.opencontainers.image.revision", SHA),
            ("org.opencontainers.image.version", "1.4.0"),
            ("org.opencontainers.image.source", "https://git.example.com/shop/cart"),
            ("org.opencontainers.image.created", "2026-11-20T10:00:00+01:00"),
        ];
        let older = [
            ("org.label-schema.vcs-ref", "993E5FC"),
            ("org.label-schema.version", "1.3.0"),
            ("org.label-schema.vcs-url", "http://git.example.com/old"),
            ("org.label-schema.build-date", "2018-08-13T15:56:53Z"),
        ];
        check(&[], &whole, &format!("{SHA} 1.4.0 https://git.example.com/shop/cart 2026-11-20"));
        check(&[], &older, "993e5fc 1.3.0 http://git.example.com/old 2018-08-13");
        let both: Vec<_> = older.into_iter().chain(whole).collect();
        check(&[], &both, &format!("{SHA} 1.4.0 https://git.example.com/shop/cart 2026-11-20"));
        check(&older, &whole, "993e5fc 1.3.0 http://git.example.com/old 2018-08-13");
        check(&whole[..1], &older, &format!("{SHA} 1.3.0 http://git.example.com/old 2018-08-13"));
        check(&[], &[], "- - - -");
    }

    #[test]
    fn what_is_not_as_it_should_be_is_left_out() {
        let revision = |value| [("org.opencontainers.image.revision", value)];
        for wrong in ["main", "", "20240101", "r4711", "not a commit", "defaced"] {
            check(&[], &revision(wrong), "- - - -");
        }
        check(&revision("main"), &revision("7fc38a2"), "7fc38a2 - - -");
        let odd = [("org.opencontainers.image.source", "javascript:alert(1)"), ("org.opencontainers.image.created", "yesterday")];
        check(&[], &odd, "- - - -");
        check(&[], &[("org.opencontainers.image.version", &"1".repeat(LONGEST + 1))], "- - - -");
    }
}
