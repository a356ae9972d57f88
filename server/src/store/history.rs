//! The history of cells: changes of version or status that were observed.

use chrono::DateTime;
use futures::{TryStreamExt, future};
use model::details::Transition;
use model::ids::{EnvironmentName, ServiceName};
use model::status::Status;
use model::strings::Strings;
use model::version::Version;
use sqlx::Row;
use tracing::warn;

use super::{Db, Error, Store};

/// A change of one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellTransition {
    /// The row.
    pub service: ServiceName,
    /// The column.
    pub environment: EnvironmentName,
    /// What changed.
    pub transition: Transition,
}

impl Store {
    /// Appends changes, all or none. One that repeats the cell's newest status and version is left out, so that a
    /// restart, which observes everything anew, adds nothing. Returns how many were appended.
    ///
    /// # Errors
    /// The store failed and nothing was appended.
    pub async fn append_transitions(&self, transitions: &[CellTransition]) -> Result<u64, Error> {
        let appended = async {
            let mut appended = 0;
            let mut transaction = self.pool.begin().await?;
            for CellTransition { service, environment, transition } in transitions {
                let version = transition.version.as_ref().map(serde_json::to_string).transpose();
                let version = version.map_err(|error| sqlx::Error::Encode(error.into()))?;
                let inserted = sqlx::query(
                    "INSERT INTO transitions (service, environment, at_ms, status, version, reason, actor)
                     SELECT $1, $2, $3, $4, $5, $6, $7
                     WHERE NOT EXISTS (
                         SELECT 1 FROM transitions
                         WHERE id = (SELECT MAX(id) FROM transitions WHERE service = $1 AND environment = $2)
                           AND status = $4 AND COALESCE(version, '') = COALESCE($5, '')
                     )",
                )
                .bind(service.as_str())
                .bind(environment.as_str())
                .bind(transition.at.timestamp_millis())
                .bind(transition.status.as_str())
                .bind(version)
                .bind(&transition.reason)
                .bind(transition.by.as_deref())
                .execute(&mut *transaction)
                .await?;
                appended += inserted.rows_affected();
            }
            transaction.commit().await?;
            Ok(appended)
        }
        .await;
        self.noted(appended)
    }

    /// The newest changes of a cell, newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn transitions(&self, service: &ServiceName, environment: &EnvironmentName, limit: u32) -> Result<Vec<Transition>, Error> {
        let rows = sqlx::query(
            "SELECT id, service, environment, at_ms, status, version, reason, actor FROM transitions
             WHERE service = $1 AND environment = $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(service.as_str())
        .bind(environment.as_str())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await;
        let mut strings = Strings::default();
        Ok(self.noted(rows)?.iter().filter_map(|row| readable(row, &mut strings)).map(|cell| cell.transition).collect())
    }

    /// The newest change of every cell: what a start knows of the state before it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn last_transitions(&self) -> Result<Vec<CellTransition>, Error> {
        let rows = sqlx::query(
            "SELECT id, service, environment, at_ms, status, version, reason, actor FROM transitions
             WHERE id IN (SELECT MAX(id) FROM transitions GROUP BY service, environment)",
        )
        .fetch(&self.pool);
        // One by one, and each text once: a fleet has tens of thousands of cells.
        let (mut transitions, mut strings) = (Vec::new(), Strings::default());
        let rows = rows.try_for_each(|row| {
            transitions.extend(readable(&row, &mut strings));
            future::ready(Ok(()))
        });
        self.noted(rows.await)?;
        Ok(transitions)
    }
}

/// One row that cannot be read never hides the others.
fn readable(row: &<Db as sqlx::Database>::Row, strings: &mut Strings) -> Option<CellTransition> {
    let transition = transition(row, strings);
    let id = || row.try_get::<i64, _>("id").ok();
    transition.inspect_err(|error| warn!(id = id(), %error, "a stored change of a cell cannot be read and is left out")).ok()
}

fn transition(row: &<Db as sqlx::Database>::Row, strings: &mut Strings) -> Result<CellTransition, sqlx::Error> {
    let invalid = |what: &str, text: &str| sqlx::Error::Decode(format!("`{text}` is no {what}").into());
    let status: &str = row.try_get("status")?;
    let at: i64 = row.try_get("at_ms")?;
    let version: Option<&str> = row.try_get("version")?;
    let transition = Transition {
        at: DateTime::from_timestamp_millis(at).ok_or_else(|| invalid("time", &at.to_string()))?,
        status: Status::ALL.into_iter().find(|known| known.as_str() == status).ok_or_else(|| invalid("status", status))?,
        version: version.map(|json| shared(json, strings)).transpose().map_err(|error| sqlx::Error::Decode(error.into()))?,
        reason: row.try_get("reason")?,
        by: row.try_get::<Option<&str>, _>("actor")?.map(|by| strings.share(by)),
    };
    let (service, environment): (&str, &str) = (row.try_get("service")?, row.try_get("environment")?);
    let (service, environment) = (strings.share(service).into(), strings.share(environment).into());
    Ok(CellTransition { service, environment, transition })
}

fn shared(json: &str, strings: &mut Strings) -> Result<Version, serde_json::Error> {
    let mut version: Version = serde_json::from_str(json)?;
    for text in [&mut version.commit, &mut version.label, &mut version.digest, &mut version.index].into_iter().flatten() {
        *text = strings.share(text);
    }
    Ok(version)
}
