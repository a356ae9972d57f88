use std::cell::RefCell;

use server::config::{Sources, load};
use tempfile::TempDir;

use super::{Target, assert_in_proportion, index_of, merge_all};

pub(super) const TARGET: Target = Target {
    name: "config",
    run,
    words: &[
        "[server]\n",
        "[store]\n",
        "[[environments]]\n",
        "[[environments.targets]]\n",
        "[services]\n",
        "[timing]\n",
        "[[ci]]\n",
        "[ci.json]\n",
        "name = ",
        "url = ",
        "context = ",
        "namespaces = ",
        "mode = ",
        "interval = ",
        "\"30s\"",
        "\"sqlite://a.db\"",
        "token = ",
        "patterns = ",
        "\"*\"",
        "true",
        "1",
        "-1",
        "0x7fffffffffffffff",
        "1e400",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\n",
        "\"99999999999999999999d\"",
        "'''",
    ],
    allowance: |length| 4_000_000 + 20_000 * length,
};

const KUBECONFIG: &str = "\
apiVersion: v1
kind: Config
clusters: [{ name: dev, cluster: { server: 'http://127.0.0.1:1' } }]
users: [{ name: dev, user: {} }]
contexts: [{ name: dev, context: { cluster: dev, user: dev } }]
";

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// `relboard.toml`.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    // Devices have no end, or wait for somebody to type.
    if ["/dev", "/proc", "/sys", "\\u", "\\U", "\\x"].iter().any(|way| text.contains(way)) {
        return;
    }
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().expect("a folder"));
        let [file, kubeconfig] = ["relboard.toml", "kubeconfig"].map(|name| folder.path().join(name));
        std::fs::write(&file, text.as_bytes()).expect("the file is written");
        if !kubeconfig.exists() {
            std::fs::write(&kubeconfig, KUBECONFIG).expect("the file is written");
        }
        let sources = Sources { file: Some(file), kubeconfig: Some(kubeconfig), ..Sources::default() };
        match load(&sources) {
            Ok(config) => {
                let targets: usize = config.environments.iter().map(|environment| environment.targets.len()).sum();
                assert_eq!(targets, config.catalogue.targets.len(), "every target has its rules");
                merge_all(&mut index_of(config.catalogue), []);
            }
            Err(problems) => {
                assert!(!problems.0.is_empty());
                assert_in_proportion(problems.to_string().len(), input, 1024);
            }
        }
    });
}
