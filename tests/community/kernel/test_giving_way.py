"""Long work in many transactions lets others write to SQLite in between, not only after it."""

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from django.db import connection, transaction
from django.utils.module_loading import import_string

from community.consent.ledger import repair_permissions
from community.consent.models import Permission
from community.kernel import giving_way as module
from community.kernel.api import giving_way, now
from community.members.api import Member
from community.members.erasure_list import repeat_erasures
from crm_bridge.profiles.projector import rebuild_profiles
from forums.counts import repair_posts
from forums.models import Post
from tests.forums.places import many_posts, topic
from tests.people import member, permit

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]
PARTS = 5
PART_SECONDS = 0.3  # by then whoever waits looks every tenth of a second only


def rebuild():
    return rebuild_profiles(now=now())


def repeat():
    repeat_erasures(dict.fromkeys(Member.objects.values_list("pk", flat=True), now()), now=now())
    return ()


WORKS = [  # what is long in a part, and how many rows are one
    (rebuild, "crm_bridge.profiles.projector.wipe", "crm_bridge.profiles.projector.LEARNT_ANEW"),
    (repeat, "community.members.erasure._scrub", ""),
    (repair_permissions, "community.consent.ledger._held", "community.consent.ledger.CHUNK"),
    (repair_posts, "forums.counts.set_counts", "forums.counts.CHUNK"),
]


@pytest.mark.parametrize(("work", "step", "size"), WORKS)
def test_somebody_writes_while_long_work_goes_on(work, step, size, in_a_file, monkeypatch):
    for _ in range(PARTS):
        permit(member(), "profiling:onsite")
    many_posts(topic(author=member()), PARTS)
    Permission.objects.all().delete()
    Post.objects.update(useful_count=7)
    path, begun, events = in_a_file(), threading.Event(), []

    def write():
        with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as other:
            begun.wait(20)
            other.execute("BEGIN IMMEDIATE")
            events.append("written")
            other.execute("ROLLBACK")

    real = import_string(step)

    def slowly(*args, **kwargs):
        if connection.in_atomic_block:  # not what is looked at before
            begun.set()
            time.sleep(PART_SECONDS)
            events.append("part")
        return real(*args, **kwargs)

    monkeypatch.setattr(step, slowly)
    if size:
        monkeypatch.setattr(size, 1)
    monkeypatch.setattr(module, "LONG_SECONDS", 0)
    writer = threading.Thread(target=write)
    writer.start()
    list(work())
    events.append("end")
    writer.join()
    assert events.count("part") >= PARTS
    assert "written" in events[: events.index("end") - 1]  # before the last part


@pytest.fixture
def slept(monkeypatch):
    """What was done, and the turns given, while each part takes three quarters of a long time."""
    clock, events = [0.0], []

    def do(part):
        clock[0] += module.LONG_SECONDS * 3 / 4
        events.append(part)

    monkeypatch.setattr(module, "monotonic", lambda: clock[0])
    monkeypatch.setattr(module, "sleep", lambda seconds: events.append(f"{seconds} s"))
    return do, events


def test_others_get_a_turn_after_some_parts_together_took_long(slept):
    do, events = slept
    for part in giving_way(range(5)):
        do(part)
    assert events == [0, 1, "0.11 s", 2, 3, "0.11 s", 4]


def test_nobody_rests_inside_of_a_transaction(slept):
    do, events = slept
    with transaction.atomic():
        for part in giving_way(range(5)):
            do(part)
    assert events == [0, 1, 2, 3, 4]
