//! Which object it is, in 16 bytes.

use arcstr::ArcStr;
use std::fmt;

/// `metadata.uid` of a Kubernetes object: tells an object from one made anew under the same name.
///
/// API servers draw UUIDs, of which an index holds several for each pod: they are kept as their number. Any other text is
/// kept as it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(Text);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Text {
    Uuid([u8; 16]),
    Other(ArcStr),
}

impl Uid {
    /// Whether the object has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.0, Text::Other(text) if text.is_empty())
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        Self(uuid(text).map_or_else(|| Text::Other(ArcStr::from(text)), Text::Uuid))
    }
}

impl From<String> for Uid {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

/// The number of a UUID in lower case with its four hyphens: the one way of writing it that is read back as the same.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let hyphens = [8, 13, 18, 23];
    let text = text.as_bytes();
    let well_formed = |(place, byte): (usize, &u8)| match hyphens.contains(&place) {
        true => *byte == b'-',
        false => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    if text.len() != 36 || !text.iter().enumerate().all(well_formed) {
        return None;
    }
    let value = |digit: u8| if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 };
    let mut digits = text.iter().filter(|byte| **byte != b'-').map(|digit| value(*digit));
    let mut number = [0; 16];
    for byte in &mut number {
        *byte = digits.next()? << 4 | digits.next()?;
    }
    Some(number)
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match &self.0 {
            Text::Other(text) => return f.write_str(text),
            Text::Uuid(number) => number,
        };
        for (place, byte) in number.iter().enumerate() {
            let hyphen = if matches!(place, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{hyphen}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_was_read() {
        let uuid = "3f2a9c1e-0b4d-4e6f-8a7b-9c0d1e2f3a4b";
        for text in [uuid, "", "dev/shop/cart-2", &uuid.to_uppercase(), &uuid.replace('-', ""), "3f2a9c1e-0b4d-4e6f-8a7b-9c0d1e2f3a4é"] {
            assert_eq!(Uid::from(text).to_string(), text);
            assert_eq!(matches!(Uid::from(text).0, Text::Uuid(_)), text == uuid, "{text}");
        }
        assert!(Uid::from("").is_empty() && !Uid::from(uuid).is_empty());
        assert_ne!(Uid::from(uuid), Uid::from(uuid.replace('3', "4")));
    }
}
