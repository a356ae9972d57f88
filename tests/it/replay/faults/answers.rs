//! Answers that are errors, or of something that is no API server.

use super::*;

#[tokio::test]
async fn a_busy_server_is_given_the_time_it_asks_for() {
    let server = server(|request, count| match (request.is_watch(), count) {
        (false, 0) => Reply::Whole(429, vec![("Retry-After", "2".into())], file("errors/429-apf.txt")),
        (false, _) => empty(Kind::Deployment),
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    let (health, _) = client.health(|health| is_live(health) || is_bad(health)).await;
    assert!(is_live(&health), "not told after the first: {health:?}");
    let asked = asked(&server);
    assert!(asked[1].at - asked[0].at >= Duration::from_secs(2));
}

#[tokio::test]
async fn errors_are_told_in_the_servers_words() {
    for (status, name, expected) in [
        (403, "errors/403-no-rights.json", "may not list deployments: deployments.apps is forbidden: User"),
        (401, "errors/401-bad-token.json", "401: the credentials are not accepted (Unauthorized)"),
        (404, "errors/404-path.txt", "404: 404 page not found"),
        (504, "errors/504-too-large-rv.json", "504: Timeout: Too large resource version: 99999999999"),
        (429, "errors/429-apf.txt", "429: Too many requests, please try again later."),
    ] {
        let server = Server::start(move |_: &Request| Reply::error(status, file(name))).await;
        let (health, _) = Client::of(&server, WATCH).health(is_bad).await;
        let text = match &health {
            TargetHealth::Forbidden(text) if matches!(status, 401 | 403) => text,
            TargetHealth::Unreachable(text) if !matches!(status, 401 | 403) => text,
            other => panic!("{status}: {other:?}"),
        };
        assert!(text.starts_with(expected), "{text}");
    }
}

#[tokio::test]
async fn what_is_no_api_server_is_said_so() {
    let server = Server::start(|_: &Request| Reply::json("<!doctype html><title>Login</title>")).await;
    let (health, _) = Client::of(&server, WATCH).health(is_bad).await;
    let TargetHealth::Unreachable(text) = health else { panic!("{health:?}") };
    assert!(text.contains("is the address right?"), "{text}");
}

#[tokio::test]
async fn nothing_listens() {
    let server = Server::start(|_: &Request| Reply::Hang).await;
    let (access, address) = (access(&server), server.address);
    drop(server);
    let (health, _) = Client::with(access, WATCH, &[], catalogue()).health(is_bad).await;
    assert_eq!(health, TargetHealth::Unreachable(format!("connection refused: nothing listens at http://{address}")));
}

#[tokio::test]
async fn a_server_that_hangs_is_noticed() {
    let server = Server::start(|_: &Request| Reply::Hang).await;
    let (health, _) = Client::with(access(&server), WATCH, &[], impatient()).health(is_bad).await;
    let TargetHealth::Unreachable(text) = health else { panic!("{health:?}") };
    assert!(text.starts_with("no answer from http://127.0.0.1:"), "{text}");
}

#[tokio::test]
async fn a_target_that_recovers_is_listed_again() {
    let server = server(|request, count| match (request.is_watch(), count) {
        (_, 2..=4) => Reply::error(500, "etcdserver: leader changed"),
        (false, _) => empty(Kind::Deployment),
        (true, 1) => Reply::lines(Vec::new()),
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    client.health(is_live).await;
    let (health, _) = client.health(is_bad).await;
    assert_eq!(health, TargetHealth::Unreachable("500: etcdserver: leader changed (list or watch deployments)".into()));
    let (_, before) = client.health(is_live).await;
    assert!(before.iter().any(|event| matches!(event, Event::Listed { kind: Kind::Deployment, .. })));
}

#[tokio::test]
async fn a_token_file_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "old\n").unwrap();
    let server = Server::start(|request: &Request| match (request.headers.get("authorization").map(String::as_str), request.kind()) {
        (Some("Bearer new"), Some(kind)) if request.is_watch() => quiet(kind),
        (Some("Bearer new"), Some(kind)) => empty(kind),
        _ => Reply::error(401, file("errors/401-bad-token.json")),
    })
    .await;
    let url = format!("http://{}", server.address).parse().unwrap();
    let mut client = Client::with(Access::Server { url, token_file: Some(token_file.clone()), ca_file: None }, WATCH, &[], catalogue());
    client.health(is_bad).await;
    assert_eq!(server.requests()[0].headers["authorization"], "Bearer old");
    assert_eq!(server.requests()[0].headers["user-agent"], concat!("relboard/", env!("CARGO_PKG_VERSION")));
    std::fs::write(&token_file, "new\n").unwrap();
    client.health(is_live).await;
}

#[tokio::test]
async fn one_dead_cluster_costs_the_others_nothing() {
    let alive = server(|request, _| if request.is_watch() { quiet(Kind::Deployment) } else { empty(Kind::Deployment) }).await;
    let hung = Server::start(|_: &Request| Reply::Hang).await;
    let garbled = Server::start(|_: &Request| Reply::Raw(b"\xff\x00 nonsense".to_vec())).await;
    let mut client = Client::with_all(vec![access(&hung), access(&garbled), access(&alive)], WATCH, &[], catalogue());
    let mut live = None;
    while live.is_none() {
        if let Event::Target { target, health: TargetHealth::Live { .. }, .. } = client.next().await {
            live = Some(target);
        }
    }
    assert_eq!(live, Some(model::ids::TargetId(2)));
}

/// API servers compress large lists for those who take it. They also compress each line of a watch by itself, for which no
/// client may ask.
#[tokio::test]
async fn a_list_that_is_compressed_is_read() {
    let takes = |request: &Request| request.headers.get("accept-encoding").is_some_and(|encodings| encodings.contains("gzip"));
    let server = Server::start(move |request: &Request| match request.kind() {
        Some(kind) if request.is_watch() && takes(request) => Reply::error(500, format!("{kind} are watched compressed")),
        Some(kind) if request.is_watch() => quiet(kind),
        Some(Kind::Pod) if !takes(request) => Reply::error(500, "pods are not taken compressed"),
        Some(Kind::Pod) => {
            let body = bytes("steady/pods-gzip.json.gz");
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nConnection: close\r\n";
            Reply::Raw([format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes(), body].concat())
        }
        Some(kind) => empty(kind),
        None => Reply::error(404, "404 page not found\n"),
    })
    .await;
    let (_, before) = Client::of(&server, WATCH).health(|health| is_live(health) || is_bad(health)).await;
    let listed = |event: &Event| match event {
        Event::Listed { kind: Kind::Pod, facts, .. } => Some(facts.len()),
        _ => None,
    };
    assert_eq!(before.iter().find_map(listed), Some(34), "{before:?}");
}
