//! A whole server.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use model::board::Board;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use server::RunError;
use server::config::Config;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Follower;

/// The token with which records may be sent.
pub const TOKEN: &str = "s3cret-t0ken";

/// Within this a server must have ended, streams open or not.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// A running server. Dropping it stops it, and makes sure that it ended well and in time.
#[derive(Debug)]
pub struct Server {
    url: String,
    client: Client,
    stop: CancellationToken,
    running: Option<JoinHandle<Result<(), RunError>>>,
}

impl Server {
    /// Starts a server on a free port.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(config: Config) -> Self {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), config).await
    }

    /// Starts a server on an address, such as that of another one that has ended.
    ///
    /// # Panics
    /// When the port is not free.
    pub async fn start_at(address: SocketAddr, config: Config) -> Self {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let running = Some(tokio::spawn(server::run(config, listener, stop.clone())));
        // No pool: an idle connection would be a task that is left running.
        let client = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        Self { url, client, stop, running }
    }

    /// A server that runs elsewhere, at a URL. It is neither stopped nor waited for.
    ///
    /// # Panics
    /// When no client can be made.
    #[must_use]
    pub fn at(url: &str) -> Self {
        let client = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        Self { url: url.to_owned(), client, stop: CancellationToken::new(), running: None }
    }

    /// Its URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks for a path.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.url)).send().await.expect("an answer")
    }

    /// Asks for a path as a browser does: the page's HTML.
    ///
    /// # Panics
    /// When there is no page.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.client.get(format!("{}{path}", self.url)).header("accept", "text/html").send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.expect("text")
    }

    /// Asks for JSON.
    ///
    /// # Panics
    /// When the answer is none.
    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.expect("JSON")
    }

    /// The board.
    ///
    /// # Panics
    /// When there is none.
    pub async fn board(&self) -> Board {
        serde_json::from_value(self.json("/api/v1/board").await).expect("a board")
    }

    /// Sends records with a valid token; `at` is left to the server. Gives the status and the body.
    ///
    /// # Panics
    /// When the answer is no JSON.
    pub async fn post(&self, body: &Value) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}/api/v1/records", self.url)).bearer_auth(TOKEN);
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }

    /// CI says that somebody deployed a commit.
    ///
    /// # Panics
    /// When the record is refused.
    pub async fn record(&self, service: &str, environment: &str, commit: &str, by: &str) {
        let body = json!({ "service": service, "environment": environment, "commit": commit, "by": by });
        let (status, answer) = self.post(&body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
    }

    /// Opens the stream of the board.
    pub async fn follow(&self) -> Follower {
        Follower::open(&self.client, &self.url, None).await
    }

    /// Opens the stream where another one, of this server or of an older one, ended.
    pub async fn resume(&self, board: &Board) -> Follower {
        Follower::open(&self.client, &self.url, Some(board)).await
    }

    /// Asks it to stop.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it has ended by itself, and says why.
    ///
    /// # Panics
    /// When it panicked.
    pub async fn ended(mut self) -> Result<(), RunError> {
        let running = self.running.take().expect("it was not waited for yet");
        running.await.expect("no panic")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
        let Some(running) = self.running.take() else { return };
        if std::thread::panicking() {
            return;
        }
        let since = Instant::now();
        let ended = tokio::task::block_in_place(|| Handle::current().block_on(async { tokio::time::timeout(SHUTDOWN, running).await }));
        match ended {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => panic!("the server failed: {error}"),
            Ok(Err(panic)) => panic!("the server panicked: {panic}"),
            Err(_) => panic!("the server still runs {:?} after it was stopped", since.elapsed()),
        }
    }
}
