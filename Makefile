# Everything a person or CI does with Inkcloud. `make help` lists the targets.
# Needs only Python 3.11 or newer and make; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# pip would compile what it installs one file after the other; COMPILE does it with all cores.
# A file that is not meant for this Python is no reason to stop, as it is none for pip. What is left
# out is most of those libraries and hardly used; Python compiles what is, when it is imported.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile \
	--constraint constraints.txt
COMPILE := $(BIN)/python -m compileall -qq -j 0 \
	-x '/(tests?|testing|transformers/models|diffusers/pipelines|networkx|torch/_inductor|pip)/'

# What Python has compiled is kept, even where the environment says otherwise: the tests start
# hundreds of processes, and each would compile Inkcloud anew for a second.
export PYTHONDONTWRITEBYTECODE =

# Tests run in this many processes, each on one thread; they wait a lot, so twice as many as two cores
# are quicker. They take 9 GB. PYTEST_WORKERS=0 runs them in one.
PYTEST_WORKERS ?= 4
PYTEST_OPTIONS ?=
# Options for `inkcloud up`, for example: make run UP_OPTIONS="--port 9000"
UP_OPTIONS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench browser postgres

help: ## Say what each target does.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.runtime-ready ## Set up, then start the gateway, the built-in model and the playground.
	@echo "Starting Inkcloud; Ctrl-C stops it."
	@exec $(BIN)/inkcloud up $(UP_OPTIONS)

test: $(VENV)/.developer-ready browser postgres ## Set up, then run all tests, the browser tests included.
	@echo "Running the tests in $(PYTEST_WORKERS) processes."
	@OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest \
		-n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_OPTIONS)

check: $(VENV)/.developer-ready ## Set up, then check style, types and who imports whom.
	@echo "Checking style (ruff)."
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "Checking types (mypy)."
	@$(BIN)/mypy
	@echo "Checking the layers (import-linter)."
	@$(BIN)/lint-imports

fix: $(VENV)/.developer-ready ## Mend style where a tool can.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.runtime-ready ## Measure the tutorial's three presets: seconds, step time, memory.
	@mkdir -p .inkcloud/bench
	@for preset in "DPMSolverMultistep 20 7.5 42" "K_EULER 30 10 24" "K_EULER_ANCESTRAL 35 5 1"; do \
		set -- $$preset; \
		echo "$$1, $$2 steps"; \
		$(BIN)/inkcloud generate "A photo of an octopus playing chess" --scheduler $$1 --steps $$2 \
			--guidance-scale $$3 --seed $$4 --output .inkcloud/bench/$$1.png || exit 1; \
	done

# The virtual environment, with a pip that knows dependency groups (25.1 or newer).
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Inkcloud needs Python 3.11 or newer; '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>&1 || true)." >&2; \
		echo "Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version)."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) --upgrade pip
	@touch $@

$(VENV)/.runtime-ready: $(VENV)/.created pyproject.toml constraints.txt
	@echo "Installing Inkcloud and what it needs into $(VENV). The first time takes some minutes."
	@$(PIP_INSTALL) --build-constraint constraints.txt --editable .
	@$(COMPILE) $(VENV)/lib || true
	@touch $@

$(VENV)/.developer-ready: $(VENV)/.runtime-ready
	@echo "Installing the test and check tools into $(VENV)."
	@$(PIP_INSTALL) --group dev
	@$(PIP_INSTALL) --group oracles --no-deps --upgrade --target $(VENV)/oracles
	@$(COMPILE) $(VENV)/lib $(VENV)/oracles || true
	@touch $@

# Where apt-get can, install what tests need besides Python: name, packages, how to tell that
# it is there. Elsewhere say what to install.
define INSTALL_FOR_TESTS
	@if $(3); then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
		echo "$(1) is missing; its tests need it (Debian: $(2))." >&2; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; \
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo=sudo; \
	else echo "$(1) is missing; for its tests run: sudo apt-get install $(2)" >&2; exit 0; fi; \
	echo "Installing $(1) for its tests."; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$(2) >/dev/null
endef

browser:
	$(call INSTALL_FOR_TESTS,Chromium,chromium-headless-shell chromium-driver fonts-dejavu-core,\
		command -v chromium-headless-shell >/dev/null && command -v chromedriver >/dev/null)

# Only its programs are used: the storage tests run a server of their own.
postgres:
	$(call INSTALL_FOR_TESTS,PostgreSQL,postgresql,\
		command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1)
