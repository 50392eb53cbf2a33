# `make` prints what there is. Every target sets up what it needs, once.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV ?= .venv
JOBS ?= 2
ARGS ?=

# The first Python that will do; `make BASE_PYTHON=/path/to/python3.11 demo` chooses one.
BASE_PYTHON ?= $(shell for name in python3.11 python3.12 python3; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null \
	&& echo $$name && break; done)

# nbgrader looks for `alembic` and `jupyter` on PATH.
RUN := PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/python
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-build-isolation -c requirements.lock

# One folder per assignment. Its percent script is laid out by jupytext, what lies beside that by ruff.
ASSIGNMENTS := $(patsubst %/,%,$(sort $(wildcard solutions/[0-9]*/)))
BESIDE := $(wildcard solutions/[0-9]*/hidden_tests solutions/[0-9]*/calibration solutions/[0-9]*/test_*.py)
FORMAT_BESIDE := $(RUN) -m ruff format --config 'format.exclude = []'

DEMO_STAMP := $(VENV)/.demo-stamp
DATA_STAMP := $(VENV)/.data-stamp
TEST_STAMP := $(VENV)/.test-stamp
LOCKED := pyproject.toml requirements.lock

# $(call apt_get,PACKAGE,WHAT IT IS FOR): install a Debian package if we may, else say what to type.
define apt_get
	may=; if [ "$$(id -u)" = 0 ]; then may=env; elif sudo -n true 2>/dev/null; then may="sudo -n"; fi; \
	if [ -z "$$may" ] || ! command -v apt-get >/dev/null; then \
	  echo "$(1) is missing ($(2)). Install it, on Debian or Ubuntu with: sudo apt-get install $(1)" >&2; exit 1; fi; \
	echo "Installing $(1) ($(2)) ..."; export DEBIAN_FRONTEND=noninteractive; \
	$$may apt-get install -y -qq $(1) >/dev/null 2>&1 || \
	  { $$may apt-get update -qq && $$may apt-get install -y -qq $(1) >/dev/null; } || \
	  { echo "$(1) could not be installed. Try: sudo apt-get install $(1)" >&2; exit 1; }
endef

.PHONY: help install demo test check build data validate bench pictures lint format lock clean distclean bubblewrap environment

help: ## this list
	@bold=; plain=; if [ -t 1 ]; then bold=$$'\e[1;36m'; plain=$$'\e[0m'; fi; \
	awk -v bold="$$bold" -v plain="$$plain" -F ':.*## ' \
	  '/^[a-z]+:.*## / { printf "  %smake %-10s%s %s\n", bold, $$1, plain, $$2 }' Makefile

install: $(DEMO_STAMP) bubblewrap ## set up what grading needs, and no more

demo: $(DEMO_STAMP) bubblewrap ## set up, grade a small sample class (ARGS=--all: samples of every assignment)
	@$(RUN) -m autograder demo $(ARGS)

test: environment ## set up, run all tests, the fast ones first (ARGS="-k wire" to choose)
	@$(RUN) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint ## what CI runs: format, lint, types, data, the built assignments, tests
	@echo "== datasets/ is what its checksums say"
	@$(RUN) -m autograder data --check
	@echo "== assignments/ equals what solutions/ builds"
	@$(RUN) -m autograder build --check
	@echo "== tests"
	@$(MAKE) test

lint: $(TEST_STAMP) ## format, lint, layers and types, nothing changed
	@echo "== format"
	@$(RUN) -m ruff format --check
	@$(FORMAT_BESIDE) --check $(BESIDE)
	@echo "== lint"
	@$(RUN) -m ruff check
	@echo "== layers"
	@$(VENV)/bin/lint-imports | sed -n '/^Analyzed/,$$p'
	@echo "== types"
	@$(RUN) -m mypy
	@for folder in $(ASSIGNMENTS); do (cd $$folder; $(abspath $(VENV))/bin/mypy --no-error-summary \
	  --config-file $(CURDIR)/pyproject.toml --cache-dir $(CURDIR)/.mypy_cache/$$(basename $$folder) hidden_tests); done

format: $(TEST_STAMP) ## put the code into the house's format
	@$(RUN) -m ruff format
	@$(FORMAT_BESIDE) $(BESIDE)
	@$(RUN) -m ruff check --fix

build: $(DEMO_STAMP) ## solutions/ -> assignments/ (ARGS="01_rnn_lm_sampling" to choose)
	@$(RUN) -m autograder build $(ARGS)

data: $(DATA_STAMP) ## make the datasets (ARGS=--check to compare checksums only)
	@$(RUN) -m autograder data $(ARGS)

validate: $(DEMO_STAMP) bubblewrap ## the release gate, with the kill table
	@$(RUN) -m autograder validate $(ARGS)

bench: environment ## the grader's own costs
	@$(RUN) -m autograder.bench $(ARGS)

pictures: $(DEMO_STAMP) bubblewrap ## take the README's pictures anew (needs Chromium)
	@$(RUN) docs/make_pictures.py $(ARGS)

clean: ## remove caches and build products, keep the environment
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -path ./.git -prune -o -path './.venv' -prune -o \
	  \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

distclean: clean ## ... and the environment
	@rm -rf .venv .ci/venv

environment: $(TEST_STAMP) bubblewrap

bubblewrap:
	@command -v bwrap >/dev/null || { $(call apt_get,bubblewrap,it confines the code of students); }

$(VENV)/.made:
	@if [ -z "$(BASE_PYTHON)" ]; then \
	  echo "Python 3.11 or 3.12 is needed; found: $$(python3 --version 2>&1 || echo none)." >&2; exit 1; fi
	@version="$$($(BASE_PYTHON) -c 'import sys; print("python%d.%d" % sys.version_info[:2])')"; \
	$(BASE_PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call apt_get,$$version-venv,it makes environments); }
	@echo "Making $(VENV) ..."
	@$(BASE_PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) setuptools
	@touch $@

$(DEMO_STAMP): $(VENV)/.made $(LOCKED)
	@echo "Installing what grading needs (torch among it, which 06 and 07 are graded with) ..."
	@$(INSTALL) -e '.[torch]'
	@touch $@

$(DATA_STAMP): $(VENV)/.made $(LOCKED)
	@echo "Installing what the datasets are made with ..."
	@$(INSTALL) -e '.[data]'
	@touch $(DEMO_STAMP) $@

$(TEST_STAMP): $(VENV)/.made $(LOCKED)
	@echo "Installing what the tests need ..."
	@$(INSTALL) -e '.[dev]'
	@touch $(DEMO_STAMP) $(DATA_STAMP) $@

# Exact versions from the ranges of pyproject.toml, in an environment of its own. A local version
# (torch's "+cpu") and the CUDA packages belong to one machine, not to the project.
lock: ## renew requirements.lock
	@VENV=.lock-venv $(MAKE) .lock-venv/.made
	@.lock-venv/bin/python -m pip install --quiet --upgrade setuptools -e '.[dev,cluster]'
	@{ sed -n '/^#/p' requirements.lock; .lock-venv/bin/python -m pip freeze --all --exclude-editable \
	  | sed 's/+[a-z0-9.]*$$//' | grep -Ev '^(pip|triton|cuda-|nvidia-)' | sort -f; } > requirements.new
	@mv requirements.new requirements.lock
	@rm -rf .lock-venv
