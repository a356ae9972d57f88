//! CI's records.

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use futures::future;
use model::ids::{EnvironmentName, ServiceName};
use model::record::Record;
use model::strings::Strings;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row};
use tracing::warn;

use super::{Db, Error, Store};

/// Records that arrived together: all of them are stored, or none.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Who sent them: the name of a `[[ci]]`.
    pub source: &'a str,
    /// The records.
    pub records: &'a [Record],
    /// The request's `Idempotency-Key`, if it had one.
    pub idempotency: Option<Idempotency<'a>>,
    /// When they were received, UTC.
    pub received_at: DateTime<Utc>,
}

/// An `Idempotency-Key` and the body that came with it.
#[derive(Clone, Copy, Debug)]
pub struct Idempotency<'a> {
    /// The key, as sent; keys of different sources never meet.
    pub key: &'a str,
    /// The body: the same key with another body is an error.
    pub body: &'a [u8],
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// It was not known, and is stored now.
    New,
    /// It was stored before, by its natural key or by the request's `Idempotency-Key`.
    Known,
}

impl Store {
    /// Stores records; when this returns they are on disk. Says for each whether it was known.
    ///
    /// # Errors
    /// The store failed and nothing of the batch was stored, or the `Idempotency-Key` was used for another body.
    pub async fn insert_records(&self, batch: Batch<'_>) -> Result<Vec<Insertion>, Error> {
        match self.noted(self.insert(batch).await)? {
            Inserted::Done(insertions) => Ok(insertions),
            Inserted::KeyReused => {
                let key = batch.idempotency.map_or_else(String::new, |idempotency| idempotency.key.to_owned());
                Err(Error::KeyReused { key })
            }
        }
    }

    async fn insert(&self, batch: Batch<'_>) -> Result<Inserted, sqlx::Error> {
        let received = batch.received_at.timestamp_millis();
        let mut transaction = self.pool.begin().await?;
        if let Some(Idempotency { key, body }) = batch.idempotency {
            let fingerprint = hex(&Sha256::digest(body));
            let inserted = sqlx::query(
                "INSERT INTO requests (source, idempotency_key, fingerprint, received_ms) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (source, idempotency_key) DO NOTHING",
            )
            .bind(batch.source)
            .bind(key)
            .bind(&fingerprint)
            .bind(received)
            .execute(&mut *transaction)
            .await?;
            if inserted.rows_affected() == 0 {
                let known: String = sqlx::query_scalar("SELECT fingerprint FROM requests WHERE source = $1 AND idempotency_key = $2")
                    .bind(batch.source)
                    .bind(key)
                    .fetch_one(&mut *transaction)
                    .await?;
                return Ok(match known == fingerprint {
                    true => Inserted::Done(vec![Insertion::Known; batch.records.len()]),
                    false => Inserted::KeyReused,
                });
            }
        }
        let mut insertions = Vec::with_capacity(batch.records.len());
        for record in batch.records {
            let body = serde_json::to_string(record).map_err(|error| sqlx::Error::Encode(error.into()))?;
            let inserted = sqlx::query(
                "INSERT INTO records (natural_key, source, service, environment, at_ms, outcome, received_ms, body)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (natural_key) DO NOTHING",
            )
            .bind(natural_key(record))
            .bind(batch.source)
            .bind(record.service.as_str())
            .bind(folded(record.environment.as_str()))
            .bind(record.at.timestamp_millis())
            .bind(record.outcome.as_str())
            .bind(received)
            .bind(body)
            .execute(&mut *transaction)
            .await?;
            insertions.push(if inserted.rows_affected() == 0 { Insertion::Known } else { Insertion::New });
        }
        transaction.commit().await?;
        Ok(Inserted::Done(insertions))
    }

    /// The newest records of every cell, cell by cell, newest first in each: at most `per_cell` of each, and the newest successful
    /// one even when so many failures came after it. Of those that were replaced by a newer success, only what they claim: that is
    /// what a start needs to know, and a fleet has hundreds of thousands.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn recent_records(&self, per_cell: u32) -> Result<Vec<Record>, Error> {
        let rows = sqlx::query(
            "SELECT id, body, replaced_ms FROM (
                 SELECT id, service, environment, at_ms, body, outcome,
                        ROW_NUMBER() OVER (PARTITION BY service, environment ORDER BY at_ms DESC, id DESC) AS place,
                        MAX(CASE WHEN outcome = 'success' THEN at_ms END) OVER (PARTITION BY service, environment) AS replaced_ms
                 FROM records
             ) AS ranked
             WHERE place <= $1 OR (outcome = 'success' AND at_ms = replaced_ms)
             ORDER BY service, environment, at_ms DESC, id DESC",
        )
        .bind(i64::from(per_cell))
        .fetch(&self.pool);
        // One by one, and each text once.
        let (mut records, mut strings) = (Vec::new(), Strings::default());
        let rows = rows.try_for_each(|row| {
            let replaced = row.try_get::<Option<i64>, _>("replaced_ms").ok().flatten();
            let is_replaced = |record: &Record| replaced.is_some_and(|success| record.at.timestamp_millis() < success);
            let record = readable(&row).map(|record| if is_replaced(&record) { record.claim() } else { record });
            records.extend(record.map(|record| record.sharing(&mut strings)));
            future::ready(Ok(()))
        });
        self.noted(rows.await)?;
        Ok(records)
    }

    /// The newest records of a service in an environment, newest first. `environments` are its name and aliases.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn records_for(&self, service: &ServiceName, environments: &[&str], limit: u32) -> Result<Vec<Record>, Error> {
        let sql = format!(
            "SELECT id, body FROM records WHERE service = $1 AND environment IN ({}) ORDER BY at_ms DESC, id DESC LIMIT $2",
            placeholders(3, environments.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(service.as_str()).bind(i64::from(limit));
        for environment in environments {
            query = query.bind(folded(environment));
        }
        Ok(self.noted(query.fetch_all(&self.pool).await)?.iter().filter_map(readable).collect())
    }

    /// The newest records whose environment is none of `known` (names and aliases), newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn unplaced_records(&self, known: &[&str], limit: u32) -> Result<Vec<Record>, Error> {
        let sql = format!(
            "SELECT id, body FROM records WHERE environment NOT IN ({}) ORDER BY at_ms DESC, id DESC LIMIT $1",
            placeholders(2, known.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(limit));
        for environment in known {
            query = query.bind(folded(environment));
        }
        Ok(self.noted(query.fetch_all(&self.pool).await)?.iter().filter_map(readable).collect())
    }

    /// Every environment that a record of this source names, as CI last wrote it: a start gives columns back to
    /// those that only CI knows.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn recorded_environments(&self, source: &str) -> Result<Vec<EnvironmentName>, Error> {
        let rows = sqlx::query(
            "SELECT id, body FROM records WHERE id IN (SELECT MAX(id) FROM records WHERE source = $1 GROUP BY environment) ORDER BY id",
        )
        .bind(source)
        .fetch_all(&self.pool)
        .await;
        Ok(self.noted(rows)?.iter().filter_map(readable).map(|record| record.environment).collect())
    }
}

enum Inserted {
    Done(Vec<Insertion>),
    KeyReused,
}

/// What makes two records the same one: what was deployed where, when and how it went; not who said so or how.
fn natural_key(record: &Record) -> String {
    let mut hash = Sha256::new();
    let mut add = |field: &str| {
        // The length keeps `ab` + `c` apart from `a` + `bc`.
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    };
    add(record.service.as_str());
    add(&folded(record.environment.as_str()));
    for field in [&record.commit, &record.digest, &record.image, &record.version] {
        // No such field is told from an empty one by its mark.
        add(if field.is_some() { "+" } else { "-" });
        add(field.as_deref().unwrap_or_default());
    }
    add(&record.at.timestamp_millis().to_string());
    add(record.outcome.as_str());
    hex(&hash.finalize())
}

fn folded(environment: &str) -> String {
    environment.to_ascii_lowercase()
}

/// `$3, $4, $5`; the empty name, which no environment has, when there are none.
fn placeholders(first: usize, count: usize) -> String {
    match count {
        0 => "''".to_owned(),
        _ => (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// One record that cannot be read never hides the others.
fn readable(row: &<Db as sqlx::Database>::Row) -> Option<Record> {
    let body = row.try_get::<&str, _>("body").map_err(|error| error.to_string());
    let record = body.and_then(|body| serde_json::from_str(body).map_err(|error| error.to_string()));
    record.inspect_err(|error| warn!(id = row.try_get::<i64, _>("id").ok(), error, "a stored record cannot be read and is left out")).ok()
}
