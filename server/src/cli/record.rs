//! `relboard record`: sends one deployment record, for a shell step in any CI.

mod deliver;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use chrono::SecondsFormat;
use model::record::Record;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use self::deliver::{Delivered, Delivery};
use super::client::{self, Server};
use super::{Answer, Failure, complain, print};
use crate::ci::record;
use crate::clock;

const HELP: &str = "\
Examples:
  relboard record --service order-service --env dev --commit $GIT_COMMIT --by $BUILD_USER --url $BUILD_URL
  relboard record --service cart --env pro --image shop/cart:1.4.0 --outcome failure
  relboard record --service cart --env pro --version 1.4.0 --field ticket=SHOP-12 --token-file /run/secrets/relboard

The token is that of a [[ci]] of the server's configuration: --token-file, or the variable RELBOARD_TOKEN.
It is sent again while the server cannot be reached, for at most --timeout; the server knows a record that comes twice.

Exit codes: 0 recorded (or known already), 1 the server refused the record, 2 it could not be sent.";

/// Record a deployment
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The service that was deployed
    #[arg(long)]
    service: String,
    /// The environment it was deployed to
    #[arg(long, visible_alias = "env")]
    environment: String,
    /// The git commit: 7 to 40 hexadecimal digits
    #[arg(long)]
    commit: Option<String>,
    /// The image, as in the pod template
    #[arg(long)]
    image: Option<String>,
    /// The image's digest: sha256:…
    #[arg(long)]
    digest: Option<String>,
    /// A version that people read, like 1.4.0
    #[arg(long)]
    version: Option<String>,
    /// Who deployed
    #[arg(long)]
    by: Option<String>,
    /// When, as RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How it went: started, success, failure or cancelled [default: success]
    #[arg(long)]
    outcome: Option<String>,
    /// The git branch
    #[arg(long)]
    branch: Option<String>,
    /// The git repository's URL
    #[arg(long, value_name = "URL")]
    repository: Option<String>,
    /// The CI run's URL
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Another field, kept and shown in the details; can be given several times
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
    fields: Vec<(String, String)>,
    #[command(flatten)]
    server: Server,
    /// A file that holds the token [default: the variable RELBOARD_TOKEN]
    #[arg(long, value_name = "FILE", env = "RELBOARD_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    /// The same key makes two requests one [default: a new one]
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// For how long to try
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    let token = token(args.token_file.as_deref())?;
    let url = args.server.path("/api/v1/records")?;
    let key = args.idempotency_key.clone().unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    let timeout = args.timeout;
    let record = body(args);
    // The server's own rules: what it would refuse is said without asking it.
    let parsed = record::parse(Value::Object(record.clone()), clock::now())
        .map_err(|errors| Failure(errors.iter().map(|error| format!("--{error}").replace("--/", "--")).collect::<Vec<_>>().join("\n")))?;
    let body = serde_json::to_vec(&record)?;
    match (Delivery { url, token, key, body, timeout }).deliver().await? {
        Delivered::Accepted(receipt) => {
            for line in receipt.records {
                if let Some(warning) = line.warning {
                    complain(&format!("warning: {warning}"));
                }
                let verb = if line.result == "known" { "known already" } else { "recorded" };
                let (service, environment, version) = (&parsed.service, &parsed.environment, version(&parsed));
                print(&format!("{verb}: {service} in {environment}: {version}, {}\n", parsed.outcome.as_str()))?;
            }
            Ok(Answer::Yes)
        }
        Delivered::Refused(reason) => {
            complain(&format!("refused: {reason}"));
            Ok(Answer::No)
        }
    }
}

/// What the server made of a request.
#[derive(Debug, Default, Deserialize)]
struct Receipt {
    #[serde(default)]
    records: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    result: String,
    warning: Option<String>,
}

/// The record as JSON. The time is set here, so that sending it again sends the same one.
fn body(args: Args) -> Map<String, Value> {
    let at = args.at.unwrap_or_else(|| clock::now().to_rfc3339_opts(SecondsFormat::Millis, true));
    let fields = [
        ("service", Some(args.service)),
        ("environment", Some(args.environment)),
        ("commit", args.commit),
        ("image", args.image),
        ("digest", args.digest),
        ("version", args.version),
        ("by", args.by),
        ("at", Some(at)),
        ("outcome", args.outcome),
        ("branch", args.branch),
        ("repository", args.repository),
        ("url", args.url),
    ];
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))));
    args.fields.into_iter().map(|(name, value)| (name, Value::from(value))).chain(given).collect()
}

/// What was deployed, in the words of the command line.
fn version(record: &Record) -> &str {
    [&record.version, &record.commit, &record.image, &record.digest].into_iter().find_map(Option::as_deref).unwrap_or("-")
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

/// The token; never as an argument, where every user of the machine could read it.
fn token(file: Option<&std::path::Path>) -> Result<SecretString, Failure> {
    let token = match file {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| Failure(format!("--token-file: {} cannot be read: {error}", path.display())))?
        }
        None => std::env::var("RELBOARD_TOKEN").map_err(|_| {
            Failure("no token: give --token-file FILE or set RELBOARD_TOKEN (a token of a [[ci]] of the server)".to_owned())
        })?,
    };
    match token.trim() {
        "" => Err(Failure("the token is empty".to_owned())),
        token => Ok(SecretString::from(token)),
    }
}
