# Every way to run, test and check tieout. `make setup` comes first by itself and costs nothing when nothing changed.
.DEFAULT_GOAL := run
.PHONY: setup run test lint bench chaos screens lock
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
BIN := .venv/bin
CONSTRAINTS := .ci/constraints.txt
STAMP := .venv/.installed
BENCH_STAMP := .venv/.installed-bench
PIP_INSTALL = $(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS)
GROUPS := --group test --group lint --group referees

setup: $(STAMP)

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "tieout needs Python 3.11 or later; name one with: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "Python's venv is missing. As root: apt-get install -y python3-venv make" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(STAMP): pyproject.toml $(CONSTRAINTS) | $(BIN)/pip
# Debian's pip 23 does not know dependency groups.
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(PIP_INSTALL) --editable '.[postgres]' $(GROUPS)
	@touch $@

run: setup
	$(BIN)/python -m jobs demo

# Three workers keep two cores busy, since browser tests mostly wait; they take tests from each other when they run out.
test: setup
	.ci/ensure-chromium
	$(BIN)/python -m pytest -n 3 --dist worksteal

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy dashboard jobs
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint dashboard/templates

$(BENCH_STAMP): $(STAMP)
	$(PIP_INSTALL) --group bench
	@touch $@

bench: $(BENCH_STAMP)
	$(BIN)/python -m tests.bench

chaos: setup
	.ci/ensure-chromium
	$(BIN)/python -m pytest tests/chaos

# The browser tests leave a picture of every page they see in artifacts/screens, and the README's and the tour's in
# docs/screenshots.
screens: setup
	.ci/ensure-chromium
	mkdir -p docs/screenshots
	SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest -m browser

# Resolves everything afresh, in an environment of its own, so that the pins do not depend on what is installed here.
lock:
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(PYTHON) -m venv "$$fresh" && "$$fresh/bin/pip" install --quiet --upgrade 'pip>=25.1' && \
	"$$fresh/bin/pip" install --quiet --editable '.[postgres,server]' $(GROUPS) --group bench && \
	{ echo '# What `make setup` installs, resolved together. Refreshed by `make lock`, never by hand.'; \
	  "$$fresh/bin/pip" freeze --exclude-editable --quiet; } > $(CONSTRAINTS)
