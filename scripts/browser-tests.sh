#!/usr/bin/env bash
# Runs Playwright against the debug binaries that were just built; arguments go to `playwright test`.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(cargo metadata --no-deps --format-version 1 | node -e 'process.stdin.on("data", d => (globalThis.t ??= []).push(d)).on("end", () => console.log(JSON.parse(Buffer.concat(t)).target_directory))')
export RELBOARD_BIN_DIR="$target/debug"
cd end2end
exec npx playwright test "$@"
