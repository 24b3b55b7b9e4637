# From a clone to a report in a mailbox: make run. What each target does: make help.
PYTHON ?= python3
IN := .venv/bin/python
PIN = $(IN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(UPGRADE)
# Unexpanded, so that a question may hold dollar signs and quotes.
export ACCELERATES_QUESTION = $(value Q)
export ACCELERATES_DB = $(value DB)
export ACCELERATES_DIR = $(value DIR)
export ACCELERATES_MAP = $(value MAP)
export ACCELERATES_AS_OF = $(value AS_OF)
export ACCELERATES_AUDIENCE = $(value AUDIENCE)
export ACCELERATES_KPI = $(value KPI)
export ACCELERATES_PERIOD = $(value PERIOD)
export ACCELERATES_LOCALE = $(value LOCALE)
export ACCELERATES_MESSAGE_ID = $(value MESSAGE_ID)
export PYTHONPATH := $(CURDIR)
# Two workers take whole files, in the order of tests/conftest.py.
SPREAD := --numprocesses 2 --dist loadfile --no-loadscope-reorder
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run up down sql evidence report export replay bench test test-long check fmt docs pins clean environment tools python

help: ## show this
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{ printf "make %-11s %s\n", $$1, $$2 }'

run: environment ## the whole platform once, on sample data, to the KPI report in var/mail; leaves nothing running
	@$(IN) -m sandbox.launcher run

up: environment ## the same, and stays up: Airflow's pages, warehouse, mailbox
	@$(IN) -m sandbox.launcher up

down: environment ## stops what make up left running
	@$(IN) -m sandbox.launcher down

sql: environment ## asks the warehouse, read-only, answers as CSV: make sql Q='select * from mart.scorecard'
	@$(IN) -m sandbox.launcher sql

evidence: environment ## what a figure is made of, back to the bytes: make evidence KPI=exports_eur PERIOD=2026-07
	@$(IN) -m sandbox.launcher evidence

report: environment ## any report again, as files in var/reports: make report AS_OF=2026-03-31 AUDIENCE=management LOCALE=nl
	@$(IN) -m sandbox.launcher report

export: environment ## every mart as Parquet with its meaning, in var/export: make export AS_OF=2026-03-31
	@$(IN) -m sandbox.launcher export

replay: environment ## dated snapshots into a warehouse of their own: make replay DIR=folder MAP=map.toml (docs/replay.md)
	@$(IN) -m sandbox.launcher replay

bench: environment ## what loading and asking the marts cost, in var/bench: make bench ROWS=10000000 PEERS=yes
	@if [ -n "$(PEERS)" ] && [ ! -d var/bench/env ]; then \
	  $(IN) -m venv var/bench/env && var/bench/env/bin/pip install --quiet --requirement bench/requirements.txt || \
	  { rm -rf var/bench/env; echo "The peers' packages cannot be had; they are not run." >&2; }; fi
	@$(IN) -m bench $(ROWS)
	@$(IN) -m bench.marts $(ROWS)

test: tools ## the tests of every day; some of them: make test ONLY=tests/warehouse
	@$(IN) -m pytest $(SPREAD) -m 'not long' $(ONLY)

test-long: tools ## the tests that take longer than that
	@$(IN) -m pytest $(SPREAD) -m long $(ONLY) || { [ $$? = 5 ] && echo "No test is marked as long yet."; }

check: tools ## format, lint, types, SQL
	@$(IN) -m ruff format --check .
	@$(IN) -m ruff check .
	@$(IN) -m mypy include plugins sandbox dags
	@$(IN) -m sqlfluff lint sql

fmt: tools ## formats Python and sorts its imports
	@$(IN) -m ruff format .
	@$(IN) -m ruff check --fix-only --quiet .

docs: environment ## writes the generated pages: data dictionary and sources
	@$(IN) -m sandbox.launcher docs

clean: ## stops everything and removes all state (var/), not the environment
	@if [ -d var ]; then $(MAKE) environment && $(IN) -m sandbox.launcher clean; fi

pins: environment ## pins what requirements*.in ask for, with hashes; UPGRADE=--upgrade takes the newest that fit together
	@$(PIN) requirements.in --output-file requirements.txt
	@$(PIN) requirements-sandbox.in --constraint requirements.txt --output-file requirements-sandbox.txt
	@$(PIN) requirements-test.in --constraint requirements.txt --constraint requirements-sandbox.txt --output-file requirements-test.txt

environment: python ## builds .venv when it is missing, incomplete or out of date: the platform and the sample world
	@env -u PYTHONPATH $(PYTHON) sandbox/launcher/environment.py run

tools: python ## adds to .venv what tests and checks need
	@env -u PYTHONPATH $(PYTHON) sandbox/launcher/environment.py test

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer, not '$(PYTHON)'. Name one: make run PYTHON=python3.12" >&2; exit 1; }
