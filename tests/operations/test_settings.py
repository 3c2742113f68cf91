"""Settings: documented in one place, and strict in production."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.test import RequestFactory
from environ import Env

from community.kernel.checks import mail_in_clear, sender
from community.kernel.command_line import why_it_cannot_run
from community.kernel.management.commands.settings_doc import document
from community.kernel.middleware import ProxyMiddleware
from community.settings.env import VARIABLES, home

pytestmark = pytest.mark.serverless

ROOT = Path(__file__).parents[2]
CANNOT = "Paddock cannot run as it is set up. The database "
BEHIND = rf"{CANNOT}is not of this version yet \(no such table: \w+\): run manage\.py migrate\.\n"
SECRET = "a-long-secret-of-more-than-fifty-characters-0123456789-abcdefghij"


def manage(home, *words, **variables):
    """Run a management command with production's settings and nothing else set."""
    return run(home, [sys.executable, "manage.py", *words], **variables)


def run(home, command, **variables):
    known = {variable.name for variable in VARIABLES}
    environment = {name: value for name, value in os.environ.items() if name not in known}
    environment |= {"DJANGO_SETTINGS_MODULE": "community.settings.prod", "PADDOCK_HOME": str(home), **variables}
    return subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)


def manage_all(home, *commands, **variables):
    """Run several commands in one process. Returns the exit code and what was written to stderr, or raised, of each."""
    done = run(home, [sys.executable, "-c", EACH, *commands], **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


EACH = """
import contextlib, io, json, runpy, sys
commands, done = sys.argv[1:], []
for command in commands:
    sys.argv, code, stderr = ["manage.py", *command.split()], 0, io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(stderr):
            runpy.run_path("manage.py", run_name="__main__")
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
        print(error.code, file=stderr)
    except Exception as error:
        code, stderr = 1, io.StringIO(type(error).__name__)
    done.append((code, stderr.getvalue()))
print(json.dumps(done))
"""


@pytest.fixture
def good():
    return {
        "PADDOCK_SECRET_KEY": SECRET,
        "PADDOCK_HOSTS": "community.example.com",
        "PADDOCK_URL": "https://community.example.com",
        "EMAIL_URL": "smtp+tls://paddock:secret@mail.example.com:587",
        "PADDOCK_FROM_EMAIL": "community@example.com",
        "PADDOCK_PROXIES": "1",
    }


def test_the_page_says_what_the_code_reads():
    assert (ROOT / "docs" / "settings.md").read_text() == document(), "run manage.py settings_doc"


def test_every_documented_variable_is_read_and_no_other():
    read = set()
    for path in (ROOT / "community" / "settings").glob("*.py"):
        read |= set(re.findall(r'(?:env\.)?read\("(\w+)"\)', path.read_text()))
    assert read == {variable.name for variable in VARIABLES}


def test_a_command_before_migrate_says_what_to_run(tmp_path, good):
    commands = ["relay status", "recount --check", "explain ada", "relay status --traceback"]
    *said, raised = manage_all(tmp_path, *commands, **good)
    for code, stderr in said:
        assert code == 1
        assert re.fullmatch(BEHIND, stderr), stderr
    assert raised == [1, "OperationalError"]  # as it is shown where a traceback is asked for


def test_a_command_without_its_database_says_so(tmp_path, good):
    done = manage(tmp_path, "relay", "status", **good, DATABASE_URL="postgres://paddock:secret@127.0.0.1:1/paddock")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"{CANNOT}(DATABASE_URL) cannot be reached: ")
    assert "Traceback" not in done.stderr and "secret" not in done.stderr


def test_a_migration_that_fails_says_why_itself():
    error = OperationalError('table "community_pages_removedtranslation" already exists')
    assert why_it_cannot_run(error, command="migrate") == ""
    assert why_it_cannot_run(OperationalError("no such table: x"), command="migrate") == ""
    assert why_it_cannot_run(OperationalError("database is locked"), command="recount") == ""
    assert "run manage.py migrate" in why_it_cannot_run(OperationalError("no such column: a.b"), command="recount")


def test_production_passes_the_deployment_check(tmp_path, good):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **good)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.parametrize(
    "forgotten",
    [
        {
            "PADDOCK_URL": ("http://127.0.0.1:8000", "paddock.W001"),
            "EMAIL_URL": ("", "paddock.W002"),
            "PADDOCK_PROXIES": ("0", "paddock.W004"),
            "PADDOCK_OLD_SECRET_KEYS": ("$short", "security.W025"),
        },
        {
            "PADDOCK_URL": ("https://localhost", "paddock.W001"),
            "EMAIL_URL": ("smtp://mail.example.com:25", "paddock.W006"),
            "PADDOCK_FROM_EMAIL": ("Paddock <community@localhost>", "paddock.W005"),
        },
    ],
)
def test_the_deployment_check_tells_all_that_was_forgotten(tmp_path, good, forgotten):
    tmp_path.chmod(0o750)  # where others can look in
    values = {name: value for name, (value, _told) in forgotten.items()}
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **(good | values))
    assert done.returncode == 1
    told = sorted(re.findall(r"\((\w+\.W\d+)\)", done.stderr))
    assert told == sorted(["paddock.W003", *(told for _value, told in forgotten.values())]), done.stderr


@pytest.mark.parametrize("address", ["community@localhost", "Paddock <community@localhost>"])
def test_a_sender_nobody_can_answer_is_told(settings, address):
    settings.EMAIL_URL, settings.DEFAULT_FROM_EMAIL = "smtp+tls://mail.example.com:587", address
    assert [told.id for told in sender(None)] == ["paddock.W005"]
    settings.DEFAULT_FROM_EMAIL = address.replace("localhost", "example.com")
    assert sender(None) == []


@pytest.mark.parametrize(
    "address", ["smtp+ssl://mail.example.com:465", "smtps://mail.example.com:587", "smtp://127.0.0.1:25"]
)
def test_mail_that_nobody_reads_on_the_way_is_no_matter_for_the_deployment_check(settings, address):
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    for name, value in {**Env.email_url_config(address), "EMAIL_URL": address}.items():
        setattr(settings, name, value)
    assert mail_in_clear(None) == []


@pytest.mark.parametrize(
    ("missing", "value"), [("PADDOCK_SECRET_KEY", ""), ("PADDOCK_SECRET_KEY", "short"), ("PADDOCK_HOSTS", "")]
)
def test_production_refuses_to_start_without(tmp_path, good, missing, value):
    done = manage(tmp_path, "check", **(good | {missing: value}))
    assert done.returncode != 0
    assert missing in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_secret_of_development_holds_nothing_that_a_shell_or_compose_reads(tmp_path):
    done = manage(tmp_path, "check", DJANGO_SETTINGS_MODULE="community.settings.dev")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"[\w-]{64}", (tmp_path / "secret").read_text(), re.ASCII)


@pytest.mark.long
def test_production_serves_pages_whose_files_exist(tmp_path, good):
    commands = manage_all(tmp_path, "migrate --verbosity 0", "collectstatic --noinput", "compress", **good)
    assert commands == [[0, ""]] * 3
    done = manage(tmp_path, "shell", "-v", "0", "-c", ASK, **good)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "healthz:200",
        "sign-in:200",
        "files:200",
        "imported:200",
        "plain:301",
        "https:year,below,preload",
    ]


ASK = """
import re
from django.test import Client
client = Client(headers={"host": "community.example.com", "x-forwarded-proto": "https"})
print(f"healthz:{client.get('/healthz').status_code}")
page = client.get("/account/login/")
print(f"sign-in:{page.status_code}")
files = set(re.findall(r'/static/[^"#]+', page.content.decode()))
print("files:" + "/".join(sorted({str(client.get(file).status_code) for file in files})))
scripts = b"".join(b"".join(client.get(file)) for file in files if file.endswith(".js")).decode()
imported = set(re.findall(r'from "[.]/([^"]+[.][0-9a-f]{12}[.]js)"', scripts))
print("imported:" + "/".join(sorted({str(client.get(f"/static/js/{file}").status_code) for file in imported})))
print(f"plain:{Client(headers={'host': 'community.example.com'}).get('/account/login/').status_code}")
names = {"max-age=31536000": "year", "includeSubDomains": "below", "preload": "preload"}
print("https:" + ",".join(names[part] for part in page["Strict-Transport-Security"].split("; ")))
"""


def test_nobody_is_believed_who_was_not_named():
    assert {variable.name: variable.default for variable in VARIABLES}["PADDOCK_PROXIES"] == 0


@pytest.mark.parametrize(
    ("proxies", "passed", "asks"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "", "9.9.9.9"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "9.9.9.9"),
    ],
)
def test_who_asks_is_what_the_trusted_proxies_saw(settings, proxies, passed, asks):
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": passed} if passed else {}
    request = RequestFactory(REMOTE_ADDR="9.9.9.9").get("/", headers=headers)
    ProxyMiddleware(lambda request: request)(request)
    assert request.META["REMOTE_ADDR"] == asks


def test_a_folder_that_cannot_be_written_to_is_said_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    done = manage(tmp_path / "file" / "home", "check")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be made: Not a directory." in done.stderr


def test_a_relative_folder_lies_in_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setattr("community.settings.env.BASE_DIR", tmp_path)
    monkeypatch.setenv("PADDOCK_HOME", "own/home")
    assert home() == tmp_path / "own" / "home"


def test_somebody_elses_folder_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ImproperlyConfigured, match="may not be written to"):
        home()
