use std::io::Read;
use std::pin::Pin;

use axum::body::BodyDataStream;
use futures::StreamExt;
use model::board::Revision;
use model::delta::Delta;
use model::slim::SlimHead;

use super::*;

/// An open stream, as a browser reads it.
struct Stream {
    body: Pin<Box<BodyDataStream>>,
    text: String,
}

#[derive(Debug)]
struct Event {
    name: String,
    id: String,
    data: String,
}

impl Stream {
    async fn open(server: &Server, path: &str, last_event_id: Option<&str>) -> Self {
        let mut request = Request::get(path).header(header::ACCEPT_ENCODING, "br, gzip");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = server.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "compression would hold events back");
        Self { body: Box::pin(response.into_body().into_data_stream()), text: String::new() }
    }

    /// The next event about the board; none when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let event = self.any().await?;
            if event.name != "version" {
                return Some(event);
            }
        }
    }

    /// The next event.
    async fn any(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
                let event = Event { name: field("event: "), id: field("id: "), data: field("data: ") };
                self.text = rest.to_owned();
                if !event.name.is_empty() {
                    return Some(event);
                }
            }
            let chunk = timeout(PATIENCE, self.body.next()).await.expect("the stream says something or ends")?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// Follows until the client has what the server has.
    async fn follow(&mut self, mine: &mut Board, wanted: &Board) {
        while mine.revision != wanted.revision {
            let event = self.next().await.expect("the stream goes on");
            take(mine, &event);
        }
        assert_eq!(serde_json::to_value(&*mine).unwrap(), serde_json::to_value(wanted).unwrap());
    }
}

fn take(mine: &mut Board, event: &Event) {
    match event.name.as_str() {
        "board" => *mine = serde_json::from_str(&event.data).unwrap(),
        "delta" => mine.apply(&serde_json::from_str::<Delta>(&event.data).unwrap()),
        other => panic!("{other}"),
    }
    assert_eq!(event.id, mine.revision.to_string());
}

#[tokio::test]
async fn a_stream_begins_with_the_board_and_goes_on_with_deltas() {
    let mut server = Server::start().await;
    server.deployed("cart", COMMIT).await;
    let mut stream = Stream::open(&server, "/api/v1/board/events", None).await;
    let first = stream.next().await.unwrap();
    assert_eq!(first.name, "board");
    let mut mine: Board = serde_json::from_str(&first.data).unwrap();
    let wanted = server.deployed("stock", COMMIT).await;
    let second = stream.next().await.unwrap();
    assert_eq!(second.name, "delta");
    assert!(!second.data.contains("cart"), "a delta has only what changed: {}", second.data);
    take(&mut mine, &second);
    stream.follow(&mut mine, &wanted).await;
}

#[tokio::test]
async fn every_revision_resumes() {
    let mut server = Server::start().await;
    let mut states = vec![Board::clone(&server.board.borrow())];
    for place in 0..12 {
        states.push(Board::clone(&*server.deployed(&format!("service-{}", place % 5), &format!("{place:07}")).await));
    }
    let wanted = states.last().unwrap().clone();
    for state in &states {
        let id = state.revision.to_string();
        for (path, header) in [
            ("/api/v1/board/events".to_owned(), Some(id.as_str())),
            (format!("/api/v1/board/events?since={id}"), None),
            (format!("/api/v1/board/events?since={}", states[0].revision), Some(id.as_str())),
        ] {
            let mut stream = Stream::open(&server, &path, header).await;
            let mut mine = state.clone();
            stream.follow(&mut mine, &wanted).await;
        }
    }
    // A client that has everything is told nothing until something changes.
    let mut stream = Stream::open(&server, "/api/v1/board/events", Some(&wanted.revision.to_string())).await;
    let next = server.deployed("last", COMMIT).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id), ("delta", next.revision.to_string()));
}

#[tokio::test]
async fn a_foreign_revision_gets_the_whole_board() {
    let mut server = Server::start().await;
    let wanted = server.deployed("cart", COMMIT).await;
    let future = Revision { number: wanted.revision.number + 7, ..wanted.revision.clone() };
    for id in ["0ld0-1", &future.to_string(), "nonsense"] {
        let event = Stream::open(&server, "/api/v1/board/events", Some(id)).await.next().await.unwrap();
        assert_eq!((event.name.as_str(), event.id), ("board", wanted.revision.to_string()), "{id}");
    }
}

#[tokio::test]
async fn the_page_is_told_that_it_needs_the_whole_board_and_loads_it_apart() {
    let mut server = Server::start().await;
    server.deployed("cart", COMMIT).await;
    let wanted = server.deployed("stock", COMMIT).await;
    let event = Stream::open(&server, "/api/v1/board/events?whole=apart&since=0ld0-1", None).await.next().await.unwrap();
    assert_eq!(event.name, "whole");
    let answer = server.get("/board.ndjson", &[(header::ACCEPT_ENCODING, "identity")]).await;
    let text = answer.text();
    let (head, rows) = text.split_once('\n').unwrap();
    let head: SlimHead = serde_json::from_str(head).unwrap();
    let mut mine = head.board(rows.lines().map(|row| head.expand(serde_json::from_str(row).unwrap())));
    // From there it follows as every client does.
    let mut stream = Stream::open(&server, &format!("/api/v1/board/events?whole=apart&since={}", mine.revision), None).await;
    stream.follow(&mut mine, &wanted).await;
    let wanted = server.deployed("cart", "993e5fc").await;
    stream.follow(&mut mine, &wanted).await;
}

#[tokio::test]
async fn the_board_is_packed_as_its_reader_takes_it() {
    let mut server = Server::start().await;
    for place in 0..30 {
        server.deployed(&format!("service-{place}"), COMMIT).await;
    }
    let plain = server.get("/board.ndjson", &[(header::ACCEPT_ENCODING, "br;q=0, zstd")]).await;
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
    for (accepted, coding) in [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip")] {
        let answer = server.get("/board.ndjson", &[(header::ACCEPT_ENCODING, accepted)]).await;
        assert_eq!((answer.header(header::CONTENT_ENCODING), answer.header(header::VARY)), (coding, "accept-encoding"));
        let mut text = String::new();
        let packed = &*answer.body;
        let read = match coding {
            "br" => brotli::Decompressor::new(packed, 4096).read_to_string(&mut text),
            _ => flate2::read::GzDecoder::new(packed).read_to_string(&mut text),
        };
        read.unwrap();
        assert_eq!(text, plain.text(), "{coding}");
    }
}

#[tokio::test]
async fn the_page_is_told_to_load_the_board_when_much_of_it_changed() {
    let mut server = Server::start().await;
    let before = server.board.borrow().revision.clone();
    for place in 0..99 {
        server.deployed(&format!("service-{place}"), COMMIT).await;
    }
    let few = server.board.borrow().revision.clone();
    server.deployed("cart", COMMIT).await;
    server.deployed("stock", COMMIT).await;
    for (since, whole, name) in [(&before, "", "delta"), (&before, "&whole=apart", "whole"), (&few, "&whole=apart", "delta")] {
        let mut stream = Stream::open(&server, &format!("/api/v1/board/events?since={since}{whole}"), None).await;
        assert_eq!(stream.next().await.unwrap().name, name, "since {since}{whole}");
    }
}

#[tokio::test]
async fn a_slow_client_skips_states() {
    let mut server = Server::start().await;
    let mut stream = Stream::open(&server, "/api/v1/board/events", None).await;
    let mut mine: Board = serde_json::from_str(&stream.next().await.unwrap().data).unwrap();
    let mut wanted = Arc::clone(&server.board.borrow());
    for place in 0..20 {
        wanted = server.deployed("cart", &format!("{place:07}")).await;
    }
    // The writer of frames may be a step behind the board: at most two events lead there.
    let mut events = 0;
    while mine.revision != wanted.revision {
        take(&mut mine, &stream.next().await.unwrap());
        events += 1;
    }
    assert!(events <= 2, "{events} events for a client that read nothing in between");
}

#[tokio::test]
async fn streams_end_at_the_shutdown_and_are_counted() {
    let server = Server::start().await;
    let mut stream = Stream::open(&server, "/api/v1/board/events", None).await;
    stream.next().await.unwrap();
    assert!(server.get("/metrics", &[]).await.text().contains("relboard_sse_clients 1"));
    server.stop.cancel();
    assert!(timeout(PATIENCE, stream.next()).await.expect("it ends").is_none());
    drop(stream);
    assert!(server.get("/metrics", &[]).await.text().contains("relboard_sse_clients 0"));
}

#[tokio::test]
async fn the_page_is_told_which_version_of_it_the_server_has_and_that_the_server_lives() {
    let server = Server::start().await;
    let page = server.get("/", &[]).await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let (_, rest) = html.split_once("data-version=\"").unwrap();
    let version = rest.split('"').next().unwrap().to_owned();
    let mut stream = Stream::open(&server, "/api/v1/board/events?whole=apart", None).await;
    let first = stream.any().await.unwrap();
    assert_eq!((first.name.as_str(), first.data.as_str(), first.id.as_str()), ("version", version.as_str(), ""), "no revision");
    assert_eq!(stream.next().await.unwrap().name, "whole");
    tokio::time::pause();
    for _ in 0..3 {
        let pulse = stream.any().await.unwrap();
        assert_eq!((pulse.name.as_str(), pulse.data), ("version", version.clone()), "it is said again when there is nothing else");
    }
}
