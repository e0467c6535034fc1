# GridWhistle needs Python 3.11 or newer and make; everything else goes into .venv.
# Another Python: make run PYTHON=python3.12

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Also where only pyenv has it.
PYTHON310 ?= $(shell python3.10 -c '' 2>/dev/null && echo python3.10 \
	|| ls "$$(pyenv root 2>/dev/null)"/versions/3.10.*/bin/python3.10 2>/dev/null | tail -n 1)

.PHONY: run chat test lint rasa clean

run: .venv/.for-running  ## the demo city with its web pages on http://127.0.0.1:8080
	$(BIN)/gridwhistle serve --demo

chat: .venv/.for-running  ## the demo city in the terminal
	GRIDWHISTLE_DEMO=true $(BIN)/gridwhistle chat

test: .venv/.for-development  ## all tests
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: .venv/.for-development  ## style, types, import arrows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

rasa: .rasa/.built  ## Rasa 3.6 in a Python 3.10 environment of its own: cd nlu_data && ../.rasa/bin/rasa train nlu

clean:  ## everything that can be made again; var/ with the store and its files stays
	rm -rf .venv .rasa .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist

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

.rasa/.built: nlu_data/requirements.txt | .rasa/bin/python
	.rasa/bin/python -m pip install --quiet --requirement nlu_data/requirements.txt
	@touch $@

.rasa/bin/python:
	@$(PYTHON310) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null || { \
		echo "Rasa 3.6 needs Python 3.10, which is not here. Where it has another name:"; \
		echo "make rasa PYTHON310=/where/it/is/python3.10"; exit 1; } >&2
	@$(PYTHON310) -m venv .rasa
