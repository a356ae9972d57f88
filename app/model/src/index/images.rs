//! What registries say of the images that are deployed.

use arcstr::ArcStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::published::Published;

/// What registries say, by digest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Images {
    published: BTreeMap<ArcStr, Arc<Published>>,
    /// Of a platform's image, the multi-platform index it is of. When it is of several, the least of them, so that the order
    /// of answers does not matter.
    index_of: BTreeMap<ArcStr, ArcStr>,
}

impl Images {
    /// Takes in an answer, and says which digests it tells something new of.
    pub(crate) fn insert(&mut self, published: Arc<Published>) -> BTreeSet<ArcStr> {
        if self.published.get(&published.digest) == Some(&published) {
            return BTreeSet::new();
        }
        for platform in &published.platforms {
            let known = self.index_of.entry(ArcStr::clone(platform)).or_insert_with(|| ArcStr::clone(&published.digest));
            if *known > published.digest {
                known.clone_from(&published.digest);
            }
        }
        let about = published.platforms.iter().chain([&published.digest]).cloned().collect();
        self.published.insert(ArcStr::clone(&published.digest), published);
        about
    }

    /// The multi-platform index that a platform's image is of.
    pub(crate) fn index_of(&self, digest: &str) -> Option<&ArcStr> {
        self.index_of.get(digest)
    }

    /// What is said of an image; of one that only its index is known of, what is said of that.
    pub(crate) fn get(&self, digest: &str) -> Option<&Arc<Published>> {
        let of_index = || self.published.get(self.index_of.get(digest)?);
        self.published.get(digest).or_else(of_index)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Published>> {
        self.published.values()
    }
}
