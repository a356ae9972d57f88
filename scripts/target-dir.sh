#!/usr/bin/env bash
# Prints cargo's target directory, wherever CARGO_TARGET_DIR or a configuration puts it.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo metadata --no-deps --format-version 1 | node -e 'console.log(JSON.parse(require("fs").readFileSync(0, "utf8")).target_directory)'
