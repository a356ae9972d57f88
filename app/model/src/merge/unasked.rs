//! What to ask registries for.

use arcstr::ArcStr;
use std::collections::BTreeSet;

use crate::ids::TargetId;
use crate::image::{ImageAt, ImageRef};
use crate::index::{Index, Objects};
use crate::workload::Role;

use super::versions::main_of;

/// The images that run or were recorded, by digest, of which no registry has said anything yet.
#[must_use]
pub fn unasked(index: &Index) -> Vec<ImageAt> {
    // Pods are many and images few: each is read once.
    let mut images: BTreeSet<(&str, Option<&ArcStr>)> = BTreeSet::new();
    let targets = index.catalogue().targets.iter().enumerate().filter_map(|(id, _)| u16::try_from(id).ok());
    let objects = || targets.clone().filter_map(|id| index.objects(TargetId(id)));
    for workload in objects().flat_map(Objects::workloads) {
        if let Some(main) = main_of(&workload.template) {
            images.insert((&main.image, None));
        }
    }
    for container in objects().flat_map(Objects::pods).flat_map(|pod| &pod.containers) {
        if container.role == Role::Main && container.digest.is_some() {
            images.insert((&container.image, container.digest.as_ref()));
        }
    }
    for claim in index.services().flat_map(|service| index.claims_of(service)) {
        if let Some(image) = claim.image {
            images.insert((image, claim.digest));
        }
    }
    let at = |(image, digest): (&str, Option<&ArcStr>)| {
        let ImageRef { name, digest: pinned, .. } = image.parse().ok()?;
        let digest = digest.cloned().or(pinned).filter(|digest| index.images().get(digest).is_none())?;
        Some(ImageAt { digest, name })
    };
    let unasked: BTreeSet<_> = images.into_iter().filter_map(at).collect();
    unasked.into_iter().collect()
}
