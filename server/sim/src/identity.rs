//! Names, uids and digests: made from the seed or from what they name, so that a run can be repeated.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The alphabet of generated name suffixes in Kubernetes: no vowels, no look-alikes.
const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// Lower-case hex of some bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest that pods report for an image: the SHA-256 of its reference, so that one image has one digest in every cluster.
///
/// A reference that already carries a digest keeps it.
#[must_use]
pub fn digest_of(image: &str) -> String {
    match image.split_once('@') {
        Some((_, digest)) => digest.to_owned(),
        None => format!("sha256:{}", hex(&Sha256::digest(image.as_bytes()))),
    }
}

/// A 40-digit commit made from a text: the same text gives the same commit.
#[must_use]
pub fn commit(text: &str) -> String {
    let mut hash = hex(&Sha256::digest(text.as_bytes()));
    hash.truncate(40);
    // The prefixes bad0 … bad9 make an image fail; a healthy commit must not have one by chance.
    if hash.starts_with("bad") {
        hash.replace_range(0..3, "c0d");
    }
    hash
}

/// The repository part of an image reference, without tag and digest.
pub(crate) fn repository(image: &str) -> &str {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// The tag of an image reference, empty when it has none.
pub(crate) fn tag(image: &str) -> &str {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((_, tag)) if !tag.contains('/') => tag,
        _ => "",
    }
}

/// A random (version 4) uid.
pub(crate) fn uid(rng: &mut ChaCha8Rng) -> String {
    let mut bytes: [u8; 16] = rng.random();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// A container id, 64 hex digits.
pub(crate) fn container_id(rng: &mut ChaCha8Rng) -> String {
    let bytes: [u8; 32] = rng.random();
    format!("containerd://{}", hex(&bytes))
}

/// The random suffix of a generated name.
pub(crate) fn suffix(rng: &mut ChaCha8Rng) -> String {
    (0..5).map(|_| char::from(SAFE[rng.random_range(0..SAFE.len())])).collect()
}

/// A template hash as in `pod-template-hash`: from the text alone, in the safe alphabet.
pub(crate) fn template_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(10).map(|byte| char::from(SAFE[usize::from(*byte) % SAFE.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_reference_is_taken_apart() {
        for (image, repo, label) in [
            ("registry.example/shop/cart:75b1", "registry.example/shop/cart", "75b1"),
            ("registry.example:5000/shop/cart", "registry.example:5000/shop/cart", ""),
            ("registry.example:5000/cart:1@sha256:aa", "registry.example:5000/cart", "1"),
        ] {
            assert_eq!((repository(image), tag(image)), (repo, label), "{image}");
        }
        assert_eq!(digest_of("a@sha256:ff"), "sha256:ff");
        assert_eq!(digest_of("a:1"), digest_of("a:1"));
        assert_ne!(digest_of("a:1"), digest_of("a:2"));
        assert!(!(0..70_000).any(|n| commit(&n.to_string()).starts_with("bad")));
    }
}
