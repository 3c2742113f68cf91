"""What Paddock writes is for its own user alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.serverless

ROOT = Path(__file__).parents[2]
WRITE = """
import django
django.setup()
from django.core.mail import send_mail
from django.db import connection
from community.search.api import engine_of
connection.cursor().execute("create table kept (id integer)")
engine_of("content").files.writable()
send_mail("A code", "123", None, ["ada@example.org"])
"""
DOORS = {
    "command": ["manage.py", "shell", "-v", "0", "-c", WRITE],
    "asgi": ["-c", f"import community.asgi\n{WRITE}"],
    "wsgi": ["-c", f"import community.wsgi\n{WRITE}"],
}


@pytest.mark.parametrize("door", DOORS)
def test_nobody_else_reads_what_was_written(door, tmp_path):
    home = tmp_path / "home"
    tmp_path.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environment |= {"DJANGO_SETTINGS_MODULE": "community.settings.dev", "PADDOCK_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, *DOORS[door]],
        check=False,
        cwd=ROOT,
        env=environment,
        umask=0o022,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    written = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
    assert {"paddock.sqlite3", "secret", "search", "mail"} <= written
    assert {
        str(path): oct(path.stat().st_mode) for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077
    } == {}
