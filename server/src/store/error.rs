//! What may go wrong with the store, in words that say what to do.

use sqlx::migrate::MigrateError;

/// The store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is of no database that is supported.
    #[error("store.url: {0}")]
    Url(String),
    /// The file or its folder cannot be opened or made.
    #[error("the store {place} cannot be opened: {cause}; check that its folder exists and may be written, or set store.url")]
    Open {
        /// Where it is.
        place: String,
        /// What the system said.
        cause: String,
    },
    /// It has migrations that this program does not know.
    #[error(
        "the database {place} was written by a newer relboard (migration {found}; this one knows up to {known}): \
         start that version, or point store.url to another file"
    )]
    Newer {
        /// Where it is.
        place: String,
        /// Its newest migration.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A migration cannot be made.
    #[error("the database {place} cannot be brought up to date: {cause}")]
    Migrate {
        /// Where it is.
        place: String,
        /// What went wrong.
        cause: String,
    },
    /// The file is no database, or a damaged one.
    #[error("{place} is not a database, or is damaged ({cause}): restore it from a backup, or move it away to start with an empty one")]
    Corrupt {
        /// Where it is.
        place: String,
        /// What the database said.
        cause: String,
    },
    /// It may be read and not written.
    #[error("the store {place} is read-only: make the file and its folder writable for this user")]
    ReadOnly {
        /// Where it is.
        place: String,
    },
    /// There is no room left.
    #[error("the store {place} cannot grow: the disk is full ({cause})")]
    Full {
        /// Where it is.
        place: String,
        /// What the database said.
        cause: String,
    },
    /// The file cannot be read or written.
    #[error("the store {place} cannot be read or written ({cause}): check the disk, the room on it, quotas and limits of file size")]
    Io {
        /// Where it is.
        place: String,
        /// What the database said.
        cause: String,
    },
    /// Another program holds it.
    #[error("the store {place} is locked by another program ({cause}): is a second relboard using the same file?")]
    Busy {
        /// Where it is.
        place: String,
        /// What the database said.
        cause: String,
    },
    /// An `Idempotency-Key` came again with another body: the sender's mistake, not the store's.
    #[error("the Idempotency-Key `{key}` was used before with a different body: use a new key for a new request")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// Anything else.
    #[error("the store {place} failed: {cause}")]
    Other {
        /// Where it is.
        place: String,
        /// What the database said.
        cause: String,
    },
}

impl Error {
    /// Gives a database error its meaning. The codes are SQLite's (<https://www.sqlite.org/rescode.html>).
    pub(super) fn from_sqlx(place: &str, error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).and_then(|code| code.parse::<u32>().ok());
        let place = place.to_owned();
        let cause = match &error {
            sqlx::Error::Database(error) => error.message().to_owned(),
            sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
            other => other.to_string(),
        };
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Self::Busy { place, cause },
            Some(8) => Self::ReadOnly { place },
            Some(10) => Self::Io { place, cause },
            Some(11 | 26) => Self::Corrupt { place, cause },
            Some(13) => Self::Full { place, cause },
            Some(14) => Self::Open { place, cause },
            _ => Self::Other { place, cause },
        }
    }

    pub(super) fn from_migrate(place: &str, known: i64, error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Self::from_sqlx(place, error),
            MigrateError::VersionMissing(found) => Self::Newer { place: place.to_owned(), found, known },
            other => Self::Migrate { place: place.to_owned(), cause: other.to_string() },
        }
    }
}
