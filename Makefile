# Each target does one thing; `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# pip compiles on one core, and the tests of every package too: `compileall` does it in a third of the time.
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-compile
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup dev demo test lint ci bench docs languages lock soak

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ## Make .venv from the hashed lock file

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (a few minutes the first time)"
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' src $(VENV)/lib
	@touch $@

demo: $(READY) ## Build the demo world through the front door and serve it
	$(BIN)/regulars demo

dev: export DJANGO_SETTINGS_MODULE = regulars.config.settings
dev: $(READY) ## Serve, and start again on every change
	$(BIN)/django-admin migrate --verbosity 0
	$(BIN)/django-admin runserver

lint: $(READY) ## Style, layers and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	REGULARS_DATA=$$(mktemp -d) $(BIN)/mypy

test: lint ## Every test on SQLite, then the rules on PostgreSQL
	$(PYTEST) --pictures
	$(PYTEST) --database=postgres -m "not browser and not sqlite_only" --ignore=tests/house

soak: $(READY) ## Kill an import 200 times
	$(PYTEST) -k kill --kills 200

bench: $(READY) ## Measure, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

docs: $(READY) ## Run every command the documentation shows
	$(PYTEST) tests/house/test_docs.py

languages: $(READY) ## Bring the translations in line with the source and compile them
	$(BIN)/python -m scripts.languages

ci: ## What the build machine runs
	bash .ci/run

lock: $(READY) ## Renew requirements.lock
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --extra dev --extra bench --output-file requirements.lock pyproject.toml
	sed -i -E -e 's/ \([^)]*pyproject\.toml\)$$//' -e '/^# The following packages are considered/d' requirements.lock
