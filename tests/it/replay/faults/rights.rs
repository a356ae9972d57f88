//! Rights that are missing, or taken away.

use super::*;

#[tokio::test]
async fn a_scope_that_may_not_be_watched_is_listed() {
    let server =
        server(|request, _| if request.is_watch() { Reply::error(403, file("errors/403-watch.json")) } else { empty(Kind::Deployment) })
            .await;
    let mut client = Client::of(&server, WATCH);
    let noted = |health: &TargetHealth| matches!(health, TargetHealth::Live { notes } if !notes.is_empty());
    let (health, _) = client.health(|health| noted(health) || is_bad(health)).await;
    assert_eq!(health, TargetHealth::Live { notes: vec!["deployments may not be watched: listed every 30 s".into()] });
}

/// A reader in namespace shop only, as recorded.
async fn shop_only(deployments_too: bool) -> Server {
    Server::start(move |request: &Request| {
        let in_shop = request.path.contains("/namespaces/shop/");
        match request.kind() {
            Some(Kind::Deployment) if in_shop && !deployments_too => Reply::error(403, file("errors/403-no-rights.json")),
            Some(kind) if in_shop && request.is_watch() => quiet(kind),
            Some(kind) if in_shop => empty(kind),
            Some(_) => Reply::error(403, file("errors/403-clusterwide-for-namespaced.json")),
            None => Reply::error(403, r#"{"kind":"Status","message":"namespaces is forbidden","code":403}"#),
        }
    })
    .await
}

#[tokio::test]
async fn namespaces_that_may_be_read_are() {
    let server = shop_only(true).await;
    let mut client = Client::with(access(&server), WATCH, &["shop", "team-*"], catalogue());
    let (health, before) = client.health(is_live).await;
    let listed: Vec<_> = before
        .iter()
        .filter_map(|event| match event {
            Event::Listed { kind, namespace, .. } => Some((*kind, namespace.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(listed.len(), Kind::ALL.len());
    assert!(listed.iter().all(|(_, namespace)| *namespace == Some("shop")), "{listed:?}");
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert_eq!(notes, ["may not list namespaces: namespaces is forbidden"]);
}

#[tokio::test]
async fn what_is_missing_is_said_by_kind() {
    let server = shop_only(false).await;
    let mut client = Client::with(access(&server), WATCH, &["shop"], catalogue());
    let (health, before) = client.health(is_live).await;
    assert_eq!(before.iter().filter(|event| matches!(event, Event::Listed { .. })).count(), Kind::ALL.len() - 1);
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert!(notes[0].starts_with("may not list deployments: deployments.apps is forbidden"), "{notes:?}");
}

#[tokio::test]
async fn nothing_may_be_read_without_names() {
    let server = shop_only(true).await;
    let (health, _) = Client::with(access(&server), WATCH, &[], catalogue()).health(is_bad).await;
    let TargetHealth::Forbidden(text) = health else { panic!("{health:?}") };
    assert!(text.starts_with("may not list deployments: deployments.apps is forbidden"), "{text}");
    assert!(text.contains("; nor statefulsets, daemonsets, replicasets, pods; may not list namespaces: "), "{text}");
    assert!(text.ends_with(": name those that may be read under `namespaces`"), "{text}");
}

#[tokio::test]
async fn a_right_that_is_taken_away_is_withdrawn_and_not_an_empty_list() {
    let allowed = Arc::new(AtomicUsize::new(1));
    let (cut, receiver) = tokio::sync::mpsc::channel(1);
    let (still, watch) = (Arc::clone(&allowed), std::sync::Mutex::new(Some(receiver)));
    let server = Server::start(move |request: &Request| match request.kind() {
        Some(Kind::Pod) if still.load(Ordering::Relaxed) == 0 => Reply::error(403, file("errors/403-no-rights.json")),
        Some(Kind::Pod) if request.is_watch() => watch.lock().unwrap().take().map_or_else(|| quiet(Kind::Pod), Reply::Stream),
        Some(kind) if request.is_watch() => quiet(kind),
        Some(kind) => empty(kind),
        None => Reply::error(403, file("errors/403-no-rights.json")),
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    client.health(is_live).await;
    allowed.store(0, Ordering::Relaxed);
    drop(cut);
    let missing = |health: &TargetHealth| matches!(health, TargetHealth::Live { notes } if notes.iter().any(|note| note.starts_with("may not list pods")));
    let (_, before) = client.health(missing).await;
    let withdrawn = before.iter().filter(|event| matches!(event, Event::Withdrawn { kind: Kind::Pod, namespace: None, .. }));
    assert_eq!(withdrawn.count(), 1, "{before:?}");
    let emptied = before.iter().filter(|event| matches!(event, Event::Listed { kind: Kind::Pod, .. }));
    assert_eq!(emptied.count(), 0, "an error is never an empty list");
}

/// Kinds that the board can do without: 403, 404, and errors.
async fn poor() -> Server {
    Server::start(move |request: &Request| match request.kind() {
        Some(Kind::Event) if request.is_trial() => empty(Kind::Event),
        Some(Kind::Event) => Reply::error(500, "etcd is not there"),
        Some(Kind::Service) => Reply::error(403, file("errors/403-no-rights.json")),
        Some(Kind::CronJob) => Reply::error(404, file("errors/404-group.txt")),
        Some(kind) if request.is_watch() => quiet(kind),
        Some(kind) => empty(kind),
        None if request.path == "/api/v1" => Reply::json(r#"{"kind":"APIResourceList","resources":[]}"#),
        None if request.path == "/api/v1/namespaces" => Reply::json(r#"{"kind":"NamespaceList","items":[]}"#),
        None => Reply::error(404, file("errors/404-group.txt")),
    })
    .await
}

#[tokio::test]
async fn what_the_board_can_do_without() {
    let server = poor().await;
    let mut client = Client::of(&server, WATCH);
    let (health, before) = client.health(is_live).await;
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert!(notes[0].starts_with("may not list services: "), "{notes:?}");
    assert!(notes[1].starts_with("cannot list or watch events: 500: etcd is not there"), "{notes:?}");
    assert_eq!(notes.len(), 2, "{notes:?}");
    // That a cluster has no such kind is known; what may not be read is not.
    let listed = |kind: Kind| before.iter().any(|event| matches!(event, Event::Listed { kind: of, .. } if *of == kind));
    assert!(listed(Kind::CronJob) && !listed(Kind::Service) && !listed(Kind::Event));
}

#[tokio::test]
async fn what_answers_404_to_everything_is_no_cluster_without_cron_jobs() {
    // An API server behind a proxy that has lost a route, or all of them.
    let lost = Arc::new(AtomicUsize::new(0));
    let (still, cut) = (Arc::clone(&lost), Arc::new(std::sync::Mutex::new(Vec::new())));
    let open = Arc::clone(&cut);
    let server = Server::start(move |request: &Request| {
        let (kind, routes) = (request.kind(), still.load(Ordering::Relaxed) == 0);
        match kind {
            Some(Kind::CronJob) if routes && request.is_watch() => {
                let (sender, receiver) = tokio::sync::mpsc::channel(1);
                open.lock().unwrap().push(sender);
                Reply::Stream(receiver)
            }
            Some(Kind::CronJob) | None if !routes => Reply::error(404, "no such route"),
            Some(kind) if request.is_watch() => quiet(kind),
            Some(kind) => empty(kind),
            None => Reply::error(404, "no such route"),
        }
    })
    .await;
    let mut client = Client::of(&server, WATCH);
    client.health(is_live).await;
    lost.store(1, Ordering::Relaxed);
    cut.lock().unwrap().clear();
    let (health, before) = client.health(is_bad).await;
    assert!(matches!(&health, TargetHealth::Unreachable(cause) if cause.contains("404")), "{health:?}");
    let gone = before.iter().any(|event| matches!(event, Event::Listed { kind: Kind::CronJob, .. } | Event::Withdrawn { .. }));
    assert!(!gone, "an error is never an empty list");
}
