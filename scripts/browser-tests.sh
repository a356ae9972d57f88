#!/usr/bin/env bash
# Runs Playwright against the debug binaries that were just built; arguments go to `playwright test`.
set -euo pipefail
cd "$(dirname "$0")/.."
RELBOARD_BIN_DIR="$(scripts/target-dir.sh)/debug"
export RELBOARD_BIN_DIR
cd end2end
exec npx playwright test "$@"
