//! `GET /` of a large board.

use std::time::Instant;

use reqwest::{Client, StatusCode};

use super::measure::percentile;
use super::served::Served;
use super::{Outcome, Stage};

const ROUNDS: u32 = 40;
/// In milliseconds.
const FIRST_BYTE: f64 = 100.0;
/// In kB.
const DOCUMENT: f64 = 300.0;

/// Asks for the page, as browsers do, and tells the table.
pub(super) async fn measure(stage: &mut Stage, server: &Served) -> Outcome<()> {
    let client = Client::builder().no_proxy().no_gzip().build()?;
    let (mut firsts, mut kilobytes) = (Vec::new(), 0.0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let request = client.get(format!("{}/", server.url())).header("accept-encoding", "br, gzip").header("accept", "text/html");
        let mut answer = request.send().await?;
        if answer.status() != StatusCode::OK {
            return Err(format!("GET / answers {}", answer.status()).into());
        }
        let mut bytes = answer.chunk().await?.map_or(0, |chunk| chunk.len());
        firsts.push(begun.elapsed().as_secs_f64() * 1000.0);
        while let Some(chunk) = answer.chunk().await? {
            bytes += chunk.len();
        }
        #[expect(clippy::cast_precision_loss, reason = "kilobytes")]
        let size = bytes as f64 / 1000.0;
        kilobytes = f64::max(kilobytes, size);
    }
    stage.table.at_most(format_args!("`GET /`, first byte, p99 of {ROUNDS}"), percentile(&firsts, 0.99), "ms", FIRST_BYTE);
    stage.table.at_most("`GET /`, whole document as compressed", kilobytes, "kB", DOCUMENT);
    Ok(())
}
