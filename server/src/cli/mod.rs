//! The command line: one file a command.

mod check;
mod client;
mod demo;
mod logging;
mod record;
pub mod screen;
pub mod serve;
mod sim;
mod status;
pub mod wait;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::logging::Logging;

const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  the answer is no: something matching is red (status), a record was refused (record), the commit does not run
     (wait), something is wrong (check), the name is taken or unknown (screen)
  2  it could not be found out: wrong usage or configuration, server or store not reachable, the time is over

`relboard COMMAND --help` has examples.";

/// A live table of what is deployed where: what your clusters really run, merged with what CI says it deployed.
#[derive(Debug, Parser)]
#[command(name = "relboard", version, after_help = EXIT_CODES, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    logging: Logging,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Demo(demo::Args),
    Sim(sim::Args),
    Status(status::Args),
    Record(Box<record::Args>),
    Wait(wait::Args),
    Check(check::Args),
    Screen(screen::Args),
}

/// The answer of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Exit code 0.
    Yes,
    /// Exit code 1.
    No,
}

/// Why a command could not do its work: exit code 2. The text is for a person.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { logging, command } = Cli::parse();
    // The client of kube logs each failed request; whoever made it says so once, with the cluster's name.
    let verbosity = match command {
        Command::Serve(_) => "info,kube_client=off",
        _ => "warn,kube_client=off",
    };
    let done = logging.start(verbosity).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(run(command))
    });
    match done {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(failure) => {
            // Several problems are several lines; the first has the mark.
            complain(&format!("error: {failure}"));
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Sim(args) => sim::run(args).await,
        Command::Status(args) => status::run(args).await,
        Command::Record(args) => record::run(*args).await,
        Command::Wait(args) => wait::run(args).await,
        Command::Check(args) => check::run(args).await,
        Command::Screen(args) => screen::run(args).await,
    }
}

/// Prints to standard output. A reader that went away (`relboard status | head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure(format!("cannot write: {error}"))),
        _ => Ok(()),
    }
}

/// Says to standard error what is wrong.
fn complain(text: &str) {
    // Nobody can be told that nobody can be told.
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
