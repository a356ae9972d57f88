#!/usr/bin/env bash
# Measures the release binaries that were just built and prints a table, REPORT=FILE writes it there, too; arguments go to
# `playwright test`.
set -euo pipefail
cd "$(dirname "$0")/.."
CHROMIUM="$(scripts/chromium.sh)"
RELBOARD_BIN_DIR="$(scripts/target-dir.sh)/release"
REPORT="${REPORT:+$(realpath --canonicalize-missing "$REPORT")}"
export CHROMIUM RELBOARD_BIN_DIR REPORT
cd end2end
exec npx playwright test --config bench.config.ts "$@"
