.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

help: ## What there is to run
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.venv/.ready: requirements-dev.lock
	scripts/environment.sh
	@touch $@

test: .venv/.ready ## Set up and run every test that needs no server
	$(BIN)/pytest -m "not services" -n 2

lint: .venv/.ready ## Style, types, floors, templates, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=community.settings.test $(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: help test lint
