//! Sees to the front end's folder, and has a release server built anew when what it embeds was: cargo does not see files
//! that were not there before.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let site = Path::new(if release { "../target/site-release" } else { "../target/site" });
    if release {
        println!("cargo::rerun-if-changed={}", site.display());
        if !site.join("manifest.json").exists() {
            println!("cargo::warning=the front end is not built, so this server has none: run `make build` or `make site` first");
        }
    }
    // The folder's true path is taken down when the server is compiled. One that is made only afterwards would never be
    // found, and one that is missing would count as changed each time. If it cannot be made, that is all that happens.
    drop(std::fs::create_dir_all(site));
}
