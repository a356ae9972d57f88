#!/usr/bin/env bash
# Runs the fuzzing targets (all of them, or those that are named) under libFuzzer, each for $FUZZ_SECONDS (60).
# What is found stays in the target directory: new inputs of interest under fuzz/corpus, those that fail under
# fuzz/artifacts. An input that fails is copied into tests/fuzz/corpus, where the test command runs it from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.13.1
seconds=${FUZZ_SECONDS:-60}
targets=("$@")
if [ ${#targets[@]} = 0 ]; then targets=(image query record config watch); fi

export PATH="$PWD/.tools/bin:$PATH"
if [ "$(cargo-fuzz --version 2>/dev/null | awk '{ print $2 }')" != "$version" ]; then
  echo "Installing cargo-fuzz $version into .tools/ (once)" >&2
  cargo install --quiet cargo-fuzz --version "$version" --locked --root .tools >&2
fi

out="$(scripts/target-dir.sh)/fuzz"
# The same versions as everywhere; what only the fuzzer needs is added to the copy.
cp Cargo.lock tests/fuzz/Cargo.lock
# What a release server embeds, even if it is nothing: a folder that comes later has it compiled again.
mkdir -p target/site-release

for target in "${targets[@]}"; do
  mkdir -p "$out/corpus/$target" "$out/artifacts/$target"
  echo "== $target, $seconds s" >&2
  # Without a sanitizer: those need a nightly compiler, and safe code has nothing for them to find.
  cargo fuzz run --fuzz-dir tests/fuzz --target-dir "$out/build" --sanitizer none "$target" \
    "$out/corpus/$target" "tests/fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512 \
    -artifact_prefix="$out/artifacts/$target/"
done
