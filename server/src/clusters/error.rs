//! What can go wrong with a cluster, in words a person can act on.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

/// Why a cluster cannot be connected to: the configuration or the credentials are at fault, nothing was sent yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(pub(super) String);

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// No answer, or the connection broke.
    #[error("{0}")]
    Unreachable(String),
    /// Nothing was heard within a bound: the connection may be half open.
    #[error("{0}")]
    Silent(String),
    /// 401: the credentials are not accepted.
    #[error("401: {0}")]
    Unauthorized(String),
    /// 403, with the API server's text: which verb, kind and namespace.
    #[error("403: {0}")]
    Forbidden(String),
    /// 404, by an API server that does not serve the kind, or by something that is no API server.
    #[error("404: {0}")]
    NotFound(String),
    /// 410: the resourceVersion or the page is too old, only a new list helps.
    #[error("410: {0}")]
    Expired(String),
    /// 429 or 503, with the time the server asks to wait.
    #[error("{code}: {text}")]
    Busy {
        /// The HTTP status.
        code: u16,
        /// The server's text.
        text: String,
        /// `Retry-After`.
        after: Option<Duration>,
    },
    /// Any other HTTP status.
    #[error("{code}: {text}")]
    Status {
        /// The HTTP status.
        code: u16,
        /// The server's text.
        text: String,
    },
    /// An answer of a shape that is not the API's.
    #[error("{0}")]
    Malformed(String),
}

impl Fault {
    /// The fault an error answer tells of. `text` is its body: a `Status` object, or plain text (404 of a path, 429, proxies).
    pub(super) fn from_status(code: u16, body: &str, after: Option<Duration>) -> Self {
        let text = status_message(body).unwrap_or_else(|| plain(body));
        let text = if text.is_empty() { reason(code).to_owned() } else { text };
        match code {
            401 => Self::Unauthorized(text),
            403 => Self::Forbidden(text),
            404 => Self::NotFound(text),
            410 => Self::Expired(text),
            429 | 503 => Self::Busy { code, text, after },
            _ => Self::Status { code, text },
        }
    }

    /// The fault a failed request tells of. `server` is how people know the address.
    pub(super) fn from_request(error: &(dyn StdError + 'static), server: &str) -> Self {
        Self::Unreachable(cause(error, server))
    }

    /// How long the server asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => *after,
            _ => None,
        }
    }
}

/// The `message` of a `Status` object.
fn status_message(body: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Status {
        kind: String,
        message: Option<String>,
        reason: Option<String>,
    }
    let status: Status = serde_json::from_str(body).ok()?;
    (status.kind == "Status").then(|| status.message.or(status.reason).unwrap_or_default())
}

/// The start of a plain-text or HTML body, on one line.
fn plain(body: &str) -> String {
    const LONGEST: usize = 200;
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn reason(code: u16) -> &'static str {
    http::StatusCode::from_u16(code).ok().and_then(|code| code.canonical_reason()).unwrap_or("no text")
}

/// The cause at the bottom of a chain of errors: what a person can act on is there, and rarely at the top.
pub(super) fn cause(error: &(dyn StdError + 'static), server: &str) -> String {
    let mut last = error.to_string();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(text) = known(error, server) {
            return text;
        }
        last = error.to_string();
        // An io::Error shows its inner error itself, and names only the inner error's source as its own.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    format!("{server}: {last}")
}

fn known(error: &(dyn StdError + 'static), server: &str) -> Option<String> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(tls(error, server));
    }
    if error.downcast_ref::<kube::client::AuthError>().is_some() {
        return Some(credentials(error));
    }
    let error = error.downcast_ref::<io::Error>()?;
    if error.get_ref().is_some_and(|inner| inner.downcast_ref::<rustls::Error>().is_some()) {
        return None;
    }
    let text = error.to_string();
    Some(match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("connection refused: nothing listens at {server}"),
        io::ErrorKind::TimedOut => format!("no answer from {server} in time: is the address right, and is the network open?"),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => format!("{server} cut the connection"),
        io::ErrorKind::UnexpectedEof => format!("{server} closed the connection before it answered"),
        _ if text.contains("lookup") => format!("no such host: {server} ({text})"),
        _ => return None,
    })
}

fn tls(error: &rustls::Error, server: &str) -> String {
    use rustls::CertificateError as Certificate;
    match error {
        rustls::Error::InvalidCertificate(problem) => {
            let what = match problem {
                Certificate::UnknownIssuer => {
                    "is signed by an authority that is not trusted (UnknownIssuer): check the CA that is configured for this cluster"
                        .to_owned()
                }
                Certificate::Expired | Certificate::ExpiredContext { .. } => "has expired".to_owned(),
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => "is not valid yet: check the clocks".to_owned(),
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                    format!("is for another name ({problem}): check the address, or set tls-server-name in the kubeconfig")
                }
                other => format!("is not accepted: {other}"),
            };
            format!("x509: the certificate of {server} {what}")
        }
        rustls::Error::AlertReceived(alert) => {
            format!("TLS: {server} refuses the connection ({alert:?}): check the client certificate")
        }
        rustls::Error::InvalidMessage(_) => format!("TLS: {server} does not speak TLS: is it an http:// address?"),
        other => format!("TLS with {server}: {other}"),
    }
}

/// An error of kube's credentials code without the output of exec plugins, which may hold a token.
fn credentials(error: &(dyn StdError + 'static)) -> String {
    use kube::client::AuthError;
    match error.downcast_ref::<AuthError>() {
        // Neither its command line nor its output: there may be a token in both.
        Some(AuthError::AuthExecRun { out, .. }) => {
            let said = plain(&String::from_utf8_lossy(&out.stderr));
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            format!("credentials: the exec plugin of the kubeconfig failed ({}){said}", out.status)
        }
        Some(AuthError::AuthExecStart(error)) => {
            format!("credentials: the exec plugin of the kubeconfig cannot be started ({error}): is it installed and in PATH?")
        }
        Some(AuthError::AuthExecParse(_)) => "credentials: the exec plugin printed something that is not an ExecCredential".to_owned(),
        Some(AuthError::ReadTokenFile(error, path)) => format!("credentials: cannot read the token file {}: {error}", path.display()),
        Some(other) => format!("credentials: {other}"),
        None => format!("credentials: {error}"),
    }
}

/// An error of building a client.
pub(super) fn building(error: &kube::Error, server: &str) -> String {
    match error {
        kube::Error::Auth(error) => credentials(error),
        other => cause(other, server),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_object_and_plain_text_both_give_their_message() {
        let status = r#"{"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#;
        assert_eq!(Fault::from_status(401, status, None).to_string(), "401: Unauthorized");
        assert_eq!(
            Fault::from_status(429, "Too many requests, please try again later.\n", Some(Duration::from_secs(2))),
            Fault::Busy { code: 429, text: "Too many requests, please try again later.".into(), after: Some(Duration::from_secs(2)) }
        );
        assert_eq!(Fault::from_status(502, "", None).to_string(), "502: Bad Gateway");
        assert_eq!(Fault::from_status(500, &"<p>x</p> ".repeat(80), None).to_string().chars().count(), 206);
    }

    #[test]
    fn the_cause_is_at_the_bottom_of_the_chain() {
        let refused = io::Error::other(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert_eq!(cause(&refused, "https://c:6443"), "connection refused: nothing listens at https://c:6443");
        let unknown =
            io::Error::new(io::ErrorKind::InvalidData, rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer));
        assert!(
            cause(&unknown, "https://c:6443")
                .starts_with("x509: the certificate of https://c:6443 is signed by an authority that is not trusted")
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_output_of_an_exec_plugin_is_not_repeated() {
        use std::os::unix::process::ExitStatusExt;
        let out = std::process::Output {
            status: std::process::ExitStatus::from_raw(256),
            stdout: b"token-abc".to_vec(),
            stderr: b"login first\n".to_vec(),
        };
        let error = kube::client::AuthError::AuthExecRun { cmd: "\"aws\" \"--secret\" \"token-abc\"".into(), out: Box::new(out) };
        let text = credentials(&error);
        assert_eq!(text, "credentials: the exec plugin of the kubeconfig failed (exit status: 1): login first");
    }
}
