//! Why a registry did not say what an image is.

use std::fmt;

use oci_client::errors::{OciDistributionError, OciErrorCode};

/// Why a registry did not say what an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::registry) enum Fault {
    /// It answers, but not for this image: it is not there, may not be read, or is none. The text says which.
    Refused(String),
    /// It does not let us in, at all or to this image.
    Denied(String),
    /// It could not be asked, or is too busy. The text is the real cause.
    Failed(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Denied(text) | Self::Failed(text) => f.write_str(text),
        }
    }
}

impl Fault {
    /// The fault of a registry's error.
    pub(in crate::registry) fn of(host: &str, error: &OciDistributionError) -> Self {
        match error {
            OciDistributionError::UnauthorizedError { .. } | OciDistributionError::AuthenticationFailure(_) => {
                Self::Denied(format!("401: {host} does not let us in: is the login right?"))
            }
            OciDistributionError::RegistryError { envelope, .. } => {
                let first = envelope.errors.first();
                let text = first.map_or_else(String::new, |error| format!("{:?}: {}", error.code, brief(&error.message)));
                match first.map(|error| &error.code) {
                    Some(OciErrorCode::Toomanyrequests) => Self::Failed(format!("{host} wants fewer requests: {text}")),
                    Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => Self::Denied(format!("{host}: {text}")),
                    _ => Self::Refused(format!("{host}: {text}")),
                }
            }
            OciDistributionError::ServerError { code, message, .. } if *code == 429 || *code >= 500 => {
                Self::Failed(format!("{host} answered {code}: {}", brief(message)))
            }
            OciDistributionError::ServerError { code, message, .. } => Self::Refused(format!("{host} answered {code}: {}", brief(message))),
            OciDistributionError::RequestError(error) => Self::Failed(format!("{host} cannot be reached: {}", cause(error))),
            OciDistributionError::IoError(error) => Self::Failed(format!("{host}: {}", cause(error))),
            other => Self::Refused(format!("{host}: {}", brief(&other.to_string()))),
        }
    }
}

/// The beginning of a text: a proxy's error may be a page.
fn brief(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

fn cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
