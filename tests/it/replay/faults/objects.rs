//! Objects that cannot be read.

use super::*;

#[tokio::test]
async fn one_unreadable_object_is_skipped_counted_and_shown() {
    let list = r#"{"kind":"DeploymentList","metadata":{"resourceVersion":"100"},"items":[
        {"metadata":{"name":"odd","namespace":"shop","creationTimestamp":"2026-11-20T07:23:18Z"},"spec":{"replicas":"three"}},
        {"metadata":{"name":"cart","namespace":"shop","creationTimestamp":"2026-11-20T07:23:18Z"},"spec":{},"status":{}}]}"#;
    let server = server(move |request, _| if request.is_watch() { quiet(Kind::Deployment) } else { Reply::json(list) }).await;
    let (health, before) = Client::of(&server, WATCH).health(is_live).await;
    let facts: usize = before
        .iter()
        .map(|event| match event {
            Event::Listed { facts, .. } => facts.iter().filter(|fact| !matches!(fact, Fact::Unread(_))).count(),
            _ => 0,
        })
        .sum();
    assert_eq!(facts, 1);
    let TargetHealth::Live { notes } = health else { unreachable!() };
    assert!(notes[0].starts_with("1 of the deployments skipped, could not be read: shop/odd: invalid type: string"), "{notes:?}");
}
