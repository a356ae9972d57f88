//! Reading versions off templates, pods and records (board.md, "Which version").

use arcstr::ArcStr;
use std::collections::BTreeMap;

use crate::catalogue::VersionRules;
use crate::ids::ServiceName;
use crate::image::ImageRef;
use crate::index::{Claim, Images, Index};
use crate::record::Record;
use crate::version::{Version, same_commit};
use crate::workload::{Container, Pod, Role, Template, TemplateContainer};

/// Reads the versions of one service: its records say which commit a digest or a tag is.
pub(crate) struct Reader<'a> {
    rules: &'a VersionRules,
    by_digest: BTreeMap<ArcStr, Claim<'a>>,
    /// The one commit that all records of a tag name; none when the tag has moved.
    by_tag: BTreeMap<ArcStr, Option<&'a ArcStr>>,
    images: &'a Images,
}

/// What an image reference gives.
struct Named {
    version: Version,
    /// Registry and path.
    repository: ArcStr,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(index: &'a Index, service: &ServiceName) -> Self {
        let images = index.images();
        let mut reader = Self { rules: &index.catalogue().versions, by_digest: BTreeMap::new(), by_tag: BTreeMap::new(), images };
        for claim in index.claims_of(service) {
            let version = of_claim(claim, images);
            for digest in version.digest.into_iter().chain(version.index) {
                // Of several environments that name the digest, the newest record counts.
                let known = reader.by_digest.entry(digest).or_insert(claim);
                if known.at < claim.at {
                    *known = claim;
                }
            }
            if let (Some(tag), Some(commit)) = (version.label, claim.commit) {
                let known = reader.by_tag.entry(tag).or_insert(Some(commit));
                if known.is_some_and(|known| !same_commit(known, commit)) {
                    *known = None;
                }
            }
        }
        reader
    }

    /// The version a template wants. `claims` are those of the environment, newest first: of a tag that moves, such as `latest`,
    /// the newest of them says which commit is meant.
    pub(crate) fn wanted(&self, template: &Template, mut claims: impl Iterator<Item = Claim<'a>>) -> Option<Version> {
        let main = main_of(template)?;
        let Named { mut version, .. } = named(&main.image);
        let moving = version.label.as_deref().and_then(|tag| {
            let names_it = |claim: &Claim<'_>| claim.commit.is_some() && of_claim(*claim, self.images).label.as_deref() == Some(tag);
            claims.find(names_it).and_then(|claim| claim.commit)
        });
        self.complete(&mut version, moving, template.commit.as_ref());
        Some(version)
    }

    /// The version a pod's container runs. `commit` is what the pod's own template says, where it is known.
    pub(crate) fn running(&self, container: &Container, commit: Option<&ArcStr>) -> Version {
        let Named { mut version, .. } = named(&container.image);
        if container.digest.is_some() {
            version.digest.clone_from(&container.digest);
        }
        self.complete(&mut version, None, commit);
        version
    }

    /// A version whose digest is known by now.
    pub(crate) fn with_digest(&self, version: &Version, digest: &ArcStr) -> Version {
        let mut version = Version { digest: Some(ArcStr::clone(digest)), ..version.clone() };
        let known = version.commit.take();
        self.complete(&mut version, known.as_ref(), None);
        version.commit = known.or(version.commit);
        version
    }

    /// Fills in what records, template, tag and registry say: the first of them counts, and a later one that only knows more
    /// digits of the same commit lends them.
    fn complete(&self, version: &mut Version, moving: Option<&ArcStr>, template: Option<&ArcStr>) {
        version.index = version.digest.as_ref().and_then(|digest| self.images.index_of(digest)).cloned();
        let recorded = [&version.digest, &version.index].into_iter().flatten().find_map(|digest| self.by_digest.get(digest));
        let published = version.digest.as_ref().and_then(|digest| self.images.get(digest));
        let of_tag = version.label.as_ref().and_then(|tag| self.by_tag.get(tag).copied().flatten());
        let in_tag = version.label.as_ref().and_then(|tag| self.rules.commit_of_tag(tag));
        let published = published.and_then(|published| published.commit.as_ref());
        let candidates = [recorded.and_then(|claim| claim.commit), moving, of_tag, template, in_tag.as_ref(), published];
        version.commit = candidates
            .into_iter()
            .flatten()
            .cloned()
            .reduce(|first, next| if next.len() > first.len() && same_commit(&first, &next) { next } else { first });
        if version.label.is_none() {
            version.label = recorded.and_then(|claim| of_claim(*claim, self.images).label);
        }
    }
}

/// The version a record claims.
pub(crate) fn of_record(record: &Record, images: &Images) -> Version {
    of_claim(Claim::from(record), images)
}

fn of_claim(claim: Claim<'_>, images: &Images) -> Version {
    let image = claim.image.and_then(|image| image.parse::<ImageRef>().ok());
    let (tag, pinned) = image.map_or((None, None), |image| (image.tag, image.digest));
    let digest = claim.digest.cloned().or(pinned);
    let index = digest.as_ref().and_then(|digest| images.index_of(digest)).cloned();
    Version { commit: claim.commit.cloned(), label: tag.or_else(|| claim.version.cloned()), digest, index }
}

/// The main container of a template.
pub(crate) fn main_of(template: &Template) -> Option<&TemplateContainer> {
    let is = |role: Role| template.containers.iter().find(move |container| container.role == role);
    is(Role::Main).or_else(|| is(Role::Side))
}

/// The container of a pod that the template's main container is; a pod alone may not say which it is.
pub(crate) fn main_of_pod<'p>(pod: &'p Pod, template: &Template) -> Option<&'p Container> {
    let name = main_of(template).map(|main| &main.name);
    let by_name = pod.containers.iter().find(|container| Some(&container.name) == name);
    by_name.or_else(|| pod.containers.iter().find(|container| container.role == Role::Main))
}

/// Registry and path of a template's main image.
pub(crate) fn repository(template: &Template) -> Option<ArcStr> {
    main_of(template).map(|main| named(&main.image).repository)
}

/// What an image reference says. Without tag and digest the container runtime takes the tag `latest`. One that does not
/// follow the grammar is its own label.
fn named(image: &ArcStr) -> Named {
    match image.parse::<ImageRef>() {
        Ok(ImageRef { name, tag: None, digest: None }) => {
            Named { version: Version { label: Some(ArcStr::from("latest")), ..Version::default() }, repository: name }
        }
        Ok(ImageRef { name, tag, digest }) => Named { version: Version { label: tag, digest, ..Version::default() }, repository: name },
        Err(_) => Named { version: Version { label: Some(ArcStr::clone(image)), ..Version::default() }, repository: ArcStr::clone(image) },
    }
}
