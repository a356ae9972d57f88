//! `relboard status`: the board as text.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use model::board::{Board, Row};
use model::query::{Context, Query};
use model::text;
use reqwest::header::ACCEPT;

use super::client::{self, Server};
use super::{Answer, Failure, print};
use crate::clock;

const HELP: &str = "\
Examples:
  relboard status                          everything
  relboard status env:pro is:red           services that are red in pro
  relboard status 'cart|order' agree:dev,pre
  relboard status --format csv > board.csv
  relboard status -- is:red -team:infra    after `--`, a word may begin with `-`

QUERY is the search of the page: free words match service, version, person, environment, status and reason; qualifiers
are service: env: status: by: commit: tag: ns: cluster: team: is: age: agree: differ: ; `-` negates, quotes hold words
together, `a|b` is or.

Exit codes: 0 nothing matching is red, 1 something is, 2 it could not be found out.";

/// Print the board, or the services that match a search
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// A search, as on the page; several words are one search
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    server: Server,
    /// How it is printed
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// How long the server may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Aligned columns, for people
    Table,
    /// The answer of GET /api/v1/board
    Json,
    /// One line a cell
    Csv,
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    let (shown, answer) = ask(args).await?;
    print(&shown)?;
    Ok(answer)
}

/// What is printed, and whether anything is red.
async fn ask(args: Args) -> Result<(String, Answer), Failure> {
    let text = args.query.join(" ");
    let query = Query::parse(&text).map_err(|error| {
        let marks = "^".repeat(error.length.max(1));
        Failure(format!("{}\n  {text}\n  {}{marks}", error.message, " ".repeat(error.at)))
    })?;
    let mut url = args.server.path("/api/v1/board")?;
    if !query.is_empty() {
        url.query_pairs_mut().append_pair("q", &text);
    }
    let request = client::client(args.timeout)?.get(url.clone()).header(ACCEPT, "application/json");
    let response = client::send(request, &url).await?;
    if !response.status().is_success() {
        return Err(Failure(client::problem(response).await));
    }
    let body = response.text().await.map_err(|error| client::unreachable(&url, &error))?;
    let board: Board =
        serde_json::from_str(&body).map_err(|error| Failure(format!("{url} is not the board of a relboard of this version: {error}")))?;
    // The server has filtered; here it is done again, so that the answer is right whatever the server made of the query.
    let now = clock::now();
    let rows = matching(&board, &query, now);
    let shown = match args.format {
        Format::Table => text::table(&board, rows.iter().copied(), now),
        Format::Json => body + "\n",
        Format::Csv => csv(&board, &rows)?,
    };
    let red = rows.iter().any(|row| row.cells.values().any(|cell| cell.status.is_red()));
    Ok((shown, if red { Answer::No } else { Answer::Yes }))
}

fn matching<'a>(board: &'a Board, query: &Query, now: DateTime<Utc>) -> Vec<&'a Row> {
    let context = Context { environments: &board.environments, now };
    board.services.values().map(|row| &**row).filter(|row| query.matches(row, context)).collect()
}

fn csv(board: &Board, rows: &[&Row]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(text::CSV_HEADER)?;
    for line in text::csv_rows(board, rows.iter().copied()) {
        writer.write_record(line)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure(error.to_string()))?;
    Ok(String::from_utf8(bytes)?)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Parser)]
    struct Wrapper {
        #[command(flatten)]
        args: Args,
    }

    /// Asks a server that answers every request with `status` and `body`, whatever is searched for.
    async fn asked(flags: &str, status: u16, body: &str) -> Result<(String, Answer), Failure> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/base", listener.local_addr().unwrap());
        let answer = (http::StatusCode::from_u16(status).unwrap(), body.to_owned());
        let app = Router::new().route("/base/api/v1/board", get(move || async move { answer }));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let arguments = ["status", "--server", url.as_str()].into_iter().chain(flags.split_whitespace());
        ask(Wrapper::parse_from(arguments).args).await
    }

    fn board() -> String {
        let cell = |status: &str| {
            json!({
                "status": status, "reason": "because", "wanted": { "commit": "7fc38a2", "label": null, "digest": null }, "running": [],
                "pods": { "wanted": 1, "updated": 1, "ready": 1 }, "record": null, "agrees_with": [], "flags": [], "since": null,
                "workloads": []
            })
        };
        json!({
            "revision": "8f1c-42", "generated_at": "2026-11-20T10:00:00Z",
            "environments": [{ "name": "dev", "tier": "development", "targets": [] }],
            "services": [
                { "name": "cart", "team": null, "cells": { "dev": cell("ready") } },
                { "name": "orders", "team": null, "cells": { "dev": cell("failing") } },
            ]
        })
        .to_string()
    }

    #[tokio::test]
    async fn the_answer_is_no_when_something_that_matches_is_red() {
        let (text, answer) = asked("", 200, &board()).await.unwrap();
        assert!(text.contains("cart") && text.contains("orders") && answer == Answer::No, "{text}");
        let (text, answer) = asked("cart", 200, &board()).await.unwrap();
        assert!(text.contains("cart") && !text.contains("orders") && answer == Answer::Yes, "{text}");
        let (text, answer) = asked("--format csv -- -cart", 200, &board()).await.unwrap();
        assert!(text.starts_with("service,") && text.contains("\norders,") && !text.contains("cart") && answer == Answer::No, "{text}");
        let (text, _) = asked("--format json", 200, &board()).await.unwrap();
        assert_eq!(text.trim_end(), board());
    }

    #[tokio::test]
    async fn what_goes_wrong_is_said() {
        let error = |outcome: Result<(String, Answer), Failure>| outcome.unwrap_err().to_string();
        assert_eq!(error(asked("cart is:blue", 200, &board()).await).lines().nth(2), Some("          ^^^^"), "the place is marked");
        assert!(error(asked("", 200, "<html>").await).contains("is not the board of a relboard"));
        assert_eq!(error(asked("", 503, r#"{"title":"No","detail":"told so"}"#).await), "told so");
        assert!(error(asked("", 502, "<html>").await).contains("502 Bad Gateway, and not as a relboard does"));
    }
}
