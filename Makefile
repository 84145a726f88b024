# Two commands on a fresh machine: `make demo` and `make test`. Each does all its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.locked

.PHONY: setup demo test lint lock clean kafka

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 setup"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/kepu demo $(ARGS)

# Apache Kafka on this machine, for development: from its Maven artifacts, until Ctrl-C.
kafka: setup
	@$(BIN)/python -m emergency_kepu.testing.kafka_server

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: lint
	$(BIN)/python scripts/run_tests.py $(ARGS)

# Pins every dependency with its hashes; the files record no index address. Needs `uv` on the PATH. The two of the image
# are what of the first one runs and builds the program.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet
lock:
	$(LOCK) pyproject.toml --all-extras --group dev --output-file requirements.lock
	$(LOCK) pyproject.toml --extra kafka --extra postgres --constraint requirements.lock --output-file ops/image/runtime.lock
	echo "hatchling>=1.27" | $(LOCK) - --constraint requirements.lock --output-file ops/image/build.lock

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
