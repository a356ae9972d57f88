use clap::Parser;
use integration_tests::{Fleet, PATIENCE, Server};
use server::cli::wait::{self, Verdict};
use tokio::sync::mpsc;

use super::{NEW, OLD, cluster, image};

/// A commit whose image the simulated registry does not have.
const LOST: &str = "bad0c4a5b69e35dc2c3ba4b9bac4d1bd28d7e24a";

#[derive(Parser)]
struct Wrapper {
    #[command(flatten)]
    args: wait::Args,
}

/// A `relboard wait` under way.
struct Waiting {
    said: mpsc::Receiver<String>,
    ended: tokio::task::JoinHandle<Result<Verdict, String>>,
}

impl Waiting {
    fn start(url: &str, flags: &str) -> Self {
        let words = ["wait", "--server", url, "--service", "cart"].into_iter().chain(flags.split_whitespace());
        let args = Wrapper::parse_from(words).args;
        let (say, said) = mpsc::channel(1024);
        let ended = tokio::spawn(async move {
            let ended = wait::until_done(&args, |text| _ = say.try_send(text.to_owned())).await;
            ended.map_err(|failure| failure.to_string())
        });
        Self { said, ended }
    }

    /// Waits until it says something like this.
    async fn says(&mut self, what: &str) {
        let found = async {
            while let Some(text) = self.said.recv().await {
                if text.contains(what) {
                    return;
                }
            }
            panic!("it ended before it said: {what}");
        };
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("it never said: {what}"));
    }

    async fn end(self) -> Result<Verdict, String> {
        tokio::time::timeout(PATIENCE, self.ended).await.expect("it ends").unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_the_end_of_the_rollout() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let mut waiting = Waiting::start(server.url(), &format!("--env dev --commit {NEW}"));
    waiting.says("not started: dev wants 7fc38a2").await;
    fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
    waiting.says("rolling").await;
    assert_eq!(waiting.end().await, Ok(Verdict::Ready("3 of 3 pods ready".to_owned())));
    // The commit that runs already, abbreviated.
    assert!(matches!(Waiting::start(server.url(), "--env dev --commit 993E5FC").end().await, Ok(Verdict::Ready(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_that_fails_and_one_that_is_overtaken_end_it() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let dev = fleet.cluster("dev");
    let waiting = Waiting::start(server.url(), &format!("--env dev --commit {LOST}"));
    dev.set_image("shop", "cart", &image("cart", LOST)).unwrap();
    let Ok(Verdict::Failed(why)) = waiting.end().await else { panic!("it must fail") };
    assert!(why.starts_with("failing: ImagePullBackOff") && why.contains(LOST), "{why}");

    let mut waiting = Waiting::start(server.url(), "--env dev --commit 1234567");
    waiting.says("not started").await;
    server.record("cart", "dev", "1234567", "gauxachs").await;
    waiting.says("recorded, and not started").await;
    server.record("cart", "dev", "abcdef0", "mlopez").await;
    let ended = waiting.end().await;
    assert_eq!(ended, Ok(Verdict::Failed("overtaken: CI recorded abcdef0 by mlopez after it".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_when_the_server_is_started_anew() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let address = server.url().trim_start_matches("http://").parse().unwrap();
    let mut waiting = Waiting::start(server.url(), &format!("--env dev --commit {NEW}"));
    waiting.says("not started").await;
    server.stop();
    server.ended().await.unwrap();
    waiting.says("cannot be reached").await;
    fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
    let _server = Server::start_at(address, fleet.config_with("")).await;
    assert_eq!(waiting.end().await, Ok(Verdict::Ready("3 of 3 pods ready".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_bounded_and_the_cause_is_said() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let Err(why) = Waiting::start(server.url(), &format!("--env dev --commit {NEW} --timeout 2s")).end().await else {
        panic!("it cannot end well")
    };
    assert!(why.starts_with("after 2s, 993e5fc does not run as cart in dev: not started: dev wants 7fc38a2"), "{why}");

    let Err(why) = Waiting::start("http://127.0.0.1:1", &format!("--env dev --commit {NEW} --timeout 1s")).end().await else {
        panic!("nobody is there")
    };
    assert!(why.contains("http://127.0.0.1:1 cannot be reached"), "{why}");

    let Err(why) = Waiting::start(server.url(), &format!("--commit {NEW} --env moon")).end().await else { panic!("there is no moon") };
    assert_eq!(why, "`moon` is not an environment of the board, which has dev");
}
