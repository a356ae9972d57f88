//! A disk that is full: a server in a process of its own, whose files may not grow beyond a limit that the system enforces.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use integration_tests::{Fleet, PATIENCE, Server};
use model::status::Status;
use reqwest::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{NEW, OLD, cluster, image};

/// Tells the process below where its configuration is.
const FOLDER: &str = "RELBOARD_IT_FOLDER";
/// 512-byte blocks: 1 MiB.
const LIMIT: &str = "2048";

/// The server's process: this very test binary, started by the test below.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "is a process that another test starts"]
async fn a_server_of_its_own() {
    let folder = PathBuf::from(std::env::var(FOLDER).unwrap());
    let sources = server::config::Sources {
        file: Some(folder.join("relboard.toml")),
        kubeconfig: Some(folder.join("kubeconfig")),
        ..server::config::Sources::default()
    };
    let config = server::config::load(&sources).unwrap_or_else(|problems| panic!("{problems}"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // Whole, when it is there.
    std::fs::write(folder.join("url.new"), format!("http://{}", listener.local_addr().unwrap())).unwrap();
    std::fs::rename(folder.join("url.new"), folder.join("url")).unwrap();
    server::run(config, listener, CancellationToken::new()).await.unwrap();
}

/// The process; it ends when dropped.
struct Process(Child);

impl Process {
    /// Starts it with a limit to the size of its files. Beyond it, writing fails, as on a disk that is full.
    fn start(fleet: &Fleet) -> Self {
        let script = format!("trap '' XFSZ; ulimit -S -f {LIMIT}; exec \"$0\" --exact whole::full_disk::a_server_of_its_own --ignored");
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(std::env::current_exe().unwrap()).env(FOLDER, fleet.folder());
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// There is room again.
    fn make_room(&self) {
        let raised = Command::new("prlimit").arg("--pid").arg(self.0.id().to_string()).arg("--fsize=unlimited").status().unwrap();
        assert!(raised.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn url(fleet: &Fleet) -> String {
    let path = fleet.folder().join("url");
    let found = async {
        loop {
            if let Ok(url) = std::fs::read_to_string(&path) {
                return url;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("the process serves")
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_disk_is_full_records_are_refused_and_the_board_goes_on() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    // Writes the configuration down.
    let _ = fleet.config_with("");
    let process = Process::start(&fleet);
    let server = Server::at(&url(&fleet).await);
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;

    // Records that fill it.
    let padding = "x".repeat(12_000);
    let record = |number: u32| {
        let at = format!("2026-11-20T10:{:02}:{:02}Z", number / 60, number % 60);
        json!({ "service": format!("filler-{number}"), "environment": "moon", "commit": OLD, "at": at, "padding": padding })
    };
    let fill = async |from: u32| {
        for number in from..400 {
            let (status, answer) = server.post(&record(number)).await;
            if status != StatusCode::CREATED {
                return (number, status, answer);
            }
        }
        panic!("a file of a mebibyte is full before");
    };
    let (number, status, problem) = fill(0).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
    assert_eq!(problem["type"], "https://relboard.dev/problems/unavailable");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("board.db") && detail.contains("disk") && detail.contains("Nothing was stored"), "{detail}");

    // The board goes on.
    fleet.cluster("dev").set_image("shop", "cart", &image("cart", NEW)).unwrap();
    stream.until_status("cart", "dev", Status::Rolling).await;
    let rolled = stream.until_status("cart", "dev", Status::Ready).await;
    assert_eq!(rolled.wanted.unwrap().commit.as_deref(), Some(NEW));
    // Still full, but for what the store itself may have tidied.
    let (number, status, problem) = fill(number).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");

    // Room again: the record is taken, none was half stored, and what was observed meanwhile is in the history.
    process.make_room();
    assert_eq!(server.post(&record(number)).await.0, StatusCode::CREATED);
    let unplaced = server.json("/api/v1/records/unplaced").await;
    let mut kept: Vec<_> = unplaced["records"].as_array().unwrap().iter().map(|record| record["service"].as_str().unwrap()).collect();
    kept.reverse();
    assert_eq!(kept, (0..=number).map(|number| format!("filler-{number}")).collect::<Vec<_>>());
    let history = async {
        loop {
            let details = server.json("/api/v1/services/cart/environments/dev").await;
            if details["history"].as_array().unwrap().iter().any(|line| line["status"] == "rolling") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, history).await.expect("what was observed meanwhile is stored late");
}
