use model::catalogue::VersionRules;
use model::image::{ImageRef, digest_of, is_digest};
use model::version::is_commit;

use super::{Target, assert_in_proportion};

pub(super) const TARGET: Target = Target {
    name: "image",
    run,
    words: &["registry:5000/", "docker-pullable://", "@sha256:", "sha512:", ":latest", "[::1]:5000/", "main-7fc38a2", "_", "__", "--", "."],
    allowance: |length| 64_000 + 64 * length,
};

/// Image references, image ids and tags.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match text.parse::<ImageRef>() {
        Ok(image) => {
            assert_eq!(image.to_string(), text, "it displays as it was written");
            assert_eq!(image.to_string().parse::<ImageRef>().as_ref(), Ok(&image));
        }
        Err(error) => assert_in_proportion(error.to_string().len(), input, 2),
    }
    assert!(digest_of(&text).is_none_or(is_digest));
    // A tag is never longer; what is, comes from a label.
    if text.len() <= 128 {
        let rules = VersionRules::default();
        assert!(rules.commit_of_tag(&text).is_none_or(|commit| is_commit(&commit)));
    }
}
