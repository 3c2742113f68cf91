#!/usr/bin/env bash
# Makes .venv from a hashed lock file: with uv where it is installed, else with pip.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=${1:-requirements-dev.lock}
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Paddock needs Python 3.11 or later (found: $("$python" --version 2>&1 || true))." >&2; exit 1; }
quiet=--quiet
[ ! -t 1 ] || quiet=  # whoever watches wants to see how far it is
echo "Setting up the environment from $lock (once) ..."
if command -v uv >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
  uv pip sync $quiet --python .venv/bin/python --require-hashes "$lock"
else
  [ -x .venv/bin/python ] || "$python" -m venv .venv || {
    echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
  .venv/bin/python -m pip install $quiet --disable-pip-version-check --progress-bar on --require-hashes -r "$lock"
fi
