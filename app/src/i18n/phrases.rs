//! What the server says in sentences: why a cell is as it is, and what is wrong with a search. Its API says them in English; the
//! page says them in its own language.
//!
//! A sentence is made of fragments between commas, colons and semicolons. A fragment that the catalogue of a language has is said in
//! its words; what a cluster, a registry or a person wrote is quoted as it is. The catalogue is in the document of a page that needs
//! it, so that nobody else loads it.

/// The id of the element that carries them from the server to the browser.
pub(crate) const PHRASES_ID: &str = "phrases";

/// What stands between the fragments of a sentence.
pub(super) const BETWEEN: [&str; 3] = [", ", ": ", "; "];

/// The fragments that are known, each with what it is in another language: a line each, with a tab between the two. Plain text is the
/// least that a browser has to read.
#[derive(Debug, Default)]
pub struct Phrases(String);

impl Phrases {
    /// Pairs of a fragment in English and in another language, the special before the general. `{}` stands for anything, and `{#}`
    /// for digits; what stands there is put into the `{}` of the other language, in the same order.
    #[must_use]
    #[cfg(any(test, feature = "ssr"))]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(said, says)| format!("{said}\t{says}\n")).collect())
    }

    /// As they stand in the document.
    #[must_use]
    #[cfg(any(test, feature = "ssr"))]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Those that the server wrote into the document; none, and what is said stays in English, where they are not there.
    #[must_use]
    #[cfg(not(any(test, feature = "ssr")))]
    pub fn of_document() -> Self {
        let element = leptos::prelude::document().get_element_by_id(PHRASES_ID);
        Self(element.and_then(|element| element.text_content()).unwrap_or_default())
    }

    /// A sentence in the other language, as far as it is known.
    #[must_use]
    pub fn say(&self, sentence: &str) -> String {
        let mut said = String::with_capacity(sentence.len());
        let mut rest = sentence;
        while let Some(end) = rest.as_bytes().windows(2).position(|two| BETWEEN.iter().any(|between| between.as_bytes() == two)) {
            self.fragment(&rest[..end], &mut said);
            said.push_str(&rest[end..end + 2]);
            rest = &rest[end + 2..];
        }
        self.fragment(rest, &mut said);
        said
    }

    fn fragment(&self, fragment: &str, into: &mut String) {
        let mut known = self.0.lines().filter_map(|line| line.split_once('\t'));
        let found = known.find_map(|(said, says)| Some((says, holes(said, fragment)?)));
        let Some((says, holes)) = found else { return into.push_str(fragment) };
        let mut says = says;
        for hole in holes {
            let Some((before, after)) = says.split_once("{}") else { break };
            into.push_str(before);
            self.fragment(hole, into);
            says = after;
        }
        into.push_str(says);
    }
}

/// What stands in the holes of a pattern, after what stands before the first; none when the text is another.
fn holes<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut found = Vec::new();
    let (mut pattern, mut text) = (pattern, text);
    while let Some(open) = pattern.find('{') {
        text = text.strip_prefix(&pattern[..open])?;
        let close = open + pattern[open..].find('}')?;
        let (is_number, rest) = (close > open + 1, &pattern[close + 1..]);
        let literal = &rest[..rest.find('{').unwrap_or(rest.len())];
        let length = match literal {
            "" if rest.is_empty() => text.len(),
            // The last one reaches as far as it can.
            _ if literal.len() == rest.len() => text.strip_suffix(literal)?.len(),
            _ => text.find(literal)?,
        };
        let (hole, after) = text.split_at(length);
        if hole.is_empty() || is_number && !hole.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        found.push(hole);
        (pattern, text) = (rest, after);
    }
    (pattern == text).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::Phrases;

    fn check(sentence: &str, expected: &str) {
        assert_eq!(Phrases::of(super::super::es_phrases::PHRASES).say(sentence), expected);
    }

    #[test]
    fn reasons_are_said_in_spanish() {
        check("3 of 5 pods updated, 2 ready, 1 old left", "3 de 5 pods actualizados, 2 listos, queda 1 antiguo");
        check(
            "not recovering, 2 of 3 pods ready since 2026-11-20 09:00:00 UTC: pod cart-1: container app: CrashLoopBackOff",
            "no se recupera, 2 de 3 pods listos desde 2026-11-20 09:00:00 UTC: pod cart-1: contenedor app: CrashLoopBackOff",
        );
        check(
            "waiting for the cluster: CI recorded 7fc38a2 by ana at 2026-11-20 09:00:00 UTC, but the cluster has 993e5fc",
            "a la espera del clúster: CI registró 7fc38a2 de ana el 2026-11-20 09:00:00 UTC, pero el clúster tiene 993e5fc",
        );
        check(
            "OOMKilled: container app used more memory than its limit (exit code 137), 3 restarts (2 pods)",
            "OOMKilled: el contenedor app usó más memoria que su límite (código de salida 137), 3 reinicios (2 pods)",
        );
        check(
            "pro-a is unreachable: connection refused; last heard 2026-11-20 09:00:00 UTC",
            "pro-a no responde: connection refused; últimas noticias 2026-11-20 09:00:00 UTC",
        );
        check(
            "cart-blue 7fc38a2 serves by the Service cart, cart-green 993e5fc stands by with 2 ready pods",
            "cart-blue 7fc38a2 sirve por el Service cart, cart-green 993e5fc está a la espera con 2 pods listos",
        );
        check(
            "cart 7fc38a2 2 of 3 ready pods, canary 993e5fc 1 of 3 ready pods",
            "cart 7fc38a2 2 de 3 pods listos, canary 993e5fc 1 de 3 pods listos",
        );
        check(
            "the rollout is paused (CanaryPauseStep, Other), 1 of 4 pods updated",
            "el rollout está en pausa (CanaryPauseStep, Other), 1 de 4 pods actualizados",
        );
        check("partition 2 holds 2 pods back: 1 of 3 pods updated", "la partición 2 retiene 2 pods: 1 de 3 pods actualizados");
    }

    #[test]
    fn what_others_wrote_is_quoted() {
        check("ImagePullBackOff: registry.example/shop/cart:1: not found", "ImagePullBackOff: registry.example/shop/cart:1: not found");
        check("Readiness probe failed: HTTP probe is ready", "Readiness probe failed: HTTP probe is ready");
        check("", "");
        check(": ", ": ");
        check("; , : x", "; , : x");
    }

    #[test]
    fn what_is_wrong_with_a_search_is_said_in_spanish() {
        let error = |query: &str| model::query::Query::parse(query).unwrap_err().message;
        check(&error("en:pro"), "no hay `en:`; ¿querías decir `env:`? Para buscar el texto tal cual, ponlo entre comillas");
        check(&error("is:fialing"), "`is:` no conoce `fialing`; ¿querías decir `is:failing`?");
        check(&error("age:7d"), "una antigüedad es `<`, `<=`, `>` o `>=`, un número, y `m`, `h`, `d` o `w`: `age:>7d` tiene más de 7 días");
        check(&error("by:"), "`by:` necesita un valor, sin espacio: `by:ana`");
        check(&error("\"cart"), "estas comillas no se cierran: añade `\"`");
        check(
            &error("by:ana|by:leo"),
            "`|` separa valores de un término: escribe el calificador una sola vez, como en `by:ana|leo`, o pon comillas alrededor de `by:…`",
        );
    }
}
