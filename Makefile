# The task runner. `make` lists the tasks. Needs git, rustup (or cargo), a C compiler, Node.js and make; what else a
# task needs it installs once, pinned (see scripts/).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo build site site-debug test test-rust test-browser check lint fmt fuzz bench load pictures clean-tools soak

CARGO ?= cargo
# More words for `relboard demo`, for example: make demo ARGS="--listen 127.0.0.1:9000"
ARGS ?=

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

demo: site ## build the release server with its front end and start it on simulated clusters
	$(CARGO) run --release --package server --bin relboard -- demo $(ARGS)

build: site ## build the release server: one file, target/release/relboard
	$(CARGO) build --release --package server --bin relboard

test: test-rust test-browser ## run every test

# The same selection everywhere, so that features are unified in one way and nothing is compiled twice.
test-rust: ## run the Rust tests: unit, property, recorded traffic, integration
	DOCKER_REGISTRY="$$(scripts/docker-registry.sh)" $(CARGO) test --workspace

soak: ## play 10,000 seeds of the fault simulation; make soak ARGS="--seed N" plays one, and prints all that happens
	$(CARGO) run --release --package integration-tests --bin soak -- $(ARGS)

test-browser: site-debug end2end/node_modules/.package-lock.json ## run the browser tests
	$(CARGO) build --workspace --bins --tests
	scripts/browser-tests.sh $(ARGS)

site: ## build the front end for release (target/site-release)
	node scripts/build-site.mjs release

site-debug: ## build the front end for debug servers (target/site)
	node scripts/build-site.mjs debug

check: lint test-rust ## lints and Rust tests, without a browser

lint: end2end/node_modules/.package-lock.json ## check formatting and lints; warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	scripts/wasm-target.sh
	$(CARGO) clippy --package app --target wasm32-unknown-unknown --no-default-features --features hydrate -- -D warnings
	cd end2end && npx tsc --noEmit
	scripts/deny.sh

fmt: ## format the code
	$(CARGO) fmt --all

fuzz: ## fuzz what reads foreign input, each target for a minute: ARGS="query watch" FUZZ_SECONDS=600
	scripts/fuzz.sh $(ARGS)

bench: site end2end/node_modules/.package-lock.json ## measure latency, size and memory, print a table; REPORT=docs/measurements.md writes it
	$(CARGO) build --release --workspace --bins
	REPORT="$(REPORT)" scripts/bench.sh $(ARGS)

load: site ## measure a large fleet and thousands of viewers, and print a table; make load ARGS="--divide 8 --seconds 10" is short
	$(CARGO) build --release --workspace --bins
	"$$(scripts/target-dir.sh)/release/load" $(ARGS)

pictures: build end2end/node_modules/.package-lock.json ## take the pictures of the README from the demo (docs/images)
	scripts/pictures.sh $(ARGS)

clean-tools: ## forget the tools and packages that were installed here
	rm -rf .tools end2end/node_modules

end2end/node_modules/.package-lock.json: end2end/package.json end2end/package-lock.json
	cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
	touch $@
