use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clap::Parser;
use serde_json::json;
use url::Url;

use super::{Args, Delivered, Delivery, body, field};

/// Answers with the statuses in turn, the last one again and again; keeps what it was sent.
#[derive(Clone, Default)]
struct Fake {
    statuses: Arc<Mutex<Vec<u16>>>,
    seen: Arc<Mutex<Vec<(String, String, Bytes)>>>,
}

async fn answer(State(fake): State<Fake>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    fake.seen.lock().unwrap().push((header("authorization"), header("idempotency-key"), body));
    let mut statuses = fake.statuses.lock().unwrap();
    let status = if statuses.len() > 1 { statuses.remove(0) } else { statuses[0] };
    let body = match status {
        201 => json!({ "records": [{ "service": "cart", "environment": "dev", "result": "created" }] }),
        _ => json!({ "title": "No", "detail": "told so", "errors": [{ "pointer": "/commit", "detail": "is odd" }] }),
    };
    (StatusCode::from_u16(status).unwrap(), [("retry-after", "0")], axum::Json(body)).into_response()
}

async fn delivery(statuses: &[u16]) -> (Delivery, Fake) {
    let fake = Fake { statuses: Arc::new(Mutex::new(statuses.to_vec())), ..Fake::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/api/v1/records", listener.local_addr().unwrap())).unwrap();
    let app = Router::new().route("/api/v1/records", post(answer)).with_state(fake.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let delivery = Delivery { url, token: "hush".into(), key: "k1".to_owned(), body: b"{}".to_vec(), timeout: Duration::from_secs(20) };
    (delivery, fake)
}

#[tokio::test]
async fn it_is_sent_again_with_the_same_key_until_the_server_can() {
    let (delivery, fake) = delivery(&[503, 429, 201]).await;
    assert!(matches!(delivery.deliver().await.unwrap(), Delivered::Accepted(receipt) if receipt.records[0].result == "created"));
    let expected = ("Bearer hush".to_owned(), "k1".to_owned(), Bytes::from_static(b"{}"));
    assert_eq!(*fake.seen.lock().unwrap(), vec![expected; 3]);
}

#[tokio::test]
async fn a_refusal_is_final() {
    for status in [400, 401, 413, 422] {
        let (delivery, fake) = delivery(&[status]).await;
        assert!(matches!(delivery.deliver().await.unwrap(), Delivered::Refused(reason) if reason == "/commit: is odd"), "{status}");
        assert_eq!(fake.seen.lock().unwrap().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn time_is_bounded_and_the_cause_is_said() {
    let (mut delivery, _fake) = delivery(&[201]).await;
    delivery.url = Url::parse("http://127.0.0.1:1/api/v1/records").unwrap();
    delivery.timeout = Duration::from_millis(300);
    let error = delivery.deliver().await.unwrap_err().to_string();
    assert!(error.contains("http://127.0.0.1:1 cannot be reached") && error.contains("not acknowledged"), "{error}");
}

#[test]
fn flags_become_fields() {
    #[derive(Parser)]
    struct Wrapper {
        #[command(flatten)]
        args: Args,
    }
    let flags = "record --service cart --env dev --version 1.4.0 --at 2018-08-13T15:56:53Z --field ticket=SHOP-12=a --field service=no";
    let args = Wrapper::parse_from(flags.split(' ')).args;
    let expected = json!({
        "service": "cart", "environment": "dev", "version": "1.4.0", "at": "2018-08-13T15:56:53Z", "ticket": "SHOP-12=a"
    });
    assert_eq!(serde_json::Value::Object(body(args)), expected, "a flag wins over a field");
    assert!(field("ticket").is_err() && field("=x").is_err());
}
