//! The fault simulation, for many seeds or for one: `make soak`, `make soak ARGS="--seed 42"`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use integration_tests::soak;

/// Plays seeds of the fault simulation.
#[derive(Debug, Parser)]
struct Args {
    /// Plays this seed only, and prints its whole trace.
    #[arg(long)]
    seed: Option<u64>,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// How many at a time.
    #[arg(long)]
    jobs: Option<usize>,
    /// Goes on after a seed that fails.
    #[arg(long)]
    keep_going: bool,
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(seed) = args.seed {
        let outcome = soak::run(seed);
        println!("{}", outcome.explain(usize::MAX));
        return if outcome.verdict.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let (next, failed, slowest) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let count = next.fetch_add(1, Ordering::Relaxed);
                    if count >= args.seeds || (failed.load(Ordering::Relaxed) > 0 && !args.keep_going) {
                        return;
                    }
                    let outcome = soak::run(args.from + count);
                    match &outcome.verdict {
                        Ok(settled) => _ = slowest.fetch_max(settled.as_secs(), Ordering::Relaxed),
                        Err(wrong) if args.keep_going => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            println!("seed {}: {wrong}", outcome.seed);
                        }
                        Err(_) => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            println!("{}", outcome.explain(60));
                        }
                    }
                    if (count + 1) % 500 == 0 {
                        println!("{} seeds in {}", count + 1, shown(begun.elapsed()));
                    }
                }
            });
        }
    });
    let (failed, slowest) = (failed.into_inner(), slowest.into_inner());
    let played = next.into_inner().min(args.seeds);
    println!(
        "{played} seeds from {} in {}: {failed} failed; right at most {slowest} s after the last fault",
        args.from,
        shown(begun.elapsed())
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn shown(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64())
}
