"""Importers that run side by side on the same data. The controls take their lock away and show the race.

That of clubs has no control: each club is one row, which is written before anything that follows from it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from clubs.models import Club
from community.consent.api import history
from community.members.api import Member
from crm_bridge.models import Keyword
from forums.counts import board_differences, post_differences, topic_differences
from forums.models import Board, Imported, ImportedVote, Post, Topic
from tests.forgetting import forget_vocabulary
from tests.forums.importers.dumps import USERS, write_dump
from tests.forums.importers.test_another_dump import OTHER_USERS
from tests.threads import at_once, ever, no_locks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

SIDE_BY_SIDE = 3
COMMENTS = "content,content_id,author,date\n" + "".join(
    f"The roof rack rattles {n},{n},{'Ann' if n % 2 else 'Bo'},2018-04-01\n" for n in range(250)
)
BRANDS = {f"Dax{n}": [f"Dax{n} Kombi", f"Dax{n} Coupé"] for n in range(4)}


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    forget_vocabulary()
    yield
    forget_vocabulary()


@pytest.fixture
def imports(tmp_path):
    """The imports, each by its name, into a board of this name."""
    table, clubs = tmp_path / "comments.csv", tmp_path / "clubs.json"
    table.write_text(COMMENTS, encoding="utf-8")
    clubs.write_text(json.dumps(BRANDS), encoding="utf-8")
    dump = write_dump(tmp_path)

    def run(name: str, path: Path, **options: object) -> None:
        call_command(name, str(path), stdout=StringIO(), **options)

    return {
        "dump": lambda slug: partial(run, "import_stackexchange", dump, board=slug, grant_all_for_demo=True),
        "table": lambda slug: partial(run, "import_comments", table, board=slug, grant_all_for_demo=True),
        "clubs": lambda _slug: partial(run, "import_clubs", clubs),
    }


Imports = dict[str, Callable[[str], Callable[[], object]]]


def counts() -> dict[str, int]:
    models = (Member, Board, Topic, Post, ImportedVote, Imported, Club, Keyword)
    found = {model.__name__: model.objects.count() for model in models}
    answers = sum(len(history(pk)) for pk in Member.objects.values_list("pk", flat=True))
    return found | {"answers": answers}


@pytest.mark.parametrize("name", ["dump", "table", "clubs"])
def test_what_several_imports_take_over_at_once_is_there_once(imports: Imports, name: str):
    act = imports[name]("bikes")
    assert at_once([act] * SIDE_BY_SIDE) == Counter()
    once = counts()
    act()
    assert counts() == once
    assert {"dump": once["Post"] == 3, "table": once["Topic"] == 250, "clubs": once["Club"] == 4}[name]
    assert [*topic_differences(), *board_differences(), *post_differences()] == []


def test_imports_of_different_data_run_beside_each_other(imports: Imports):
    assert at_once([make("bikes" if name == "dump" else "talk") for name, make in imports.items()]) == Counter()
    assert Post.objects.filter(topic__board__slug="talk").count() == 250


@pytest.fixture
def two_dumps(tmp_path):
    """Imports of two sites under one name at the same moment; returns the errors, and of how many sites people came."""
    folders = [tmp_path / name for name in ("ours", "other")]
    for folder, users in zip(folders, (USERS, OTHER_USERS), strict=True):
        folder.mkdir()
        write_dump(folder, Users=users)
    rounds = iter(range(1000))

    def run() -> tuple[Counter[str], int]:
        slug = f"site{next(rounds)}"
        load = partial(call_command, "import_stackexchange", board=slug, stdout=StringIO())
        errors = at_once([partial(load, str(folder)) for folder in folders])
        people = Imported.objects.filter(source=slug, kind="Users").values_list("local_id")
        years = Member.objects.filter(pk__in=people, name="Ann Lee").values_list("joined_at__year")
        return errors, len(set(years))

    return run


def test_of_two_sites_under_one_name_at_once_one_comes_in(two_dumps):
    assert [two_dumps() for _ in range(5)] == [(Counter(CommandError=1), 1)] * 5


def test_control_of_two_sites_both_say_they_came_in(two_dumps, monkeypatch):
    monkeypatch.setattr("forums.importers.sameness.Meanwhile.require_same", lambda *_users: None)
    assert ever(lambda: two_dumps()[0] == Counter())


@pytest.mark.parametrize("name", ["dump", "table"])
def test_control_without_the_lock_they_fail(imports: Imports, name: str, monkeypatch):
    monkeypatch.setattr("forums.importers.common._wait_for_others", lambda: None)
    rounds = iter(range(1000))

    def fails() -> bool:
        with no_locks():
            return at_once([imports[name](f"bikes{next(rounds)}")] * SIDE_BY_SIDE) != Counter()

    assert ever(fails)
