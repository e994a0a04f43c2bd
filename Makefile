.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# as the command line sets it: threads that wait leave their core to others
export OMP_WAIT_POLICY ?= passive

# a worker per core; tests/conftest.py says which tests one worker takes
IN_PARALLEL := -n auto

.PHONY: help install quickstart ui lint test test-all performance performance-large validity faults results wheel schema docs docs-serve clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: .venv/installed  ## make .venv with the pinned versions of everything

.venv/installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --compile-bytecode -r requirements.lock
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	touch $@

quickstart: install  ## draw a phantom, run the quickstart grid on it, say the answer, write its page (a few minutes)
	$(BIN)/benchmark run --grid grids/quickstart.yaml --report paper

ui: install  ## open the MLflow UI on the runs of this folder
	$(BIN)/benchmark ui

lint: install  ## formatting, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint  ## everything that must pass before a change lands (some minutes on two cores)
	$(BIN)/pytest -m "not slow" $(IN_PARALLEL)

test-all: lint  ## the slow checks too
	$(BIN)/pytest $(IN_PARALLEL)

performance: install  ## print the speed ratios (about an hour)
	$(BIN)/python tests/performance/startup.py
	$(BIN)/python tests/performance/planning.py
	$(BIN)/python tests/performance/finished.py
	$(BIN)/python tests/performance/embedding.py
	$(BIN)/python -m tests.performance.classical
	$(BIN)/python tests/performance/uncertainty.py
	$(BIN)/python tests/performance/recording.py
	$(BIN)/python tests/performance/fine_tuning.py
	$(BIN)/python tests/performance/report.py
	$(BIN)/python -m tests.performance.scaling
	$(BIN)/python -m tests.performance.tracking_server
	$(BIN)/python -m tests.performance.app
	$(BIN)/python tests/performance/audit.py --out docs/audit.md

performance-large: install  ## the same at MURA's size: growth, the classical grid beside its peers, one whole grid (many hours)
	$(BIN)/python tests/performance/growth.py
	$(BIN)/python -m tests.performance.classical_grid --out classical_grid.jsonl --sides ours scikit-learn intelex same-grid
	$(BIN)/python -m tests.performance.mura_size --folder runs/mura_size

validity: install  ## simulate whether the intervals hold, write docs/validity.md (about two hours on one core)
	$(BIN)/python -m tests.validity.study

faults: install  ## try bad inputs and interruptions by the thousand, write docs/reliability.md (about an hour)
	$(BIN)/python -m tests.faults.study

results: install  ## run the grids of docs/results.md, write its sections and pictures (minutes; hours with PNEUMONIA and WEIGHTS)
	$(BIN)/python -m docs.results_page

wheel: install  ## make the package in dist/, to be installed without the repository
	$(BIN)/python -m hatchling build --target wheel

schema: install  ## write docs/record.schema.json from the record's model
	$(BIN)/python -m benchmark.store.record > docs/record.schema.json

docs: install  ## build the site into build/site; it needs no network and opens as files
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

docs-serve: install  ## show the site on this machine, and again after each change
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve --dev-addr 127.0.0.1:8000

clean:  ## delete the environment; the runs stay
	rm -rf .venv
