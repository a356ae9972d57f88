//! Which object it is, in 16 bytes.

use std::fmt;

use uuid::Uuid;

/// `metadata.uid` of a Kubernetes object: tells an object from one made anew under the same name.
///
/// API servers draw UUIDs, of which an index holds several for each pod: they are kept as their number. Any other text becomes
/// the UUID that RFC 9562 makes of a name (version 5).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(Uuid);

impl Uid {
    /// Whether the object has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_nil()
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        match Uuid::try_parse(text) {
            Ok(uuid) => Self(uuid),
            Err(_) if text.is_empty() => Self(Uuid::nil()),
            Err(_) => Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes())),
        }
    }
}

impl From<String> for Uid {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_whatever_they_are() {
        let uuid = "3f2a9c1e-0b4d-4e6f-8a7b-9c0d1e2f3a4b";
        let texts = [
            uuid,
            "",
            "dev/shop/cart-2",
            "dev/shop/cart-3",
            "3f2a9c1e-0b4d-4e6f-8a7b-9c0d1e2f3a4c",
            "3f2a9c1e-0b4d-4e6f-8a7b-9c0d1e2f3a4é",
        ];
        for (place, text) in texts.iter().enumerate() {
            for (other, another) in texts.iter().enumerate() {
                assert_eq!(Uid::from(*text) == Uid::from(*another), place == other, "{text} {another}");
            }
        }
        assert!(Uid::from("").is_empty() && !Uid::from(uuid).is_empty());
        assert_eq!(format!("{:?}", Uid::from(uuid)), format!("\"{uuid}\""));
        assert_eq!(size_of::<Uid>(), 16);
    }
}
