# What a person types. Every target works on a fresh clone; a second run is quick.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OPS := $(BIN)/touchstone-ops
STAMPS := $(VENV)/stamps
PORT ?= 8000
SERVE ?= 1
# Workers of the tests: one for each of two cores.
WORKERS ?= 2
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Some machines forbid compiled modules; every run of the tests would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' \
		| awk -F'\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'

# --- what people run ---------------------------------------------------------------------------

.PHONY: setup
setup: $(STAMPS)/project $(STAMPS)/browser-files $(STAMPS)/messages ## make the environment

.PHONY: demo
demo: setup ## play a programme on real data, then open the console (SERVE=0: only play)
	@$(OPS) demo $(if $(filter 0,$(SERVE)),--no-serve)

.PHONY: run
run: setup ## serve the console on http://127.0.0.1:8000 (PORT=8001 for another port)
	@$(OPS) run

# --- what developers run -----------------------------------------------------------------------

.PHONY: check
check: setup $(STAMPS)/developer ## format, lint, types, imports, migrations, translations, docs
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(OPS) manage makemigrations --check --dry-run
	$(OPS) messages check
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.PHONY: fix
fix: setup $(STAMPS)/developer ## format the code and mend what the linter can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(OPS) messages extract

.PHONY: test
test: setup $(STAMPS)/developer chromium ## run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

.PHONY: test-fast
test-fast: setup $(STAMPS)/developer ## run the tests that need neither a browser nor patience
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not slow and not browser" $(ARGS)

.PHONY: bench
bench: setup $(STAMPS)/developer ## measure; RIVALS=1: beside Label Studio and doccano too
	$(BIN)/python -m bench
	$(if $(RIVALS),$(BIN)/python -m bench.rivals)

.PHONY: docs
docs: setup $(STAMPS)/developer ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: lock
lock: $(STAMPS)/developer ## resolve the dependencies anew; UPGRADE=1 takes newer ones
	bash tools/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## remove what was built and installed; var/, the data, stays
	rm -rf $(VENV) node_modules staticfiles site build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis

# --- how set-up goes, one stamp for each step --------------------------------------------------

$(STAMPS)/environment:
	@PYTHON=$(PYTHON) bash tools/environment.sh $(VENV)
	@mkdir -p $(@D) && touch $@

$(STAMPS)/runtime: requirements.lock $(STAMPS)/environment
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/developer: requirements-dev.lock $(STAMPS)/project
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/browser-files: package-lock.json $(STAMPS)/runtime
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-progress --loglevel=error
	@touch $@

$(STAMPS)/messages: $(wildcard src/touchstone/locale/*/LC_MESSAGES/*.po) $(STAMPS)/project
	@$(OPS) messages compile
	@touch $@

.PHONY: chromium
chromium: $(STAMPS)/developer ## install what the browser tests drive
	@bash tools/chromium.sh $(BIN)
