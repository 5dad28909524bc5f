# GoBFD: everything a developer runs. `make` lists the targets.
#
# Each target installs what it needs with scripts/install first (Debian packages as root, the Rust
# toolchain when there is none); on a prepared machine that step only looks and says nothing.

SHELL := /bin/bash
# A toolchain that scripts/install fetched is found without opening a new shell.
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
CARGO ?= cargo
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help build demo test unit interop bench bench-quick bench-stress reliability reliability-clock lint lint-shell fmt doc deny fuzz programs image package package-test systemd stack-programs

help: ## List the targets
	@echo 'GoBFD. Targets:'
	@awk -F ':[^#]*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the daemon and its command line (target/debug)
	@scripts/install build
	$(CARGO) build --workspace --bins

demo: ## See the main job in a minute: two daemons, a silently cut link, then a real FRR (root)
	@scripts/require-root demo
	@scripts/install demo
	$(CARGO) build --package gobfd --package gobfdctl --package bfd-testbed --bins
	@$(TARGET_DIR)/debug/gobfd-demo

test: ## Run every test: unit, property, simulation, interop with FRR and BIRD (root)
	@scripts/require-root test
	@scripts/install test
	$(CARGO) build --workspace --bins
	$(CARGO) test --workspace --no-fail-fast

unit: ## Run the tests that need neither root nor network
	@scripts/install test
	$(CARGO) test --workspace --lib --bins --no-fail-fast
	$(CARGO) test --package bfd-packet --package bfd-proto --package bfd-sim --test '*' --no-fail-fast

interop: ## Run only the interop suite with the real FRR and BIRD (root)
	@scripts/require-root interop
	@scripts/install test
	$(CARGO) build --workspace --bins
	$(CARGO) test --package bfd-testbed --no-fail-fast

BENCH = $(TARGET_DIR)/release/gobfd-bench
BENCH_PAGE := docs/en/benchmarks.md

.PHONY: bench-programs
bench-programs:
	@scripts/require-root bench
	@scripts/install bench
	$(CARGO) build --release --package gobfd --package gobfdctl --package gobfd-bench --bins

bench: bench-programs ## Measure bare loop, BIRD, FRR and gobfd; write docs/en/benchmarks.md (root, 15 min)
	$(BENCH) run; status=$$?; $(BENCH) report --write $(BENCH_PAGE) && exit $$status

bench-quick: bench-programs ## Measure only 1000 sessions at 50 ms x 3 beside a bare loop and BIRD (root)
	$(BENCH) run --only cost --peers bare,bird,gobfd
	$(BENCH) report

bench-stress: bench-programs ## Hold sessions while stress-ng has the machine; write the page (root, 20 min)
	$(BENCH) stress
	$(BENCH) report --stress --write $(BENCH_PAGE)

RELIABILITY = $(PROGRAMS)/gobfd-reliability
RELIABILITY_PAGE := docs/en/reliability.md

.PHONY: reliability-programs
reliability-programs:
	@scripts/require-root reliability
	@scripts/install demo
	$(CARGO) build --profile $(PROFILE) --package gobfd --package gobfd-reliability --bins

# One disturbance: `make reliability ONLY=junk`.
reliability: reliability-programs ## Disturb the daemon at full size; write docs/en/reliability.md (root, 15 min)
	$(RELIABILITY) run $(if $(ONLY),--only $(ONLY)); status=$$?; \
	    $(RELIABILITY) report --write $(RELIABILITY_PAGE) && exit $$status

reliability-clock: reliability-programs ## Step the clock of THIS MACHINE by a day and back while sessions run (root)
	@echo 'This sets the clock of this machine a day ahead and a day back, for 1.5 s each; four times in all.'
	@echo 'It is right again afterwards, by the monotonic clock. Ctrl-C within 5 seconds keeps it as it is.'
	@sleep 5
	$(RELIABILITY) clock; status=$$?; $(RELIABILITY) report --write $(RELIABILITY_PAGE) && exit $$status

lint: ## Lint with warnings denied
	@scripts/install build
	$(CARGO) clippy --workspace --all-targets -- -D warnings

lint-shell: ## Lint the shell scripts
	@scripts/install test
	shellcheck .ci/run scripts/* deployments/systemd/verify deployments/debian/verify deployments/debian/gobfd.postinst \
	    deployments/integrations/integrate deployments/integrations/lib/* \
	    deployments/integrations/verify/verify deployments/integrations/kubernetes/config-hash \
	    deployments/integrations/kubernetes/{setup-cluster,teardown,k3s,live}.sh \
	    deployments/integrations/*/run.sh deployments/integrations/images/frr-start

fmt: ## Format the code
	@scripts/install build
	$(CARGO) fmt --all

doc: ## Build the API documentation, warnings denied (target/doc)
	@scripts/install build
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps

deny: ## Check licences, bans, sources of the dependencies, and advisories where they can be fetched
	@scripts/install build
	@scripts/cargo-deny

fuzz: ## Fuzz each target for FUZZ_SECONDS, 60 by default (`make test` only replays the corpus)
	@scripts/install fuzz
	@scripts/fuzz

# --- containers and integration stacks (root) ----------------------------------------------------------

# What is shipped. `PROFILE=dev` takes the programs that the tests have built already.
PROFILE ?= release
SHIPPED := gobfd gobfdctl gobfd-haproxy-agent gobfd-exabgp-bridge
export PROGRAMS := $(abspath $(TARGET_DIR))/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

# What `-version` says. The date is the commit's, so that the same source gives the same programs.
VERSION ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
GIT_COMMIT ?= $(shell git rev-parse --short HEAD 2>/dev/null)
BUILD_DATE ?= $(shell TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd 2>/dev/null)
RELEASED = GOBFD_VERSION=$(VERSION) GOBFD_COMMIT=$(or $(GIT_COMMIT),unknown) GOBFD_BUILD_DATE=$(or $(BUILD_DATE),unknown)

programs: ## Build the shipped programs and the checker of the stacks (target/release)
	@scripts/install build
ifeq ($(PROFILE),dev)
	$(CARGO) build --workspace --bins
else
	$(RELEASED) $(CARGO) build --profile $(PROFILE) --bins $(addprefix --package ,$(SHIPPED) bfd-testbed)
endif

image: programs ## Build the container image localhost/gobfd:local (root)
	@scripts/require-root image
	@scripts/install stacks
	@$(INTEGRATIONS)/lib/prepare
	@$(INTEGRATIONS)/lib/images gobfd

systemd: ## Show the unit under a real systemd in a container: start, reload, hung thread, stop (root)
	@scripts/require-root systemd
	@scripts/install stacks
	$(CARGO) build --package gobfd --bins
	@deployments/systemd/verify $(TARGET_DIR)/debug/gobfd

package: programs ## Make the Debian package: programs, unit, manual pages, completions (target/package)
	@scripts/install package
	@scripts/package

package-test: programs ## Install, upgrade, restart, remove and purge the package in a container (root)
	@scripts/require-root package-test
	@scripts/install package-test
	@deployments/debian/verify

include deployments/integrations/stacks.mk
