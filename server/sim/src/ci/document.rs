//! The JSON documents: the latest deployment of each service to each environment, in two shapes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Deployment, Outcome};

/// The latest successful deployments.
#[derive(Debug, Default)]
pub(super) struct Document {
    latest: BTreeMap<(String, String), Deployment>,
}

impl Document {
    /// Notes a deployment, unless a later one to the same place is known.
    pub(super) fn note(&mut self, deployment: &Deployment) {
        if deployment.outcome != Outcome::Success {
            return;
        }
        let key = (deployment.service.clone(), deployment.environment.clone());
        match self.latest.get(&key) {
            Some(known) if known.at > deployment.at => {}
            _ => {
                self.latest.insert(key, deployment.clone());
            }
        }
    }

    /// `{"order-service": {"dev": {"date": …, "user": …, "commit": …}}}`
    pub(super) fn by_service(&self) -> Value {
        let mut services = serde_json::Map::new();
        for ((service, environment), deployment) in &self.latest {
            let entry = json!({ "date": deployment.at, "user": deployment.by, "commit": deployment.commit });
            let environments = services.entry(service.clone()).or_insert_with(|| json!({}));
            environments[environment] = entry;
        }
        Value::Object(services)
    }

    /// `[{"service": …, "environment": …, "date": …, "user": …, "commit": …}]`
    pub(super) fn as_list(&self) -> Value {
        let entry = |deployment: &Deployment| {
            json!({
                "service": deployment.service, "environment": deployment.environment,
                "date": deployment.at, "user": deployment.by, "commit": deployment.commit,
            })
        };
        self.latest.values().map(entry).collect::<Vec<_>>().into()
    }
}
