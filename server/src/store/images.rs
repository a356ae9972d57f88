//! What registries said of images: asked once, kept for good.

use model::strings::ArcStr;

use chrono::{DateTime, Utc};
use model::published::Published;
use sqlx::Row;
use tracing::warn;

use super::{Db, Error, Store};

/// What is kept of the answers of registries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownImages {
    /// What registries said.
    pub published: Vec<Published>,
    /// Digests of which they said nothing, with the time at which to ask again, UTC.
    pub nothing: Vec<(ArcStr, DateTime<Utc>)>,
}

impl Store {
    /// Keeps what a registry said.
    ///
    /// # Errors
    /// The store failed and nothing was kept.
    pub async fn keep_image(&self, published: &Published, now: DateTime<Utc>) -> Result<(), Error> {
        let body = serde_json::to_string(published).map_err(|error| sqlx::Error::Encode(error.into()));
        let kept = async { self.put_image(&published.digest, now, Some(body?), 0).await }.await;
        self.noted(kept)
    }

    /// Keeps that a registry said nothing of an image, until it is asked again.
    ///
    /// # Errors
    /// The store failed and nothing was kept.
    pub async fn keep_nothing(&self, digest: &str, now: DateTime<Utc>, again: DateTime<Utc>) -> Result<(), Error> {
        let kept = self.put_image(digest, now, None, again.timestamp_millis()).await;
        self.noted(kept)
    }

    async fn put_image(&self, digest: &str, now: DateTime<Utc>, body: Option<String>, again_ms: i64) -> Result<(), sqlx::Error> {
        // An answer is never replaced by none.
        sqlx::query(
            "INSERT INTO images (digest, asked_ms, body, again_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (digest) DO UPDATE SET asked_ms = excluded.asked_ms, body = excluded.body, again_ms = excluded.again_ms
             WHERE excluded.body IS NOT NULL OR images.body IS NULL",
        )
        .bind(digest)
        .bind(now.timestamp_millis())
        .bind(body)
        .bind(again_ms)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Everything that was kept.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn known_images(&self) -> Result<KnownImages, Error> {
        let rows = sqlx::query::<Db>("SELECT digest, body, again_ms FROM images ORDER BY digest").fetch_all(&self.pool).await;
        let mut known = KnownImages::default();
        for row in self.noted(rows)? {
            let digest: String = row.get(0);
            match row.get::<Option<String>, _>(1) {
                Some(body) => match serde_json::from_str(&body) {
                    Ok(published) => known.published.push(published),
                    // Of another version of this program: it is asked again.
                    Err(error) => warn!(digest, %error, "what was kept of an image cannot be read"),
                },
                None => {
                    let again = DateTime::from_timestamp_millis(row.get(2)).unwrap_or_default();
                    known.nothing.push((digest.into(), again));
                }
            }
        }
        Ok(known)
    }
}
