//! Objects that are served as they were applied: kinds whose controllers are not simulated. Who applies them plays the controller.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Meta, Name, ObjectKind, World};
use crate::error::Error;
use crate::spec::Labels;

/// An object as it was applied: all its fields but those of `metadata` that the API server sets.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) meta: Meta,
    pub(crate) annotations: Labels,
    /// `ownerReferences`, as applied.
    pub(crate) owners: Option<Value>,
    /// What is beside `metadata`.
    pub(crate) fields: Map<String, Value>,
}

impl World {
    /// `kubectl apply` of an object of a kind that has no controller here, status and all. Its `metadata` may have labels,
    /// annotations and ownerReferences.
    ///
    /// # Errors
    /// [`Error::NoSuchKind`] when the kind has a controller, or is not installed.
    pub(super) fn put_manifest(&mut self, kind: ObjectKind, name: &Name, object: Value) -> Result<(), Error> {
        if !kind.is_manifest() || !self.is_served(kind) {
            return Err(Error::NoSuchKind { kind: kind.as_str() });
        }
        let Value::Object(mut fields) = object else { return Err(Error::NoSuchKind { kind: "an object" }) };
        let metadata = fields.remove("metadata").unwrap_or_default();
        fields.retain(|key, _| !matches!(key.as_str(), "kind" | "apiVersion"));
        let texts = |key: &str| -> Labels {
            let pairs = metadata[key].as_object().into_iter().flatten();
            pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        };
        let (labels, annotations) = (texts("labels"), texts("annotations"));
        let owners = metadata.get("ownerReferences").cloned();
        self.ensure_namespace(&name.namespace);
        let key = (kind, name.clone());
        match self.manifests.get_mut(&key) {
            Some(known) => {
                known.meta.generation += i64::from(known.fields.get("spec") != fields.get("spec"));
                known.meta.labels = Arc::new(labels);
                (known.annotations, known.owners, known.fields) = (annotations, owners, fields);
            }
            None => {
                let meta = self.new_meta(name.clone(), labels);
                self.manifests.insert(key, Manifest { meta, annotations, owners, fields });
            }
        }
        self.write(kind, name);
        Ok(())
    }

    /// `kubectl delete` of such an object.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkload`] when it is not there.
    pub(super) fn delete_manifest(&mut self, kind: ObjectKind, name: &Name) -> Result<(), Error> {
        let key = (kind, name.clone());
        if !self.manifests.contains_key(&key) {
            return Err(Error::NoSuchWorkload { namespace: name.namespace.to_string(), name: name.name.to_string() });
        }
        self.unwrite(kind, name);
        self.manifests.remove(&key);
        Ok(())
    }

    /// Whether the API server serves a kind: a Rollout only once its definition was installed.
    #[must_use]
    pub fn is_served(&self, kind: ObjectKind) -> bool {
        kind != ObjectKind::Rollout || self.rollouts_installed
    }

    /// Installs the definition of Argo's Rollouts, or takes it away with all its objects.
    pub(super) fn install_rollouts(&mut self, installed: bool) {
        if !installed {
            let rollouts = self.manifests.keys().filter(|(kind, _)| *kind == ObjectKind::Rollout);
            for (kind, name) in rollouts.cloned().collect::<Vec<_>>() {
                self.unwrite(kind, &name);
                self.manifests.remove(&(kind, name));
            }
        }
        self.rollouts_installed = installed;
    }
}
