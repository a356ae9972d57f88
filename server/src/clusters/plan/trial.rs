//! Trying out whether a scope may be listed.

use std::time::Duration;

use model::workload::{Kind, Need};
use serde::Deserialize;

use super::LONGEST;
use crate::clusters::connect::{Answer, Connection};
use crate::clusters::error::Fault;
use crate::clusters::scope::Scope;

/// The core group, which every API server has.
const CORE: &str = "/api/v1";

/// How a trial ended.
pub(super) enum Trial {
    Allowed,
    /// The API server's text.
    Refused(String),
    /// The API server does not have the kind.
    Absent,
}

/// Whether a scope may be listed. A server without a kind that every cluster has is a fault: it is no API server.
pub(super) async fn trial(connection: &Connection, scope: Scope) -> Result<Trial, Fault> {
    // A server that has just started refuses until it has loaded its rules, for some tens of milliseconds.
    const AGAIN: Duration = Duration::from_millis(300);
    if scope.kind == Kind::Rollout && !is_installed(connection, scope.kind).await? {
        return Ok(Trial::Absent);
    }
    let mut outcome = connection.get(&scope.trial(), Answer::Whole).await;
    if matches!(outcome, Err(Fault::Forbidden(_))) {
        tokio::time::sleep(AGAIN).await;
        outcome = connection.get(&scope.trial(), Answer::Whole).await;
    }
    match outcome {
        Ok(body) => connection.text(body, LONGEST).await.map(|_| Trial::Allowed),
        Err(Fault::Forbidden(text)) => Ok(Trial::Refused(text)),
        // Something in front of an API server may answer so to everything: then it is a fault, and no absence.
        Err(fault @ Fault::NotFound(_)) if scope.kind.need() != Need::Core => {
            if is_installed(connection, scope.kind).await? {
                Err(fault)
            } else {
                Ok(Trial::Absent)
            }
        }
        // What the board is about is asked first, and fails for itself.
        Err(fault) if scope.kind.need() == Need::Advisory => Ok(Trial::Refused(fault.to_string())),
        Err(fault) => Err(fault),
    }
}

/// Whether discovery names a kind. Who may not read a kind is refused whether it exists or not: without this, an account of
/// few rights would be told of a right it misses in every cluster that has no such kind.
pub(in crate::clusters) async fn is_installed(connection: &Connection, kind: Kind) -> Result<bool, Fault> {
    #[derive(Deserialize)]
    struct Resources {
        #[serde(default)]
        resources: Vec<Resource>,
    }
    #[derive(Deserialize)]
    struct Resource {
        name: String,
    }
    let version = kind.api_version();
    let path = if version.contains('/') { format!("/apis/{version}") } else { CORE.to_owned() };
    match connection.get(&path, Answer::Whole).await {
        Ok(body) => {
            let text = connection.text(body, LONGEST).await?;
            let found = serde_json::from_slice::<Resources>(&text).is_ok_and(|list| list.resources.iter().any(|r| r.name == kind.plural()));
            Ok(found)
        }
        // Who knows the core group is an API server, and can be believed.
        Err(Fault::NotFound(_)) if path != CORE => match connection.get(CORE, Answer::Whole).await {
            Ok(_) | Err(Fault::Forbidden(_)) => Ok(false),
            Err(fault) => Err(fault),
        },
        // Discovery is not open to everybody everywhere: then the list tells.
        Err(Fault::Forbidden(_)) => Ok(true),
        Err(fault) => Err(fault),
    }
}
