//! The load program: `make load`, `make load ARGS="--divide 8 --seconds 10 --viewers 200"`. Exits with 1 when a target is missed.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use integration_tests::load::{self, Fleet, Outcome, Plan, Viewers};

/// Measures what a large fleet and many viewers cost the server, and prints a table
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    plan: Plan,
    #[command(subcommand)]
    part: Option<Part>,
}

/// Processes that it starts itself.
#[derive(Debug, Subcommand)]
enum Part {
    /// The simulated clusters.
    #[command(hide = true)]
    World {
        #[command(flatten)]
        fleet: Fleet,
        #[arg(long)]
        kubeconfig: PathBuf,
        #[arg(long)]
        config: PathBuf,
    },
    /// The viewers.
    #[command(hide = true)]
    Viewers(Viewers),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Outcome<bool> {
    let mut runtime = match arguments.part {
        // The other core is the server's.
        Some(Part::Viewers(_)) => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    match arguments.part {
        None => runtime.block_on(load::run(arguments.plan)),
        Some(Part::World { fleet, kubeconfig, config }) => runtime.block_on(load::play(fleet, kubeconfig, config)).map(|()| true),
        Some(Part::Viewers(viewers)) => runtime.block_on(load::watch(viewers)).map(|()| true),
    }
}
