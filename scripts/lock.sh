#!/usr/bin/env bash
# Resolves pyproject.toml anew into the two hashed lock files. They name no host. Needs uv.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet)
uv pip compile pyproject.toml "${options[@]}" -o requirements.lock
uv pip compile pyproject.toml --group dev "${options[@]}" -c requirements.lock -o requirements-dev.lock
