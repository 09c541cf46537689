# Airduty. `make` alone lists the targets; every target provides itself with what it needs.
# Variables: PORT (8000), DATA_DIR (./var), ARGS (of test, bench, screens, seed).
.DEFAULT_GOAL := help
.PHONY: help setup run test coverage fix check messages pins seed bench screens
PYTHON := .venv/bin/python
export PORT DATA_DIR

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup:  ## everything an engineer needs: environment, front-end files, settings file, database
	@scripts/setup.sh dev
	@$(PYTHON) -m scripts.run --prepare

run:  ## the product on http://localhost:PORT with the demonstration district
	@scripts/setup.sh run
	@exec $(PYTHON) -m scripts.run

test:  ## the whole suite on PostgreSQL, Redis and Chromium; ARGS="tests/x -k y" runs a part
	@scripts/setup.sh dev
	@exec $(PYTHON) -m scripts.test $(ARGS)

coverage:  ## the whole suite with coverage of lines and branches, at least 95 % together; htmlcov/index.html
	@scripts/setup.sh dev
	@COVERAGE=1 exec $(PYTHON) -m scripts.test

fix:  ## format the code and repair what can be repaired by itself
	@scripts/setup.sh dev
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

check:  ## lint, types, import floors, migrations, deployment settings, compose file, catalogue; ARGS=name runs one
	@scripts/setup.sh dev
	@exec $(PYTHON) -m scripts.check $(ARGS)

messages:  ## collect the texts of code, templates and scripts into locale/en and compile them
	@scripts/setup.sh dev
	@exec $(PYTHON) -m scripts.messages

pins:  ## compile requirements*.in and package.json into pinned versions
	@scripts/setup.sh dev
	@exec scripts/pins.sh

seed:  ## the demonstration district again, into an empty database
	@scripts/setup.sh run
	@exec $(PYTHON) manage.py seed_demo $(ARGS)

bench:  ## benchmarks, on PostgreSQL and Redis of their own
	@scripts/setup.sh dev
	@exec scripts/with_servers --durable $(PYTHON) -m bench.run $(ARGS)

screens:  ## a picture of every page for every role, into var/screens
	@scripts/setup.sh dev
	@exec scripts/with_servers $(PYTHON) -m scripts.screens $(ARGS)
