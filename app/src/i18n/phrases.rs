//! What the server says in sentences: why a cell is as it is, and what is wrong with a search. Its API says them in English; the
//! page says them in its own language.
//!
//! A sentence is made of fragments between commas, colons and semicolons. A fragment that the catalogue of a language has is said in
//! its words; what a cluster, a registry or a person wrote is quoted as it is. Words that others write as well are a phrase together
//! with the fragment that follows them where the server says them. The catalogue is in the document of a page that needs it, so that
//! nobody else loads it.

/// The id of the element that carries them from the server to the browser.
pub(crate) const PHRASES_ID: &str = "phrases";

/// What stands between the fragments of a sentence.
pub(super) const BETWEEN: [&str; 3] = [", ", ": ", "; "];

/// The fragments that are known, each with what it is in another language: a line each, with a tab between the two, those of two
/// fragments first. Plain text is the least that a browser has to read.
#[derive(Debug, Default)]
pub struct Phrases(String);

impl Phrases {
    /// Pairs of a fragment in English and in another language, the special before the general. `{}` stands for anything, and `{#}`
    /// for digits; what stands there is put into the `{}` of the other language, in the same order.
    #[must_use]
    #[cfg(any(test, feature = "ssr"))]
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let (of_two, of_one): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(said, _)| mark(said).is_some());
        Self(of_two.iter().chain(&of_one).map(|(said, says)| format!("{said}\t{says}\n")).collect())
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
        while let Some(one) = mark(rest) {
            let two = mark(&rest[one + 2..]).map_or(rest.len(), |next| one + 2 + next);
            let of_two = self.lines().take_while(|(known, _)| mark(known).is_some());
            let end = if self.phrase(of_two, &rest[..two], &mut said) {
                two
            } else {
                self.fragment(&rest[..one], &mut said);
                one
            };
            let next = rest.len().min(end + 2);
            said.push_str(&rest[end..next]);
            rest = &rest[next..];
        }
        self.fragment(rest, &mut said);
        said
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|line| line.split_once('\t'))
    }

    fn fragment(&self, fragment: &str, into: &mut String) {
        if !self.phrase(self.lines(), fragment, into) {
            into.push_str(fragment);
        }
    }

    /// Says a text by the first of some phrases that it is; false when it is none.
    fn phrase<'a>(&self, mut phrases: impl Iterator<Item = (&'a str, &'a str)>, text: &str, into: &mut String) -> bool {
        let Some((mut says, holes)) = phrases.find_map(|(said, says)| Some((says, holes(said, text)?))) else { return false };
        for hole in holes {
            let Some((before, after)) = says.split_once("{}") else { break };
            into.push_str(before);
            self.fragment(hole, into);
            says = after;
        }
        into.push_str(says);
        true
    }
}

/// Where the first fragment of a text ends, if another follows it.
fn mark(text: &str) -> Option<usize> {
    text.as_bytes().windows(2).position(|two| BETWEEN.iter().any(|between| between.as_bytes() == two))
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
        assert_eq!(Phrases::of(super::super::es_phrases::all()).say(sentence), expected);
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
    fn what_is_wrong_with_a_cluster_is_said_in_spanish() {
        check(
            "pro-a is unreachable: connection refused: nothing listens at https://10.0.0.7:6443; last heard 2026-11-20 09:00:00 UTC",
            "pro-a no responde: conexión rechazada: nada escucha en https://10.0.0.7:6443; últimas noticias 2026-11-20 09:00:00 UTC",
        );
        check(
            "no answer from https://k8s.example:6443 in time: is the address right, and is the network open?",
            "https://k8s.example:6443 no contesta a tiempo: ¿es correcta la dirección, y está abierta la red?",
        );
        check(
            "no such host: https://k8s.example (failed to lookup address information: Name or service not known)",
            "no existe ese host: https://k8s.example (failed to lookup address information: Name or service not known)",
        );
        check(
            "x509: the certificate of https://10.0.0.7:6443 is signed by an authority that is not trusted (UnknownIssuer): \
             check the CA that is configured for this cluster",
            "x509: el certificado de https://10.0.0.7:6443 lo firma una autoridad que no es de confianza (UnknownIssuer): \
             revisa la CA configurada para este clúster",
        );
        check(
            "x509: the certificate of https://10.0.0.7 is for another name (certificate not valid for name \"10.0.0.7\"; \
             certificate is only valid for DnsName(\"k8s.example\")): check the address, or set tls-server-name in the kubeconfig",
            "x509: el certificado de https://10.0.0.7 es para otro nombre (el certificado no es válido para el nombre \"10.0.0.7\"; \
             el certificado solo es válido para DnsName(\"k8s.example\")): revisa la dirección, o pon tls-server-name en el kubeconfig",
        );
        check(
            "cannot read the kubeconfig /etc/relboard/kubeconfig: No such file or directory (os error 2)",
            "no se puede leer el kubeconfig /etc/relboard/kubeconfig: No such file or directory (os error 2)",
        );
        check(
            "context `pro` does not exist in /etc/kube/a, /etc/kube/b; there are `dev`, `pre`",
            "el contexto `pro` no existe en /etc/kube/a, /etc/kube/b; hay `dev`, `pre`",
        );
        check(
            "401: the credentials are not accepted (Unauthorized): are they expired?",
            "401: las credenciales no se aceptan (Unauthorized): ¿han caducado?",
        );
        check(
            "401: the credentials are not accepted (the token file /run/token is empty): are they expired?",
            "401: las credenciales no se aceptan (el fichero de token /run/token está vacío): ¿han caducado?",
        );
        check(
            "credentials: the exec plugin of the kubeconfig failed (exit status: 1): login first",
            "credenciales: el plugin exec del kubeconfig falló (código de salida: 1): login first",
        );
    }

    #[test]
    fn what_a_cluster_does_not_tell_is_said_in_spanish() {
        check(
            "may not list pods: pods is forbidden: User \"relboard\" cannot list resource \"pods\" in API group \"\" in the namespace \
             \"shop\" (and 2 more namespaces); nor deployments, replicasets",
            "no hay permiso para listar pods: pods is forbidden: User \"relboard\" cannot list resource \"pods\" in API group \"\" in the \
             namespace \"shop\" (y 2 namespaces más); ni deployments, replicasets",
        );
        check("nothing was heard of pods for more than 90 s", "sin noticias de pods desde hace más de 90 s");
        check("nothing was heard of pods in shop for more than 90 s", "sin noticias de pods en shop desde hace más de 90 s");
        check(
            "500: etcdserver: request timed out (list or watch deployments in shop)",
            "500: etcdserver: request timed out (al listar u observar deployments en shop)",
        );
        check(
            "pods in shop may not be watched: listed every 30 s; cannot list or watch events: 500: no text",
            "no hay permiso para observar pods en shop: se listan cada 30 s; no se pueden listar ni observar events: 500: sin texto",
        );
        // One of them in another.
        check(
            "pods cannot be watched (no answer from https://10.0.0.7:6443 within 15 s): listed every 30 s",
            "no se pueden observar pods (https://10.0.0.7:6443 no contesta en 15 s): se listan cada 30 s",
        );
        check(
            "https://10.0.0.7 does not answer a list of pods as a Kubernetes API server does (not a list of pods, but a `Status`): \
             is the address right?",
            "https://10.0.0.7 no contesta a una lista de pods como lo hace un API server de Kubernetes (no es una lista de pods, sino un \
             `Status`): ¿es correcta la dirección?",
        );
        check(
            "1 of the pods skipped, could not be read: shop/cart-1: is a Node, not a Pod",
            "1 de los pods sin leer: shop/cart-1: es un Node, no un Pod",
        );
        // Of several clusters.
        check(
            "pro-a: nothing was heard for more than 90 s · pro-b: https://10.0.0.8 cut the connection · pro-c: internal error, \
             please report it with the log",
            "pro-a: sin noticias desde hace más de 90 s · pro-b: https://10.0.0.8 cortó la conexión · pro-c: error interno, \
             comunícalo con el registro del servidor",
        );
    }

    #[test]
    fn what_others_wrote_is_quoted() {
        check("ImagePullBackOff: registry.example/shop/cart:1: not found", "ImagePullBackOff: registry.example/shop/cart:1: not found");
        check("Readiness probe failed: HTTP probe is ready", "Readiness probe failed: HTTP probe is ready");
        // The same words with us and with others.
        check(
            "Readiness probe failed: Get \"http://10.42.0.7:8080/\": dial tcp 10.42.0.7:8080: connect: connection refused",
            "Readiness probe failed: Get \"http://10.42.0.7:8080/\": dial tcp 10.42.0.7:8080: connect: connection refused",
        );
        check(
            "dial tcp: lookup registry.example on 10.43.0.10:53: no such host, 2 restarts",
            "dial tcp: lookup registry.example on 10.43.0.10:53: no such host, 2 reinicios",
        );
        check("exec: \"/data\": is a directory: unknown", "exec: \"/data\": is a directory: unknown");
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
