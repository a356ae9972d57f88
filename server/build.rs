//! Has a release server built anew when the front end it embeds was: cargo does not see files that were not there before.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Other profiles read the front end from the disk.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let site = Path::new("../target/site-release");
        println!("cargo::rerun-if-changed={}", site.display());
        if !site.join("manifest.json").exists() {
            println!("cargo::warning=the front end is not built, so this server has none: run `make build` or `make site` first");
            // A folder that is missing would count as changed each time. If it cannot be made, that is all that happens.
            drop(std::fs::create_dir_all(site));
        }
    }
}
