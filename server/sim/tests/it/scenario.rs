//! The demonstration's fleet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use sim::scenario::{Action, Scenario, ScenarioConfig, Stage};
use sim::{Cluster, Command};

use super::client::get;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 10, 0, 0).unwrap()
}

#[test]
fn one_seed_is_one_scenario() {
    let run = || {
        let mut scenario = Scenario::new(ScenarioConfig::default(), now());
        let history = format!("{:?}", scenario.history());
        (history, format!("{:?}", scenario.step(now() + TimeDelta::minutes(10))))
    };
    assert_eq!(run(), run());
}

#[test]
fn the_past_is_plausible() {
    let scenario = Scenario::new(ScenarioConfig::default(), now());
    let latest: BTreeMap<(&str, &str), _> =
        scenario.history().iter().rev().map(|r| ((r.service.as_str(), r.environment.as_str()), r)).collect();
    let services: BTreeSet<&str> = latest.keys().map(|(service, _)| *service).collect();
    assert_eq!(services.len(), 40);
    assert!(latest.values().all(|record| record.at < now() && record.commit.len() == 40));
    assert!(!latest.contains_key(&("loyalty", "pro")));
    let agree = |service: &str, a: &str, b: &str| match (latest.get(&(service, a)), latest.get(&(service, b))) {
        (Some(a), Some(b)) => a.commit == b.commit,
        _ => false,
    };
    let patterns: BTreeSet<(bool, bool)> =
        services.iter().map(|service| (agree(service, "dev", "pre"), agree(service, "pre", "pro"))).collect();
    assert_eq!(patterns.len(), 4, "every pattern of agreement");
    let newest_is_first = scenario.history().iter().take(latest.len()).map(|r| (&r.service, &r.environment)).collect::<BTreeSet<_>>();
    assert_eq!(newest_is_first.len(), latest.len(), "the latest of each place come first");
}

#[test]
fn the_future_has_deployments_and_one_cluster_goes_away() {
    let mut scenario = Scenario::new(ScenarioConfig::default(), now());
    let first_minute = scenario.step(now() + TimeDelta::seconds(60));
    assert!(!first_minute.iter().any(|action| matches!(action, Action::Away { .. })));
    let actions = scenario.step(now() + TimeDelta::minutes(30));
    let count = |matches: fn(&Action) -> bool| actions.iter().filter(|action| matches(action)).count();
    let records = count(|action| matches!(action, Action::Record(_)));
    assert!((150..500).contains(&records), "{records}");
    assert!((8..11).contains(&count(|action| matches!(action, Action::Away { .. }))));
    let environments: BTreeSet<usize> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Command { environment, command: Command::SetImage { .. } } => Some(*environment),
            _ => None,
        })
        .collect();
    assert_eq!(environments, [0, 1, 2].into());
    assert!(!actions.iter().any(|action| matches!(action, Action::Record(r) if r.service == "payments" && r.environment == "pro")));
}

#[tokio::test]
async fn the_stage_is_set_when_the_clusters_start() {
    let scenario = Scenario::new(ScenarioConfig::default(), sim::clock::now());
    let pro = Cluster::start(scenario.cluster(2)).await.unwrap();
    let pods = get(&pro, "/api/v1/namespaces/shop/pods?labelSelector=app.kubernetes.io%2Fname%3Dpayments").await.json();
    let waiting: Vec<&str> = pods["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|pod| pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"].as_str())
        .collect();
    assert!(waiting == ["ImagePullBackOff"] || waiting == ["ErrImagePull"], "{waiting:?}");
    let recommendations = "/apis/apps/v1/deployments?labelSelector=app.kubernetes.io%2Fname%3Drecommendations";
    assert_eq!(get(&pro, recommendations).await.json()["items"].as_array().unwrap().len(), 2, "a canary beside the main one");
    let dev = Cluster::start(scenario.cluster(0)).await.unwrap();
    assert_eq!(dev.rollout("shop", "sessions").unwrap().wanted, 0);
    assert!(!dev.rollout("shop", "users").unwrap().complete(), "a rollout is under way");
    dev.rolled_out("shop", "users", Duration::from_secs(60)).await.unwrap();
}

#[test]
fn a_fleet_of_a_size() {
    let config = ScenarioConfig { services: 600, pods: Some(5000), stage: Stage::Plain, ..ScenarioConfig::default() };
    let scenario = Scenario::new(config, now());
    let sum: u32 = scenario.fleet().services.iter().map(|service| service.replicas[1]).sum();
    assert_eq!(sum, 5000);
}

#[test]
fn environments_that_share_clusters_have_namespaces_of_their_own() {
    let environments: Vec<String> = ["dev", "qa", "pre", "pro", "dr"].map(str::to_owned).into();
    let config = ScenarioConfig { environments, clusters: Some(3), pods: Some(801), stage: Stage::Plain, ..ScenarioConfig::default() };
    let mut scenario = Scenario::new(config, now());
    assert_eq!(scenario.clusters(), ["cluster-1", "cluster-2", "cluster-3"]);
    let homes: Vec<_> = scenario.homes().iter().map(|home| (home.cluster, home.namespace.as_str(), home.pods)).collect();
    let halves = [(0, "dev", Some(401)), (1, "qa", Some(401)), (2, "pre", Some(801)), (0, "pro", Some(400)), (1, "dr", Some(400))];
    assert_eq!(homes, halves);
    // A service that was never deployed to an environment has no pods there.
    let namespaces: BTreeSet<_> = scenario.cluster(0).workloads.iter().map(|(workload, _)| workload.namespace.clone()).collect();
    assert_eq!(namespaces, ["dev".to_owned(), "pro".to_owned()].into());
    let homes = scenario.homes().to_vec();
    for action in scenario.step(now() + TimeDelta::minutes(10)) {
        if let Action::Command { environment, command: Command::SetImage { namespace, .. } } = action {
            assert_eq!(namespace, homes[environment].namespace);
        }
    }
}
