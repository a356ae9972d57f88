//! Watches that expire, are cut, are silent or are of the future, and raw streams.

use super::*;

#[tokio::test]
async fn an_expired_version_in_a_stream_is_a_new_list() {
    let server = server(|request, count| match (request.is_watch(), count) {
        (false, _) => empty(Kind::Deployment),
        (true, 1) => Reply::lines(file("errors/410-watch-in-stream.ndjson").lines().map(str::to_owned)),
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    let (health, _) = client.health(|health| is_live(health) || is_bad(health)).await;
    assert!(is_live(&health), "{health:?}");
    wait_for("list, watch, list, watch", || asked(&server).len() >= 4).await;
    let kinds: Vec<bool> = asked(&server).iter().take(4).map(Request::is_watch).collect();
    assert_eq!(kinds, [false, true, false, true]);
    assert_eq!(asked(&server)[1].query["resourceVersion"], "100");
}

#[tokio::test]
async fn a_half_open_watch_is_noticed_and_told_when_the_server_is_gone() {
    // The watch never ends, and the next request is never answered.
    let server = server(|request, count| match (request.is_watch(), count) {
        (false, 0) => empty(Kind::Deployment),
        (true, 1) => Reply::Silent(Vec::new()),
        _ => Reply::Hang,
    })
    .await;
    let mut client = Client::with(access(&server), WATCH, &[], impatient());
    client.health(is_live).await;
    let (health, _) = client.health(is_bad).await;
    assert!(matches!(&health, TargetHealth::Unreachable(text) if text.starts_with("no answer")), "{health:?}");
}

#[tokio::test]
async fn a_watch_of_the_future_is_a_new_list() {
    // The recorded answer: 200, and nothing until the timeout.
    assert_eq!(file("errors/504-watch-too-large-rv.ndjson"), "");
    let watched = AtomicUsize::new(0);
    let server = server(move |request, _| {
        if !request.is_watch() {
            empty(Kind::Deployment)
        } else if watched.fetch_add(1, Ordering::Relaxed) == 0 {
            let (sender, receiver) = tokio::sync::mpsc::channel(1);
            let seconds: u64 = request.query["timeoutSeconds"].parse().unwrap();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                drop(sender);
            });
            Reply::Stream(receiver)
        } else {
            quiet(Kind::Deployment)
        }
    })
    .await;
    let mut client = Client::with(access(&server), WATCH, &[], impatient());
    client.health(is_live).await;
    wait_for("a second list", || asked(&server).iter().filter(|request| !request.is_watch()).count() >= 2).await;
}

#[tokio::test]
async fn raw_streams_of_a_real_server_are_read() {
    // A list and a streaming list as bytes; the second one goes on until its server stops.
    for (mode, stream, kind_of_stream) in [
        (Mode::Poll { interval: Duration::from_secs(60) }, "streams/raw-list-http1.bin", false),
        (Mode::Watch { streaming: true }, "streams/raw-watch-http1.bin", true),
        (Mode::Watch { streaming: true }, "streams/raw-watch-server-stop-http1.bin", true),
    ] {
        let server = Server::start(move |request: &Request| match request.kind() {
            Some(Kind::Deployment) if !request.is_trial() && !request.query.contains_key("resourceVersion") => Reply::Raw(bytes(stream)),
            Some(kind) if request.query.contains_key("sendInitialEvents") => {
                let end = r#"{"resourceVersion":"100","annotations":{"k8s.io/initial-events-end":"true"}}"#;
                Reply::Silent(vec![format!(r#"{{"type":"BOOKMARK","object":{{"kind":"{kind}","metadata":{end}}}}}"#)])
            }
            Some(kind) if request.is_watch() => quiet(kind),
            Some(kind) => empty(kind),
            None => Reply::error(404, "404 page not found\n"),
        })
        .await;
        let (_, before) = Client::of(&server, mode).health(is_live).await;
        let mut names = before.iter().filter_map(|event| match event {
            Event::Listed { kind: Kind::Deployment, facts, .. } => Some(facts),
            _ => None,
        });
        let facts = names.next().unwrap();
        assert!(matches!(&facts[..], [Fact::Workload(cart)] if &*cart.name.name == "cart"), "{stream}: {facts:?}");
        assert_eq!(asked(&server)[0].is_watch(), kind_of_stream);
    }
}

#[tokio::test]
async fn streaming_lists_fall_back_where_they_are_not_known() {
    let server = Server::start(|request: &Request| match request.kind() {
        Some(_) if request.query.contains_key("sendInitialEvents") => Reply::error(422, file("errors/422-sendinitialevents.json")),
        Some(kind) if request.is_watch() => quiet(kind),
        Some(kind) => empty(kind),
        None => Reply::error(404, "404 page not found\n"),
    })
    .await;
    let (_, before) = Client::of(&server, Mode::Watch { streaming: true }).health(is_live).await;
    assert_eq!(before.iter().filter(|event| matches!(event, Event::Listed { .. })).count(), Kind::ALL.len());
}

#[tokio::test]
async fn a_cut_watch_goes_on_where_it_was() {
    let line = file("watch/rolling-update/deployments.ndjson").lines().nth(2).unwrap().to_owned();
    let version: serde_json::Value = serde_json::from_str(&line).unwrap();
    let version = version["object"]["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let half = line[..line.len() / 2].to_owned();
    let server = server(move |request, count| match (request.is_watch(), count) {
        (false, _) => empty(Kind::Deployment),
        // A whole line, half a line, and the end.
        (true, 1) => {
            let chunk = format!("{line}\n{half}");
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            Reply::Raw(format!("{head}{:x}\r\n{chunk}\r\n", chunk.len()).into_bytes())
        }
        (true, _) => quiet(Kind::Deployment),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    wait_for("a second watch", || asked(&server).len() >= 3).await;
    let asked = asked(&server);
    assert!(asked[2].is_watch());
    assert_eq!(asked[2].query["resourceVersion"], version);
    let mut seen = 0;
    while seen == 0 {
        match client.next().await {
            Event::Seen { fact: Fact::Workload(cart), .. } => {
                assert_eq!(&*cart.name.name, "cart");
                seen += 1;
            }
            Event::Target { health: TargetHealth::Live { notes }, .. } => assert_eq!(notes, [""; 0], "half a line is no object"),
            Event::Target { health, .. } => assert!(!is_bad(&health), "a cut alone is not told: {health:?}"),
            _ => {}
        }
    }
}
