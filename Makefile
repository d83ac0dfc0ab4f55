# make is the whole interface; `make help` lists the targets.
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/trunkline
export CARGO_TARGET_DIR ?= $(CACHE)/cargo
PY := .venv/bin/python

.PHONY: setup build
.venv/.stamp: pyproject.toml constraints.txt
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt maturin
	touch $@

setup: .venv/.stamp

build: setup
	$(PY) -m maturin develop --release --quiet -E dev
