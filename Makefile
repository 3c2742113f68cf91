.DEFAULT_GOAL := help
# What a command imports is compiled once: each of them would take three times as long to start.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
MESSAGES := $(BIN)/python scripts/compile_messages.py
TEST_OPTIONS ?=
WORKERS := -n 2 --dist worksteal
# One more where processes wait for servers.
WAITING_WORKERS := -n 3 --dist worksteal
# What meets the servers; EVERYTHING=1, before a release, also what comes out alike on any.
ON_SERVERS := not browser and not embedded$(if $(EVERYTHING),, and not serverless)

help: ## What there is to run
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: .venv/.run ## Set up the demo community and run it on http://127.0.0.1:8000 (PORT=8001 for another)
	@$(MESSAGES)
	@PADDOCK_URL=http://127.0.0.1:$(PORT) $(MANAGE) demo --port $(PORT)

test: .venv/.ready ## Set up and run every test that needs no server
	@$(MESSAGES)
	$(BIN)/pytest -m "not services" $(WORKERS) $(TEST_OPTIONS)

services: ## Install and start PostgreSQL, Redis and Elasticsearch for tests (Debian, Ubuntu)
	@scripts/services.sh start

services-stop: ## Stop them and remove what they wrote
	@scripts/services.sh stop

test-services: .venv/.ready ## Run what needs them on PostgreSQL, Redis and Elasticsearch (EVERYTHING=1: all)
	@$(MESSAGES)
	scripts/services.sh run $(BIN)/pytest -m "$(ON_SERVERS)" $(WAITING_WORKERS) --servers --nothing-skipped $(TEST_OPTIONS)

shots: .venv/.ready ## Take the screenshots in docs/shots anew (needs Chromium)
	@$(MESSAGES)
	$(BIN)/python scripts/shots.py

lint: types style ## Style, types, floors, templates, migrations, translations

types: .venv/.ready
	$(BIN)/mypy

style: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	DJANGO_SETTINGS_MODULE=community.settings.test $(MANAGE) makemigrations --check --dry-run
	scripts/messages.sh --check

messages: .venv/.ready ## Collect translatable strings (needs gettext)
	scripts/messages.sh

lock: ## Resolve the dependencies anew into the lock files (needs uv)
	scripts/lock.sh

# The demo runs with what production runs with; tests and linters come with `make test`, and stay once they are there.
.venv/.run: requirements.lock
	@scripts/environment.sh $(if $(wildcard .venv/.ready),requirements-dev.lock,requirements.lock)
	@touch $@

.venv/.ready: requirements-dev.lock
	@scripts/environment.sh requirements-dev.lock
	@touch $@ .venv/.run

.PHONY: help demo test services services-stop test-services lint types style shots messages lock
