#!/usr/bin/env bash
# Takes pictures of the demo of the release server that was just built; arguments go to `playwright test`.
set -euo pipefail
cd "$(dirname "$0")/.."
CHROMIUM="$(scripts/chromium.sh)"
RELBOARD_BIN_DIR="$(scripts/target-dir.sh)/release"
export CHROMIUM RELBOARD_BIN_DIR
cd end2end
exec npx playwright test --config pictures.config.ts "$@"
