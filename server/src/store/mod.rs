//! The store: CI's records, the history of cells and the screens that may look, kept in a database.
//!
//! SQLite by default. Everything that knows which database it is sits here, in [`Db`] and in [`open`]; the
//! queries beside it use what SQLite and PostgreSQL share: `$1` placeholders, integer times, `ON CONFLICT`, text.

mod error;
mod history;
mod images;
mod open;
mod prune;
mod records;
mod screens;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

pub use self::error::Error;
pub use self::history::CellTransition;
pub use self::images::KnownImages;
pub use self::prune::{Pruned, Retention};
pub use self::records::{Batch, Idempotency, Insertion};
pub use self::screens::{Screen, TokenHash};

/// The database in use.
type Db = sqlx::Sqlite;

/// The open store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: sqlx::Pool<Db>,
    /// Where it is, for messages: never with a password.
    place: Arc<str>,
    /// What the last operation said.
    trouble: Arc<Mutex<Option<Arc<str>>>>,
}

impl Store {
    /// What went wrong in the newest operation; none when it went well. For `/readyz` and metrics.
    #[must_use]
    pub fn trouble(&self) -> Option<Arc<str>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the store is, for messages.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Writes what is pending to the file and closes it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Notes whether the store works, and gives a database error its meaning.
    fn noted<T>(&self, result: Result<T, sqlx::Error>) -> Result<T, Error> {
        let result = result.map_err(|error| Error::from_sqlx(&self.place, error));
        let trouble = result.as_ref().err().map(|error| Arc::from(error.to_string()));
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        result
    }
}
