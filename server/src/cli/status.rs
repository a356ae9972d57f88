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

QUERY is the search of the page: free words match service, version, person, environment, status and reason; qualifiers
are service: env: status: by: commit: tag: ns: cluster: team: is: age: agree: differ: ; `-` negates, quotes hold words
together, `a|b` is or.

Exit codes: 0 nothing matching is red, 1 something is, 2 it could not be found out.";

/// Print the board, or the services that match a search
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// A search, as on the page; several words are one search
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
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
    print(&shown)?;
    let red = rows.iter().any(|row| row.cells.values().any(|cell| cell.status.is_red()));
    Ok(if red { Answer::No } else { Answer::Yes })
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
