//! Logs go to standard error, so that standard output is the command's answer.

use std::io::IsTerminal;

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use super::Failure;

/// What is logged, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(super) struct Logging {
    /// What is logged: `error`, `warn`, `info`, `debug`, `trace`, or by module (`info,server::clusters=debug`)
    ///
    /// [default: $RUST_LOG, else `info` for serve and `warn` for the other commands]
    #[arg(long = "log", global = true, value_name = "FILTER", env = "RELBOARD_LOG")]
    filter: Option<String>,
    /// How log lines are written
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t = Format::Human, env = "RELBOARD_LOG_FORMAT")]
    log_format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people, in colour on a terminal
    Human,
    /// One JSON object a line
    Json,
}

impl Logging {
    pub(super) fn start(&self, default: &str) -> Result<(), Failure> {
        let said = self.filter.clone().or_else(|| std::env::var("RUST_LOG").ok()).filter(|filter| !filter.is_empty());
        // The Kubernetes client logs each failed try as an error; what fails is logged once, where it is handled.
        let filter = said.unwrap_or_else(|| format!("{default},kube_client=off"));
        let filter = EnvFilter::try_new(&filter).map_err(|error| Failure(format!("--log: `{filter}` is no filter: {error}")))?;
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        let started = match self.log_format {
            Format::Human => subscriber.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
            Format::Json => subscriber.json().flatten_event(true).try_init(),
        };
        started.map_err(|error| Failure(format!("logging cannot start: {error}")))
    }
}
