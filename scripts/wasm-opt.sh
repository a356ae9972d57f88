#!/usr/bin/env bash
# Prints the path of the wasm-opt whose version scripts/binaryen/package-lock.json pins; installs it once into .tools/.
set -euo pipefail
cd "$(dirname "$0")/.."

home="$PWD/.tools/binaryen"
if ! cmp --silent scripts/binaryen/package-lock.json "$home/package-lock.json" || ! [ -d "$home/node_modules" ]; then
  echo "Installing binaryen into .tools/ (once)" >&2
  rm -rf "$home"
  mkdir -p "$home"
  cp scripts/binaryen/package.json scripts/binaryen/package-lock.json "$home/"
  npm ci --prefix "$home" --no-audit --no-fund --ignore-scripts --loglevel=error >&2
fi
echo "$home/node_modules/.bin/wasm-opt"
