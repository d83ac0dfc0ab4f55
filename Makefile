# make is the whole interface; `make help` lists the targets.
PYTHON ?= python3
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/trunkline
export CARGO_TARGET_DIR ?= $(CACHE)/cargo
export PYTHON
PROCESSORS := $(shell getconf _NPROCESSORS_ONLN)
# maturin would install into whatever environment the caller has activated.
export VIRTUAL_ENV := $(CURDIR)/.venv
# maturin installs packages by pip, and only this reaches it there.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Images of containers set it to stay small; here each of a thousand relays and commands that tests
# start would compile all of its modules anew, and each run of pytest all tests.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PAGE := src/trunkline/web/static/index.html
# The guide is among the pages.
PAGE_SOURCES := README.md $(shell find frontend docs/guide docs/images \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)
# With the profile that the core is built with, checks and tests share its compiled dependencies.
CARGO_CHECK := --locked --release --workspace

# Show what a command says only when it fails.
quietly = said=$$($(1) 2>&1) || { echo "$$said" >&2; exit 1; }

# Targets beside each other: much of each is on one processor alone, or waits. What one says is not
# mixed with what another does, and comes as soon as a command of it has ended.
BESIDE := --no-print-directory --output-sync=line --jobs=$(PROCESSORS)
# What others need first; nothing, where it has just been made.
BUILT ?= build

.PHONY: help setup build core page run test cover test-tools test-python test-rust \
	test-page soak check check-python check-core check-rust check-page layers bench loadgen \
	wheel wheel-all fuzz clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  %-12s %s\n", $$1, $$2}'

setup: .venv/.stamp frontend/node_modules/.stamp ## Install everything into this folder

# Crates that are not as the registry has them: cargo can do nothing before they are there.
PATCHED := core/patched/.stamp
$(PATCHED): tooling/patch-crates.py $(wildcard core/patches/*.patch)
	@tooling/prerequisites.sh
	@$(PYTHON) tooling/patch-crates.py
	@touch $@

# Clippy needs no more of it, and looks at the core while packages are fetched.
.venv/bin/maturin: | $(PATCHED)
	@tooling/prerequisites.sh
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet maturin

.venv/.stamp: pyproject.toml constraints.txt $(PATCHED) .venv/bin/maturin
	@echo "Installing packages and building the core: some minutes the first time."
	@$(call quietly,$(BIN)/maturin develop --locked --release -E dev)
	@touch $@

frontend/node_modules/.stamp: frontend/package-lock.json
	@tooling/prerequisites.sh
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build: core page ## Build the core and the page

# The wire schema as Python: the stub is for the type checker.
SCHEMA := src/trunkline/protocol/sfu_pb2.py
$(SCHEMA): proto/sfu.proto .venv/.stamp
	@$(BIN)/python -m grpc_tools.protoc --proto_path=proto --python_out=$(dir $@) \
		--pyi_out=$(dir $@) $<
	@touch $@

# And as JavaScript with types: the enumerations of its TypeScript are more than types.
SDK_SCHEMA := frontend/sdk/src/generated/sfu_pb.js
$(SDK_SCHEMA): proto/sfu.proto .venv/.stamp frontend/node_modules/.stamp
	@mkdir -p $(dir $@)
	@$(BIN)/python -m grpc_tools.protoc --proto_path=proto \
		--plugin=protoc-gen-es=frontend/node_modules/.bin/protoc-gen-es \
		--es_out=$(dir $@) --es_opt=target=js+dts $<
	@touch $@

core: .venv/.stamp $(SCHEMA)
	@$(call quietly,$(BIN)/maturin develop --locked --release --skip-install)

page: $(PAGE) ## Build the page

$(PAGE): frontend/node_modules/.stamp $(SDK_SCHEMA) $(PAGE_SOURCES)
	@$(call quietly,cd frontend && npm run build)
	@touch $@

# FFmpeg and OBS refuse a certificate that they do not know, so there is a port without TLS, too.
run: build ## Start the relay with a demonstration room; OPTIONS="--port 9000 …"
	@$(BIN)/trunkline serve --demo --plain-port 8080 $(OPTIONS)

test: build ## Run all tests
	@$(MAKE) $(BESIDE) BUILT= test-tools test-rust cover test-page
	@$(MAKE) --no-print-directory BUILT= ALREADY="and (hypothesis or not unit)" test-python

# Without the tests that Hypothesis makes up anew each time: what they reach differs.
cover: $(BUILT) ## Check that unit tests reach all of the rooms and protocols
	$(BIN)/python -m pytest --quiet --numprocesses=$(PROCESSORS) -m "not hypothesis" \
		--cov --cov-report=term-missing tests/unit

# Most tests wait more than they work. Of those that do not, browsers and peers, as many run beside
# each other as there are processors: see tests/conftest.py.
WORKERS ?= $(shell expr $(PROCESSORS) + $(PROCESSORS) / 2)
# What `make test` says of those that `make cover` has just run.
ALREADY ?=
test-python: $(BUILT) test-tools
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal \
		-m "not soak and not alone $(ALREADY)"
	$(BIN)/python -m pytest -m alone

test-tools:
	@tooling/test-tools.sh

# Of all packages, as everywhere: with one less, dependencies have other features and are compiled
# anew. The longest tests wait for real sockets, several at a time. rustdoc is handed no slots by make.
test-rust: .venv/.stamp
	MAKEFLAGS= cargo test $(CARGO_CHECK) --quiet -- --test-threads=8

test-page: frontend/node_modules/.stamp $(SDK_SCHEMA)
	cd frontend && npm test --silent

# What stands in this file is for `make fuzz`: only what the caller says counts here.
said = $(if $(filter file,$(origin $(1))),,$($(1)))
soak: build ## Let sessions come and go for minutes; SECONDS=240 SEED=7
	SOAK_SECONDS=$(call said,SECONDS) SOAK_SEED=$(call said,SEED) \
		$(BIN)/python -m pytest -m 'soak or not soak' -s -v tests/soak

check: ## Check format, types, lints and the core's contract
	@$(MAKE) $(BESIDE) check-rust build layers check-python check-core check-page

check-python: .venv/.stamp $(SCHEMA)
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy

check-core: core
	$(BIN)/python -m mypy.stubtest --concise trunkline._core \
		--allowlist tooling/stubtest-allowlist.txt

check-rust: .venv/bin/maturin
	cargo fmt --check
	cargo clippy $(CARGO_CHECK) --all-targets --quiet -- -D warnings

check-page: frontend/node_modules/.stamp $(SDK_SCHEMA)
	cd frontend && npm run --silent check

layers: $(SCHEMA) ## Check which way imports point
	$(BIN)/lint-imports --no-cache --no-logo

bench: build ## Measure CPU, latency and memory of forwarding, and what people wait for
	$(BIN)/python -m benchmarks
	PYTHONPATH=tests $(BIN)/python -m benchmarks.rooms
	PYTHONPATH=tests $(BIN)/python -m benchmarks.frames
	PYTHONPATH=tests $(BIN)/python -m benchmarks.flitter
	PYTHONPATH=tests $(BIN)/python -m benchmarks.routing
	PYTHONPATH=tests $(BIN)/python -m benchmarks.trunks
	PYTHONPATH=tests $(BIN)/python -m benchmarks.cameras

# With all of the workspace's features, as for checks and tests, so that their dependencies serve.
loadgen: .venv/.stamp
	@$(call quietly,cargo build $(CARGO_CHECK) --bin loadgen)
	@echo $(CARGO_TARGET_DIR)/release/loadgen

# Seconds for each target; the seed makes a short run much the same every time.
SECONDS ?= 60
SEED ?= 1
FUZZ := datagrams frames keyframe negotiate offer payload renegotiate sequence turn
# Of Python: see tests/fuzz/target.py.
FUZZ_PYTHON := offer patch answer stun events name message trunk routing
FOUND := $(CACHE)/fuzz
# The folder of vectors, the folder of what was found to be new, the command.
define fuzz_one
mkdir -p $(FOUND)/$(2); echo "fuzz $(2): $(SECONDS) s"; \
	$(3) -max_total_time=$(SECONDS) -seed=$(SEED) -max_len=4096 -timeout=20 \
	-artifact_prefix=vectors/fuzz/$(1)/ $(FOUND)/$(2) vectors/fuzz/$(1) >$(FOUND)/$(2).log 2>&1 \
	|| { tail -40 $(FOUND)/$(2).log; exit 1; }; grep '^Done' $(FOUND)/$(2).log
endef

# All of the workspace's features, as for checks and tests, so that their dependencies serve here.
fuzz: .venv/.stamp $(SCHEMA) ## Feed the parsers and the core what nobody would send; SECONDS=10 each
	@command -v c++ >/dev/null || { echo "make fuzz needs a C++ compiler for libFuzzer; \
	on Debian: apt-get install g++" >&2; exit 1; }
	@RUSTC_WORKSPACE_WRAPPER=$(CURDIR)/core/fuzz/instrument.sh cargo build $(CARGO_CHECK) --quiet \
		--features trunkline-fuzz/libfuzzer $(FUZZ:%=--bin fuzz-%)
	@$(BIN)/python -m pip install --quiet atheris
	@$(MAKE) --no-print-directory --output-sync --jobs=$(PROCESSORS) \
		$(FUZZ:%=fuzz-core-%) $(FUZZ_PYTHON:%=fuzz-python-%)

fuzz-core-%:
	@$(call fuzz_one,$*,$*,$(CARGO_TARGET_DIR)/release/fuzz-$*)

fuzz-python-%:
	@$(call fuzz_one,$*,python-$*,PYTHONPATH=tests:src $(BIN)/python -m fuzz $*)

# Another profile, such as release, is what the core is built with already: quick, for tests.
PROFILE ?= dist
OUT ?= dist
wheel: .venv/.stamp $(SCHEMA) page ## Build the wheel, with core and page inside, into dist/
	@$(call quietly,$(BIN)/maturin build --locked --profile $(PROFILE) --strip --out $(OUT))
	@ls $(OUT)/*.whl

# Zig brings a compiler and a C library for each: nothing need be installed for them.
WHEEL_TARGETS ?= x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu \
	x86_64-unknown-linux-musl aarch64-unknown-linux-musl
wheel-all: .venv/.stamp $(SCHEMA) page ## Build wheels for both processors and C libraries of Linux
	@command -v rustup >/dev/null || { echo "make wheel-all needs rustup, which brings Rust's \
	libraries for other machines: https://rustup.rs" >&2; exit 1; }
	rustup --quiet target add $(WHEEL_TARGETS)
	$(BIN)/python -m pip install --quiet ziglang
	@for target in $(WHEEL_TARGETS); do \
		case $$target in *-musl) system=musllinux_1_2;; *) system=manylinux_2_28;; esac; \
		echo "$$target: minutes"; \
		$(call quietly,PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin build --locked --zig \
			--profile $(PROFILE) --strip --target $$target --compatibility $$system --out $(OUT)); \
	done
	@tooling/check-wheel.sh $(OUT)/*.whl

clean: $(PATCHED) ## Remove what was built and installed here
	cargo clean --quiet
	rm -rf .venv core/patched frontend/node_modules frontend/sdk/src/generated
	rm -rf src/trunkline/web/static src/trunkline/_core*.so src/trunkline/protocol/*_pb2.py*
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
