#!/usr/bin/env bash
# Runs Playwright against the debug binaries that were just built; arguments go to `playwright test`.
set -euo pipefail
cd "$(dirname "$0")/.."
# Assigned by itself, so that a browser that cannot be had ends this here, and not every test by itself.
CHROMIUM="$(scripts/chromium.sh)"
RELBOARD_BIN_DIR="$(scripts/target-dir.sh)/debug"
export CHROMIUM RELBOARD_BIN_DIR
cd end2end
exec npx playwright test "$@"
