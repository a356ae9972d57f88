//! What is forgotten: the store of a board that runs for years must not grow for ever.

use chrono::{DateTime, Utc};

use super::{Error, Store};

/// What may be forgotten.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Records and changes older than this may go, UTC.
    pub before: DateTime<Utc>,
    /// But the newest so many of each cell stay, however old: a service that nobody deploys keeps its record.
    pub per_cell: u32,
    /// Requests with an `Idempotency-Key` from before this may go, UTC.
    pub requests_before: DateTime<Utc>,
}

/// How much was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Records.
    pub records: u64,
    /// Changes of cells.
    pub transitions: u64,
    /// Requests with an `Idempotency-Key`.
    pub requests: u64,
    /// Answers of registries.
    pub images: u64,
    /// Revoked screens.
    pub screens: u64,
}

impl Store {
    /// Forgets what is old.
    ///
    /// # Errors
    /// The store failed and nothing was forgotten.
    pub async fn prune(&self, retention: Retention) -> Result<Pruned, Error> {
        let pruned = async {
            let (before, per_cell) = (retention.before.timestamp_millis(), i64::from(retention.per_cell));
            let mut transaction = self.pool.begin().await?;
            let requests = sqlx::query("DELETE FROM requests WHERE received_ms < $1")
                .bind(retention.requests_before.timestamp_millis())
                .execute(&mut *transaction)
                .await?;
            // The newest successful record stays too: it is what the cell is compared with, even below many failures.
            let records = sqlx::query(
                "DELETE FROM records WHERE at_ms < $1 AND id NOT IN (
                     SELECT id FROM (
                         SELECT id, outcome,
                                ROW_NUMBER() OVER (PARTITION BY service, environment ORDER BY at_ms DESC, id DESC) AS place,
                                ROW_NUMBER() OVER (PARTITION BY service, environment, outcome ORDER BY at_ms DESC, id DESC) AS outcome_place
                         FROM records
                     ) AS ranked WHERE place <= $2 OR (outcome = 'success' AND outcome_place = 1)
                 )",
            )
            .bind(before)
            .bind(per_cell)
            .execute(&mut *transaction)
            .await?;
            let transitions = sqlx::query(
                "DELETE FROM transitions WHERE at_ms < $1 AND id NOT IN (
                     SELECT id FROM (
                         SELECT id, ROW_NUMBER() OVER (PARTITION BY service, environment ORDER BY id DESC) AS place FROM transitions
                     ) AS ranked WHERE place <= $2
                 )",
            )
            .bind(before)
            .bind(per_cell)
            .execute(&mut *transaction)
            .await?;
            // What is still deployed is asked for again: once in so long a time.
            let images = sqlx::query("DELETE FROM images WHERE asked_ms < $1").bind(before).execute(&mut *transaction).await?;
            let screens = sqlx::query("DELETE FROM screens WHERE revoked_ms < $1").bind(before).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Pruned {
                records: records.rows_affected(),
                transitions: transitions.rows_affected(),
                requests: requests.rows_affected(),
                images: images.rows_affected(),
                screens: screens.rows_affected(),
            })
        }
        .await;
        self.noted(pruned)
    }
}
