"""Whom a backup brings back is erased again by a list that was kept elsewhere, and nobody else is."""

import io
import os
import shutil
import sqlite3
import subprocess
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.members.api import Member, Newcomer, erase_member, erased_among, import_members
from community.members.erasure_list import repeat_erasures
from community.search.api import search_content
from community.search.drift import drift
from community.search.services import rebuild
from crm_bridge.models import Profile, Signal
from forums.models import Post, Upload
from forums.services import store_picture
from tests.forums.places import picture, reply, topic
from tests.people import THEN, member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backup(tmp_path):
    """Makes a backup of the database as docs/operations.md says; called again, it puts it back."""
    if connection.vendor == "sqlite":
        copy = sqlite3.connect(tmp_path / "copy")
        yield lambda: connection.connection.backup(copy), lambda: copy.backup(connection.connection)
        copy.close()
        return
    if not shutil.which("pg_dump"):
        pytest.skip("the programs of PostgreSQL are not here")
    at = connection.settings_dict
    names = {"PGHOST": at["HOST"], "PGPORT": str(at["PORT"]), "PGUSER": at["USER"], "PGPASSWORD": at["PASSWORD"]}
    dump = str(tmp_path / "dump")

    def run(*command):
        subprocess.run(command, check=True, env={**os.environ, **names, "PGDATABASE": at["NAME"]}, timeout=120)

    yield (
        lambda: run("pg_dump", "--format=custom", "--file", dump),
        lambda: run("pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname", at["NAME"], dump),
    )


def erase(person, *, at=None):
    erase_member(member=Member.objects.get(pk=person.pk), now=at or now())


def listed(*options):
    out = io.StringIO()
    call_command("erasures", "list", *options, stdout=out)
    return out.getvalue()


def repeat(path):
    out, err = io.StringIO(), io.StringIO()
    call_command("erasures", "repeat", str(path), stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


def found(words, kind):
    return search_content(words, viewer=AnonymousUser(), kinds=[kind]).total


def test_a_backup_that_brings_somebody_back_is_put_right_by_the_list(backup, tmp_path):
    load_words()
    save, restore = backup
    zelda, ben = permit(member("zelda", name="Zelda Fitzquark"), "profiling:onsite"), member("ben")
    upload = store_picture(member=zelda, file=picture(), now=now())
    name = upload.file.name
    bytes_of_it = default_storage.open(name).read()
    opened = topic(author=zelda, title="My roof rack")
    reply(opened, author=ben, source="Well, @zelda")
    drain()
    assert (found("Fitzquark", "member"), found("zelda", "post")) == (1, 1)
    assert Signal.objects.filter(member_id=zelda.pk).exists()
    save()
    late = member("late")
    for person in (zelda, late):
        erase(person)
    path = tmp_path / "erasures"
    path.write_text(listed(), encoding="utf-8")
    assert [line.split()[0] for line in path.read_text().splitlines()] == [str(zelda.pk), str(late.pk)]
    assert not default_storage.exists(name)

    restore()
    default_storage.save(name, ContentFile(bytes_of_it))
    back = Member.objects.get(pk=zelda.pk)
    assert (back.username, back.erased_at, Member.objects.filter(pk=late.pk).exists()) == ("zelda", None, False)

    assert repeat(path) == "Erased again: 1. Still erased: 0. Not here: 1.\n"
    for index in ("content", "audience"):
        rebuild(index)
    drain()
    gone = Member.objects.get(pk=zelda.pk)
    assert (gone.name, gone.email, bool(gone.erased_at)) == ("", None, True)
    assert (found("Fitzquark", "member"), found("zelda", "post"), found("roof rack", "topic")) == (0, 0, 1)
    assert [drift(index) for index in ("content", "audience")] == [([], [], []), ([], [], [])]
    assert not default_storage.exists(name) and not Upload.objects.exists()
    assert not Signal.objects.filter(member_id=zelda.pk).exists()
    assert not Profile.objects.filter(member_id=zelda.pk).exists()
    assert not Post.objects.filter(source__contains="zelda").exists()
    assert set(OutboxEvent.objects.filter(member_id=zelda.pk).values_list("name", flat=True)) == {
        "members.member.erased"
    }
    assert erased_among(["zelda"]) == {"zelda"}
    assert repeat(path) == "Erased again: 0. Still erased: 1. Not here: 1.\n"


def test_whoever_has_the_number_of_an_erased_member_by_now_is_left_alone(tmp_path):
    """After a restore numbers are given again; an import dates its members back."""
    long_ago = THEN - timedelta(days=1000)
    with transaction.atomic():
        [imported] = import_members([Newcomer(username="imported", joined_at=long_ago)])
    joined, root = member("joined"), Member.objects.create_superuser("root", "root@example.org", "a long password")
    before = now() - timedelta(days=1)
    OutboxEvent.objects.filter(member_id=joined.pk).update(published_at=before)
    path = tmp_path / "list"
    path.write_text("".join(f"{one.pk} {before.isoformat()}\n" for one in (imported, root, joined)))
    said = repeat(path)
    assert said.startswith("Erased again: 1. Still erased: 0. Not here: 0.\n")
    assert f": {imported.pk}, {root.pk}." in said
    assert list(Member.objects.filter(erased_at=None)) == [imported, root]


def test_a_number_listed_twice_counts_as_erased_the_last_time(tmp_path):
    person = member()
    path = tmp_path / "list"
    path.write_text(f"{person.pk} {(now() + timedelta(hours=1)).isoformat()}\n\n{person.pk} {THEN.isoformat()}\n")
    assert repeat(path).startswith("Erased again: 1.")


def test_how_far_a_repetition_is_comes_to_the_whole_list():
    """Whether somebody is erased again, is erased already, or is not here."""
    people, done = [member() for _ in range(3)], []
    erase(people[0])
    listed_at = dict.fromkeys([*(person.pk for person in people), 10**9, 10**9 + 1], now())
    repeat_erasures(listed_at, now=now(), progress=done.append)
    assert (len(done), sum(done)) == (4, 5)  # the absent together, the others one by one


def test_the_list_may_begin_at_a_day_or_a_time():
    people = [member() for _ in range(3)]
    for day, person in enumerate(people, start=1):
        erase(person, at=THEN + timedelta(days=day))
    pks = [str(person.pk) for person in people]
    assert [line.split()[0] for line in listed().splitlines()] == pks
    assert [line.split()[0] for line in listed("--since", "2026-09-03").splitlines()] == pks[1:]
    assert [line.split()[0] for line in listed("--since", "2026-09-03T09:00:00Z").splitlines()] == pks[2:]
    with pytest.raises(CommandError):
        listed("--since", "yesterday")


@pytest.mark.parametrize(
    "text", ["zelda 2026-09-01T08:00:00+0000", "1", "1 2026-09-01T08:00:00", "1 2026-13-01T08:00:00Z", "-1 x"]
)
def test_a_line_that_is_none_erases_nobody(tmp_path, text):
    person = member()
    path = tmp_path / "list"
    path.write_text(f"{person.pk} {now().isoformat()}\n{text}\n")
    with pytest.raises(CommandError, match=r"line 2 is not a member's number .* Nobody was erased"):
        repeat(path)
    assert Member.objects.get(pk=person.pk).erased_at is None


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        repeat(tmp_path / "nothing")
    (tmp_path / "dump").write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="cannot be read"):
        repeat(tmp_path / "dump")


def test_the_list_comes_by_standard_input_too(monkeypatch):
    person = member()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{person.pk} {now().isoformat()}\n"))
    assert repeat("-").startswith("Erased again: 1.")
