//! Opening the store: which database, how durable, and its migrations.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Pool};

use super::{Db, Error, Store};
use crate::config;

/// Only ever added to: an applied migration is never changed. (`touch` this file after adding one: a new file in
/// the folder alone does not rebuild.)
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a statement waits for another program that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How much of the database each of four connections may keep in memory, in kibibytes when negative. They would fill four times as
/// much in an hour; what is asked for again and again (a record's cell, a cell's history) is a few pages, which the system has.
const CACHE: &str = "-512";

/// How often, and after how long, migrations are tried again that another program may have made meanwhile.
const RACES: u32 = 3;
const RACE: Duration = Duration::from_millis(100);

impl Store {
    /// Opens the store, makes it if need be, and brings it up to date.
    ///
    /// # Errors
    /// Says why it cannot be read or written: a start with a store that cannot be written would lose what CI says.
    pub async fn open(config: &config::Store) -> Result<Self, Error> {
        let options = options(config.url.expose_secret())?;
        let in_memory = config.url.expose_secret().contains(":memory:");
        let place: Arc<str> = if in_memory { Arc::from("in memory") } else { Arc::from(options.get_filename().display().to_string()) };
        // A database in memory lives as long as its one connection. Any other one is closed, once the store is open, when a
        // transaction is left in it: on a full disk SQLite rolls back by itself, sqlx's own rollback then fails, and it goes on as
        // if it were in that transaction. What it commits from then on is a savepoint only, and is lost.
        let opened = Arc::new(AtomicBool::new(false));
        let is_open = Arc::clone(&opened);
        let pools = SqlitePoolOptions::new()
            .max_connections(if in_memory { 1 } else { 4 })
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(BUSY_TIMEOUT * 2)
            .after_release(move |connection, _| {
                let is_open = Arc::clone(&is_open);
                Box::pin(async move {
                    // A rollback that was begun is over when this answers.
                    connection.ping().await?;
                    Ok(!is_open.load(Ordering::Acquire) || !connection.is_in_transaction())
                })
            });
        let pool = connect(pools, options, &place).await?;
        let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
        migrate(&pool).await.map_err(|error| Error::from_migrate(&place, known, error))?;
        let store = Self { pool, place, trouble: Arc::new(Mutex::new(None)) };
        store.probe().await?;
        opened.store(!in_memory, Ordering::Release);
        Ok(store)
    }

    /// Makes sure that it can be written, and changes nothing.
    async fn probe(&self) -> Result<(), Error> {
        let written = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("INSERT INTO requests (source, idempotency_key, fingerprint, received_ms) VALUES ('', '', '', 0)")
                .execute(&mut *transaction)
                .await?;
            transaction.rollback().await
        }
        .await;
        self.noted(written)
    }
}

/// Opens the first connection. A new database becomes one with a log of its own (WAL), for which SQLite waits for nobody: who
/// finds that another program is just doing that looks again.
async fn connect(pools: SqlitePoolOptions, options: SqliteConnectOptions, place: &Arc<str>) -> Result<Pool<Db>, Error> {
    for _ in 0..RACES {
        match pools.clone().connect_with(options.clone()).await.map_err(|error| Error::from_sqlx(place, error)) {
            Err(Error::Busy { .. }) => tokio::time::sleep(RACE).await,
            done => return done,
        }
    }
    pools.connect_with(options).await.map_err(|error| Error::from_sqlx(place, error))
}

/// Brings the database up to date. Two programs may do so at once (the server, and `relboard screen` beside it): who finds that the
/// other was faster looks again.
async fn migrate(pool: &Pool<Db>) -> Result<(), MigrateError> {
    for _ in 0..RACES {
        match MIGRATIONS.run(pool).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) => tokio::time::sleep(RACE).await,
            done => return done,
        }
    }
    MIGRATIONS.run(pool).await
}

fn options(url: &str) -> Result<SqliteConnectOptions, Error> {
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme {
        "sqlite" => {}
        // The URL may hold a password: only its scheme is named.
        "postgres" | "postgresql" => {
            return Err(Error::Url("PostgreSQL is not supported by this version: use sqlite://FILE".to_owned()));
        }
        other => return Err(Error::Url(format!("`{other}:` is no database that is supported: use sqlite://FILE"))),
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|error| Error::Url(error.to_string()))?;
    if url.contains("mode=ro") {
        return Ok(options.busy_timeout(BUSY_TIMEOUT));
    }
    Ok(options
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE)
        .journal_mode(SqliteJournalMode::Wal)
        // In WAL mode only FULL syncs at each commit: what was acknowledged survives a power cut.
        .synchronous(SqliteSynchronous::Full))
}
