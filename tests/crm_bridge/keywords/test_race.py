"""Managers who change the vocabulary in the same moment. The controls take the lock away and show the race."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

import pytest
from django.db import connection
from django.test import Client

from community.members.api import Member, Role
from crm_bridge.keywords.club_models import add_models
from crm_bridge.keywords.proposals import accept_as_keyword, accept_as_synonym
from crm_bridge.keywords.vocabulary import find, vocabulary_changed
from crm_bridge.models import Keyword, Synonym, TermProposal
from tests.forgetting import forget_vocabulary
from tests.people import THEN, staff
from tests.sites import ensure_site
from tests.threads import at_once, ever, no_locks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

LIST = "/cms/snippets/crm_bridge/keyword/"
MANAGERS, ROUNDS = 4, 5


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


@pytest.fixture(autouse=True)
def _words():
    ensure_site()
    Keyword.objects.create(code="roof-rack", name_en="Roof rack", name_zh="行李架", kind="part")
    yield
    forget_vocabulary()


@pytest.fixture
def managers():
    return [staff(Role.BRAND_MANAGER, f"boss{n}") for n in range(MANAGERS)]


@pytest.fixture
def desks(managers):
    found = [Client() for _manager in managers]
    for desk, manager in zip(found, managers, strict=True):
        desk.force_login(manager)
    return found


def start_anew() -> None:
    TermProposal.objects.all().delete()
    Keyword.objects.exclude(code="roof-rack").delete()
    Keyword.objects.update(name_en="Roof rack")
    Synonym.objects.all().delete()
    vocabulary_changed()


# Decisions about one unknown word


def decisions(managers: list[Member], *, alike: bool) -> Counter[str]:
    acts = [
        partial(
            accept_as_keyword,
            actor=manager,
            term="dachzelt",
            name_en="Roof tent" if alike else f"Roof tent of {manager.username}",
            name_zh="车顶帐篷" if alike else f"车顶帐篷{manager.pk}",
            kind="part",
            now=THEN,
        )
        for manager in managers
    ]
    if not alike:
        acts[0] = partial(accept_as_synonym, actor=managers[0], term="dachzelt", keyword="roof-rack", now=THEN)
    return at_once(acts)


def test_a_word_accepted_several_times_at_once_is_one_keyword(managers):
    for _ in range(ROUNDS):
        start_anew()
        assert decisions(managers, alike=True) == Counter()
        made = Keyword.objects.exclude(code="roof-rack").get()
        assert (made.code, find("dachzelt"), Synonym.objects.count()) == ("roof-tent", made, 1)


def test_of_several_decisions_about_a_word_one_stands_and_the_others_are_told(managers):
    for _ in range(ROUNDS):
        start_anew()
        assert decisions(managers, alike=False) == Counter({"Conflict": MANAGERS - 1})
        decided = TermProposal.objects.get()
        assert find("dachzelt") == decided.keyword
        assert Keyword.objects.exclude(code="roof-rack").count() == (decided.keyword_id != "roof-rack")


def test_control_without_the_lock_the_database_refuses_or_several_stand(managers):
    def goes_wrong() -> bool:
        start_anew()
        with no_locks():
            errors = decisions(managers, alike=True) + decisions(managers, alike=False)
        return "IntegrityError" in errors

    assert ever(goes_wrong)


# The editors' area


def made_at_once(desks: list[Client]) -> list[int]:
    """Each desk makes a keyword of the same English name. Returns the answers."""
    answers: list[int] = []

    def make(desk: Client, n: int) -> None:
        sent = {"name_en": "Roof tent", "name_zh": f"车顶帐篷{n}", "kind": "part", "active": "on"}
        answers.append(desk.post(f"{LIST}add/", sent).status_code)

    assert set(at_once([partial(make, desk, n) for n, desk in enumerate(desks)])) <= {"IntegrityError"}
    return sorted(answers)


def test_of_new_keywords_of_one_name_one_is_made_and_the_others_are_told(desks):
    for _ in range(ROUNDS):
        start_anew()
        assert made_at_once(desks) == [200] * (MANAGERS - 1) + [302]
        assert Keyword.objects.exclude(code="roof-rack").count() == 1


def test_control_without_the_lock_several_are_told_that_theirs_is_made_or_one_fails(desks):
    def goes_wrong() -> bool:
        start_anew()
        with no_locks():
            return made_at_once(desks) != [200] * (MANAGERS - 1) + [302]

    assert ever(goes_wrong)


def edited_at_once(desks: list[Client]) -> list[int]:
    """Each desk changes one keyword to something else, all from one version. Returns the answers."""
    page, answers = f"{LIST}edit/roof-rack/", []
    began = re.search(r'name="version"[^>]* value="([^"]*)"', desks[0].get(page).content.decode())[1]

    def change(desk: Client, n: int) -> None:
        sent = {"name_en": f"Carrier {n}", "name_zh": "行李架", "kind": "part", "active": "on", "also": f"word {n}"}
        answers.append(desk.post(page, {**sent, "version": began}).status_code)

    assert set(at_once([partial(change, desk, n) for n, desk in enumerate(desks)])) <= {"IntegrityError"}
    return sorted(answers)


def test_of_edits_from_one_version_one_is_kept_whole_and_the_others_are_told(desks):
    for _ in range(ROUNDS):
        start_anew()
        assert edited_at_once(desks) == [302] + [409] * (MANAGERS - 1)
        kept = Keyword.objects.get().name_en.removeprefix("Carrier ")
        assert list(Synonym.objects.values_list("text", flat=True)) == [f"word {kept}"]


def test_control_without_the_lock_several_edits_write_over_each_other(desks):
    def several() -> bool:
        start_anew()
        with no_locks():
            return edited_at_once(desks).count(302) > 1

    assert ever(several)


def test_a_keyword_deleted_while_it_is_edited_does_not_come_back(desks):
    for _ in range(ROUNDS):
        start_anew()
        Keyword.objects.create(code="tent", name_en="Tent", name_zh="帐篷", kind="part")
        sent = {"name_en": "Tents", "name_zh": "帐篷", "kind": "part", "active": "on"}
        sent["version"] = re.search(
            r'name="version"[^>]* value="([^"]*)"', desks[0].get(f"{LIST}edit/tent/").content.decode()
        )[1]
        edit, delete = (partial(desks[n].post, f"{LIST}{act}/tent/", sent) for n, act in enumerate(("edit", "delete")))
        assert at_once([edit, delete]) == Counter()
        assert not Keyword.objects.filter(code="tent").exists()


# An import of clubs beside them


def test_models_of_clubs_taken_over_twice_at_once_are_there_once():
    for round_ in range(ROUNDS):
        models = [f"Kombi {round_} {n}" for n in range(5)]
        assert at_once([partial(add_models, f"Brand{round_}", models)] * MANAGERS) == Counter()
        assert Keyword.objects.filter(name_en__startswith=f"Brand{round_}").count() >= 1
        assert Keyword.objects.filter(name_en__contains=f"Kombi {round_}").count() == 5
