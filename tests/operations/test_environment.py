"""The environment that the first ``make demo`` makes, with pip."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.serverless

SCRIPT = Path(__file__).parents[2] / "scripts" / "environment.sh"


@pytest.fixture
def make(tmp_path):
    """Runs the script in a checkout of its own that depends on nothing, where no uv is."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    (tmp_path / "empty.lock").write_text("# nothing\n")
    folders = [folder for folder in os.get_exec_path() if not (Path(folder) / "uv").exists()]

    def run(python=sys.executable):
        environment = {**os.environ, "PATH": os.pathsep.join(folders), "PYTHON": str(python)}
        command = ["bash", "scripts/environment.sh", "empty.lock"]
        return subprocess.run(command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def test_one_that_was_begun_without_pip_is_made_anew(make, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    assert make().returncode == 0
    kept = tmp_path / ".venv" / "kept"
    kept.touch()
    assert make().returncode == 0
    assert kept.exists()
    subprocess.run([tmp_path / ".venv" / "bin" / "python", "-c", "import pip"], check=True)


def test_an_old_python_or_none_is_said(make, tmp_path):
    old = tmp_path / "old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.1\n[ "$1" = --version ]\n')
    old.chmod(0o755)
    for python, found in ((old, "Python 3.10.1"), ("no-such-python", "none")):
        done = make(python)
        assert done.returncode == 1
        assert f"needs Python 3.11 or later (found: {found})." in done.stderr
    assert not (tmp_path / ".venv").exists()
