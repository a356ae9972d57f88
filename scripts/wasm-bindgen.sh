#!/usr/bin/env bash
# Prints the path of a wasm-bindgen whose version is exactly the one Cargo.lock has for the library: they must match.
# One on PATH is taken when it does; else it is built once into .tools/.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)

matches() { [ "$("$1" --version 2>/dev/null | awk '{ print $2 }')" = "$version" ]; }

for candidate in "$PWD/.tools/bin/wasm-bindgen" wasm-bindgen; do
  if command -v "$candidate" >/dev/null && matches "$candidate"; then
    command -v "$candidate"
    exit 0
  fi
done

echo "Installing wasm-bindgen-cli $version into .tools/ (once; some minutes)" >&2
# Not --locked: the lock file published with it does not build with current compilers.
cargo install --quiet wasm-bindgen-cli --version "$version" --root .tools >&2
echo "$PWD/.tools/bin/wasm-bindgen"
