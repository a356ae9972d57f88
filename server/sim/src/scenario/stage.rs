//! The parts that some services play in a demonstration.

use chrono::{DateTime, TimeDelta, Utc};

use super::Stage;
use super::engine::Scenario;
use crate::cluster::ClusterConfig;
use crate::spec::Workload;
use crate::world::Command;

/// A commit whose image cannot be pulled; the prefix makes it so.
const UNPULLABLE: &str = "bad0c4a5b69e35dc2c3ba4b9bac4d1bd28d7e24a";

/// Where somebody does something that is not the ordinary.
pub(super) struct Part {
    pub(super) service: &'static str,
    /// The environment, counted from the last one.
    pub(super) from_last: usize,
    pub(super) role: Role,
}

pub(super) enum Role {
    /// Stuck on an image that cannot be pulled.
    Failing,
    /// Runs something other than what was recorded.
    Drifted,
    /// Scaled to zero.
    ScaledToZero,
    /// A rollout that somebody paused.
    PausedRollout,
    /// A second Deployment with the next version beside the first.
    Canary,
    /// Never deployed here.
    Absent,
    /// A rollout that is under way when the curtain rises.
    Rolling,
}

/// Who plays what.
pub(super) const PARTS: [Part; 12] = [
    Part { service: "payments", from_last: 0, role: Role::Failing },
    Part { service: "pricing", from_last: 0, role: Role::Drifted },
    Part { service: "sessions", from_last: 2, role: Role::ScaledToZero },
    Part { service: "media-service", from_last: 1, role: Role::PausedRollout },
    Part { service: "recommendations", from_last: 0, role: Role::Canary },
    Part { service: "loyalty", from_last: 0, role: Role::Absent },
    Part { service: "loyalty", from_last: 1, role: Role::Absent },
    Part { service: "fraud-check", from_last: 0, role: Role::Absent },
    Part { service: "provider", from_last: 0, role: Role::Absent },
    Part { service: "seat-map", from_last: 0, role: Role::Absent },
    Part { service: "checkout", from_last: 1, role: Role::Rolling },
    Part { service: "users", from_last: 2, role: Role::Rolling },
];

/// When the first outage begins, how long one lasts, and how long it is from one to the next.
const FIRST_OUTAGE: TimeDelta = TimeDelta::seconds(80);
const OUTAGE: TimeDelta = TimeDelta::seconds(20);
const BETWEEN_OUTAGES: TimeDelta = TimeDelta::seconds(180);

impl Scenario {
    /// The outage at a time, or the next one: whose, from when and until when.
    pub(super) fn outage(&self, at: DateTime<Utc>) -> Option<(usize, DateTime<Utc>, DateTime<Utc>)> {
        let environments = self.config().environments.len();
        if self.config().stage != Stage::Demo || environments < 2 {
            return None;
        }
        let mut from = self.began() + FIRST_OUTAGE;
        if at >= from + OUTAGE {
            let past = (at - from - OUTAGE).num_milliseconds() / BETWEEN_OUTAGES.num_milliseconds();
            from += BETWEEN_OUTAGES * i32::try_from(past + 1).unwrap_or(i32::MAX);
        }
        Some((environments / 2, from, from + OUTAGE))
    }

    /// The index of a part's service and environment, when the scenario has both.
    pub(super) fn place(&self, part: &Part) -> Option<(usize, usize)> {
        let environment = self.config().environments.len().checked_sub(part.from_last + 1)?;
        Some((self.fleet().find(part.service)?, environment))
    }

    /// Plays the parts in one environment's cluster.
    pub(super) fn cast(&self, environment: usize, mut config: ClusterConfig, now: DateTime<Utc>) -> ClusterConfig {
        for part in &PARTS {
            let Some((service, _)) = self.place(part).filter(|(_, place)| *place == environment) else { continue };
            let name = self.fleet().services[service].name.clone();
            let namespace = self.homes()[environment].namespace.clone();
            let set_image = |commit: &str| Command::SetImage {
                namespace: namespace.clone(),
                name: name.clone(),
                container: None,
                image: self.fleet().image(service, commit),
            };
            let newer = self.fleet().commit(service, self.fleet().services[service].commits + 1);
            config = match part.role {
                Role::Failing => config.after(now - TimeDelta::minutes(8), set_image(UNPULLABLE)),
                // Deployed by hand, past CI.
                Role::Drifted => config.after(now - TimeDelta::minutes(95), set_image(&newer)),
                Role::ScaledToZero => config.after(now - TimeDelta::minutes(50), Command::Scale { namespace, name, replicas: 0 }),
                Role::PausedRollout => {
                    let pause = Command::Pause { namespace: namespace.clone(), name: name.clone(), paused: true };
                    config.after(now - TimeDelta::minutes(40), pause).after(now - TimeDelta::minutes(38), set_image(&newer))
                }
                Role::Canary => {
                    let image = self.fleet().image(service, &newer);
                    let canary = Workload::deployment(&namespace, &format!("{name}-canary"), &image)
                        .service(&name)
                        .selector_label("track", "canary")
                        .team(self.fleet().services[service].team);
                    config.running_since(canary, now - TimeDelta::minutes(25))
                }
                Role::Rolling => config.after(now - TimeDelta::seconds(5), set_image(&newer)),
                Role::Absent => config,
            };
        }
        config
    }

    /// The commit that a part's place was last told to run, if it is not what its cell says.
    pub(super) fn told(&self, part: &Part, service: usize) -> Option<(String, TimeDelta)> {
        let newer = || self.fleet().commit(service, self.fleet().services[service].commits + 1);
        match part.role {
            Role::Failing => Some((UNPULLABLE.to_owned(), TimeDelta::minutes(8))),
            Role::PausedRollout => Some((newer(), TimeDelta::minutes(38))),
            Role::Rolling => Some((newer(), TimeDelta::seconds(5))),
            Role::Drifted | Role::ScaledToZero | Role::Canary | Role::Absent => None,
        }
    }
}
