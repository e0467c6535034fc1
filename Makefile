# GridWhistle needs Python 3.11 or newer and make; everything else goes into .venv.
# Another Python: make run PYTHON=python3.12

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run chat test lint clean

run: .venv/.for-running  ## the demo city with its web pages on http://127.0.0.1:8080
	$(BIN)/gridwhistle serve --demo

chat: .venv/.for-running  ## the demo city in the terminal
	GRIDWHISTLE_DEMO=true $(BIN)/gridwhistle chat

test: .venv/.for-development  ## all tests
	$(BIN)/pytest

lint: .venv/.for-development  ## style, types, import arrows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

clean:  ## everything that can be made again; var/ with the store and its files stays
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist

# The stamps are older than pyproject.toml when a dependency has changed: then pip looks again.
.venv/.for-running: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.for-development: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ .venv/.for-running

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "GridWhistle needs Python 3.11 or newer, but “$(PYTHON)” is: $$($(PYTHON) --version 2>&1 || true)."; \
		echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; } >&2
	@$(PYTHON) -m venv .venv || { \
		rm -rf .venv; echo "“$(PYTHON)” cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }
