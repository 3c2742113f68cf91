#!/usr/bin/env bash
# Makes .venv from a hashed lock file: with uv where it is installed, else with pip.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=${1:-requirements-dev.lock}
python=${PYTHON:-python3}
new_enough='import sys; sys.version_info >= (3, 11) or sys.exit(1)'
"$python" -c "$new_enough" 2>/dev/null || {
  found=$("$python" --version 2>&1) || found=none
  echo "Paddock needs Python 3.11 or later (found: $found). Another one: make demo PYTHON=python3.12" >&2; exit 1; }
quiet=--quiet
[ ! -t 1 ] || quiet=  # whoever watches wants to see how far it is
echo "Setting up the environment from $lock (once) ..."
if command -v uv >/dev/null 2>&1; then
  # The very interpreter that was looked at: by its name uv may find another one.
  .venv/bin/python -c "$new_enough" 2>/dev/null ||
    uv venv --quiet --clear --python "$("$python" -c 'import sys; print(sys.executable)')" .venv
  uv pip sync $quiet --python .venv/bin/python --require-hashes "$lock"
else
  # Begun without the venv module, or made by uv, it has no pip: then it is made anew.
  .venv/bin/python -c "$new_enough; import pip" 2>/dev/null || "$python" -m venv --clear .venv || {
    echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
  # Compiled is what is used, when it is first used, as with uv.
  .venv/bin/python -m pip install $quiet --disable-pip-version-check --progress-bar on --no-compile \
    --require-hashes -r "$lock"
fi
