#!/usr/bin/env bash
# Sees to it that the compiler can build for the browser. rustup reads rust-toolchain.toml only when it installs the
# toolchain; one that is there already may lack the target.
set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown
if [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; then exit 0; fi
if command -v rustup >/dev/null; then
  echo "Adding the compilation target $target (once)" >&2
  exec rustup --quiet target add "$target"
fi
echo "The compiler cannot build for $target: install rustup (https://rustup.rs), or the target with the tool that your Rust came from." >&2
exit 1
