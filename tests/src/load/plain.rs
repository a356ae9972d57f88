//! The plain reading of the lists that the server reads: what no program could be faster than.

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use model::workload::Kind;
use reqwest::{Client, StatusCode};

use super::Outcome;
use super::world::Namespace;

/// Objects a page, as the server asks for.
const PAGE: u32 = 500;

/// Reads every list of every kind, page by page, all at once, and drops what comes: how long that takes, and how many
/// megabytes of JSON it is.
pub(super) async fn read(namespaces: &[Namespace]) -> Outcome<(Duration, f64)> {
    let client = Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    let lists = namespaces.iter().flat_map(|namespace| Kind::ALL.into_iter().map(|kind| list(&client, namespace, kind)));
    let bytes: usize = try_join_all(lists).await?.into_iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    Ok((begun.elapsed(), bytes as f64 / 1e6))
}

async fn list(client: &Client, namespace: &Namespace, kind: Kind) -> Outcome<usize> {
    let version = kind.api_version();
    let group = if version.contains('/') { "apis" } else { "api" };
    let path = format!("{}/{group}/{version}/namespaces/{}/{}?limit={PAGE}", namespace.url, namespace.name, kind.plural());
    let path = if kind == Kind::Event { format!("{path}&fieldSelector=type%3DWarning") } else { path };
    let (mut bytes, mut page) = (0, path.clone());
    loop {
        let answer = client.get(&page).bearer_auth(&namespace.token).send().await?;
        // A cluster need not have every kind.
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(0);
        }
        let body = answer.error_for_status()?.bytes().await?;
        bytes += body.len();
        match next(&body) {
            Some(token) => page = format!("{path}&continue={token}"),
            None => return Ok(bytes),
        }
    }
}

/// The token of the next page. It stands in the list's metadata, before the objects.
fn next(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&body[..body.len().min(2000)]);
    let head = head.split("\"items\"").next()?;
    let token = head.split("\"continue\":\"").nth(1)?.split('"').next()?;
    Some(token.to_owned()).filter(|token| !token.is_empty())
}
