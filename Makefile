# Every way to run, test and check tieout. `make setup` comes first by itself and costs nothing when nothing changed.
.DEFAULT_GOAL := run
.PHONY: setup run lock
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
BIN := .venv/bin
CONSTRAINTS := .ci/constraints.txt
STAMP := .venv/.installed
GROUPS_INSTALLED := --group test --group lint --group referees

setup: $(STAMP)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "tieout needs Python 3.11 or later; this is $$($(PYTHON) --version). Name another with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "Python's venv is missing. Install it: apt-get install -y python3-venv make" >&2; exit 1; }
	$(PYTHON) -m venv .venv
# Debian's pip 23 does not know dependency groups.
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(STAMP): pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --editable '.[postgres]' $(GROUPS_INSTALLED)
	@touch $@

run: setup
	$(BIN)/python -m jobs demo

# Resolves everything afresh, in an environment of its own, so that the pins do not depend on what is installed here.
lock:
	@lock=$$(mktemp -d); trap 'rm -rf "$$lock"' EXIT; \
	$(PYTHON) -m venv "$$lock" && "$$lock/bin/pip" install --quiet --upgrade 'pip>=25.1' && \
	"$$lock/bin/pip" install --quiet --editable '.[postgres,server]' $(GROUPS_INSTALLED) --group bench && \
	{ echo '# What `make setup` installs, resolved together. Refreshed by `make lock`, never by hand.'; \
	  "$$lock/bin/pip" freeze --exclude-editable --quiet; } > $(CONSTRAINTS)
