//! The fault simulation: API servers, CI and the server's own code in one thread and in virtual time, a world that changes
//! and breaks at random, and a judge who knows the truth. Everything follows from the seed.
//!
//! * [`plan`]: what a seed makes of the world: clusters, services, how they are read, clocks that differ;
//! * [`chaos`]: what happens to it: deployments, and every fault we know of;
//! * [`ci`]: what CI deploys, sends and publishes, and what goes wrong with that;
//! * [`process`]: the server's real code (clusters, CI's poller, hub), which is killed and started again;
//! * [`ledger`]: what each workload really was, and when, by the simulator's own account;
//! * [`judge`]: what no board may ever say, and what it must say when the faults are over.

mod chaos;
mod ci;
mod judge;
mod ledger;
mod plan;
mod process;
mod trace;

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::time::{Instant, sleep, sleep_until};

use self::chaos::Chaos;
use self::judge::Judge;
use self::ledger::Ledger;
use self::plan::Plan;
pub use self::plan::connector;
use self::process::Process;
use self::trace::Trace;

/// How long after the last fault the board may differ from the truth: `Retry-After` and new plans are bounded by a minute,
/// and a silent watch by the freshness; the longest grace (a record that the cluster does not follow) lasts two minutes.
const SETTLED_WITHIN: Duration = Duration::from_secs(240);
/// So often in a row the board must be right.
const RIGHT_IN_A_ROW: u32 = 3;

/// How a simulation went.
#[derive(Debug)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// Everything that happened and was shown, with the virtual time.
    pub trace: Vec<String>,
    /// How long after the last fault the board was right, or what was wrong.
    pub verdict: Result<Duration, String>,
}

impl Outcome {
    /// What was wrong, with the end of the trace.
    #[must_use]
    pub fn explain(&self, lines: usize) -> String {
        let tail = self.trace.len().saturating_sub(lines);
        let wrong = self.verdict.as_ref().err().map_or("nothing is wrong", String::as_str);
        format!("seed {}: {wrong}\n{}\nseed {}: {wrong}", self.seed, self.trace[tail..].join("\n"), self.seed)
    }
}

/// Plays a seed to its end.
///
/// # Panics
/// When the runtime cannot be made.
#[must_use]
pub fn run(seed: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let trace = Trace::default();
    let verdict = runtime.block_on(simulate(seed, &trace));
    Outcome { seed, trace: trace.take(), verdict }
}

async fn simulate(seed: u64, trace: &Trace) -> Result<Duration, String> {
    trace.begin();
    let mut dice = StdRng::seed_from_u64(seed);
    let plan = Plan::draw(&mut dice, trace);
    let ledger = Ledger::follow(&plan);
    let judge = Judge::new(&plan, &ledger, trace);
    let mut chaos = Chaos::new(&mut dice, &plan, trace);
    let mut process = Some(Process::start(&plan, trace));
    judge.attend(process.as_ref());

    let end = Instant::now() + Duration::from_secs(dice.random_range(40..130));
    while Instant::now() < end {
        sleep(Duration::from_millis(dice.random_range(50..9000))).await;
        judge.verdict()?;
        if dice.random_bool(0.03) {
            trace.note("our process is killed");
            process.take().into_iter().for_each(Process::kill);
            judge.attend(None);
            let away = [0, 1000, 20_000, 120_000][dice.random_range(0..4)];
            sleep(Duration::from_millis(away)).await;
            trace.note("our process starts");
            process = Some(Process::start(&plan, trace));
            judge.attend(process.as_ref());
        }
        chaos.step(&mut dice, process.as_ref()).await;
    }
    chaos.end().await;
    settle(&plan, &judge, process.as_ref(), trace).await
}

/// Waits until the board is as the truth, and stays so.
async fn settle(plan: &Plan, judge: &Judge, process: Option<&Process>, trace: &Trace) -> Result<Duration, String> {
    let Some(process) = process else { return Err("no process is left".to_owned()) };
    let begun = Instant::now();
    let mut row = 0;
    let mut oracle = judge::Oracle::new(plan);
    loop {
        sleep_until(Instant::now() + Duration::from_secs(1)).await;
        judge.verdict()?;
        let before = plan.versions();
        let mut wrong = judge::Oracle::is_away(&process.board());
        if wrong.is_none() {
            oracle.look(plan, &process.records());
            sleep(Duration::from_millis(40)).await;
            if plan.versions() != before {
                continue;
            }
            let board = process.board();
            wrong = judge::Oracle::is_away(&board).or_else(|| plan.ci.differs(&board, process)).or_else(|| oracle.differs(&board));
        }
        row = if wrong.is_none() { row + 1 } else { 0 };
        if row >= RIGHT_IN_A_ROW {
            judge.history(process)?;
            return Ok(begun.elapsed());
        }
        if begun.elapsed() > SETTLED_WITHIN {
            let wrong = wrong.unwrap_or_else(|| "it does not stay right".to_owned());
            trace.note("not settled");
            return Err(format!("{} s after the last fault the board is not as the truth: {wrong}", SETTLED_WITHIN.as_secs()));
        }
    }
}
