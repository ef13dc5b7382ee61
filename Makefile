# make demo    install what it needs and open the dashboard on a simulated fleet
# make test    install what it needs and run every check
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help demo test lint bench kills faults rules accounts screenshots wheel clean

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/.demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(VENV)/.demo $@

demo: $(VENV)/.demo
	$(BIN)/kumo-tui demo

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

## Most of the time of the end-to-end tests is waiting for real programs: several at once. They come first, as they
## are collected, for else the files with few but long tests are left for the end, when only some of the four work.
test: lint
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

kills: $(VENV)/.dev
	$(BIN)/python -m tests.e2e.kills --times 200

faults: $(VENV)/.dev
	$(BIN)/python -m tests.bench.faults

rules: $(VENV)/.dev
	$(BIN)/python -m tests.bench.safety_rules

accounts: $(VENV)/.dev
	$(BIN)/python -m tests.bench.accounts

screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.screenshots

wheel: $(VENV)/.dev
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
