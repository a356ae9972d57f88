//! The CI server's documents.

use chrono::{TimeZone, Utc};
use serde_json::Value;
use sim::ci::{CiConfig, CiFault, CiServer, Deployment, Outcome};

fn deployment(environment: &str, commit: &str, minute: u32) -> Deployment {
    Deployment {
        service: "order-service".to_owned(),
        environment: environment.to_owned(),
        commit: sim::commit(commit),
        by: "gauxachs".to_owned(),
        at: Utc.with_ymd_and_hms(2018, 8, 13, 15, minute, 53).unwrap(),
        image: format!("registry.example/shop/order-service:{}", sim::commit(commit)),
        version: None,
        branch: "main".to_owned(),
        repository: "https://git.example.com/shop/order-service".to_owned(),
        url: "https://ci.example.com/job/812".to_owned(),
        outcome: Outcome::Success,
    }
}

#[tokio::test]
async fn the_document_has_the_latest_and_an_etag() {
    let ci = CiServer::start(CiConfig::default()).await.unwrap();
    ci.publish(&deployment("dev", "b", 56));
    ci.publish(&deployment("dev", "a", 20));
    ci.publish(&Deployment { outcome: Outcome::Failure, ..deployment("dev", "c", 59) });
    let client = reqwest::Client::new();
    let first = client.get(ci.document_url()).send().await.unwrap();
    let etag = first.headers()["etag"].clone();
    let document: Value = first.json().await.unwrap();
    assert_eq!(document["order-service"]["dev"]["commit"], sim::commit("b"));
    assert_eq!(document["order-service"]["dev"]["date"], "2018-08-13T15:56:53Z");
    let again = client.get(ci.document_url()).header("if-none-match", etag.clone()).send().await.unwrap();
    assert_eq!(again.status(), 304);
    ci.publish(&deployment("pre", "b", 57));
    let changed = client.get(ci.document_url()).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(changed.status(), 200);
    let list: Value = client.get(ci.list_url()).send().await.unwrap().json().await.unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(ci.answered(), (3, 1));
}

#[tokio::test]
async fn documents_go_wrong_on_demand() {
    let ci = CiServer::start(CiConfig { authorization: Some("Basic abc".to_owned()), ..CiConfig::default() }).await.unwrap();
    ci.publish(&deployment("dev", "a", 1));
    let get = async |url: String| reqwest::Client::new().get(url).header("authorization", "Basic abc").send().await.unwrap();
    assert_eq!(reqwest::get(ci.document_url()).await.unwrap().status(), 401);
    ci.fault(CiFault::Down);
    assert_eq!(get(ci.document_url()).await.status(), 503);
    ci.fault(CiFault::NotJson);
    assert!(get(ci.document_url()).await.json::<Value>().await.is_err());
    ci.fault(CiFault::BadEntry);
    let document: Value = get(ci.document_url()).await.json().await.unwrap();
    assert_eq!(document.as_object().unwrap().len(), 2);
    ci.fault(CiFault::None);
    assert_eq!(get(ci.document_url()).await.status(), 200);
}
