use model::strings::ArcStr;
use std::path::PathBuf;

use model::catalogue::Catalogue;
use model::workload::{Canary, ContainerState, Fact, Kind, Phase, Role, Special, Strategy};

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
    // Services and Rollouts were not recorded, and Events are read below.
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Service | Kind::Rollout | Kind::Event)) {
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

#[test]
fn only_warnings_that_say_something_are_kept() {
    // Back-offs and failed pulls are in the pods' own statuses.
    assert_eq!(steady(Kind::Event), []);
    let mut events = observer(Kind::Event);
    let mut kept = Vec::new();
    for line in recorded("watch/never-ready/events.ndjson").lines() {
        if let Line::Seen { fact: Ok(fact), .. } = events.line(line)
            && fact.is_used()
        {
            let Fact::Warning(warning) = fact else { panic!() };
            kept.push((line.to_owned(), warning));
        }
    }
    assert!(kept.iter().all(|(line, _)| line.contains(r#""type":"Warning""#)));
    let (_, probe) = kept.first().unwrap();
    assert_eq!((&*probe.reason, &*probe.about.0, probe.uid.is_empty()), ("Unhealthy", "Pod", false));
    assert!(probe.message.starts_with("Readiness probe failed"), "{}", probe.message);
}

#[test]
fn an_event_of_the_newer_kind_has_its_time_elsewhere() {
    let json = r#"{"metadata":{"name":"e","namespace":"shop"},"type":"Warning","reason":"FailedCreate","message":"no\n",
        "involvedObject":{"kind":"StatefulSet","name":"cart","uid":"u"},"firstTimestamp":null,"lastTimestamp":null,
        "eventTime":"2026-11-20T07:00:00.123456Z","series":{"count":3,"lastObservedTime":"2026-11-20T08:00:00.000001Z"}}"#;
    let Fact::Warning(warning) = observer(Kind::Event).fact(json).unwrap() else { panic!() };
    assert_eq!((warning.at.to_rfc3339(), &*warning.message), ("2026-11-20T08:00:00.000001+00:00".to_owned(), "no"));
    assert!(warning.is_about(Kind::StatefulSet, "cart"));
    assert!(warning.is_used());
}

#[test]
fn cron_jobs_and_jobs() {
    let cron_jobs = steady(Kind::CronJob);
    let Fact::Workload(nightly) = &cron_jobs[0] else { panic!() };
    assert_eq!(nightly.service.as_str(), "nightly");
    assert_eq!(&*nightly.template.containers[0].image, "registry.example/shop/nightly:0d4420cc53d0e2b8f50371af658da8dda0a35c92");
    let Special::CronJob(schedule) = &nightly.special else { panic!() };
    assert_eq!((schedule.suspended, schedule.schedule.as_deref()), (false, Some("* * * * *")));
    let jobs = steady(Kind::Job);
    let job = |name: &str| {
        jobs.iter()
            .find_map(|fact| if let Fact::Workload(job) = fact { Some(job).filter(|job| job.name.name.starts_with(name)) } else { None })
    };
    let run = |name: &str| if let Special::Job(run) = &job(name).unwrap().special { run.clone() } else { panic!() };
    assert!(run("import-ok").completed.is_some() && run("import-ok").owner.is_none());
    assert_eq!((run("import-ok").succeeded, run("import-ok").failed), (1, 0));
    assert_eq!((run("import-fail").succeeded, run("import-fail").failed, run("import-fail").completed), (0, 2, None));
    assert_eq!(run("nightly").owner.map(|owner| owner.uid), Some(nightly.uid.clone()));
    assert!(!job("nightly").unwrap().is_row() && job("import-ok").unwrap().is_row());
}

#[test]
fn autoscalers() {
    let facts = steady(Kind::HorizontalPodAutoscaler);
    let Fact::Autoscaler(catalog) = &facts[0] else { panic!() };
    assert_eq!((&*catalog.target.0, &*catalog.target.1, catalog.min, catalog.max, catalog.current), ("Deployment", "catalog", 2, 6, 2));
    assert!(catalog.problem.as_ref().unwrap().starts_with("the HPA was unable to compute the replica count"));
}

#[test]
fn services_and_their_selectors() {
    let json = |selector: &str| {
        format!(
            r#"{{"metadata":{{"name":"cart","namespace":"shop","uid":"u","creationTimestamp":"2026-11-20T07:23:18Z"}},
            "spec":{{"ports":[{{"port":80}}],"clusterIP":"10.0.0.1"{selector}}},"status":{{"loadBalancer":{{}}}}}}"#
        )
    };
    let read = |selector: &str| {
        let Fact::Service(service) = observer(Kind::Service).fact(&json(selector)).unwrap() else { panic!() };
        service
    };
    let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| (ArcStr::from(*key), ArcStr::from(*value))).collect();
    let blue = labels(&[("app", "cart"), ("color", "blue")]);
    assert!(read(r#","selector":{"app":"cart","color":"blue"}"#).selects(&blue));
    assert!(!read(r#","selector":{"app":"cart","color":"green"}"#).selects(&blue));
    assert!(!read("").selects(&blue), "without a selector somebody else names its endpoints");
}

#[test]
fn what_stands_alone_is_a_workload_when_it_names_a_service() {
    let pod = |metadata: &str| {
        let json = format!(
            r#"{{"metadata":{{"name":"debug","namespace":"shop","uid":"u","creationTimestamp":"2026-11-20T07:23:18Z"{metadata}}},
            "spec":{{"containers":[{{"name":"app","image":"r/cart:1"}}]}},"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"True"}}]}}}}"#
        );
        let Fact::Pod(pod) = observer(Kind::Pod).fact(&json).unwrap() else { panic!() };
        pod.bare
    };
    let named = |bare: Option<Box<model::workload::Workload>>| bare.map(|bare| bare.service.to_string());
    assert_eq!(named(pod(r#","labels":{"app":"cart"}"#)).as_deref(), Some("cart"));
    assert_eq!(named(pod(r#","annotations":{"relboard.dev/service":"cart"}"#)).as_deref(), Some("cart"));
    assert_eq!(named(pod("")), None, "nobody knows whose it is");
    let of_node = r#","labels":{"app":"cart"},"ownerReferences":[{"kind":"Node","name":"n","uid":"n","controller":true}]"#;
    assert_eq!(named(pod(of_node)), None, "a static pod is its node's");
    let bare = pod(r#","labels":{"app":"cart"}"#).unwrap();
    assert_eq!((bare.kind, bare.replicas.ready, bare.template.containers.len()), (Kind::Pod, 1, 1));
    let json = r#"{"metadata":{"name":"old","namespace":"shop","uid":"u","creationTimestamp":"2026-11-20T07:23:18Z","labels":{"app":"cart"}},
        "spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"app","image":"r/cart:1"}]}}},"status":{"replicas":2,"readyReplicas":1}}"#;
    let Fact::ReplicaSet(set) = observer(Kind::ReplicaSet).fact(json).unwrap() else { panic!() };
    let bare = set.bare.unwrap();
    assert_eq!((bare.replicas.wanted, bare.replicas.updated, bare.replicas.ready), (2, 2, 1));
}

#[test]
fn rollouts_of_argo() {
    // As Argo Rollouts 1.7 writes them; its observedGeneration is text.
    let json = |strategy: &str, status: &str| {
        format!(
            r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout","metadata":{{"name":"cart","namespace":"shop","uid":"u","generation":3,
            "creationTimestamp":"2026-11-20T07:23:18Z","annotations":{{"rollout.argoproj.io/revision":"2"}}}},
            "spec":{{"replicas":5,"strategy":{{{strategy}}},"template":{{"spec":{{"containers":[{{"name":"app","image":"r/cart:1"}}]}}}}}},
            "status":{{"observedGeneration":"3","replicas":5,"updatedReplicas":1,"currentPodHash":"new","stableRS":"old",{status}}}}}"#
        )
    };
    let read = |strategy: &str, status: &str| {
        let Fact::Workload(rollout) = observer(Kind::Rollout).fact(&json(strategy, status)).unwrap() else { panic!() };
        let Special::Rollout(delivery) = rollout.special.clone() else { panic!() };
        (rollout, *delivery)
    };
    let steps = r#""canary":{"steps":[{"setWeight":20},{"pause":{}},{"setWeight":60},{"analysis":{"templates":[]}}]}"#;
    let (rollout, delivery) = read(
        steps,
        r#""phase":"Paused","message":"CanaryPauseStep","currentStepIndex":1,"pauseConditions":[{"reason":"CanaryPauseStep"}]"#,
    );
    assert_eq!((rollout.observed_generation, rollout.revision, rollout.replicas.wanted), (3, Some(2), 5));
    assert_eq!((rollout.update_hash.as_deref(), rollout.current_hash.as_deref()), (Some("new"), Some("old")));
    assert_eq!(delivery.canary, Some(Canary { weight: Some(20), step: Some(1), steps: 4 }), "the weight of the steps that are done");
    assert_eq!(delivery.pauses.len(), 1);
    let weights = r#""currentStepIndex":3,"canary":{"weights":{"canary":{"weight":55,"podTemplateHash":"new"},"stable":{"weight":45}}}"#;
    assert_eq!(read(steps, weights).1.canary.unwrap().weight, Some(55), "the router's own weight is nearer the truth");
    let (_, pair) = read(
        r#""blueGreen":{"activeService":"cart","previewService":"cart-preview"}"#,
        r#""blueGreen":{"activeSelector":"old","previewSelector":"new"},"abort":true"#,
    );
    let sides = pair.blue_green.unwrap();
    assert_eq!((sides.active.as_deref(), sides.preview.as_deref(), pair.aborted), (Some("old"), Some("new"), true));
    // An old controller's observedGeneration is a hash, which says nothing.
    let old = json(steps, r#""phase":"Healthy""#).replace(r#""observedGeneration":"3""#, r#""observedGeneration":"5b7c9""#);
    let Fact::Workload(rollout) = observer(Kind::Rollout).fact(&old).unwrap() else { panic!() };
    assert_eq!(rollout.observed_generation, 3);
    let set = r#"{"metadata":{"name":"cart-new","namespace":"shop","uid":"s","labels":{"rollouts-pod-template-hash":"new"},
        "ownerReferences":[{"kind":"Rollout","name":"cart","uid":"u","controller":true}]},"spec":{"replicas":1}}"#;
    let Fact::ReplicaSet(set) = observer(Kind::ReplicaSet).fact(set).unwrap() else { panic!() };
    assert_eq!((set.hash.as_deref(), set.bare), (Some("new"), None));
}
