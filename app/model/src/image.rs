//! Image references by the OCI grammar (`registry:5000/a/b:tag@sha256:…`).
//!
//! The parser is our own: the crate that has one (`oci-spec`) brings a regex engine into the browser's bundle, and it
//! completes names (`nginx` becomes `docker.io/library/nginx`), while the board shows what was written.

use arcstr::ArcStr;
use std::fmt;
use std::str::FromStr;

/// Longest name (registry and path) the grammar allows.
const NAME_LENGTH: usize = 255;
/// Longest tag the grammar allows.
const TAG_LENGTH: usize = 128;

/// A parsed image reference. Displays as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageRef {
    /// Registry and path as written, without tag and digest.
    pub name: ArcStr,
    /// The tag.
    pub tag: Option<ArcStr>,
    /// The digest, `sha256:…`.
    pub digest: Option<ArcStr>,
}

/// An image that runs, or that was recorded: where to ask for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageAt {
    /// The digest.
    pub digest: ArcStr,
    /// Registry and path as written, without tag and digest.
    pub name: ArcStr,
}

/// An image reference that does not follow the grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an image reference: {problem}")]
pub struct ImageError {
    text: String,
    problem: &'static str,
}

impl FromStr for ImageRef {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|problem| ImageError { text: text.to_owned(), problem })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// The digest that `containerStatuses[].imageID` names: `docker-pullable://name@sha256:…` and `name@sha256:…` have one.
/// A bare `sha256:…` (also after `docker://`) is the id of the image's *configuration*, which no registry knows: none.
#[must_use]
pub fn digest_of(image_id: &str) -> Option<&str> {
    let (_, digest) = image_id.rsplit_once('@')?;
    is_digest(digest).then_some(digest)
}

/// Whether a text is a digest by the OCI grammar: `algorithm:encoded`, and for sha256 and sha512 so many lower-case hex digits.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    let Some((algorithm, encoded)) = text.split_once(':') else { return false };
    let hex = |length| encoded.len() == length && encoded.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match algorithm {
        "sha256" => hex(64),
        "sha512" => hex(128),
        _ => {
            let component = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            algorithm.split(['+', '.', '_', '-']).all(component)
                && encoded.len() >= 32
                && encoded.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-'))
        }
    }
}

/// `reference := name [":" tag] ["@" digest]`.
fn parse(text: &str) -> Result<ImageRef, &'static str> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) if is_digest(digest) => (rest, Some(digest)),
        Some(_) => return Err("what follows `@` is not a digest"),
        None => (text, None),
    };
    // A colon before the last slash belongs to the registry's port (or to an IPv6 address).
    let path_start = rest.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = match rest[path_start..].split_once(':') {
        Some((last, tag)) if is_tag(tag) => (&rest[..path_start + last.len()], Some(tag)),
        Some(_) => return Err("the tag must be 1 to 128 letters, digits, `_`, `.` and `-`, and must not begin with `.` or `-`"),
        None => (rest, None),
    };
    check_name(name)?;
    Ok(ImageRef { name: ArcStr::from(name), tag: tag.map(ArcStr::from), digest: digest.map(ArcStr::from) })
}

/// `name := [domain "/"] path-component ("/" path-component)*`.
fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("it has no name");
    }
    if name.len() > NAME_LENGTH {
        return Err("the name is longer than 255 characters");
    }
    let path = match name.split_once('/') {
        Some((domain, path)) if is_domain(domain) => path,
        _ => name,
    };
    if path.split('/').all(is_path_component) {
        return Ok(());
    }
    Err("each part of the path must be lower-case letters and digits, joined by `.`, `_`, `__` or `-`")
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut bytes = text.bytes();
    text.len() <= TAG_LENGTH && bytes.next().is_some_and(word) && bytes.all(|b| word(b) || matches!(b, b'.' | b'-'))
}

/// `domain := host [":" port]`, where a host is a name, an IPv4 address or an IPv6 address in brackets.
fn is_domain(text: &str) -> bool {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        let is_address = !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
        return is_address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let component = |part: &str| {
        !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.split('.').all(component) && port.is_none_or(is_port)
}

/// `path-component := alpha-numeric (separator alpha-numeric)*`, `separator := "." | "_" | "__" | "-"+`.
fn is_path_component(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if !text.bytes().next().is_some_and(alphanumeric) || !text.bytes().next_back().is_some_and(alphanumeric) {
        return false;
    }
    text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        .filter(|gap| !gap.is_empty())
        .all(|gap| matches!(gap, "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn parts() {
        let check = |text: &str, name: &str, tag: Option<&str>, digest: Option<&str>| {
            let image: ImageRef = text.parse().unwrap();
            assert_eq!((&*image.name, image.tag.as_deref(), image.digest.as_deref()), (name, tag, digest), "{text}");
            assert_eq!(image.to_string(), text);
        };
        check("nginx", "nginx", None, None);
        check("nginx:1.27", "nginx", Some("1.27"), None);
        check("registry:5000/shop/cart", "registry:5000/shop/cart", None, None);
        check("registry:5000/shop/cart:7fc38a2", "registry:5000/shop/cart", Some("7fc38a2"), None);
        check("[2001:db8::1]:5000/cart:v1", "[2001:db8::1]:5000/cart", Some("v1"), None);
        check(&format!("a.example/b@{DIGEST}"), "a.example/b", None, Some(DIGEST));
        check(&format!("a.example/b:tag@{DIGEST}"), "a.example/b", Some("tag"), Some(DIGEST));
        check("Host/cart__a.b--c", "Host/cart__a.b--c", None, None);
        check("localhost:5000/x:5000", "localhost:5000/x", Some("5000"), None);
    }

    #[test]
    fn refused() {
        for (text, problem) in [
            ("", "it has no name"),
            (":tag", "it has no name"),
            ("Cart", "each part"),
            ("shop/Cart:1", "each part"),
            ("shop//cart", "each part"),
            ("cart:", "the tag"),
            ("cart:-x", "the tag"),
            ("cart:a b", "the tag"),
            ("cart@sha256:12", "not a digest"),
            ("registry:port/cart", "each part"),
            ("cart___a", "each part"),
            ("https://registry/cart", "each part"),
        ] {
            let error = text.parse::<ImageRef>().unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
        assert!("a".repeat(256).parse::<ImageRef>().is_err());
        assert!(format!("a:{}", "t".repeat(129)).parse::<ImageRef>().is_err());
    }

    #[test]
    fn digests_of_image_ids() {
        assert_eq!(digest_of(&format!("docker-pullable://registry:5000/shop/cart@{DIGEST}")), Some(DIGEST));
        assert_eq!(digest_of(&format!("registry.example/shop/cart@{DIGEST}")), Some(DIGEST));
        assert_eq!(digest_of(DIGEST), None, "a configuration's id");
        assert_eq!(digest_of(&format!("docker://{DIGEST}")), None, "a configuration's id");
        assert_eq!(digest_of(""), None, "not pulled yet");
    }

    proptest! {
        #[test]
        fn what_is_displayed_parses_to_the_same(
            domain in proptest::option::of("[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?(\\.[a-z0-9]{1,5}){0,2}(:[0-9]{1,5})?"),
            path in proptest::collection::vec("[a-z0-9]{1,6}((\\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}", 1..4),
            tag in proptest::option::of("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,20}"),
            digest in proptest::option::of("sha256:[0-9a-f]{64}"),
        ) {
            let path = path.join("/");
            let name = domain.map_or(path.clone(), |domain| format!("{domain}/{path}"));
            let image = ImageRef { name: name.into(), tag: tag.map(ArcStr::from), digest: digest.map(ArcStr::from) };
            prop_assert_eq!(image.to_string().parse::<ImageRef>(), Ok(image));
        }

        #[test]
        fn what_parses_is_displayed_as_written(text in "[a-zA-Z0-9.:/@_-]{0,40}") {
            if let Ok(image) = text.parse::<ImageRef>() {
                prop_assert_eq!(image.to_string(), text);
            }
        }
    }
}
