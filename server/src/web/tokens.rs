//! Who may send records.

use std::fmt;
use std::num::NonZeroU32;

use axum::http::{HeaderMap, header};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::problem::{Kind, Problem};
use crate::ci::UnknownEnvironments;
use crate::config::Ci;

/// The tokens of the configuration.
#[derive(Debug, Default)]
pub struct Tokens(Vec<Token>);

/// A sender that said who it is.
pub(super) struct Token {
    /// The name of its `[[ci]]`.
    pub(super) source: String,
    /// What becomes of environments that are no columns.
    pub(super) unknown_environments: UnknownEnvironments,
    /// Of digests, comparing takes the same time whatever the lengths.
    digest: [u8; 32],
    limit: DefaultDirectRateLimiter,
    per_minute: NonZeroU32,
}

impl Tokens {
    /// The tokens of the configured senders, each with its own limit of records in a minute.
    #[must_use]
    pub fn new(senders: &[Ci], per_minute: u32) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let tokens = senders.iter().filter_map(|sender| {
            let secret = sender.token.as_ref()?.expose_secret();
            Some(Token {
                source: sender.name.clone(),
                unknown_environments: match sender.create_environments {
                    true => UnknownEnvironments::Create,
                    false => UnknownEnvironments::Unplaced,
                },
                digest: Sha256::digest(secret).into(),
                limit: RateLimiter::direct(Quota::per_minute(per_minute)),
                per_minute,
            })
        });
        Self(tokens.collect())
    }

    /// The sender whose token the request carries.
    pub(super) fn authenticate(&self, headers: &HeaderMap) -> Result<&Token, Problem> {
        let refused = |detail: &str| Err(Problem::new(Kind::Unauthorized, detail));
        if self.0.is_empty() {
            return refused(
                "No token is configured: add a [[ci]] with a token to relboard.toml, then send it as `Authorization: Bearer …`.",
            );
        }
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return refused("Send the token of a configured [[ci]] as `Authorization: Bearer …`.");
        };
        let sent = value.to_str().ok().and_then(|value| value.split_once(' '));
        let Some(sent) = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim()) else {
            return refused("The Authorization header must be `Bearer` and a token.");
        };
        match self.find(sent) {
            Some(token) => Ok(token),
            None => refused("This token is that of no configured [[ci]]: check for a missing character, or ask who runs this server."),
        }
    }

    /// Compares with every token, and every time in full, so that the time taken tells nothing.
    fn find(&self, sent: &str) -> Option<&Token> {
        let sent: [u8; 32] = Sha256::digest(sent).into();
        let mut place = 0_u32;
        let mut found = Choice::from(0);
        for (index, token) in (0_u32..).zip(&self.0) {
            let equal = token.digest.ct_eq(&sent);
            place.conditional_assign(&index, equal);
            found |= equal;
        }
        self.0.get(place as usize).filter(|_| found.into())
    }
}

impl Token {
    /// Takes so many records off what the sender may send.
    pub(super) fn take(&self, records: usize) -> Result<(), Problem> {
        let Some(records) = u32::try_from(records).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        let per_minute = self.per_minute;
        match self.limit.check_n(records) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => {
                let wait = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                let seconds = u32::try_from(wait).unwrap_or(60);
                let detail = format!(
                    "This token may send {per_minute} records a minute: try again in {seconds} s, or raise server.records_per_minute."
                );
                Err(Problem::new(Kind::TooMany, detail).retry_after(seconds))
            }
            Err(_) => {
                let detail = format!(
                    "{records} records at once, and this token may send {per_minute} a minute: send smaller arrays, or raise server.records_per_minute."
                );
                Err(Problem::new(Kind::TooMany, detail).retry_after(60))
            }
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("source", &self.source).finish_non_exhaustive()
    }
}
