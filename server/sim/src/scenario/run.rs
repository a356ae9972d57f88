//! Plays a scenario to simulated clusters, a CI server and a dashboard.

use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use super::engine::{Action, Scenario};
use super::rate::Rate;
use crate::ci::{CiHandle, Deployment, Publisher};
use crate::clock;
use crate::cluster::ClusterHandle;

/// Who a scenario is played by.
#[derive(Clone, Debug)]
pub struct Players {
    /// The clusters, in the order of the scenario's ([`Scenario::clusters`]).
    pub clusters: Vec<ClusterHandle>,
    /// Where records are posted.
    pub publisher: Option<Publisher>,
    /// The CI server that keeps the JSON documents.
    pub ci: Option<CiHandle>,
}

/// How long a record is tried to be delivered.
const PATIENCE: Duration = Duration::from_secs(60);

/// Plays a scenario until it is told to stop: first its history, then what happens next, in real time.
pub async fn run(mut scenario: Scenario, players: Players, stop: CancellationToken) {
    let played = async {
        tell(&players, scenario.history()).await;
        let mut rate = Rate::begin(&mut scenario, &players.clusters);
        loop {
            let wait = (scenario.next_due() - clock::now()).max(TimeDelta::zero()).to_std().unwrap_or_default();
            tokio::time::sleep(wait).await;
            if let Some(rate) = &mut rate {
                rate.correct(&mut scenario, &players.clusters);
            }
            for action in scenario.step(clock::now()) {
                act(&scenario, &players, action).await;
            }
        }
    };
    tokio::select! {
        () = played => {}
        () = stop.cancelled() => {}
    }
}

async fn act(scenario: &Scenario, players: &Players, action: Action) {
    let cluster = |environment: usize| players.clusters.get(scenario.homes().get(environment)?.cluster);
    match action {
        Action::Command { environment, command } => {
            if let Some(Err(error)) = cluster(environment).map(|cluster| cluster.command(command)) {
                tracing::warn!(%error, "a simulated pipeline failed");
            }
        }
        Action::Record(record) => tell(players, &[record]).await,
        Action::Away { environment } => {
            if let Some(cluster) = cluster(environment) {
                cluster.faults().refuse().await;
            }
        }
        Action::Back { environment } => {
            if let Some(cluster) = cluster(environment) {
                cluster.faults().heal().await;
            }
        }
    }
}

async fn tell(players: &Players, records: &[Deployment]) {
    if let Some(ci) = &players.ci {
        for record in records {
            ci.publish(record);
        }
    }
    if let Some(publisher) = &players.publisher
        && let Err(error) = publisher.publish(records, PATIENCE).await
    {
        tracing::warn!(%error, "records of the simulated CI were lost");
    }
}
