#!/usr/bin/env bash
# Prints the path of the Chromium (or Chrome) that the browser tests use: $CHROMIUM, else one that is installed, else
# one that apt-get installs where it may, else the one Playwright downloads on macOS.
set -euo pipefail
cd "$(dirname "$0")/.."

find_browser() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$candidate" ] && command -v "$candidate"; then return 0; fi
  done
  return 1
}

if find_browser; then exit 0; fi

as_root=()
if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && ${as_root[@]+"${as_root[@]}"} true 2>/dev/null; then
  echo "Installing Chromium with apt-get (once)" >&2
  export DEBIAN_FRONTEND=noninteractive
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq >&2
  ${as_root[@]+"${as_root[@]}"} apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >&2
  find_browser && exit 0
fi

if [ "$(uname)" = Darwin ]; then
  echo "Installing Playwright's Chromium (once)" >&2
  (cd end2end && npx playwright install chromium >&2)
  (cd end2end && node -e 'console.log(require("@playwright/test").chromium.executablePath())')
  exit 0
fi

cat >&2 <<'HELP'
No Chromium was found, and it cannot be installed from here (no apt-get, or no root and no sudo without a password).
Install Chromium or Chrome, or name one:  CHROMIUM=/path/to/chromium make test
HELP
exit 1
