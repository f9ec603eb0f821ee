# Each target works alone on a fresh clone: it creates .venv and installs what it needs first.
# The interpreter that .venv is made with: make PYTHON=python3.12 demo
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DIRECTION ?= ru-to-cn
OFFER ?= offers/$(DIRECTION)
# One worker a core; PYTEST_ARGS="-k name -x" narrows a run.
WORKERS ?= auto
PYTEST_ARGS ?=
PORT ?= 5000

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export MLFLOW_DISABLE_TELEMETRY := true
# Where nothing is kept, each of the many processes that tests start compiles the project anew.
unexport PYTHONDONTWRITEBYTECODE

INSTALLED := $(VENV)/.installed
NOTEBOOKS := $(VENV)/.installed-notebooks
# Two makes at once in one folder wait for each other's installation.
LOCKED := $(if $(shell command -v flock),flock $(VENV).lock,)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test test-fast lint types bench notebook mlflow-ui clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s  %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED)  ## Create the environment (.venv) and install the project with its tools

demo: $(INSTALLED)  ## The founding case on the bundled sample: an offer of 300 titles in offers/
	$(BIN)/recommender demo --direction $(DIRECTION) --out $(OFFER)

test: $(INSTALLED)  ## The whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-fast: $(INSTALLED)  ## The tests that take seconds
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow" $(PYTEST_ARGS)

lint: $(INSTALLED)  ## Style, formatting, and the direction of the imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(INSTALLED)  ## Types, strictly
	$(BIN)/mypy

bench: $(INSTALLED)  ## Speed and memory, as tables
	$(BIN)/python -m benchmarks.help_time
	$(BIN)/python -m benchmarks.demo
	$(BIN)/python -m benchmarks.score
	$(BIN)/python -m benchmarks.backtest
	$(BIN)/python -m benchmarks.rights
	$(BIN)/python -m benchmarks.policy
	$(BIN)/python -m benchmarks.apply
	$(BIN)/python -m benchmarks.package

notebook: $(NOTEBOOKS)  ## Open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

mlflow-ui: $(INSTALLED)  ## Show runs, plots and registered models in the browser (PORT=5000)
	$(BIN)/mlflow ui --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///mlflow.db}" --port $(PORT)

clean:  ## Remove the environment and caches; keep offers, models and runs
	rm -rf $(VENV) $(VENV).lock build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1 || true)." >&2; \
	  echo "Name one that is: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@mkdir -p $(dir $(VENV))
	@echo "Installing into $(VENV): a few minutes the first time"
	@$(LOCKED) sh -ec '$(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install -qq -c constraints.txt -e ".[dev,catboost]"'
	@touch $@

$(NOTEBOOKS): $(INSTALLED)
	@$(LOCKED) $(BIN)/python -m pip install -qq -c constraints.txt -e ".[notebooks]"
	@touch $@
