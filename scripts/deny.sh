#!/usr/bin/env bash
# Checks licences, banned crates and sources, where cargo-deny is installed (its installation takes minutes, so it is
# not made a requirement). The advisory database is a matter for a scheduled job: it changes without a commit.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v cargo-deny >/dev/null; then
  echo "cargo-deny is not installed: licences, bans and sources are not checked (cargo install cargo-deny)"
elif [ -f deny.toml ]; then
  cargo deny --log-level error check licenses bans sources
fi
