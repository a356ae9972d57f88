//! What a light client reads of an event stream: which revisions it was brought to, without looking into the events.

use memchr::memmem;

/// The longest head of an event: its id and its name.
const HEAD: usize = 96;

/// Reads the heads of events, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// The end of the last piece that may be the beginning of something.
    pub(super) rest: Vec<u8>,
    open: Option<Head>,
}

/// The head of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The number of the revision that it leads to.
    pub(super) number: u64,
    /// Whether it leads there: a `delta`, not one that says that the whole board is needed.
    pub(super) is_delta: bool,
}

impl Scanner {
    /// Takes in a piece, with what was left of the one before at its beginning. Tells of every event that is complete.
    pub(super) fn take(&mut self, piece: &[u8], mut complete: impl FnMut(Head)) {
        let mut at = 0;
        loop {
            let left = &piece[at..];
            match self.open {
                Some(head) => match memmem::find(left, b"\n\n") {
                    Some(end) => {
                        complete(head);
                        self.open = None;
                        at += end + 1;
                    }
                    None => return self.keep(left, left.len().saturating_sub(1)),
                },
                None => match memmem::find(left, b"\nid: ") {
                    Some(begin) => match head(&left[begin..]) {
                        Some((head, length)) => {
                            self.open = Some(head);
                            at += begin + length;
                        }
                        None if left.len() - begin < HEAD => return self.keep(left, begin),
                        // No event of ours.
                        None => at += begin + 1,
                    },
                    None => return self.keep(left, left.len().saturating_sub(4)),
                },
            }
        }
    }

    fn keep(&mut self, left: &[u8], from: usize) {
        self.rest.clear();
        self.rest.extend_from_slice(&left[from..]);
    }
}

/// The head of an event, and where its second line ends; none when it is not there as a whole.
fn head(text: &[u8]) -> Option<(Head, usize)> {
    let (id, rest) = line(text.get(1..)?)?;
    let (name, _) = line(rest)?;
    let number = std::str::from_utf8(id).ok()?.rsplit('-').next()?.parse().ok()?;
    Some((Head { number, is_delta: name == b"event: delta" }, 1 + id.len() + 1 + name.len()))
}

fn line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', text)?;
    Some((&text[..end], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_however_they_are_cut() {
        let stream = b"HTTP/1.1 200 OK\r\n\r\n1a\r\nretry: 1000\n: relboard\n\n\r\n20\r\nid: 8f1c-7\nevent: delta\ndata: {\"a\":1}\n\n\r\n\
            10\r\n: keep-alive\n\n\r\n2b\r\nid: 8f1c-9\nevent: whole\ndata: {}\n\nid: 8f1c-12\nevent: delta\ndata: {}\n\n\r\n";
        let wanted = [(7, true), (9, false), (12, true)].map(|(number, is_delta)| Head { number, is_delta });
        for size in 1..=stream.len() {
            let mut scanner = Scanner::default();
            let mut found = Vec::new();
            for piece in stream.chunks(size) {
                let mut joined = std::mem::take(&mut scanner.rest);
                joined.extend_from_slice(piece);
                scanner.take(&joined, |head| found.push(head));
            }
            assert_eq!(found, wanted, "in pieces of {size}");
        }
    }
}
