#!/usr/bin/env bash
# Prints the path of the image registry (Debian's docker-registry) that the tests use: $DOCKER_REGISTRY, else one that is
# installed, else one that is unpacked once into .tools/. It is not installed: that would start it as a service.
set -euo pipefail
cd "$(dirname "$0")/.."

unpacked="$PWD/.tools/docker-registry"
for candidate in "${DOCKER_REGISTRY:-}" docker-registry "$unpacked/usr/bin/docker-registry"; do
  if [ -n "$candidate" ] && command -v "$candidate"; then exit 0; fi
done

if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
  echo "Unpacking docker-registry into .tools/ (once)" >&2
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
  mkdir -p "$unpacked"
  cd "$unpacked"
  if ! apt-get download -qq docker-registry >&2; then
    # The lists of packages are missing or old.
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq >&2
    apt-get download -qq docker-registry >&2
  fi
  dpkg -x docker-registry_*.deb . >&2
  rm docker-registry_*.deb
  echo "$unpacked/usr/bin/docker-registry"
  exit 0
fi

if [ "$(uname)" = Darwin ]; then
  echo "No image registry here: the tests that need one are left out (name one with DOCKER_REGISTRY)" >&2
  exit 0
fi

cat >&2 <<'HELP'
No image registry was found, and it cannot be unpacked from here (no apt-get). Install the program of
https://github.com/distribution/distribution, or name it:  DOCKER_REGISTRY=/path/to/registry make test
HELP
exit 1
