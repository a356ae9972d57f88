//! Screens on a wall: who may look without a login. Of a token only its hash is kept.

use std::fmt;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use subtle::{Choice, ConstantTimeEq};

use super::records::hex;
use super::{Db, Error, Store};

/// The hash of a screen's token. The token is random, so that one plain SHA-256 is enough.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Its number in the store.
    pub id: i64,
    /// What an administrator calls it.
    pub name: String,
    /// The hash of its token.
    pub token: TokenHash,
    /// When its link was made, UTC.
    pub created: DateTime<Utc>,
    /// When it was last used, UTC.
    pub used: Option<DateTime<Utc>>,
    /// Since when it is refused, UTC.
    pub revoked: Option<DateTime<Utc>>,
}

impl TokenHash {
    /// The hash of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// Whether both are the same; the time taken tells nothing.
    #[must_use]
    pub fn is(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
        }
        (text.len() == 64).then_some(Self(bytes))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash")
    }
}

impl Store {
    /// Keeps a new screen; false when there is one of this name that was not revoked.
    ///
    /// # Errors
    /// The store failed and nothing was kept.
    pub async fn create_screen(&self, name: &str, token: TokenHash, now: DateTime<Utc>) -> Result<bool, Error> {
        let made = sqlx::query("INSERT INTO screens (name, token_hash, created_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(token.to_string())
            .bind(now.timestamp_millis())
            .execute(&self.pool)
            .await;
        Ok(self.noted(made)?.rows_affected() > 0)
    }

    /// Refuses a screen from now on; false when there is none of this name that was not revoked before.
    ///
    /// # Errors
    /// The store failed, and the screen is still let in.
    pub async fn revoke_screen(&self, name: &str, now: DateTime<Utc>) -> Result<bool, Error> {
        let revoked = sqlx::query("UPDATE screens SET revoked_ms = $2 WHERE name = $1 AND revoked_ms IS NULL")
            .bind(name)
            .bind(now.timestamp_millis())
            .execute(&self.pool)
            .await;
        Ok(self.noted(revoked)?.rows_affected() > 0)
    }

    /// Every screen by name, revoked ones too; those of one name by age.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn screens(&self) -> Result<Vec<Screen>, Error> {
        let rows = sqlx::query::<Db>("SELECT id, name, token_hash, created_ms, used_ms, revoked_ms FROM screens ORDER BY name, id")
            .fetch_all(&self.pool);
        Ok(self.noted(rows.await)?.iter().filter_map(screen).collect())
    }

    /// Notes that a screen was used.
    ///
    /// # Errors
    /// The store failed.
    pub async fn screen_used(&self, id: i64, at: DateTime<Utc>) -> Result<(), Error> {
        let noted = sqlx::query("UPDATE screens SET used_ms = $2 WHERE id = $1 AND (used_ms IS NULL OR used_ms < $2)")
            .bind(id)
            .bind(at.timestamp_millis())
            .execute(&self.pool)
            .await;
        self.noted(noted).map(drop)
    }
}

/// None when its hash cannot be read: nobody has a token of that.
fn screen(row: &SqliteRow) -> Option<Screen> {
    let time = |milliseconds: i64| DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    Some(Screen {
        id: row.get(0),
        name: row.get(1),
        token: TokenHash::parse(&row.get::<String, _>(2))?,
        created: time(row.get(3)),
        used: row.get::<Option<i64>, _>(4).map(time),
        revoked: row.get::<Option<i64>, _>(5).map(time),
    })
}
