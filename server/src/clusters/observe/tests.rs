use std::path::PathBuf;

use model::catalogue::Catalogue;
use model::workload::{ContainerState, Fact, Kind, Phase, Role, Strategy};

use super::*;

fn observer(kind: Kind) -> Observer {
    Observer::new(kind, Arc::new(Catalogue::new([])))
}

fn recorded(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/kubernetes").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn steady(kind: Kind) -> Vec<Fact> {
    let page = observer(kind).page(&recorded(&format!("steady/{}.json", kind.plural()))).unwrap();
    assert_eq!(page.unreadable, []);
    assert!(page.version.is_some() && page.next.is_none());
    page.facts
}

#[test]
fn every_recorded_list_is_read_whole() {
    for kind in Kind::ALL {
        let json: serde_json::Value = serde_json::from_str(&recorded(&format!("steady/{}.json", kind.plural()))).unwrap();
        let items = json["items"].as_array().unwrap();
        let facts = steady(kind);
        assert_eq!(facts.len(), items.len(), "{kind}");
        for (fact, item) in facts.iter().zip(items) {
            assert_eq!(&*fact.name().name, item["metadata"]["name"]);
            assert_eq!(fact.kind(), kind);
        }
    }
}

#[test]
fn a_deployment_with_zero_counters_left_out() {
    let json = r#"{"metadata":{"name":"cart","namespace":"shop","uid":"u","generation":2,"creationTimestamp":"2026-11-20T07:23:18Z",
        "labels":{"app":"cart"}},"spec":{"strategy":{"type":"Recreate"},"template":{"metadata":{"annotations":null},
        "spec":{"containers":[{"name":"istio-proxy","image":"p:1"},{"name":"app","image":"r:5000/cart:1@sha256:aa"}]}}},"status":{}}"#;
    let Fact::Workload(cart) = observer(Kind::Deployment).fact(json).unwrap() else { panic!() };
    assert_eq!((cart.replicas.wanted, cart.replicas.ready, cart.observed_generation, cart.generation), (1, 0, 0, 2));
    assert_eq!(cart.strategy, Strategy::Recreate);
    let roles: Vec<_> = cart.template.containers.iter().map(|container| (&*container.name, container.role)).collect();
    assert_eq!(roles, [("istio-proxy", Role::Side), ("app", Role::Main)]);
}

#[test]
fn a_pod_joins_its_spec_with_its_statuses() {
    let json = r#"{"metadata":{"name":"cart-abc-x","namespace":"shop","uid":"u","creationTimestamp":"2026-11-20T07:23:18Z",
        "labels":{"pod-template-hash":"abc"},"ownerReferences":[{"kind":"ReplicaSet","name":"cart-abc","uid":"r","controller":true}]},
        "spec":{"nodeName":"n1","initContainers":[{"name":"mesh","image":"m","restartPolicy":"Always"},{"name":"init","image":"i"}],
        "containers":[{"name":"log","image":"l"},{"name":"cart","image":"registry.example/shop/cart:1"}]},
        "status":{"phase":"Running","containerStatuses":[{"name":"cart","ready":false,"restartCount":3,
        "imageID":"docker-pullable://registry.example/shop/cart@sha256:aa","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}},
        "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}},{"name":"log","imageID":"sha256:config","state":{}}]}}"#;
    let Fact::Pod(pod) = observer(Kind::Pod).fact(json).unwrap() else { panic!() };
    assert_eq!((pod.phase, pod.template_hash.as_deref(), pod.node.as_deref()), (Phase::Running, Some("abc"), Some("n1")));
    let roles: Vec<_> = pod.containers.iter().map(|container| (&*container.name, container.role)).collect();
    // The workload is `cart`, so that `cart` and not the first container is the main one.
    assert_eq!(roles, [("mesh", Role::NativeSidecar), ("init", Role::Init), ("log", Role::Side), ("cart", Role::Main)]);
    let [mesh, _, log, cart] = &*pod.containers else { panic!() };
    assert_eq!(mesh.state, ContainerState::Unreported);
    assert_eq!(log.digest, None, "a bare sha256 is the image's configuration, not its digest");
    assert_eq!((cart.digest.as_deref(), cart.restarts, cart.ready), (Some("sha256:aa"), 3, false));
    assert!(matches!(&cart.state, ContainerState::Waiting { reason: Some(reason), .. } if &**reason == "CrashLoopBackOff"));
    assert_eq!(cart.last.as_ref().map(|last| (last.exit_code, last.reason.as_deref())), Some((137, Some("OOMKilled"))));
}

#[test]
fn one_unreadable_item_does_not_blind_the_rest() {
    let json = r#"{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[
        {"metadata":{"name":"a","namespace":"shop","creationTimestamp":"2026-11-20T07:23:18Z"},"spec":{},"status":{"phase":"Running"}},
        {"metadata":{"name":"b","namespace":"shop"},"spec":{},"status":{}},
        {"metadata":{"name":"c","namespace":"shop","creationTimestamp":"2026-11-20T07:23:18Z"},"spec":{"containers":"none"}},
        "what", {"metadata":{"name":"d","namespace":"shop","creationTimestamp":"2026-11-20T07:23:18Z"},"spec":null,"status":null}]}"#;
    let page = observer(Kind::Pod).page(json).unwrap();
    let names: Vec<_> = page.facts.iter().map(|fact| fact.name().to_string()).collect();
    assert_eq!(names, ["shop/a", "shop/d"]);
    let skipped: Vec<_> = page.unreadable.iter().map(|one| one.name.as_ref().map(ToString::to_string)).collect();
    assert_eq!(skipped, [Some("shop/b".to_owned()), Some("shop/c".to_owned()), None]);
    assert_eq!(page.version.as_deref(), Some("7"));
}

#[test]
fn what_is_no_list_of_the_kind_is_refused() {
    let mut pods = observer(Kind::Pod);
    assert!(pods.page(&recorded("steady/deployments.json")).unwrap_err().contains("`DeploymentList`"));
    assert!(pods.page(&recorded("steady/pods-table.json")).unwrap_err().contains("`Table`"));
    assert!(pods.page("<html>").is_err());
}

#[test]
fn bookmarks_with_null_containers_are_read() {
    let mut deployments = observer(Kind::Deployment);
    let lines: Vec<_> = recorded("streams/list-of-nothing.ndjson").lines().map(|line| deployments.line(line)).collect();
    assert_eq!(lines[0], Line::Bookmark { version: Some("5033".into()), ends_initial: true });
    assert_eq!(lines[1], Line::Bookmark { version: Some("5097".into()), ends_initial: false });
}

#[test]
fn errors_in_a_stream_and_lines_that_are_none() {
    let mut deployments = observer(Kind::Deployment);
    let expired = deployments.line(recorded("errors/410-watch-in-stream.ndjson").trim());
    assert_eq!(expired, Line::Error { code: 410, text: "too old resource version: 1 (4351)".into() });
    let status = deployments.line(recorded("errors/401-bad-token.json").trim());
    assert_eq!(status, Line::Error { code: 401, text: "Unauthorized".into() });
    assert!(matches!(deployments.line("{\"type\":\"ADD"), Line::Malformed(_)));
    assert!(matches!(deployments.line(r#"{"type":"RENAMED","object":{}}"#), Line::Malformed(_)));
    let pod = r#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","namespace":"b","resourceVersion":"9"}}}"#;
    assert!(matches!(deployments.line(pod), Line::Seen { fact: Err(one), version: Some(_) } if one.why == "is a Pod, not a Deployment"));
}

#[test]
fn every_line_of_every_recorded_watch_is_read() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/kubernetes/watch");
    let mut read = 0;
    for scenario in std::fs::read_dir(root).unwrap() {
        for kind in Kind::ALL {
            let Ok(lines) = std::fs::read_to_string(scenario.as_ref().unwrap().path().join(format!("{}.ndjson", kind.plural()))) else {
                continue;
            };
            let mut observer = observer(kind);
            for line in lines.lines() {
                let read_line = observer.line(line);
                let fine = matches!(
                    read_line,
                    Line::Seen { fact: Ok(_), version: Some(_) }
                        | Line::Gone { name: Ok(_), version: Some(_) }
                        | Line::Bookmark { version: Some(_), .. }
                );
                assert!(fine, "{read_line:?}");
                read += 1;
            }
        }
    }
    assert!(read > 500, "{read}");
}
