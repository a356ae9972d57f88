use super::*;

/// Sends a body with these headers.
async fn send(server: &Server, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::post("/api/v1/records");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.ask(request.body(body.into()).unwrap()).await
}

const TOKEN: (&str, &str) = ("authorization", "Bearer s3cret");

fn record(service: &str, environment: &str) -> String {
    format!(r#"{{"service":"{service}","environment":"{environment}","commit":"{COMMIT}","at":"2026-11-20T09:00:00Z"}}"#)
}

#[tokio::test]
async fn statuses_by_case() {
    let server = Server::start_with(|server| server.records_per_minute = 1000).await;
    let cart = record("cart", "dev");
    let new = send(&server, &[TOKEN], cart.clone()).await;
    assert_eq!((new.status, new.json()["records"][0]["result"].as_str()), (StatusCode::CREATED, Some("created")));
    let known = send(&server, &[TOKEN], cart.clone()).await;
    assert_eq!((known.status, known.json()["records"][0]["result"].as_str()), (StatusCode::OK, Some("known")));
    let mixed = send(&server, &[TOKEN], format!("[{cart},{}]", record("stock", "preprod"))).await;
    assert_eq!(mixed.status, StatusCode::CREATED);
    assert_eq!(mixed.json()["records"][1].get("warning"), None, "an alias is a name");

    for (headers, what) in [
        (&[][..], "no token"),
        (&[("authorization", "Bearer s3cre")], "a wrong one"),
        (&[("authorization", "Bearer s3crets")], "a wrong one"),
        (&[("authorization", "Basic s3cret")], "another scheme"),
    ] {
        let refused = send(&server, headers, cart.clone()).await;
        refused.is_problem(401, "unauthorized");
        assert!(refused.header(header::WWW_AUTHENTICATE).starts_with("Bearer"), "{what}");
    }
    for (body, pointer) in [
        (r#"{"service":"cart","environment":"dev"}"#.to_owned(), ""),
        (record("cart", ""), "/environment"),
        (cart.replace(COMMIT, "not a commit"), "/commit"),
        (cart.replace("2026-11-20T09", "2026-11-20T12"), "/at"),
        (format!("[{cart},{}]", record("", "dev")), "/1/service"),
    ] {
        let problem = send(&server, &[TOKEN], body.clone()).await.is_problem(400, "bad-record");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
    }
    send(&server, &[TOKEN], "not json").await.is_problem(400, "bad-record");
    send(&server, &[TOKEN], "x".repeat(5000)).await.is_problem(413, "too-large");
}

#[tokio::test]
async fn the_same_request_is_taken_once() {
    let server = Server::start().await;
    let key = ("idempotency-key", "b7e1");
    let body = r#"{"service":"cart","environment":"dev","version":"1.4.0"}"#;
    assert_eq!(send(&server, &[TOKEN, key], body).await.status, StatusCode::CREATED);
    assert_eq!(send(&server, &[TOKEN, key], body).await.status, StatusCode::OK);
    send(&server, &[TOKEN, key], body.replace("1.4.0", "1.5.0")).await.is_problem(422, "idempotency-key-reused");
    send(&server, &[TOKEN, ("idempotency-key", "")], body).await.is_problem(400, "bad-request");
}

#[tokio::test]
async fn an_unknown_environment_is_kept_warned_of_and_listed() {
    let mut server = Server::start().await;
    let answer = send(&server, &[TOKEN], record("cart", "moon")).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert!(answer.json()["records"][0]["warning"].as_str().unwrap().contains("`moon`"), "{}", answer.text());
    let counted = server.board.wait_for(|board| board.unplaced_records == 1);
    drop(timeout(PATIENCE, counted).await.expect("the board counts it").unwrap());
    let unplaced = server.get("/api/v1/records/unplaced", &[]).await.json();
    assert_eq!(unplaced["records"][0]["environment"], "moon");
}

#[tokio::test]
async fn a_token_has_a_limit() {
    let server = Server::start().await;
    let three = format!("[{},{},{}]", record("a", "dev"), record("b", "dev"), record("c", "dev"));
    assert_eq!(send(&server, &[TOKEN], three.clone()).await.status, StatusCode::CREATED);
    let refused = send(&server, &[TOKEN], three).await;
    refused.is_problem(429, "too-many-requests");
    assert!(refused.header(header::RETRY_AFTER).parse::<u64>().unwrap() > 0);
    let six = vec![record("a", "dev"); 6].join(",");
    send(&server, &[TOKEN], format!("[{six}]")).await.is_problem(429, "too-many-requests");
}

#[tokio::test]
async fn a_store_that_fails_is_said_and_nothing_is_shown() {
    let server = Server::start().await;
    server.store.close().await;
    let answer = send(&server, &[TOKEN], record("cart", "dev")).await;
    answer.is_problem(503, "unavailable");
    assert!(!answer.header(header::RETRY_AFTER).is_empty());
    assert!(!server.board.borrow().services.contains_key("cart"));
    let ready = server.get("/readyz", &[]).await;
    assert_eq!(ready.status, StatusCode::OK, "the board goes on");
    assert!(ready.text().contains("store"), "{}", ready.text());
}
