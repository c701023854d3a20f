# Two commands on a fresh machine: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= kefen-demo

.PHONY: demo test lint types contracts unit bench docs clean help

help:
	@echo "make demo    a book from a real year of orders, graded, with its report (in $(DEMO))"
	@echo "make test    everything that must hold: style, types, import contracts, tests"
	@echo "make bench   the benchmark of the main job (benchmarks/README.md)"
	@echo "make docs    write the generated pages of docs/reference anew"

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Kefen needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "Python's venv is missing. On Debian: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/installed
	$(BIN)/kefen demo $(DEMO) --overwrite --no-serve

test: lint types contracts unit

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

contracts: $(VENV)/installed-dev
	$(BIN)/lint-imports

unit: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal -q --ignore tests/engines/spark
	$(BIN)/python -m pytest -q tests/engines/spark

bench: $(VENV)/installed-dev
	$(BIN)/python benchmarks/run.py

docs: $(VENV)/installed-dev
	$(BIN)/python -m kefen.cli.reference docs/reference
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/constructs.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis $(DEMO)
