use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Parser;
use futures::StreamExt;
use integration_tests::{Fleet, PATIENCE, Server};
use reqwest::header::HeaderValue;
use reqwest::{Client, Response, StatusCode, header, redirect};
use server::cli::{Answer, screen};
use server::config::Config;

use super::{OLD, cluster};

#[derive(Parser)]
struct Wrapper {
    #[command(flatten)]
    args: screen::Args,
}

/// `relboard screen …` beside the running server.
async fn screen(config: &Config, words: &str) -> (Answer, String) {
    let args = Wrapper::parse_from(["screen"].into_iter().chain(words.split_whitespace())).args;
    let said = screen::carry_out(&args, config, now()).await.unwrap();
    (said.answer, said.text)
}

fn now() -> DateTime<Utc> {
    sim::clock::now()
}

/// A browser that follows nothing by itself.
struct Television {
    client: Client,
    url: String,
    cookie: Option<String>,
}

impl Television {
    fn before(server: &Server) -> Self {
        let client = Client::builder().pool_max_idle_per_host(0).redirect(redirect::Policy::none()).build().unwrap();
        Self { client, url: server.url().to_owned(), cookie: None }
    }

    async fn get(&self, path: &str, accept: &str) -> Response {
        let mut request = self.client.get(format!("{}{path}", self.url)).header(header::ACCEPT, accept);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request.send().await.unwrap()
    }

    /// Opens a link as somebody who types it in, and keeps the cookie.
    async fn open(&mut self, link: &str) -> Response {
        let (_, path) = link.split_once("/screen/").unwrap();
        let answer = self.get(&format!("/screen/{path}"), "text/html").await;
        let set = answer.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
        if let Some(set) = set {
            self.cookie = set.split(';').next().map(str::to_owned).filter(|pair| !pair.ends_with('='));
        }
        answer
    }
}

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The page of an answer.
async fn html(answer: Response) -> String {
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_let_in_by_its_link_until_it_is_revoked() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let config = fleet.config_with("");

    let (answer, link) = screen(&config, "create lobby").await;
    let (link, token) = (link.trim(), link.trim().rsplit('/').next().unwrap());
    assert_eq!((answer, token.len()), (Answer::Yes, 43), "256 random bits: {link}");
    assert!(link.starts_with("http://127.0.0.1:8080/screen/"), "{link}");
    let (answer, said) = screen(&config, "create lobby").await;
    assert!(answer == Answer::No && said.contains("already"), "{said}");
    assert!(screen(&config, "list").await.1.contains("never"));

    let mut television = Television::before(&server);
    let opened = television.open(&format!("{link}?q=env:dev")).await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let text = |name| opened.headers()[name].to_str().unwrap();
    assert_eq!(text(header::LOCATION), "/?view=wall&q=env:dev", "the token leaves the address");
    let cookie = text(header::SET_COOKIE);
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/;"), "{cookie}");
    assert!(!cookie.contains("Secure"), "it is reached by plain HTTP");
    assert_eq!((text(header::CACHE_CONTROL), text(header::REFERRER_POLICY)), ("no-store", "no-referrer"));
    assert_eq!(television.get("/?view=wall", "text/html").await.status(), StatusCode::OK);
    let mut stream = television.get("/api/v1/board/events", "text/event-stream").await.bytes_stream();
    assert!(stream.next().await.unwrap().is_ok());
    let used = async {
        while !screen(&config, "list").await.1.contains("just now") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, used).await.expect("its last use is listed");

    assert_eq!(screen(&config, "revoke lobby").await.0, Answer::Yes);
    assert_eq!(screen(&config, "revoke lobby").await.0, Answer::No);
    let ended = async { while let Some(Ok(_)) = stream.next().await {} };
    tokio::time::timeout(PATIENCE, ended).await.expect("its stream ends");
    for path in ["/board.ndjson", "/api/v1/board", "/api/v1/board/events"] {
        assert_eq!(television.get(path, "*/*").await.status(), StatusCode::GONE, "{path}");
    }
    let page = television.get("/?view=wall&lang=es&theme=dark", "text/html").await;
    assert_eq!(page.status(), StatusCode::GONE);
    let forgotten = page.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(forgotten.starts_with("relboard_screen=;") && forgotten.contains("Max-Age=0"), "a person is not shut out: {forgotten}");
    let text = html(page).await;
    for part in ["<html lang=\"es\" data-theme=\"dark\"", "El enlace de esta pantalla fue revocado", "relboard screen create NOMBRE"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let refused = television.open(link).await;
    assert_eq!(refused.status(), StatusCode::GONE);
    assert!(html(refused).await.contains("This screen's link was revoked"));
    assert_eq!(television.cookie, None);
    assert_eq!(television.get("/", "text/html").await.status(), StatusCode::OK);
    assert!(screen(&config, "list").await.1.contains("no screens"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_never_made_is_refused_and_many_are_not_tried() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let server = fleet.serve().await;
    let mut television = Television::before(&server);
    let unknown = "/screen/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let refused = television.open(unknown).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    let text = html(refused).await;
    for part in ["This is no screen's link", "relboard screen create NAME", "<link rel=\"stylesheet\" href=\"/pkg/", "href=\"/\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let refused = television.get(unknown, "application/json").await;
    assert_eq!((refused.status(), &refused.headers()[header::CONTENT_TYPE]), (StatusCode::NOT_FOUND, &PROBLEM));
    for _ in 0..70 {
        television.open(unknown).await;
    }
    let refused = television.open(unknown).await;
    assert_eq!((refused.status(), &refused.headers()[header::RETRY_AFTER]), (StatusCode::TOO_MANY_REQUESTS, &HeaderValue::from(60)));
    let text = html(refused).await;
    assert!(text.contains("Too many links were opened") && text.contains("http-equiv=\"refresh\""), "it tries again by itself: {text}");
    television.cookie = Some("relboard_screen=AAAA".to_owned());
    assert_eq!(television.get("/api/v1/board", "*/*").await.status(), StatusCode::GONE, "of another store, or long forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_survives_a_restart_and_its_link_is_as_browsers_reach_the_server() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let mut config = fleet.config_with("");
    config.server.public_url = Some("https://board.example.com/x/".parse().unwrap());
    config.server.base_path = "/x".to_owned();
    let link = screen(&config, "create lobby").await.1;
    assert!(link.starts_with("https://board.example.com/x/screen/"), "{link}");
    let server = Server::start(config.clone()).await;
    let mut television = Television::before(&server);
    television.url.push_str("/x");
    let opened = television.open(link.trim()).await;
    assert_eq!(opened.headers()[header::LOCATION], "/x/?view=wall");
    let cookie = opened.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("Path=/x/;") && cookie.ends_with("Secure"), "{cookie}");
    drop(opened);
    drop(server);
    let server = Server::start(config).await;
    television.url = format!("{}/x", server.url());
    assert_eq!(television.get("/api/v1/board", "*/*").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_memory_has_no_screens() {
    let fleet = Fleet::start([cluster("dev", OLD)]).await;
    let mut config = fleet.config_with("");
    config.store.url = "sqlite::memory:".into();
    let args = Wrapper::parse_from(["screen", "list"]).args;
    let failure = screen::carry_out(&args, &config, now()).await.unwrap_err().to_string();
    assert!(failure.contains("in memory") && failure.contains("sqlite://"), "{failure}");
}
