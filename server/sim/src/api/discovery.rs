//! Discovery, version and health.

use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::answer::{Status, response};
use super::path::Target;
use super::whole;
use crate::world::ObjectKind;

/// Only groups with a kind that is served are known.
pub(crate) fn answer(target: &Target, served: impl Fn(ObjectKind) -> bool) -> Result<Response, Status> {
    let value = match target {
        Target::Health => {
            let mut response = response(StatusCode::OK, whole("ok"));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            return Ok(response);
        }
        Target::Version => version(),
        Target::Discovery(path) => match path.trim_end_matches('/') {
            "/api" => json!({
                "kind": "APIVersions", "versions": ["v1"],
                "serverAddressByClientCIDRs": [{ "clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443" }],
            }),
            "/apis" => {
                let groups: Vec<Value> = group_versions(&served).into_iter().map(group).collect();
                json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })
            }
            "/api/v1" => resources("v1", ""),
            path => {
                let asked = path.trim_start_matches("/apis/");
                let known = group_versions(&served);
                if known.contains(&asked) {
                    resources(asked, asked.split('/').next().unwrap_or_default())
                } else if let Some(version) = known.into_iter().find(|version| version.split('/').next() == Some(asked)) {
                    let mut group = group(version);
                    group["kind"] = "APIGroup".into();
                    group["apiVersion"] = "v1".into();
                    group
                } else {
                    return Err(Status::no_such_path());
                }
            }
        },
        Target::Unknown(_) | Target::Resource { .. } => return Err(Status::no_such_path()),
    };
    Ok(response(StatusCode::OK, whole(format!("{value}\n"))))
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "35",
        "gitVersion": "v1.36.2", "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406", "gitTreeState": "clean",
        "buildDate": "2026-08-21T11:29:11Z", "goVersion": "go1.26.4", "compiler": "gc", "platform": "linux/amd64",
    })
}

/// The groups with names, each with its one version, in the order of their kinds.
fn group_versions(served: impl Fn(ObjectKind) -> bool) -> Vec<&'static str> {
    let kinds = ObjectKind::ALL.into_iter().filter(|kind| !kind.group().is_empty() && served(*kind));
    let mut versions: Vec<_> = kinds.map(ObjectKind::api_version).collect();
    versions.dedup();
    versions
}

fn group(group_version: &str) -> Value {
    let (name, version) = group_version.split_once('/').unwrap_or(("", group_version));
    let version = json!({ "groupVersion": group_version, "version": version });
    json!({ "name": name, "versions": [version], "preferredVersion": version })
}

/// The resources that are served. There is nothing to write, so that the verbs are those of reading.
fn resources(group_version: &str, group: &str) -> Value {
    let resources: Vec<Value> = ObjectKind::ALL
        .into_iter()
        .filter(|kind| kind.group() == group)
        .map(|kind| {
            json!({
                "name": kind.plural(), "singularName": kind.as_str().to_lowercase(), "namespaced": kind.namespaced(),
                "kind": kind.as_str(), "verbs": ["get", "list", "watch"],
            })
        })
        .collect();
    let mut list = json!({ "kind": "APIResourceList", "groupVersion": group_version, "resources": resources });
    if !group.is_empty() {
        list["apiVersion"] = "v1".into();
    }
    list
}
