//! Error bodies and headers, word for word.

use serde_json::Value;
use sim::{Answer as Fault, Rule};

use super::client::{Answer, Watch, get, get_as, request, with_cart};
use super::recordings;

/// The headers that say something: the same as recorded, those of one connection apart.
pub(crate) fn same_headers(answer: &Answer, meta: &Value, what: &str) {
    for (name, value) in meta["headers"].as_object().unwrap() {
        let ours = answer.headers.get(name.as_str()).map(|value| value.to_str().unwrap());
        match name.as_str() {
            // Whether a body is chunked depends on its size alone.
            "Content-Length" | "Transfer-Encoding" => {}
            "Audit-Id" | "Date" | "X-Kubernetes-Pf-Flowschema-Uid" | "X-Kubernetes-Pf-Prioritylevel-Uid" => {
                assert!(ours.is_some(), "{what}: {name} is missing");
            }
            "Vary" => assert_eq!(ours.map(str::to_lowercase), value.as_str().map(str::to_lowercase), "{what}: {name}"),
            _ => assert_eq!(ours, value.as_str(), "{what}: {name}"),
        }
    }
    for name in answer.headers.keys() {
        let known = meta["headers"].as_object().unwrap().keys().any(|recorded| recorded.eq_ignore_ascii_case(name.as_str()));
        let framing = ["content-length", "transfer-encoding"].contains(&name.as_str());
        assert!(known || framing, "{what}: {name} was never recorded");
    }
}

#[tokio::test]
async fn errors_are_the_recorded_ones() {
    let cluster = with_cart().await;
    let reader = Some(cluster.token());
    let (shop, nobody, all) = (cluster.token_of("shop-only"), cluster.token_of("nobody"), cluster.token_of("all-rights"));
    let cases: [(&str, Option<&str>, &str); 18] = [
        ("400-bad-continue.json", reader, "/apis/apps/v1/deployments?continue=abc"),
        ("400-bad-resourceversion.json", reader, "/apis/apps/v1/deployments?resourceVersion=abc"),
        ("400-field-selector.json", reader, "/apis/apps/v1/deployments?fieldSelector=spec.replicas%3D1"),
        ("400-label-selector.json", reader, "/apis/apps/v1/deployments?labelSelector=a%3D%3D%3Db%2C%2C"),
        ("401-bad-token.json", Some("wrong"), "/apis/apps/v1/deployments"),
        ("403-anonymous.json", None, "/apis/apps/v1/deployments"),
        ("403-clusterwide-for-namespaced.json", shop, "/apis/apps/v1/deployments"),
        ("403-no-rights.json", nobody, "/apis/apps/v1/deployments"),
        ("403-other-namespace.json", shop, "/apis/apps/v1/namespaces/kube-system/deployments"),
        ("403-secrets.json", reader, "/api/v1/namespaces/shop/secrets"),
        ("403-unknown-path.json", reader, "/nope"),
        ("403-unknown-resource.json", reader, "/apis/apps/v1/nopes"),
        ("403-watch.json", nobody, "/apis/apps/v1/deployments?watch=true"),
        ("404-namespace.json", reader, "/api/v1/namespaces/nope"),
        ("404-object.json", reader, "/apis/apps/v1/namespaces/shop/deployments/nope"),
        ("404-resource.json", all, "/apis/apps/v1/nopes"),
        ("404-path.txt", all, "/nope"),
        ("422-sendinitialevents.json", reader, "/apis/apps/v1/deployments?watch=true&sendInitialEvents=true"),
    ];
    for (file, token, path) in cases {
        let answer = get_as(&cluster, token, path).await;
        let meta = recordings::meta(&format!("errors/{file}"));
        assert_eq!(Value::from(answer.status), meta["status"], "{file}: {}", answer.text);
        same_headers(&answer, &meta, file);
        if file.ends_with("json") {
            assert_eq!(answer.json(), recordings::json(&format!("errors/{file}")), "{file}");
        } else {
            assert_eq!(answer.text, recordings::text(&format!("errors/{file}")), "{file}");
        }
    }
}

#[tokio::test]
async fn a_group_that_is_not_installed_is_plain_text() {
    let cluster = with_cart().await;
    let answer = get_as(&cluster, cluster.token_of("all-rights"), "/apis/argoproj.io/v1alpha1/rollouts").await;
    assert_eq!((answer.status, answer.text.as_str()), (404, recordings::text("errors/404-group.txt").as_str()));
}

#[tokio::test]
async fn an_accept_header_that_cannot_be_served_is_406() {
    let cluster = with_cart().await;
    let response =
        request(&cluster, Some(cluster.token()), "/apis/apps/v1/deployments").header("accept", "image/png").send().await.unwrap();
    assert_eq!(response.status(), 406);
    assert_eq!(response.json::<Value>().await.unwrap(), recordings::json("errors/406-accept.json"));
}

#[tokio::test]
async fn rejected_by_priority_and_fairness() {
    let cluster = with_cart().await;
    cluster.faults().add(Rule::new(Fault::TooManyRequests { retry_after: 2 }).of("deployments").times(1));
    let answer = get(&cluster, "/apis/apps/v1/namespaces/shop/deployments").await;
    assert_eq!((answer.status, answer.text.as_str()), (429, recordings::text("errors/429-apf.txt").as_str()));
    same_headers(&answer, &recordings::meta("errors/429-apf.txt"), "429");
    assert_eq!(get(&cluster, "/apis/apps/v1/namespaces/shop/deployments").await.status, 200, "only once");
}

#[tokio::test]
async fn a_resource_version_of_the_future() {
    let cluster = with_cart().await;
    let answer = get(&cluster, "/apis/apps/v1/deployments?resourceVersion=99999999999").await;
    let recorded = recordings::json("errors/504-too-large-rv.json");
    let mut ours = answer.json();
    assert!(ours["message"].as_str().unwrap().starts_with("Timeout: Too large resource version: 99999999999, current: "));
    ours["message"].clone_from(&recorded["message"]);
    assert_eq!((answer.status, ours), (504, recorded));
    same_headers(&answer, &recordings::meta("errors/504-too-large-rv.json"), "504");
    let mut watch = Watch::open(&cluster, "/apis/apps/v1/deployments?watch=true&resourceVersion=99999999999&timeoutSeconds=1").await;
    assert_eq!(watch.rest().await, recordings::events("errors/504-watch-too-large-rv.ndjson"));
}

#[tokio::test]
async fn what_is_too_old_is_410() {
    let cluster = with_cart().await;
    let page = get(&cluster, "/api/v1/pods?limit=1").await.json();
    let token = page["metadata"]["continue"].as_str().unwrap().to_owned();
    let rv = page["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    cluster.faults().expire();
    let expired = get(&cluster, &format!("/api/v1/pods?limit=1&continue={token}")).await;
    let mut recorded = recordings::json("errors/410-continue-expired.json");
    let mut ours = expired.json();
    let offered = ours["metadata"]["continue"].take().as_str().unwrap().to_owned();
    recorded["metadata"]["continue"].take();
    assert_eq!((expired.status, ours), (410, recorded));
    let rest = get(&cluster, &format!("/api/v1/pods?limit=500&continue={offered}")).await;
    assert_eq!((rest.status, rest.json()["items"].as_array().unwrap().len()), (200, 2), "the offered token goes on");
    let exact = get(&cluster, &format!("/api/v1/pods?resourceVersion={rv}&resourceVersionMatch=Exact&limit=500")).await;
    assert_eq!((exact.status, exact.json()), (410, recordings::json("errors/410-exact-rv.json")));
    let mut watch = Watch::open(&cluster, &format!("/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion={rv}")).await;
    let mut events = watch.rest().await;
    let message = events[0]["object"]["message"].take();
    assert!(message.as_str().unwrap().starts_with(&format!("too old resource version: {rv} (")), "{message}");
    let mut recorded = recordings::events("errors/410-watch-in-stream.ndjson");
    recorded[0]["object"]["message"].take();
    assert_eq!(events, recorded);
}
