//! A list taken apart as it comes: a page of a large one is megabytes, and many are read at once.

/// The items of a list's JSON one by one, each as soon as its end has come, and everything around them as what is left.
///
/// It looks for where things begin and end, and leaves it to others whether they are what they should be: what is not well-formed
/// ends up in an item, or in what is left, and is refused there.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// How many braces and brackets are open.
    depth: u32,
    in_string: bool,
    /// The next byte of the string stands for itself.
    escaped: bool,
    /// Within the brackets of `items`.
    inside: bool,
    /// The beginning of an item whose end has not come.
    item: Vec<u8>,
    rest: Vec<u8>,
}

/// The depth within the object that a list is.
const LIST: u32 = 1;
/// The depth within its `items`.
const ITEMS: u32 = 2;

impl Items {
    /// Takes in what comes next.
    pub(super) fn take(&mut self, chunk: &[u8], mut each: impl FnMut(&[u8])) {
        // What is before `from` has been put away.
        let (mut from, mut at) = (0, 0);
        while let Some(byte) = chunk.get(at) {
            if self.in_string {
                at = self.string(chunk, at);
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'[' if self.depth == LIST => {
                    self.rest.extend_from_slice(&chunk[from..=at]);
                    from = at + 1;
                    self.inside = names_items(&self.rest);
                    self.depth += 1;
                }
                b'{' | b'[' => self.depth += 1,
                b',' if self.inside && self.depth == ITEMS => {
                    self.end(&chunk[from..at], &mut each);
                    from = at + 1;
                }
                b'}' | b']' => {
                    if self.inside && self.depth == ITEMS {
                        self.end(&chunk[from..at], &mut each);
                        from = at;
                        self.inside = false;
                    }
                    self.depth = self.depth.saturating_sub(1);
                }
                _ => {}
            }
            at += 1;
        }
        let unfinished = if self.inside { &mut self.item } else { &mut self.rest };
        unfinished.extend_from_slice(&chunk[from..]);
    }

    /// The document without its items.
    pub(super) fn rest(mut self) -> Vec<u8> {
        // Of a list that was cut within an item: so that nobody takes it for a whole one.
        self.rest.append(&mut self.item);
        self.rest
    }

    /// Goes on within a string: to its end, or to what is escaped.
    fn string(&mut self, chunk: &[u8], at: usize) -> usize {
        if std::mem::take(&mut self.escaped) {
            return at + 1;
        }
        let Some(skipped) = memchr::memchr2(b'"', b'\\', &chunk[at..]) else { return chunk.len() };
        match chunk[at + skipped] {
            b'"' => self.in_string = false,
            _ => self.escaped = true,
        }
        at + skipped + 1
    }

    fn end(&mut self, last: &[u8], each: &mut impl FnMut(&[u8])) {
        let item = if self.item.is_empty() {
            last
        } else {
            self.item.extend_from_slice(last);
            &self.item
        };
        let item = item.trim_ascii();
        if !item.is_empty() {
            each(item);
        }
        self.item.clear();
    }
}

/// Whether what ends with an opening bracket ends with that of `items`.
fn names_items(text: &[u8]) -> bool {
    let key = || text.strip_suffix(b"[")?.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\"items\"");
    key().is_some_and(|before| !before.ends_with(b"\\"))
}

#[cfg(test)]
mod tests {
    use super::Items;

    /// The items and what is left, whatever the pieces in which the text comes.
    fn check(text: &str, items: &[&str], rest: &str) {
        for size in 1..=text.len() {
            let (mut reader, mut seen) = (Items::default(), Vec::new());
            for chunk in text.as_bytes().chunks(size) {
                reader.take(chunk, |item| seen.push(String::from_utf8(item.to_vec()).unwrap()));
            }
            assert_eq!(seen, items, "{text} in pieces of {size}");
            assert_eq!(String::from_utf8(reader.rest()).unwrap(), rest, "{text} in pieces of {size}");
        }
    }

    #[test]
    fn items_come_one_by_one() {
        check(
            r#"{"kind":"PodList","items":[{"a":[1,{}]},{"b":2}],"x":1}"#,
            &[r#"{"a":[1,{}]}"#, r#"{"b":2}"#],
            r#"{"kind":"PodList","items":[],"x":1}"#,
        );
        check("{ \"items\" : [\n {\"a\": 1} ,\n {} ] }", &["{\"a\": 1}", "{}"], "{ \"items\" : [] }");
        check(r#"{"items":["a]},{", "\"],[", "\\"]}"#, &[r#""a]},{""#, r#""\"],[""#, r#""\\""#], r#"{"items":[]}"#);
        check(r#"{"items":[null,7]}"#, &["null", "7"], r#"{"items":[]}"#);
        check(r#"{"items":[]}"#, &[], r#"{"items":[]}"#);
    }

    #[test]
    fn nothing_else_is_taken_for_items() {
        for text in [
            r#"{"items":null,"x":[{"items":[1]}]}"#,
            r#"{"metadata":{"items":[1,2]}}"#,
            r#"{"x\"items":[1,2]}"#,
            r#"{"x":"items","y":[1,2]}"#,
            r#"[{"items":[1,2]}]"#,
            "not JSON at all ]]}}",
            "",
        ] {
            check(text, &[], text);
        }
    }

    #[test]
    fn what_is_cut_is_not_whole() {
        let whole = r#"{"items":[{"a":"b"},{"c":[1]}],"metadata":{}}"#;
        for end in 0..whole.len() {
            let mut reader = Items::default();
            reader.take(&whole.as_bytes()[..end], |_| {});
            assert!(serde_json::from_slice::<serde_json::Value>(&reader.rest()).is_err(), "cut at {end}");
        }
    }
}
