#!/usr/bin/env bash
# Measures the release binaries that were just built and prints a table; arguments go to `playwright test`.
set -euo pipefail
cd "$(dirname "$0")/.."
CHROMIUM="$(scripts/chromium.sh)"
RELBOARD_BIN_DIR="$(scripts/target-dir.sh)/release"
export CHROMIUM RELBOARD_BIN_DIR
cd end2end
exec npx playwright test --config bench.config.ts "$@"
