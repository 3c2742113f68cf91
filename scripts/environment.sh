#!/usr/bin/env bash
# Makes .venv from the hashed lock file: with uv where it is installed, else with pip.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=${1:-requirements-dev.lock}
python=${PYTHON:-python3}
if command -v uv >/dev/null 2>&1; then
  [ -d .venv ] || uv venv --quiet --python "$python" .venv
  uv pip sync --quiet --python .venv/bin/python --require-hashes "$lock"
else
  [ -x .venv/bin/python ] || "$python" -m venv .venv || {
    echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
fi
