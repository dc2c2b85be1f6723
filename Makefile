# Everything a person needs to try, run, check and change the project.
# Each target first makes .venv from the pinned requirements, if it is not there yet.

PYTHON ?= python3
HOST ?= 0.0.0.0
PORT ?= 8000

VENV := .venv
PY := $(VENV)/bin/python
# What running needs; what changing and testing needs on top of it.
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check format messages lock services bench chaos clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEV) ## make .venv with everything needed to change the project

demo: export DEMO_MODE = 1
demo: $(RUN) ## an estate with its story, open on PORT (8000)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py demo
	@exec $(PY) manage.py serve --host $(HOST) --port $(PORT)

run: $(RUN) ## the empty product, on PORT (8000)
	@$(PY) manage.py migrate --verbosity 0
	@exec $(PY) manage.py serve --host $(HOST) --port $(PORT)

test: $(DEV) ## the tests; ARGS="tests/votes -k close" for some of them
	@$(PY) scripts/test.py $(ARGS)

check: $(DEV) ## format, lint, types, layers, migrations, deployment, translations
	@$(PY) scripts/check.py

format: $(DEV) ## put Python and templates into the one format
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@git ls-files -z 'templates/**.html' | xargs -0 $(VENV)/bin/djade

messages: $(DEV) ## gather the texts of the interface into locale/ and compile them
	@$(PY) scripts/messages.py

services: ## PostgreSQL, Redis, Chromium and fonts, for the tests that need them
	@sh scripts/services.sh

bench: $(DEV) ## measure; the figures of docs are from here
	@$(PY) -m tests.bench.run

chaos: $(DEV) ## kill everything while people vote, and prove that no ballot suffered
	@$(PY) -m tests.chaos.run

lock: ## pin every requirement anew, with hashes (needs uv)
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		pyproject.toml -o requirements.txt
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## remove .venv and caches; the data under var/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(RUN): requirements.txt
	@PYTHON=$(PYTHON) sh scripts/install.sh $(VENV) requirements.txt
	@touch $@

$(DEV): requirements-dev.txt
	@PYTHON=$(PYTHON) sh scripts/install.sh $(VENV) requirements-dev.txt
	@touch $(RUN) $@
