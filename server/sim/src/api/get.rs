//! One object by its name.

use axum::response::Response;
use http::StatusCode;

use super::answer::{Status, response};
use super::{Shared, lock, whole};
use crate::world::{Name, ObjectKind};

pub(crate) fn get(shared: &Shared, kind: ObjectKind, namespace: Option<&str>, name: &str) -> Result<Response, Status> {
    let namespace = if kind.namespaced() { namespace.unwrap_or_default() } else { "" };
    let found = lock(&shared.world).store().get(kind, &Name::new(namespace, name));
    found.map(|version| response(StatusCode::OK, whole(version.object()))).ok_or_else(|| Status::not_found(kind, name))
}
