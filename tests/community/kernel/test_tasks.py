"""A task whose worker ended in the middle is done anew."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from community.kernel.api import now
from community.kernel.tasks import KEPT, LONGEST, TRIES, WorkerEndedError, prune, take_back
from tests.servers import environment

ROOT = Path(__file__).parents[3]
STORAGE = "django.core.files.storage.FileSystemStorage"
RUNNING, READY, FAILED = TaskResultStatus.RUNNING, TaskResultStatus.READY, TaskResultStatus.FAILED
DYING = """
import os, signal, sys
from unittest.mock import patch
from django.core.files.storage import FileSystemStorage
from django.core.management import execute_from_command_line
delete = FileSystemStorage.delete
def dying(self, name):
    delete(self, name)
    os.kill(os.getpid(), signal.SIGKILL)
with patch.object(FileSystemStorage, "delete", dying):
    execute_from_command_line(["manage.py", "worker", "--batch"])
"""

pytestmark = pytest.mark.django_db


def task(folder="", **fields):
    return DBTaskResult.objects.create(
        args_kwargs={"args": [[STORAGE, [str(folder)], {}], "car.webp"], "kwargs": {}},
        task_path="wagtail.tasks.delete_file_from_storage_task",
        backend_name="default",
        run_after=now(),
        **fields,
    )


@pytest.mark.parametrize(
    ("age", "workers", "status"),
    [
        (LONGEST - timedelta(minutes=1), 1, RUNNING),
        (LONGEST + timedelta(minutes=1), 1, READY),
        (LONGEST + timedelta(minutes=1), TRIES, FAILED),
    ],
)
def test_it_is_taken_back_after_a_while_and_not_for_ever(age, workers, status):
    found = task(status=RUNNING, started_at=now() - age, worker_ids=["w"] * workers)
    assert take_back() == int(status != RUNNING)
    found.refresh_from_db()
    assert (found.status, found.finished_at is not None) == (status, status == FAILED)
    if status == FAILED:
        assert import_string(found.exception_class_path) is WorkerEndedError


def test_what_was_done_two_weeks_ago_goes():
    old, new = now() - KEPT - timedelta(days=1), now() - KEPT + timedelta(days=1)
    for ended in (old, new):
        task(status=TaskResultStatus.SUCCESSFUL, started_at=ended, finished_at=ended)
        task(status=FAILED, started_at=ended, finished_at=ended)
    task(status=READY)
    assert prune() == 2
    assert DBTaskResult.objects.filter(finished_at=None).count() == 1


def test_what_ended_is_left_alone():
    ended = now() - timedelta(days=1)
    task(status=TaskResultStatus.SUCCESSFUL, started_at=ended, finished_at=ended)
    assert take_back() == 0


def test_the_worker_waits_for_a_database_that_fails(monkeypatch):
    tries = []

    def run(self):
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("gone")

    monkeypatch.setattr(Worker, "run", run)
    monkeypatch.setattr("community.kernel.management.commands.worker.connection.close", lambda: None)
    monkeypatch.setattr("community.kernel.management.commands.worker.AGAIN_SECONDS", 0)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)}
    call_command("worker")
    tries.clear()
    with pytest.raises(OperationalError):  # it would try for ever
        call_command("worker", batch=True)
    for number, handler in before.items():
        signal.signal(number, handler)
    assert len(tries) == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_a_task_that_the_next_one_ends(settings, tmp_path):
    settings.PADDOCK_HOME = tmp_path
    found = task(tmp_path)
    (tmp_path / "car.webp").touch()
    around = environment(settings)

    def work(*command):
        return subprocess.run(
            [sys.executable, *command], check=False, cwd=ROOT, env=around, capture_output=True, timeout=60
        )

    done = work("-c", DYING)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    found.refresh_from_db()
    assert (found.status, (tmp_path / "car.webp").exists()) == (RUNNING, False)
    DBTaskResult.objects.update(started_at=now() - LONGEST - timedelta(minutes=1))
    assert take_back() == 1
    done = work("manage.py", "worker", "--batch")
    assert done.returncode == 0, done.stderr.decode()
    found.refresh_from_db()
    assert (found.status, len(found.worker_ids)) == (TaskResultStatus.SUCCESSFUL, 2)
