PYTHON ?= python3
BIN = .venv/bin

.PHONY: run test install lint check-model

run: install
	$(BIN)/planqa serve

test: install
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

# a real small model over HTTP, 1.1 GB: by hand only
check-model: install
	$(BIN)/python tests/check_model.py

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@
