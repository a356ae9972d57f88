//! `relboard wait`: blocks until a commit really runs, for a step of a pipeline.

mod decide;
mod follow;
mod progress;

use std::time::Duration;

use model::ids::{EnvironmentName, ServiceName};
use model::version::{Version, is_commit};
use tokio::time::Instant;

pub use self::decide::Verdict;
use self::decide::Watcher;
use self::follow::Feed;
use self::progress::Progress;
use super::client::Server;
use super::{Answer, Failure, complain, print};

const HELP: &str = "\
Examples:
  relboard wait --service order-service --env dev --commit $GIT_COMMIT
  relboard wait --service cart --env pro --commit 7fc38a2 --timeout 30m --server https://board.example.com

It ends when every wanted pod is of the commit and ready, in every cluster of the environment; at once when the rollout
of the commit fails, or when the environment comes to want another commit after this one was seen there. Until the
commit is seen, it waits. A server that is restarted, or cannot be reached for a while, is asked again.

A commit that is deployed again, with nothing but its configuration changed, looks the same: it counts as running at once.

Exit codes: 0 it runs, 1 it failed or was overtaken, 2 the time is over, or the server cannot be asked.";

/// Wait until a commit really runs
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// The service, as on the board
    #[arg(long)]
    service: String,
    /// The environment, as on the board
    #[arg(long, visible_alias = "env")]
    environment: String,
    /// The git commit: 7 to 40 hexadecimal digits
    #[arg(long, value_parser = commit)]
    commit: String,
    /// For how long to wait
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = humantime::parse_duration)]
    timeout: Duration,
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    let begun = Instant::now();
    let mut progress = Progress::start(begun);
    let ended = until_done(&args, |text| progress.say(text)).await;
    progress.end();
    let Args { service, environment, commit, .. } = &args;
    let (name, after) = (format!("{service} in {environment}: {}", short(commit)), progress::elapsed(begun));
    match ended? {
        Verdict::Ready(how) => {
            print(&format!("{name} runs: {how}, after {after}\n"))?;
            Ok(Answer::Yes)
        }
        Verdict::Failed(why) => {
            complain(&format!("{name} does not run: {why}, after {after}"));
            Ok(Answer::No)
        }
        // Never the end.
        Verdict::Waiting(what) => Err(Failure(what)),
    }
}

/// Waits until it is decided, and says what there is to say on the way; a text may come twice in a row.
///
/// # Errors
/// When the time is over, or the board has no such environment.
pub async fn until_done(args: &Args, mut say: impl FnMut(&str)) -> Result<Verdict, Failure> {
    let mut last = "the server was not asked yet".to_owned();
    let noted = |text: &str| {
        text.clone_into(&mut last);
        say(text);
    };
    let Ok(ended) = tokio::time::timeout(args.timeout, follow(args, noted)).await else {
        let timeout = humantime::format_duration(args.timeout);
        let Args { service, environment, commit, .. } = args;
        return Err(Failure(format!("after {timeout}, {} does not run as {service} in {environment}: {last}", short(commit))));
    };
    ended
}

async fn follow(args: &Args, mut say: impl FnMut(&str)) -> Result<Verdict, Failure> {
    let target = Version { commit: Some(args.commit.as_str().into()), ..Version::default() };
    let environment = EnvironmentName::from(args.environment.as_str());
    let mut watcher = Watcher::new(environment.clone(), target);
    let mut feed = Feed::new(&args.server, ServiceName::from(args.service.as_str()), environment)?;
    loop {
        let sight = match feed.next().await {
            Ok(sight) => sight,
            Err(follow::Error::Final(failure)) => return Err(failure),
            Err(follow::Error::Again { failure, after }) => {
                let after = humantime::format_duration(after);
                say(&format!("{failure}; trying again in {after}"));
                feed.pause().await;
                continue;
            }
        };
        match watcher.look(&sight) {
            Verdict::Waiting(what) => say(&what),
            decided => return Ok(decided),
        }
    }
}

fn commit(text: &str) -> Result<String, String> {
    match is_commit(text) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("a commit is 7 to 40 hexadecimal digits".to_owned()),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}
