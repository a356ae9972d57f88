//! The rules of the house that the compiler does not keep: which module may use which, that every file is reached, and
//! that none grows too long (ARCHITECTURE.md).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest a file may be, in lines. Above 400 it says in a sentence why.
const CEILING: usize = 600;

/// What each module of the server may use of the others. `config ← {clusters, ci, registry, store} ← hub ← web ← run ← cli`.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("clock", &[]),
    ("chance", &[]),
    ("config", &[]),
    ("clusters", &["config", "clock", "chance"]),
    ("ci", &["config", "clock", "chance"]),
    ("registry", &["config", "clock"]),
    ("store", &["config"]),
    ("hub", &["config", "clusters", "ci", "registry", "store", "clock"]),
    ("web", &["config", "clusters", "ci", "registry", "store", "hub", "clock"]),
    ("run", &["config", "clusters", "ci", "registry", "store", "hub", "web", "clock"]),
    ("cli", &["config", "clusters", "ci", "registry", "store", "hub", "web", "run", "clock"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The Rust files of a folder, and of the folders in it.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The source folders of all packages.
fn sources() -> Vec<PathBuf> {
    ["app/src", "app/model/src", "server/src", "server/sim/src", "tests/src", "tests/it"].iter().map(|folder| root().join(folder)).collect()
}

/// The names after `crate::` in a line of code.
fn used(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
}

#[test]
fn modules_of_the_server_use_only_what_lies_before_them() {
    let source = root().join("server/src");
    let modules: BTreeSet<&str> = MAY_USE.iter().map(|(module, _)| *module).collect();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let place = file.strip_prefix(&source).unwrap();
        let module = place.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let (module, allowed) =
            *MAY_USE.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("{module} has no place in the order"));
        seen.insert(module);
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for other in used(line).filter(|other| modules.contains(other) && *other != module && !allowed.contains(other)) {
                wrong.push(format!("{}:{}: {module} uses {other}", place.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "against the order of the house:\n{}", wrong.join("\n"));
    assert_eq!(seen, modules, "the order names modules that are not there");
}

#[test]
fn every_file_is_reached() {
    let mut lost = Vec::new();
    for source in sources() {
        for file in rust_files(&source) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let folder = file.parent().unwrap();
            let is_root = matches!(name, "lib" | "main") || folder.ends_with("bin");
            let (name, folder) =
                if name == "mod" { (folder.file_name().unwrap().to_str().unwrap(), folder.parent().unwrap()) } else { (name, folder) };
            let parents = [folder.join("mod.rs"), folder.with_extension("rs"), folder.join("lib.rs"), folder.join("main.rs")];
            let declares = |parent: &PathBuf| {
                fs::read_to_string(parent).is_ok_and(|text| {
                    text.lines().any(|line| line.trim_end_matches(';').ends_with(&format!("mod {name}")) && line.ends_with(';'))
                })
            };
            if !is_root && !parents.iter().any(declares) {
                lost.push(file);
            }
        }
    }
    assert!(lost.is_empty(), "no `mod` names these files: {lost:#?}");
}

#[test]
fn no_file_is_too_long() {
    let length = |file: &PathBuf| fs::read_to_string(file).unwrap().lines().count();
    let long: Vec<_> = sources().iter().flat_map(|source| rust_files(source)).filter(|file| length(file) > CEILING).collect();
    assert!(long.is_empty(), "longer than {CEILING} lines: {long:#?}");
}

/// Words that are the same in every language.
const NAMES: [&str; 2] = ["Relboard", "Esc"];

/// The texts that a page says by itself: in an attribute that is read to people, or as content.
fn texts(line: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    for attribute in ["aria-label=\"", "aria-description=\"", "title=\"", "placeholder=\"", "alt=\"", "{ \""] {
        texts.extend(line.split(attribute).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)));
    }
    // A text of a `view!` is on a line of its own.
    texts.extend(line.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')));
    texts
}

#[test]
fn the_page_says_nothing_that_is_not_in_its_catalogue() {
    let source = root().join("app/src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let place = file.strip_prefix(&source).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        // What tests say, nobody reads on the page.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        if place.starts_with("i18n") || place.starts_with("tests.rs") {
            continue;
        }
        // An error is said to whoever configures the server.
        let before = std::iter::once("").chain(code.lines());
        let lines = before.zip(code.lines()).enumerate();
        let lines = lines.filter(|(_, (before, line))| !line.trim_start().starts_with("//") && before.trim() != "#[error(");
        for (number, (_, line)) in lines {
            // A word in small letters is a value, such as that of an attribute.
            let is_said = |text: &&str| {
                text.chars().filter(|letter| letter.is_alphabetic()).count() > 1
                    && (text.contains(' ') || text.chars().any(char::is_uppercase))
            };
            for text in texts(line).into_iter().filter(is_said).filter(|text| !NAMES.contains(text)) {
                wrong.push(format!("{}:{}: {text}", place.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "put it into app/src/i18n, in every language:\n{}", wrong.join("\n"));
}

#[test]
fn a_text_that_is_not_in_the_catalogue_is_found() {
    for (line, expected) in [
        ("<a aria-label=\"Close it\">", vec!["Close it"]),
        ("    \"Not translated\"", vec!["Not translated"]),
        ("html! { p { \"Nothing\" } }", vec!["Nothing"]),
        ("<a aria-label=strings.close>", vec![]),
        ("format!(\"{name} x\"),", vec![]),
    ] {
        assert_eq!(texts(line), expected, "{line}");
    }
}
